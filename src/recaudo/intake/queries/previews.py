"""What would this file do? All that a person must see before bringing it in; nothing is written."""

from __future__ import annotations

import json
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import transaction
from django_scopes import scope

from recaudo.intake.queries.closings import looks_partial
from recaudo.intake.queries.cuadre import find_cuadre
from recaudo.intake.queries.deciding import decide, tune
from recaudo.intake.queries.findings import Closing, Cuadre, RowProblem
from recaudo.intake.queries.opening import Opened, open_for, parameters
from recaudo.intake.queries.staging import Staging, drop, stage
from recaudo.intake.reading.contract import Column, Notice, Question, Source

if TYPE_CHECKING:
    from recaudo.access.models import Creditor


@dataclass(frozen=True)
class Preview:
    """While ``questions`` is not empty nothing below ``columns`` is known and all counts are 0.

    ``mapping_toml`` is what would be remembered; ``is_remembered`` says that a saved mapping
    was used. ``new + updated + unchanged + rejected = rows``. ``problems`` are the first
    ``PROBLEMS_SHOWN`` rejected rows, ``by_code`` counts all. ``closings`` is per currency and
    empty for an incremental file; ``looks_partial`` says that the import will be refused as
    ``corte_parece_parcial`` unless that is accepted with a reason.
    """

    file_name: str
    sha256: str
    source: Source
    columns: tuple[Column, ...]
    questions: tuple[Question, ...]
    fingerprint: str
    mapping_toml: str
    is_remembered: bool
    mode: str
    scope: Dict[str, str]  # e.g. {"branch": "Cali"}
    as_of: date
    rows: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    new_customers: int = 0
    new_documents: int = 0
    new_credits: int = 0
    skipped: Dict[str, int] = field(default_factory=dict)
    problems: tuple[RowProblem, ...] = ()
    by_code: Dict[str, int] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()
    cuadre: Cuadre | None = None
    closings: tuple[Closing, ...] = ()
    close_limit_pct: int = 0
    looks_partial: bool = False


PROBLEMS_SHOWN = 50


def preview(
    creditor: Creditor,
    path: str | Path,
    mapping: str | None = None,
    answers: Dict[str, str] | None = None,
    *,
    mode: str | None = None,
    as_of: date | None = None,
    control_total: Decimal | None = None,
    file_name: str | None = None,
) -> Preview:
    """Read the whole file and say what importing it would do.

    ``mapping`` is TOML text; without it a remembered mapping is used, else headings are recognised.
    ``answers`` are by ``Question.key``. ``mode`` overrides the mapping's; ``as_of`` (the day of the
    balances) defaults to the day the file prints, else the creditor's today.
    Raises Problem for a file that cannot be read at all (``reading``'s codes).
    """
    opened = open_for(
        creditor, path, mapping=mapping, answers=answers, mode=mode, as_of=as_of,
        file_name=file_name,
    )  # fmt: skip
    seen = _seen(opened)
    if seen.questions:
        return replace(seen, close_limit_pct=creditor.snapshot_close_limit_pct)
    with scope(creditor=creditor), transaction.atomic():
        tune()
        staging = stage(opened.reading, parameters(creditor, opened))
        try:
            decided = decide(staging, opened.reading, opened.scope, closes=opened.closes)
            cuadre = find_cuadre(staging, opened.reading, control_total)
            problems = first_problems(staging, opened.reading.columns, PROBLEMS_SHOWN)
        finally:
            drop()
    counts, limit = decided.counts, creditor.snapshot_close_limit_pct
    return replace(
        seen,
        rows=counts.rows,
        new=counts.new,
        updated=counts.updated,
        unchanged=counts.unchanged,
        rejected=counts.rejected,
        new_customers=counts.new_customers,
        new_documents=counts.new_documents,
        new_credits=counts.new_credits,
        skipped=opened.reading.summary.skipped,
        problems=problems,
        by_code=counts.by_code,
        notices=decided.notices,
        cuadre=cuadre,
        closings=decided.closings,
        close_limit_pct=limit,
        looks_partial=looks_partial(decided.closings, limit),
    )


def _seen(opened: Opened) -> Preview:
    """What opening alone tells."""
    reading = opened.reading
    return Preview(
        file_name=opened.file_name,
        sha256=opened.sha256,
        source=reading.source,
        columns=reading.columns,
        questions=reading.questions,
        fingerprint=reading.fingerprint,
        mapping_toml=reading.mapping_toml,
        is_remembered=opened.is_remembered,
        mode=opened.mode,
        scope=opened.scope,
        as_of=opened.as_of,
    )


def first_problems(
    staging: Staging, columns: tuple[Column, ...], limit: int
) -> tuple[RowProblem, ...]:
    """The first rejected rows in file order, those that reading refused and those that the ledger
    does; ``column`` is the heading."""
    headings = {each.field: each.heading for each in reversed(columns) if each.field}
    rows = staging.read(
        """SELECT sheet, row_no, "column", value, code, facts::text, FALSE FROM in_reject
        UNION ALL
        SELECT r.sheet, r.row_no, COALESCE(v."column", ''), COALESCE(v.value, ''), v.code,
               COALESCE(v.facts, '{}')::text, TRUE
        FROM in_verdict v JOIN in_row r ON r.seq = v.seq WHERE v.status = 'rejected'
        ORDER BY 1, 2 LIMIT %(limit)s""",
        limit=limit,
    )
    return tuple(
        RowProblem(sheet, row_no, headings.get(column, column) if is_ours else column, value,
                   code, json.loads(facts))
        for sheet, row_no, column, value, code, facts, is_ours in rows
    )  # fmt: skip
