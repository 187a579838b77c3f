"""What comes back."""

SENTENCES: dict[str, str] = {}
