"""Contacts that people make: what is said of them, and what follows. Rules: docs/rules/hand.md."""
