"""The gate's refusals."""

SENTENCES: dict[str, str] = {}
