"""Which reading does a file get: with the mapping given, the remembered one, or none."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping as Dict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from django_scopes import scope

from recaudo.core.calendar import local_day
from recaudo.core.problems import Problem
from recaudo.intake.models import SavedMapping
from recaudo.intake.reading import Hints, Mapping, open_file, parse_mapping
from recaudo.intake.reading.contract import Reading
from recaudo.intake.reading.mapping import OWN_PREFIX

if TYPE_CHECKING:
    from recaudo.access.models import Creditor

MODES = ("incremental", "snapshot")


@dataclass(frozen=True)
class Opened:
    """A file ready to be read, and what it speaks for.

    ``is_exact``: balances count as of ``as_of``, up and down (a snapshot). ``closes``: what it does
    not name is closed; never for a file of mended rows, which is a part of a file.
    """

    reading: Reading
    file_name: str
    sha256: str
    mode: str
    scope: dict[str, str]
    as_of: date
    is_remembered: bool
    is_mended: bool

    @property
    def is_exact(self) -> bool:
        return self.mode == "snapshot"

    @property
    def closes(self) -> bool:
        return self.is_exact and not self.is_mended


def open_for(
    creditor: Creditor,
    path: str | Path,
    *,
    mapping: str | None = None,
    answers: Dict[str, str] | None = None,
    mode: str | None = None,
    as_of: date | None = None,
    file_name: str | None = None,
) -> Opened:
    """Open ``path`` as ``creditor``'s. The day of the balances is ``as_of``, else the day that the
    file prints, else the creditor's today.

    Raises Problem ``mode_unknown`` and whatever reading raises.
    """
    today = local_day(datetime.now(UTC), creditor.timezone)
    hints = Hints(creditor.country, creditor.currency, as_of or today)
    chosen = parse_mapping(mapping) if mapping else None
    reading = open_file(path, mapping=chosen, answers=answers, hints=hints)
    remembered = None if mapping else _remembered(creditor, reading.fingerprint)
    if remembered is not None:
        reading = open_file(path, mapping=remembered, answers=answers, hints=hints)
        chosen = remembered
    printed = reading.printed_as_of
    if as_of is None and printed is not None and printed != today:
        hints = replace(hints, as_of=printed)
        reading = open_file(path, mapping=chosen, answers=answers, hints=hints)
    wanted = mode or reading.mode or "incremental"
    if wanted not in MODES:
        raise Problem("mode_unknown", mode=wanted, known=list(MODES))
    return Opened(
        reading=reading,
        file_name=file_name or Path(path).name,
        sha256=_sha256(path),
        mode=wanted,
        scope=dict(reading.scope),
        as_of=hints.as_of or today,
        is_remembered=remembered is not None,
        is_mended=any(each.heading.casefold().startswith(OWN_PREFIX) for each in reading.columns),
    )


def parameters(
    creditor: Creditor, opened: Opened, batch_id: int | None = None
) -> dict[str, object]:
    """What the statements over the staged rows may name."""
    fields = {each.field for each in opened.reading.columns}
    return {
        "creditor": creditor.pk,
        "currency": creditor.currency,
        "country": creditor.country,
        "language": creditor.language,
        "as_of": opened.as_of,
        "batch": batch_id,
        "is_exact": opened.is_exact,
        "has_amount": "amount" in fields,
        # Balances by age have no column of their own.
        "has_balance": "open_amount" in fields or "amount" not in fields,
        "branch": opened.scope.get("branch"),
        "product": opened.scope.get("product"),
        "inferred": "corte",
    }


def _remembered(creditor: Creditor, fingerprint: str) -> Mapping | None:
    with scope(creditor=creditor):
        saved = SavedMapping.objects.filter(creditor=creditor, fingerprint=fingerprint).first()
    return parse_mapping(saved.toml) if saved else None


def _sha256(path: str | Path) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
