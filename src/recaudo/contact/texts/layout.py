"""MJML with Liquid in it → HTML with Liquid in it, once, when a version is saved.

The compiler knows XML and no Liquid: every ``{{ … }}`` and ``{% … %}`` is exchanged for a mark, and
comes back afterwards. Marks that stand between components get the ``mj-raw`` that MJML asks for.
"""

from __future__ import annotations

import html
import re
from functools import lru_cache

import mrml
from inscriptis import get_text
from inscriptis.model.config import ParserConfig
from lxml import etree

from recaudo.core.problems import Problem

MJML_MAX = 60_000
_LIQUID = re.compile(r"\{\{.{0,400}?\}\}|\{%.{0,400}?%\}", re.DOTALL)
_MARK = re.compile(r"LQ(\d{4})QL")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_XML_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}
#: Where only components may stand.
STRUCTURE = {"mj-body", "mj-wrapper", "mj-section", "mj-group", "mj-column", "mj-hero"}
#: What runs, loads or asks for something has no place in a message.
FORBIDDEN = {
    "script",
    "iframe",
    "object",
    "embed",
    "form",
    "input",
    "button",
    "link",
    "meta",
    "base",
    "mj-include",
    "mj-font",
}
_LINKS = {"href", "src", "background", "background-url", "action", "formaction"}


@lru_cache(maxsize=512)
def compiled(mjml: str) -> str:
    """The HTML of ``mjml``; empty for an empty one.

    Raises Problem ``mjml_too_long``, ``mjml_invalid`` (line, what the reader said), ``html_active``
    (an element or attribute that a message may not have).
    """
    if not mjml.strip():
        return ""
    if len(mjml) > MJML_MAX:
        raise Problem("mjml_too_long", length=len(mjml), limit=MJML_MAX)
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found.group())
        return f"LQ{len(kept) - 1:04d}QL"

    marked = _LIQUID.sub(keep, _entities_as_letters(mjml))
    if len(kept) > 9_999:
        raise Problem("mjml_too_long", length=len(kept), limit=9_999)
    root = _read(marked)
    _refuse_active(root, kept)
    _wrap_marks(root)
    try:
        made = mrml.to_html(etree.tostring(root, encoding="unicode")).content
    except (OSError, ValueError) as error:
        raise Problem("mjml_invalid", line=0, detail=str(error)[:200]) from error
    return _MARK.sub(lambda found: kept[int(found.group(1))], made)


def text_of(page: str) -> str:
    """Plain text of an HTML page, Liquid in it left as it is: for who reads no HTML."""
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found.group())
        return f"LQ{len(kept) - 1:04d}QL"

    marked = _LIQUID.sub(keep, page)
    told = get_text(marked, ParserConfig(display_links=True)) if marked.strip() else ""
    lines = [line.strip() for line in told.splitlines()]
    joined = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return _MARK.sub(lambda found: kept[int(found.group(1))], joined)


def _entities_as_letters(mjml: str) -> str:
    """``&nbsp;`` and its like are HTML, which the XML reader does not know."""
    return _ENTITY.sub(
        lambda found: (
            found.group() if found.group(1) in _XML_ENTITIES else html.unescape(found.group())
        ),
        mjml,
    )


def _read(marked: str) -> etree._Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
    if "<!DOCTYPE" in marked.upper() or "<!ENTITY" in marked.upper():
        raise Problem("mjml_invalid", line=1, detail="DOCTYPE")
    try:
        root = etree.fromstring(marked.encode(), parser)
    except etree.XMLSyntaxError as error:
        line = error.lineno or 0
        raise Problem("mjml_invalid", line=line, detail=str(error.msg)[:200]) from error
    if root.tag != "mjml":
        raise Problem("mjml_invalid", line=1, detail=f"<{root.tag}>")
    return root


def _refuse_active(root: etree._Element, kept: list[str]) -> None:
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag.lower() in FORBIDDEN:
            raise Problem("html_active", line=element.sourceline or 0, found=f"<{element.tag}>")
        for name, value in element.attrib.items():
            key = str(name).lower()
            if key.startswith("on") or (key in _LINKS and not _is_harmless(str(value), kept)):
                raise Problem("html_active", line=element.sourceline or 0, found=key)


def _is_harmless(address: str, kept: list[str]) -> bool:
    """https, mailto, tel, or one of our own variables at the start."""
    text = address.strip()
    first = _MARK.match(text)
    if first:
        return kept[int(first.group(1))].startswith("{{")
    return text.lower().startswith(("https://", "mailto:", "tel:")) or not text


def _wrap_marks(root: etree._Element) -> None:
    """Marks between components stand in an ``mj-raw`` of their own."""
    for element in list(root.iter(*STRUCTURE)):
        if element.text and _MARK.search(element.text):
            raw = _raw(element.text)
            element.text = None
            element.insert(0, raw)
        for child in list(element):
            if child.tail and _MARK.search(child.tail):
                raw = _raw(child.tail)
                child.tail = None
                child.addnext(raw)


def _raw(text: str) -> etree._Element:
    raw = etree.Element("mj-raw")
    raw.text = text.strip()
    return raw
