"""Text out of what mails are made of: bytes in any charset, HTML, quotes of quotes."""

from __future__ import annotations

import codecs
import re

from inscriptis import get_text
from inscriptis.model.config import ParserConfig
from lxml.etree import LxmlError
from mailparser_reply import EmailReplyParser

HTML_MAX = 500_000
#: Characters in which a person's own words are looked for; long lines are cut for that.
OWN_MAX = 20_000
LINE_MAX = 400
_LANGUAGES = ["es", "en"]
_QUOTE_HEADS = re.compile(
    r"^\s*(?:"
    r"-{2,}\s*(?:mensaje original|original message|mensaje reenviado|forwarded message)\b.*"
    r"|(?:el|on)\b.{4,200}\b(?:escribi[óo]|wrote)\s*:"
    r"|_{20,}"
    r"|\*?(?:de|from):\*?\s.{0,200}"
    r")\s*$",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"^\s*\*?(?:enviado(?: el)?|sent|fecha|date|para|to|asunto|subject|cc):\*?\s", re.I
)


def text_of(content: bytes, charset: str | None) -> str:
    """``content`` read as it says, else as UTF-8, else as Western European: never fails."""
    for name in (_known(charset), "utf-8", "cp1252"):
        if name is None:
            continue
        try:
            return content.decode(name)
        except (UnicodeError, LookupError, ValueError):
            continue
    return content.decode("latin-1")


def _known(charset: str | None) -> str | None:
    try:
        found = codecs.lookup(str(charset).strip("'\" ").lower())
    except (LookupError, ValueError, UnicodeError):
        return None
    # Codecs that are no charsets (zip, hex) would run on whatever a stranger sends.
    return found.name if found._is_text_encoding else None


def clean(text: str) -> str:
    """Without what a database cannot hold: NUL and halves of characters."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def html_text(markup: str) -> str:
    """What a person sees of a page; nothing is loaded, run or followed."""
    if not markup.strip():
        return ""
    try:
        shown = get_text(_without_depth(markup[:HTML_MAX]), ParserConfig(display_links=False))
    except (LxmlError, ValueError, RecursionError, AttributeError, IndexError, KeyError, TypeError):
        shown = re.sub(r"<[^<>]*>", " ", markup[:HTML_MAX])
    return clean("\n".join(line.rstrip() for line in shown.splitlines()).strip())


_VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}


def _without_depth(markup: str) -> str:
    """Elements nested hundreds deep say nothing more than their text, and tire a parser."""
    opened = 0
    for closing, name in re.findall(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)", markup):
        if name.lower() not in _VOID:
            opened += -1 if closing else 1
        if opened > 300:
            return re.sub(r"<[^<>]*>", " ", markup)
    return markup


def own_part(text: str) -> str:
    """Only what they wrote: without the mail quoted below, ``>`` lines and reply headings.

    A mail that is nothing but quotes gives its whole text: better too much than nothing.
    """
    lines = [line[:LINE_MAX] for line in text[:OWN_MAX].splitlines()]
    kept: list[str] = []
    for number, line in enumerate(lines):
        if _QUOTE_HEADS.match(line) and _starts_quote(line, lines[number + 1 : number + 5]):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line)
    own = "\n".join(kept).strip()
    if own:
        try:
            own = (EmailReplyParser(languages=_LANGUAGES).parse_reply(own) or "").strip() or own
        except (re.error, RecursionError, ValueError, IndexError):
            own = own.strip()
    return own or text[:OWN_MAX].strip()


def _starts_quote(line: str, following: list[str]) -> bool:
    """'De: …' alone is a sentence; with 'Enviado:' or 'Para:' below, Outlook quotes a mail."""
    if re.match(r"^\s*\*?(?:de|from):", line, re.IGNORECASE):
        return any(_FIELD.match(each) for each in following)
    return True
