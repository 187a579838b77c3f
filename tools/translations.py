"""Keep the catalogues complete. Spanish is in the code; English is locale/en.

Sentences come from the Python code, the templates, and the labels of engine/facts.toml.
`python -m tools.translations` adds what is new, drops what is gone and says what is empty;
`--check` changes nothing and fails where English lacks a sentence, loses a placeholder, or a
country's overlay (es_CO …) speaks of a sentence that the code no longer has or loses a placeholder.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "recaudo"
LOCALE = PACKAGE / "locale"
HEAD = "# Recaudo. The sentences are Spanish, in the code; `make translations` keeps this list."
FIRST = datetime(2026, 11, 24, tzinfo=UTC)
PLURALS = {"ngettext", "ngettext_lazy"}
CALLS = {"_", "N_", "gettext", "gettext_lazy", "gettext_noop", *PLURALS}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")

Found = tuple[str | tuple[str, str], str]


def sentences() -> Iterator[Found]:
    """(sentence or its two plural forms, file), in the order of the files."""
    for path in sorted(PACKAGE.rglob("*")):
        shown = str(path.relative_to(PACKAGE))
        if path.suffix == ".py" and "migrations" not in path.parts:
            found = _in_code(path.read_text(encoding="utf-8"))
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            found = _in_template(path.read_text(encoding="utf-8"))
        elif shown == "engine/facts.toml":
            facts = tomllib.loads(path.read_text(encoding="utf-8"))
            found = (fact["label"] for about in facts.values() for fact in about)
        else:
            continue
        for sentence in found:
            yield sentence, shown


def _in_code(source: str) -> Iterator[str | tuple[str, str]]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", None) or getattr(node.func, "attr", "")
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
        if name in PLURALS and len(texts) >= 2:
            yield texts[0], texts[1]
        elif name in CALLS and texts and isinstance(texts[0], str):
            yield texts[0]


def _in_template(source: str) -> Iterator[str | tuple[str, str]]:
    """Django turns a template into calls for the gettext programs to read, with noise around."""
    code = io.BytesIO(templatize(source).encode())
    for _, call, found, _ in extract_python(code, list(CALLS), [], {"encoding": "utf-8"}):
        texts = found if isinstance(found, tuple) else (found,)
        if call in PLURALS:
            yield texts[0], texts[1]
        elif texts and texts[0]:
            yield texts[0]


def main() -> int:
    settings.configure()
    wanted = _empty("en")
    for text, path in sentences():
        wanted.add(text, locations=[(path, 0)])
    if "--check" in sys.argv:
        return _check(wanted)
    return _update(wanted)


def _empty(locale: str) -> Catalog:
    return Catalog(
        locale=locale,
        header_comment=HEAD,
        project="Recaudo",
        version="",
        msgid_bugs_address="",
        last_translator="",
        language_team="",
        charset="utf-8",
        fuzzy=False,
    )


def read(locale: str) -> Catalog:
    path = LOCALE / locale / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return _empty(locale)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def _update(wanted: Catalog) -> int:
    have = read("en")
    # Only sentences change the file, not the day it was made.
    wanted.creation_date = wanted.revision_date = FIRST
    for message in wanted:
        if message.id:
            known = have.get(message.id)
            message.string = known.string if known else message.string
    path = LOCALE / "en" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, wanted, width=100, include_lineno=False, sort_output=True, omit_header=False)
    missing = [message for message in wanted if message.id and not _complete(message)]
    print(f"{len(wanted)} sentences, {len(missing)} without English: {path.relative_to(PACKAGE)}")
    return 0


def _complete(message) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else [message.string]
    return bool(strings) and all(strings)


def _check(wanted: Catalog) -> int:
    wrong = []
    english = read("en")
    for message in wanted:
        if message.id:
            known = english.get(message.id)
            if known is None or not _complete(known):
                wrong.append(f"no English: {message.id!r} ({message.locations[0][0]})")
            elif placeholders(message.id) != placeholders(known.string):
                wrong.append(f"placeholders differ: {message.id!r} / {known.string!r}")
    for overlay in sorted(LOCALE.glob("es_*")):
        for message in read(overlay.name):
            if message.id and wanted.get(message.id) is None:
                wrong.append(f"{overlay.name} speaks of what is gone: {message.id!r}")
            elif message.id and placeholders(message.id) != placeholders(message.string):
                wrong.append(f"{overlay.name}, placeholders: {message.id!r} / {message.string!r}")
    for line in wrong:
        print(line)
    print(f"translations: {len(wanted)} sentences, {len(wrong)} problems")
    return 1 if wrong else 0


def placeholders(text: str | tuple[str, ...]) -> list[str]:
    forms = [text] if isinstance(text, str) else text
    return sorted({found for form in forms for found in PLACEHOLDER.findall(form)})


if __name__ == "__main__":
    sys.exit(main())
