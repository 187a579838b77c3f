"""Texts: what messages say. Liquid over documented variables, versions, ready texts, lint.

What each text must say, and what it may not: docs/rules/texts.md.
"""

from recaudo.contact.texts.installing import install_ready
from recaudo.contact.texts.writing import (
    Ask,
    Written,
    render,
    render_many,
    render_text,
    unsubscribe_url,
)

__all__ = [
    "Ask",
    "Written",
    "install_ready",
    "render",
    "render_many",
    "render_text",
    "unsubscribe_url",
]
