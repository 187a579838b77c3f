"""Today's work in figures, for the home page."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection
from django_scopes import scope

from recaudo.core.money import from_ten_thousandths
from recaudo.engine.result import STATED_HOLDS
from recaudo.strategy.models import Run
from recaudo.strategy.queries.facts import among_visible

if TYPE_CHECKING:
    from recaudo.access.models import Creditor, User


@dataclass(frozen=True, slots=True)
class Count:
    """How many of ``code`` and what they owe (creditor's currency)."""

    code: str
    count: int
    balance: Decimal


@dataclass(frozen=True, slots=True)
class LastRun:
    run_id: int
    as_of: date
    state: str
    finished_at: datetime | None
    quarantined: int
    without_next_action: int


@dataclass(frozen=True, slots=True)
class Today:
    """``tasks`` by kind, open (proposed before the release); ``late_tasks`` of them past their
    deadline (S1-17). ``messages`` by channel, planned or proposed and not past their window.
    ``segments`` and ``reasons`` by customer, largest balance first; who owes nothing is left out.
    ``held``: customers for whom nothing happens because of a stated hold; ``unassigned``: owing
    customers without a collector; ``uncovered``: owing, not held, without any next step.
    ``last_run`` None: nothing has run yet.
    """

    last_run: LastRun | None
    is_released: bool
    tasks: list[Count]
    late_tasks: int
    messages: list[Count]
    segments: list[Count]
    reasons: list[Count]
    customers: int
    held: int
    unassigned: int
    uncovered: int


def today(creditor: Creditor, user: User | None, *, as_of: date) -> Today:
    """The figures over the customers that ``user`` may see (all for None). Four statements."""
    mine, given = among_visible(creditor, user, as_of, "customer_id")
    of_decision, _ = among_visible(creditor, user, as_of, "d.customer_id")
    with connection.cursor() as cursor:
        cursor.execute(TASKS.format(mine=mine), [as_of, creditor.pk, *given])
        tasks = cursor.fetchall()
        cursor.execute(MESSAGES.format(mine=mine), [creditor.pk, as_of, creditor.timezone, *given])
        messages = cursor.fetchall()
        cursor.execute(CUSTOMERS.format(mine=of_decision), [creditor.pk, *given])
        cells = cursor.fetchall()
    by_reason = {code: count for code, count, _ in _totals(cells, 1)}
    return Today(
        last_run=_last_run(creditor),
        is_released=creditor.released_at is not None,
        tasks=[Count(kind, count, balance) for kind, count, balance, _ in tasks],
        late_tasks=sum(late for *_, late in tasks),
        messages=[Count(channel, count, balance) for channel, count, balance in messages],
        segments=_counts(cells, 0),
        reasons=_counts(cells, 1),
        customers=sum(by_reason.values()),
        held=sum(by_reason.get(reason, 0) for reason in STATED_HOLDS),
        unassigned=sum(row[4] for row in cells),
        uncovered=by_reason.get("no_next_step", 0),
    )


TASKS = """
SELECT kind, COUNT(*), SUM(balance), COUNT(*) FILTER (WHERE due_on < %s) FROM strategy_task d
WHERE creditor_id = %s AND state IN ('open', 'proposed') AND {mine}
GROUP BY kind ORDER BY COUNT(*) DESC, kind
"""
MESSAGES = """
SELECT channel, COUNT(*), SUM(balance) FROM contact_message d
WHERE creditor_id = %s AND state IN ('planned', 'proposed')
  AND not_after > CAST(%s AS timestamp) AT TIME ZONE %s AND {mine}
GROUP BY channel ORDER BY COUNT(*) DESC, channel
"""
# A row: how many customers of one segment have one reason.
CUSTOMERS = """
SELECT d.segment, d.reason, COUNT(*), SUM(d.balance),
  COUNT(*) FILTER (WHERE d.balance > 0 AND NOT d.has_collector)
FROM strategy_decision d
WHERE d.creditor_id = %s AND d.reason <> 'nothing_open' AND {mine}
GROUP BY d.segment, d.reason
"""


def _totals(cells: list[tuple[Any, ...]], column: int) -> list[tuple[str, int, int]]:
    """(code, customers, balance) over the cells, largest balance first."""
    counts: dict[str, int] = defaultdict(int)
    balances: dict[str, int] = defaultdict(int)
    for cell in cells:
        counts[cell[column]] += cell[2]
        balances[cell[column]] += int(cell[3])
    order = sorted(counts, key=lambda code: (-balances[code], code))
    return [(code, counts[code], balances[code]) for code in order]


def _counts(cells: list[tuple[Any, ...]], column: int) -> list[Count]:
    return [
        Count(code, count, from_ten_thousandths(balance))
        for code, count, balance in _totals(cells, column)
    ]


def _last_run(creditor: Creditor) -> LastRun | None:
    with scope(creditor=creditor):
        run = Run.objects.filter(state__in=["proposal", "done"]).order_by("-id").first()
    if run is None:
        return None
    return LastRun(
        run.pk,
        run.as_of,
        run.state,
        run.finished_at,
        run.result.get("quarantined", 0),
        run.result.get("without_next_action", 0),
    )
