"""PDF by typst: a compiler kept at hand, fed with JSON, that opens no file but its templates.

The fonts are those inside typst's own wheel, never the machine's, so that a statement looks the
same wherever it is made. Nothing is fetched: the templates use no packages.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

import typst

FOLDER = Path(__file__).parent / "paper"
#: The compiler remembers what it has set; after so many it is made anew and the memory given back.
RENEW_AFTER = 2_000


class _Press:
    """One compiler a process; one page at a time goes through it."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.compiler: Any = None
        self.made = 0

    def pdf(self, template: str, sheet: dict[str, Any], at: datetime | None) -> bytes:
        with self.lock:
            if self.compiler is None or self.made >= RENEW_AFTER:
                self.compiler = typst.Compiler(root=str(FOLDER), ignore_system_fonts=True)
                self.made = 0
            self.made += 1
            made: bytes = self.compiler.compile(
                str(FOLDER / template),
                format="pdf",
                sys_inputs={"sheet": json.dumps(sheet, ensure_ascii=False)},
                timestamp=at and at.astimezone(UTC).replace(microsecond=0),
            )
            return made


_PRESS = _Press()


def pdf_of(template: str, sheet: dict[str, Any], *, at: datetime | None = None) -> bytes:
    """``template`` of ``paper/`` set with ``sheet``; the same ``at`` gives the same bytes."""
    return _PRESS.pdf(template, sheet, at)
