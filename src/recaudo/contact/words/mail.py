"""Mailboxes and servers."""

SENTENCES: dict[str, str] = {}
