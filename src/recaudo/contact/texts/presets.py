"""The ready texts: from the files under ``ready/`` to versions as they are stored.

A text is put together from its own words and the shared parts of its language, once, so that what
is stored, shown and edited is one whole text without any parts.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from xml.sax.saxutils import escape

from recaudo.contact.texts.layout import compiled

LANGUAGES = ("es", "en")
CHANNELS = ("email", "whatsapp", "sms")


@dataclass(frozen=True, slots=True)
class ReadyVersion:
    language: str
    subject: str
    preview: str
    text: str
    mjml: str
    html: str


@dataclass(frozen=True, slots=True)
class ReadyTemplate:
    """``title`` in Spanish: the list shows one title a key."""

    key: str
    channel: str
    title: str
    purpose: str
    tone: int
    attaches: bool
    versions: tuple[ReadyVersion, ...]


@cache
def ready_templates() -> tuple[ReadyTemplate, ...]:
    """In the order of a document's life, by channel within a key."""
    kinds = _toml("kinds.toml")
    texts = {language: _toml(f"texts.{language}.toml") for language in LANGUAGES}
    return tuple(
        ReadyTemplate(
            key=key,
            channel=channel,
            title=texts["es"][key]["title"],
            purpose=kind["purpose"],
            tone=kind["tone"],
            attaches=kind.get("attaches", False) and channel == "email",
            versions=tuple(
                _version(kind["shape"], texts[language][key], language, channel)
                for language in LANGUAGES
            ),
        )
        for key, kind in kinds.items()
        for channel in CHANNELS
    )


def ready_title(key: str, language: str) -> str:
    """The title of a ready template in ``language``; empty where the key is not one of ours."""
    spoken = "en" if language.startswith("en") else "es"
    return str(_toml(f"texts.{spoken}.toml").get(key, {}).get("title", ""))


def blocks(language: str) -> dict[str, str]:
    """The parts that every ready text of ``language`` (``es``, ``en``) is made of, in Liquid."""
    return _toml(f"blocks.{language}.toml")


def _version(shape: str, own: dict[str, Any], language: str, channel: str) -> ReadyVersion:
    parts = blocks(language)
    if channel == "email":
        mjml = _mjml(shape, own, parts)
        return ReadyVersion(
            language,
            own["subject"],
            own["preview"],
            _email(shape, own, parts),
            mjml,
            compiled(mjml),
        )
    text = _sms(shape, own, parts) if channel == "sms" else _chat(shape, own, parts)
    return ReadyVersion(language, "", "", text, "", "")


def _email(shape: str, own: dict[str, Any], parts: dict[str, str]) -> str:
    blocks = [_greeting(shape, parts), *own["lead"], *_asking(shape, parts), *own["close"]]
    if shape != "private":
        blocks.append(parts["files"])
    if shape == "asks":
        blocks += [parts["if_paid"], parts["question"]]
    blocks += _signed(shape, parts)
    if shape != "private":
        blocks.append(parts["opt_out_email"])
    return _joined(blocks)


def _chat(shape: str, own: dict[str, Any], parts: dict[str, str]) -> str:
    blocks = [_greeting(shape, parts), *own.get("chat", own["lead"]), *_asking(shape, parts)]
    blocks += own["close"]
    if shape == "asks":
        blocks += [parts["if_paid"], parts["question"]]
    blocks += _signed(shape, parts)
    if shape != "private":
        blocks.append(parts["opt_out_chat"])
    return _joined(blocks)


def _signed(shape: str, parts: dict[str, str]) -> list[str]:
    return [parts["signature"], *([parts["legal"]] if shape == "asks" else [])]


def _greeting(shape: str, parts: dict[str, str]) -> str:
    return parts["greeting_private" if shape == "private" else "greeting"]


def _asking(shape: str, parts: dict[str, str]) -> list[str]:
    if shape == "asks":
        return [parts["items"], parts["total"], parts["pay"]]
    return [parts["items"]] if shape == "lists" else []


def _sms(shape: str, own: dict[str, Any], parts: dict[str, str]) -> str:
    """The first line tells nothing to whoever sees it on the locked screen (F20)."""
    if shape == "private":
        return str(own["sms"])
    lines = [parts["sms_first"], own["sms"]]
    if shape == "asks":
        lines[1] = f"{own['sms']} {parts['sms_as_of']} {parts['sms_pay']}"
        lines.append(parts["sms_if_paid"])
    lines.append(parts["opt_out_sms"])
    return "\n".join(lines)


def _mjml(shape: str, own: dict[str, Any], parts: dict[str, str]) -> str:
    items = pay = ""
    if shape in ("asks", "lists"):
        items = _raw("items.mjml")
    if shape == "asks":
        pay = _raw("pay.mjml")
    after = [parts["if_paid"], parts["question"]] if shape == "asks" else []
    page = _raw("layout.mjml")
    if shape == "private":
        page = _without_opt_out(page)
    filled = (
        page.replace("[[greeting]]", _greeting(shape, parts))
        .replace("[[lead]]", _paragraphs(own["lead"]))
        .replace("[[items]]", items)
        .replace("[[close]]", _paragraphs(own["close"]))
        .replace("[[files]]", "" if shape == "private" else _paragraphs([parts["files"]]))
        .replace("[[pay]]", pay)
        .replace("[[after]]", _paragraphs(after))
        .replace("[[legal_line]]", _legal_line(shape, parts))
        .replace("[[subject]]", escape(own["subject"]))
    )
    for name, value in parts.items():
        filled = filled.replace(f"[[{name}]]", value)
    return "\n".join(line for line in filled.splitlines() if line.strip()) + "\n"


def _legal_line(shape: str, parts: dict[str, str]) -> str:
    return parts["legal"].replace("{% endif %}", "<br />{% endif %}") if shape == "asks" else ""


def _without_opt_out(page: str) -> str:
    """A message for another person speaks of no earlier messages."""
    start = page.index('{% if links.unsubscribe != "" %}')
    end = page.index("{% endif %}", start) + len("{% endif %}")
    return page[:start] + page[end:]


def _paragraphs(texts: list[str]) -> str:
    return "\n".join(f"        <mj-text>{text}</mj-text>" for text in texts)


def _joined(blocks: list[str]) -> str:
    return "\n\n".join(block.strip("\n") for block in blocks if block) + "\n"


@cache
def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads(_raw(name))


@cache
def _raw(name: str) -> str:
    return files("recaudo.contact.texts").joinpath(f"ready/{name}").read_text("utf-8")
