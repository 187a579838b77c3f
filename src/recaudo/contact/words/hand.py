"""Contacts that people make."""

SENTENCES: dict[str, str] = {}
