"""Applying a run's result: facts, decisions, stays, messages and tasks, in the open transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection
from django.db.backends.utils import CursorWrapper

from recaudo.access.models import Creditor
from recaudo.engine.plan import Plan
from recaudo.engine.result import Result
from recaudo.strategy.actions import relations
from recaudo.strategy.actions.acts import Writing, write_acts
from recaudo.strategy.actions.earlier import withdraw_pointless, write_stays
from recaudo.strategy.actions.messages import spread
from recaudo.strategy.actions.notices import Seen, staged
from recaudo.strategy.actions.relations import DECISIONS, DOCUMENT_DECISIONS, FACTS, Relation
from recaudo.strategy.book import Book
from recaudo.strategy.judging import place_of
from recaudo.strategy.models import Run

NOT_STORED = {"segment_entered_on"}
FIGURES = {"balance": "claimable_balance", "overdue": "overdue_balance", "max_dpd": "max_dpd"}

Filled = list[tuple[Relation, str]]


@dataclass(frozen=True, slots=True)
class Written:
    """``notices``: messages among today's acts that are no collection step; ``later``: messages
    that the daily cap moves on; ``changes``: what was added and withdrawn."""

    notices: int
    later: int
    changes: dict[str, int]


def fill_whole(run: Run, result: Result) -> Filled:
    """The facts and decisions in tables of their own, which nobody sees yet."""
    with connection.cursor() as cursor:
        return _fill(cursor, run, result, whole=True)


def write_whole(
    run: Run,
    creditor: Creditor,
    book: Book,
    plan: Plan,
    result: Result,
    filled: Filled,
    *,
    since: Seen | None,
) -> Written:
    """Make ``result``, with what ``fill_whole`` made of it, the creditor's newest word."""
    with connection.cursor() as cursor:
        written = _write(cursor, run, creditor, book, plan, result, filled, None, since)
        relations.swap(cursor, filled, creditor.pk)
        later = spread(cursor, creditor, run.as_of) if creditor.released_at else 0
    return Written(written[0], later, written[1])


def write_some(
    run: Run,
    creditor: Creditor,
    book: Book,
    plan: Plan,
    result: Result,
    customers: Sequence[int],
    *,
    since: Seen | None,
) -> None:
    """Put the result for these customers in place of what the day's run had said of them."""
    with connection.cursor() as cursor:
        filled = _fill(cursor, run, result, whole=False)
        _write(cursor, run, creditor, book, plan, result, filled, customers, since)
        relations.replace_some(cursor, filled, creditor.pk, customers)


def _fill(cursor: CursorWrapper, run: Run, result: Result, *, whole: bool) -> Filled:
    tables = {
        FACTS: result["customer_facts"],
        DECISIONS: _with_figures(result["decisions"], result["customer_facts"]),
        DOCUMENT_DECISIONS: result["document_decisions"],
    }
    return [
        (
            relation,
            relations.fill(
                cursor,
                relation,
                _stored(rows),
                creditor_id=run.creditor_id,
                run_id=run.pk,
                whole=whole,
            ),
        )
        for relation, rows in tables.items()
    ]


def _with_figures(decisions: pa.Table, facts: pa.Table) -> pa.Table:
    """The decisions with the facts that lists order by. Both hold every customer once, by id."""
    if decisions["customer_id"] != facts["customer_id"]:
        facts = decisions.select(["customer_id"]).join(facts, "customer_id").sort_by("customer_id")
    for name, fact in FIGURES.items():
        decisions = decisions.append_column(name, facts[fact])
    return decisions.append_column("has_collector", pc.not_equal(facts["collector"], ""))


def _stored(rows: pa.Table) -> pa.Table:
    return rows.drop_columns([name for name in rows.column_names if name in NOT_STORED])


def _write(
    cursor: CursorWrapper,
    run: Run,
    creditor: Creditor,
    book: Book,
    plan: Plan,
    result: Result,
    filled: Filled,
    customers: Sequence[int] | None,
    since: Seen | None,
) -> tuple[int, dict[str, int]]:
    names = dict(filled)
    writing = Writing(
        creditor_id=creditor.pk,
        currency=creditor.currency,
        zone=creditor.timezone,
        run_id=run.pk,
        as_of=run.as_of,
        is_released=creditor.released_at is not None,
        run_ids=_own_runs(creditor, run),
        decisions=names[DECISIONS],
        document_decisions=names[DOCUMENT_DECISIONS],
        customers=customers,
    )
    acts, items = staged(
        cursor, writing, result, book.text.notices, since=since, place=place_of(creditor)
    )
    changes = write_acts(cursor, writing, acts, items)
    earlier = withdraw_pointless(
        cursor, writing, plan, facts=names[FACTS], quarantined=_quarantined(result)
    )
    for name, count in earlier.items():
        changes[name] += count
    write_stays(cursor, writing, result["stays"])
    return len(acts) - len(result["acts"]), changes


def _own_runs(creditor: Creditor, run: Run) -> list[int]:
    """The day's runs; before the release also every earlier one, for nothing of theirs is out."""
    runs = Run.objects.filter(creditor=creditor)
    if creditor.released_at is not None:
        runs = runs.filter(as_of=run.as_of)
    return list(runs.values_list("pk", flat=True))


def _quarantined(result: Result) -> list[int]:
    rows = result["quarantine"]
    documents = rows.filter(pc.equal(rows["relation"], "open_documents"))
    ids: list[int] = documents["row_id"].to_pylist()
    return ids
