"""Writing what the rooms above have decided about contacts."""
"""Writing to contact."""
