"""Portal: the pages of those who owe. No login, no cookies, nothing of the desk."""
