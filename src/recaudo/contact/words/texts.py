"""Templates and their lint."""

SENTENCES: dict[str, str] = {}
