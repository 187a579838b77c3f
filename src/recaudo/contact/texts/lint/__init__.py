"""May this text be sent, and is everything in it that must be? Each finding says where and why."""

from recaudo.contact.texts.lint.checks import Draft, Finding, lint
from recaudo.contact.texts.lint.tones import tone_findings

__all__ = ["Draft", "Finding", "lint", "tone_findings"]
