"""Whom to work now, in order: the newest run's decisions with their facts, filtered by any fact."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from django.db import connection

from recaudo.core.money import from_ten_thousandths
from recaudo.core.problems import Problem
from recaudo.engine.result import STATED_HOLDS
from recaudo.strategy.queries.facts import among_visible, current_facts, day_of

if TYPE_CHECKING:
    from recaudo.access.models import Creditor, User

#: With fewer characters of a tax id nobody is found: digit by digit a search would tell the whole
#: of what the page hides.
TAX_ID_SEARCH_MIN = 6

Order = Literal["priority", "overdue", "dpd", "balance", "next_on", "name"]


@dataclass(frozen=True, slots=True)
class Filter:
    """What to show. Empty means all; every part given must hold.

    ``condition`` is a user's expression over the facts (``max_dpd > 30 AND overdue_balance >=
    1000000``); ``search`` a piece of the name, the beginning of the code, or of the tax id
    (``TAX_ID_SEARCH_MIN`` characters or more); ``work`` one of ``task`` (somebody must act),
    ``message`` (today's step is a message), ``held`` (nothing now, by a stated hold);
    ``kind`` the kind of an open task (``call``, ``visit``, ``apply_credit`` …).
    """

    condition: str = ""
    segment: str = ""
    reason: str = ""
    work: str = ""
    kind: str = ""
    search: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One customer. Amounts in the creditor's currency; ``priority`` in whole units of it."""

    customer_id: int
    code: str
    name: str
    segment: str
    reason: str
    step_key: str | None
    next_step: str | None
    next_on: date | None
    priority: int
    balance: Decimal
    overdue: Decimal
    unapplied: Decimal
    max_dpd: int
    oldest_due_on: date | None
    # The open task with the highest priority, if any.
    task_id: int | None
    task_kind: str
    task_due_on: date | None


@dataclass(frozen=True, slots=True)
class Page:
    """``next`` is what to give as ``after`` for the page that follows; None at the end."""

    lines: list[Line]
    next: str | None


# By order: the sorting expression and whether it falls. NULL days come last.
ORDERS: dict[Order, tuple[str, bool]] = {
    "priority": ("d.priority", True),
    "overdue": ("d.overdue", True),
    "dpd": ("d.max_dpd", True),
    "balance": ("d.balance", True),
    "next_on": ("COALESCE(d.next_on, DATE '9999-12-31')", False),
    "name": ("c.name", False),
}


def worklist(
    creditor: Creditor,
    user: User | None,
    *,
    as_of: date,
    where: Filter = Filter(),
    order: Order = "priority",
    after: str | None = None,
    size: int = 50,
) -> Page:
    """One page of the customers that ``user`` may see (all for None), in ``order``.

    Only customers who owe or whose step is today. ``priority``, ``overdue``, ``dpd`` and
    ``balance`` fall; ``next_on`` and ``name`` rise; ties by customer. One statement, whatever the
    size of the portfolio. Raises what the condition compiler raises, and Problem ``page_unknown``
    for an ``after`` that was not ours, ``order_unknown``.
    """
    lines, keys = _select(creditor, user, as_of, where, order, after, size + 1)
    more = len(lines) > size
    return Page(lines[:size], _token(order, keys[size - 1], lines[size - 1]) if more else None)


def worklist_count(
    creditor: Creditor, user: User | None, *, as_of: date, where: Filter = Filter()
) -> int:
    """How many customers the whole list holds."""
    chosen, parameters = _chosen(creditor, user, as_of, where)
    with connection.cursor() as cursor:
        cursor.execute(chosen.format(columns="COUNT(*)", more="", customer=""), parameters)
        return int(cursor.fetchone()[0])


def every_line(
    creditor: Creditor,
    user: User | None,
    *,
    as_of: date,
    where: Filter = Filter(),
    order: Order = "priority",
) -> list[Line]:
    """The whole list, for an export."""
    return _select(creditor, user, as_of, where, order, None, None)[0]


CUSTOMER = "JOIN portfolio_customer c ON c.id = d.customer_id"
TASK = """
LEFT JOIN LATERAL (
  SELECT id, kind, due_on FROM strategy_task
  WHERE customer_id = d.customer_id AND state IN ('open', 'proposed')
  ORDER BY priority DESC, id LIMIT 1
) t ON TRUE
"""
COLUMNS = """
  d.customer_id, c.code, c.name, d.segment, d.reason, d.step_key, d.next_step, d.next_on,
  d.priority, d.balance, d.overdue, f.unapplied, d.max_dpd, f.oldest_due_on, t.id, t.kind, t.due_on
"""


def _select(
    creditor: Creditor,
    user: User | None,
    as_of: date,
    where: Filter,
    order: Order,
    after: str | None,
    limit: int | None,
) -> tuple[list[Line], list[Any]]:
    """The lines, and for each what it is ordered by.

    First whom, over the narrow decisions; then what a line shows, for those alone.
    """
    if order not in ORDERS:
        raise Problem("order_unknown", order=order, known=list(ORDERS))
    key, falls = ORDERS[order]
    chosen, parameters = _chosen(creditor, user, as_of, where)
    more = ""
    if after is not None:
        last, customer = _read_token(after, order)
        more = f" AND ({key}, d.customer_id) > (%s, %s)"
        if falls:
            more = f" AND ({key} < %s OR {key} = %s AND d.customer_id > %s)"
            parameters.append(last)
        parameters += [last, customer]
    more += f" ORDER BY {key} {'DESC' if falls else 'ASC'}, d.customer_id"
    if limit is not None:
        more += f" LIMIT {int(limit)}"
    customer_join = CUSTOMER if order == "name" else ""
    ids = chosen.format(columns=f"d.*, {key} AS key", more=more, customer=customer_join)
    statement = (
        f"SELECT {COLUMNS}, d.key FROM ({ids}) d {CUSTOMER} {TASK} "
        f"JOIN {current_facts(creditor)} f ON f.customer_id = d.customer_id "
        f"ORDER BY d.key {'DESC' if falls else 'ASC'}, d.customer_id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows = cursor.fetchall()
    return [_line(row) for row in rows], [row[-1] for row in rows]


def _line(row: tuple[Any, ...]) -> Line:
    return Line(
        customer_id=row[0],
        code=row[1],
        name=row[2],
        segment=row[3],
        reason=row[4],
        step_key=row[5],
        next_step=row[6],
        next_on=row[7],
        priority=row[8] // 10_000,
        balance=from_ten_thousandths(row[9]),
        overdue=from_ten_thousandths(row[10]),
        unapplied=from_ten_thousandths(row[11]),
        max_dpd=row[12],
        oldest_due_on=day_of(row[13]),
        task_id=row[14],
        task_kind=row[15] or "",
        task_due_on=row[16],
    )


def _chosen(
    creditor: Creditor, user: User | None, as_of: date, where: Filter
) -> tuple[str, list[Any]]:
    """A SELECT of the decisions (``d``) that the filter lets through, with places for its
    ``{columns}``, a further ``{customer}`` join and ``{more}`` of its end; and its parameters.

    Whoever matches the condition over the facts, or the search, is found first and by itself:
    with a rare match, walking the list in its order would look at everybody.
    """
    first, joins, parameters = [], [], []
    if where.condition:
        first.append(f"f AS MATERIALIZED {current_facts(creditor, where.condition, 'customer_id')}")
        joins.append("JOIN f ON f.customer_id = d.customer_id")
    if where.search:
        typed = where.search.strip()
        piece, is_long = _like(typed), len(typed) >= TAX_ID_SEARCH_MIN
        first.append(f"s AS MATERIALIZED ({SEARCH})")
        joins.append("JOIN s ON s.id = d.customer_id")
        parameters += [creditor.pk, f"%{piece}%", f"{piece}%", is_long, f"{piece}%"]
    conditions, given = _conditions(creditor, user, as_of, where)
    parameters += given
    begin = f"WITH {', '.join(first)} " if first else ""
    body = (
        f"FROM strategy_decision d {' '.join(joins)} {{customer}} WHERE {' AND '.join(conditions)}"
    )
    # What stands in the parts is no place to fill in.
    return f"{_kept(begin)}SELECT {{columns}} {body}{{more}}", parameters


def _kept(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


SEARCH = """
SELECT id FROM portfolio_customer
WHERE creditor_id = %s AND (name ILIKE %s OR code ILIKE %s OR %s AND tax_id LIKE %s)
"""


def _conditions(
    creditor: Creditor, user: User | None, as_of: date, where: Filter
) -> tuple[list[str], list[Any]]:
    """The WHERE's parts over the decisions, with their parameters."""
    conditions = ["d.creditor_id = %s"]
    parameters: list[Any] = [creditor.pk]
    for column, wanted in (("segment", where.segment), ("reason", where.reason)):
        if wanted:
            conditions.append(f"d.{column} = %s")
            parameters.append(wanted)
    if not where.reason and not where.segment:
        conditions.append("d.reason <> 'nothing_open'")
    if where.work == "held":
        conditions.append("d.reason = ANY(%s)")
        parameters.append(list(STATED_HOLDS))
    elif where.work == "message":
        conditions.append("d.reason = 'step_due' AND NOT " + OPEN_TASK.replace("[kind]", ""))
    elif where.work == "task":
        conditions.append(OPEN_TASK.replace("[kind]", ""))
    if where.kind:
        conditions.append(OPEN_TASK.replace("[kind]", " AND t.kind = %s"))
        parameters.append(where.kind)
    mine, given = among_visible(creditor, user, as_of, "d.customer_id")
    conditions.append(mine)
    return conditions, parameters + given


OPEN_TASK = (
    "EXISTS (SELECT FROM strategy_task t WHERE t.customer_id = d.customer_id "
    "AND t.state IN ('open', 'proposed')[kind])"
)


def _like(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _token(order: Order, key: Any, line: Line) -> str:
    value = key.isoformat() if isinstance(key, date) else key
    text = json.dumps([order, value, line.customer_id])
    return base64.urlsafe_b64encode(text.encode()).decode()


def _read_token(after: str, order: Order) -> tuple[Any, int]:
    """What the page before ended with. A page of another order is none of this list."""
    try:
        of_order, value, customer = json.loads(base64.urlsafe_b64decode(after.encode()))
        if order == "next_on":
            value = date.fromisoformat(value)
        elif not isinstance(value, str if order == "name" else int):
            raise ValueError(after)
        if of_order != order or not isinstance(customer, int):
            raise ValueError(after)
    except (ValueError, TypeError, binascii.Error) as error:
        raise Problem("page_unknown", page=after) from error
    return value, customer
