"""Bringing one file in: read, stage, decide, write, in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from collections.abc import Mapping as Dict
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.db.models.functions import Now
from django_scopes import scope

from recaudo.audit.actions import record_change
from recaudo.core.problems import Problem
from recaudo.intake.actions.batches import (
    begin,
    database_problem,
    fail,
    move_on,
    one_at_a_time,
)
from recaudo.intake.actions.rejects import add_refused, keep_rejects, write_rejects_file
from recaudo.intake.actions.writing import PHASES, Written, write
from recaudo.intake.models import ImportBatch, SavedMapping
from recaudo.intake.queries.closings import looks_partial
from recaudo.intake.queries.cuadre import find_cuadre
from recaudo.intake.queries.deciding import Decided, decide, tune
from recaudo.intake.queries.findings import Cuadre
from recaudo.intake.queries.opening import Opened, open_for, parameters
from recaudo.intake.queries.staging import Staging, drop, stage
from recaudo.intake.reading import parse_mapping
from recaudo.intake.reading.contract import Question
from recaudo.intake.reading.mapping import to_toml
from recaudo.payments.actions.refusals import ledger_rules

if TYPE_CHECKING:
    from recaudo.access.models import Creditor, User

#: After so many new documents the planner is told what the tables now look like.
_MANY = 20_000
_GROWN = (
    *("portfolio_customer", "portfolio_contactpoint", "portfolio_assignment"),
    *("portfolio_document", "payments_credit", "payments_application"),
)
Progress = Callable[[int, int | None], None]
#: What a person may say that a file holds, and the records that it then may have.
KINDS: Dict[str, frozenset[str]] = {
    "documents": frozenset({"document", "credit", "customer"}),
    "customers": frozenset({"customer"}),
    "payments": frozenset({"payment"}),
    "rates": frozenset({"rate"}),
}


@dataclass(frozen=True)
class Accepted:
    """What the person typed and agreed to: the control total, and reasons (F1, F3)."""

    control_total: Decimal | None
    difference: str
    partial: str
    kind: str | None = None


def import_file(
    creditor: Creditor,
    path: str | Path,
    *,
    mapping: str | None = None,
    mode: str | None = None,
    control_total: Decimal | None = None,
    kind: str | None = None,
    accept_difference: str = "",
    accept_partial: str = "",
    answers: Dict[str, str] | None = None,
    as_of: date | None = None,
    by: User | None = None,
    origin: str,
    on_progress: Progress | None = None,
    batch: ImportBatch | None = None,
    file_name: str | None = None,
) -> dict[str, Any]:
    """Bring the file in and give the result, amounts as strings.

    ``{"batch", "rows", "accepted", "unchanged", "updated", "rejected", "rejects_file",
    "control_total", "difference", "customers", "documents", "credits", "seconds"}``;
    accepted + unchanged + updated + rejected = rows. ``customers``, ``documents`` and ``credits``
    count what is new in the ledger. ``mapping`` is TOML text; without it a remembered one is used.
    ``kind`` (``payments`` …): the file must hold nothing else. ``accept_difference`` and
    ``accept_partial`` are reasons. ``on_progress`` gets rows read so far (total None), then phases
    written of all.
    All or nothing: whatever stops it, the ledger is as it was and the same call may be repeated.
    Raises Problem: ``needs_answer``, ``import_kind_unknown``, ``import_kind_differs``,
    ``file_without_rows``, ``cuadre_no_cuadra``, ``corte_parece_parcial``, ``import_running``,
    ``disk_full``, ``database_gone``, and whatever reading raises.
    """
    started = time.monotonic()
    accepted = Accepted(control_total, accept_difference.strip(), accept_partial.strip(), kind)
    if kind is not None and kind not in KINDS:
        raise Problem("import_kind_unknown", kind=kind, known=list(KINDS))
    progress = on_progress or (lambda done, total: None)
    with scope(creditor=creditor):
        try:
            opened = open_for(
                creditor, path, mapping=mapping, answers=answers, mode=mode, as_of=as_of,
                file_name=file_name,
            )  # fmt: skip
            refuse_questions(opened.file_name, opened.reading.questions)
        except Problem as problem:
            if batch is not None:
                fail(batch, problem)
            raise
        with one_at_a_time(creditor):
            batch = begin(creditor, opened, batch, by=by, origin=origin)
            try:
                return _bring_in(batch, opened, accepted, by, origin, progress, started)
            except Exception as error:
                told = database_problem(error)
                fail(batch, told or error)
                if told is None:
                    raise
                raise told from error
            finally:
                drop()


def refuse_questions(file_name: str, questions: tuple[Question, ...]) -> None:
    """Raises Problem ``needs_answer`` with the questions and how each is answered."""
    if not questions:
        return
    raise Problem(
        "needs_answer",
        file=file_name,
        keys=[each.key for each in questions],
        how="; ".join(f"--answer '{each.key}={'|'.join(each.choices)}'" for each in questions),
        questions=[asdict(each) for each in questions],
    )


def _bring_in(
    batch: ImportBatch,
    opened: Opened,
    accepted: Accepted,
    by: User | None,
    origin: str,
    progress: Progress,
    started: float,
) -> dict[str, Any]:
    def on_rows(done: int) -> None:
        move_on(batch, "reading", done)
        progress(done, None)

    staging = stage(opened.reading, parameters(batch.creditor, opened, batch.pk), on_rows)
    _only(staging, accepted.kind)
    move_on(batch, "writing", staging.rows + staging.rejects)
    done = 0

    def on_phase() -> None:
        nonlocal done
        done += 1
        progress(done, len(PHASES) + 1)

    with ledger_rules(batch=batch.pk), transaction.atomic():
        tune()
        decided = decide(staging, opened.reading, opened.scope, closes=opened.closes)
        cuadre = find_cuadre(staging, opened.reading, accepted.control_total)
        _refuse_differences(batch, decided, cuadre, accepted)
        on_phase()
        add_refused(staging, opened.reading)
        written = write(staging, on_phase)
        keep_rejects(staging)
        _remember(batch, opened)
        result = _finish(batch, decided, cuadre, accepted, written, started)
        record_change(
            "import",
            creditor=batch.creditor,
            by=by,
            origin=origin,
            subject="import_batch",
            subject_id=batch.pk,
            **{name: value for name, value in result.items() if name != "rejects_file"},
            mode=batch.mode,
            difference_reason=batch.difference_reason,
            partial_reason=accepted.partial if decided.closings else "",
            closed=sum(each.documents for each in decided.closings),
            differences=written.differences,
        )
    if written.documents >= _MANY:
        _refresh_statistics()
    return result


def _only(staging: Staging, kind: str | None) -> None:
    """Whoever said what the file holds is told when it holds something else (a corte taken for a
    list of payments would close documents)."""
    if kind is None:
        return
    found = {record for (record,) in staging.read("SELECT DISTINCT record FROM in_row")}
    others = sorted(found - KINDS[kind])
    if others:
        raise Problem("import_kind_differs", kind=kind, found=others)


def _refuse_differences(
    batch: ImportBatch, decided: Decided, cuadre: Cuadre, accepted: Accepted
) -> None:
    """Nothing is written that does not add up or closes too much, unless a reason is given."""
    if not decided.counts.rows:
        raise Problem("file_without_rows", file=batch.file_name)
    limit = batch.creditor.snapshot_close_limit_pct
    if looks_partial(decided.closings, limit) and not accepted.partial:
        worst = max(decided.closings, key=lambda each: each.pct)
        raise Problem(
            "corte_parece_parcial",
            documents=worst.documents,
            amount=worst.amount,
            balance=worst.balance,
            currency=worst.currency,
            pct=worst.pct,
            limit=limit,
        )
    if not cuadre.adds_up and not accepted.difference:
        raise Problem(
            "cuadre_no_cuadra",
            imported=cuadre.imported,
            control_total=cuadre.control_total,
            difference=cuadre.difference,
            printed_in=cuadre.printed_in,
            by_customer=[
                {"customer": each.customer, "rows": each.rows, "amount": each.amount}
                for each in cuadre.by_customer
            ],
        )


def _remember(batch: ImportBatch, opened: Opened) -> None:
    """The next file with these headings needs no mapping and no answers."""
    if opened.is_mended:
        return
    mapping = parse_mapping(opened.reading.mapping_toml)
    mapping = replace(mapping, mode=mapping.mode or opened.mode)
    SavedMapping.objects.update_or_create(
        creditor=batch.creditor,
        fingerprint=opened.reading.fingerprint,
        defaults={
            "name": mapping.name or opened.file_name,
            "toml": to_toml(mapping),
            "updated_at": Now(),
        },
    )


def _finish(
    batch: ImportBatch,
    decided: Decided,
    cuadre: Cuadre,
    accepted: Accepted,
    written: Written,
    started: float,
) -> dict[str, Any]:
    counts = decided.counts
    rejects_file = write_rejects_file(batch)
    result = {
        "batch": batch.pk,
        "rows": counts.rows,
        "accepted": counts.new,
        "unchanged": counts.unchanged,
        "updated": counts.updated,
        "rejected": counts.rejected,
        "rejects_file": str(rejects_file) if rejects_file else None,
        "control_total": _amount(cuadre.control_total),
        "difference": _amount(cuadre.difference),
        "customers": written.customers,
        "documents": written.documents,
        "credits": written.credits,
        "seconds": round(time.monotonic() - started, 2),
    }
    batch.rows, batch.accepted, batch.unchanged = counts.rows, counts.new, counts.unchanged
    batch.updated, batch.rejected = counts.updated, counts.rejected
    batch.imported_total = cuadre.imported
    batch.control_total, batch.difference = cuadre.control_total, cuadre.difference
    batch.difference_reason = accepted.difference if cuadre.difference else ""
    batch.result = {
        **result,
        "imported": _amount(cuadre.imported),
        "totals": {currency: _amount(total) for currency, total in cuadre.totals.items()},
        "by_code": dict(counts.by_code),
        "notices": [
            {"code": each.code, "facts": {**each.told, "examples": list(each.examples)}}
            for each in decided.notices
        ],
        "closed": [
            {
                "currency": each.currency,
                "documents": each.documents,
                "amount": _amount(each.amount),
            }
            for each in decided.closings
        ],
    }
    batch.state, batch.finished_at = "done", Now()
    batch.save()
    return result


def _amount(value: Decimal | None) -> str | None:
    """With two decimals, or all of them where there are more."""
    if value is None:
        return None
    cents = value.quantize(Decimal("0.01"))
    return format(cents if cents == value else value, "f")


def _refresh_statistics() -> None:
    with connection.cursor() as cursor:
        for table in _GROWN:
            cursor.execute(f"ANALYZE {table}")
