"""Writing to contact."""
