"""Keep the catalogues complete. Spanish is in the code; English is locale/en.

`python -m tools.translations` adds what is new, drops what is gone and says what is empty;
`--check` changes nothing and fails where English lacks a sentence, loses a placeholder, or a
country's overlay (es_CO …) speaks of a sentence that the code no longer has.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "recaudo"
LOCALE = PACKAGE / "locale"
CALLS = {
    "_": None,
    "N_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def sentences() -> Iterator[tuple[str | tuple[str, ...], str | None, str]]:
    """(sentence or its plural forms, context, file) of all the code and templates."""
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix == ".py" and "migrations" not in path.parts:
            source = path.read_text(encoding="utf-8")
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            source = templatize(path.read_text(encoding="utf-8"))
        else:
            continue
        shown = str(path.relative_to(PACKAGE))
        calls = extract_python(io.BytesIO(source.encode()), list(CALLS), [], {"encoding": "utf-8"})
        for _, call, found, _ in calls:
            parts = found if isinstance(found, tuple) else (found,)
            context = None
            if call.startswith("pgettext"):
                context, parts = parts[0], parts[1:]
            if call.startswith("ngettext"):
                yield (parts[0], parts[1]), None, shown
            elif parts and parts[0]:
                yield parts[0], context, shown


def main() -> int:
    settings.configure()
    wanted = Catalog(locale="en", project="Recaudo", charset="utf-8")
    for text, context, path in sentences():
        wanted.add(text, context=context, locations=[(path, 0)])
    if "--check" in sys.argv:
        return _check(wanted)
    return _update(wanted)


def _read(locale: str) -> Catalog:
    path = LOCALE / locale / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return Catalog(locale=locale, project="Recaudo", charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def _update(wanted: Catalog) -> int:
    have = _read("en")
    for message in wanted:
        if message.id:
            known = have.get(message.id, context=message.context)
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
    english = _read("en")
    for message in wanted:
        if not message.id:
            continue
        known = english.get(message.id, context=message.context)
        if known is None or not _complete(known):
            wrong.append(f"no English: {message.id!r} ({message.locations[0][0]})")
        elif isinstance(message.id, str) and _placeholders(message.id) != _placeholders(
            known.string
        ):
            wrong.append(f"placeholders differ: {message.id!r} / {known.string!r}")
    for overlay in sorted(LOCALE.glob("es_*")):
        for message in _read(overlay.name):
            if message.id and wanted.get(message.id, context=message.context) is None:
                wrong.append(f"{overlay.name} speaks of what is gone: {message.id!r}")
    for line in wrong:
        print(line)
    print(f"translations: {len(wanted)} sentences, {len(wrong)} problems")
    return 1 if wrong else 0


def _placeholders(text: str) -> list[str]:
    return sorted(set(PLACEHOLDER.findall(text)))


if __name__ == "__main__":
    sys.exit(main())
