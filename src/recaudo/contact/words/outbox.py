"""Messages on their way."""

SENTENCES: dict[str, str] = {}
