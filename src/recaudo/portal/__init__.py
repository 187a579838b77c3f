"""What people who owe see, without logging in: a link in a message opens it, and nothing else."""
