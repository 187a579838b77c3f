"""Reading the current facts: a user's condition as SQL over them, one customer's row, shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection

from recaudo.access.queries import membership_of, sees_whole_portfolio
from recaudo.core.money import from_ten_thousandths
from recaudo.core.problems import Problem
from recaudo.engine.conditions import compile_condition
from recaudo.engine.facts import facts_about
from recaudo.engine.plan import UNASSIGNED
from recaudo.portfolio.queries.customers import visible_customers

if TYPE_CHECKING:
    from recaudo.access.models import Creditor, User
    from recaudo.strategy.book import Book

EPOCH = date(1970, 1, 1)


def day_of(number: int | None) -> date | None:
    """A fact's day, which counts from 1970-01-01."""
    return None if number is None else EPOCH + timedelta(days=number)


def current_facts(creditor: Creditor, condition: str = "", columns: str = "*") -> str:
    """A subselect of ``columns`` of the creditor's current facts where ``condition`` is true.

    Raises what the condition compiler raises. Ready for a statement with parameters.
    """
    where = f"creditor_id = {int(creditor.pk)}"
    if condition:
        compiled = compile_condition(condition, facts_about("customer"))
        where += f" AND {compiled.sql}"
    return f"(SELECT {columns} FROM strategy_customer_facts WHERE {where})".replace("%", "%%")


def among_visible(
    creditor: Creditor, user: User | None, as_of: date, column: str
) -> tuple[str, list[Any]]:
    """A condition on ``column`` for the customers that ``user`` may see (all for None), with its
    parameters."""
    membership = membership_of(user, creditor) if user else None
    if user is None or (membership and sees_whole_portfolio(membership.role)):
        return "TRUE", []  # every statement asks for the creditor anyway
    if membership is None:
        return "FALSE", []
    seen = visible_customers(user, creditor, as_of).values("id").query
    statement, given = seen.sql_with_params()
    return f"{column} IN ({statement})", list(given)


def facts_of(creditor: Creditor, customer_id: int) -> dict[str, Any] | None:
    """The customer's current facts by name, in their stored units; None where there are none."""
    names = list(facts_about("customer"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(names)} FROM strategy_customer_facts "
            "WHERE creditor_id = %s AND customer_id = %s",
            [creditor.pk, customer_id],
        )
        row = cursor.fetchone()
    return dict(zip(names, row, strict=True)) if row else None


@dataclass(frozen=True, slots=True)
class Share:
    """Customers of one segment and what they owe, creditor's currency."""

    segment: str
    customers: int
    balance: Decimal


def shares(creditor: Creditor, book: Book) -> list[Share]:
    """Who would be in which segment by ``book``, over the current facts, in the book's order; the
    unassigned last. Segments without anybody are there with zeros. Nothing is written."""
    facts = facts_about("customer")
    whens = " ".join(
        f"WHEN {compile_condition(segment.when, facts).sql} THEN {number}"
        for number, segment in enumerate(book.text.segments)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT CASE {whens} ELSE -1 END AS place, COUNT(*), SUM(claimable_balance) "
            f"FROM strategy_customer_facts WHERE creditor_id = {int(creditor.pk)} GROUP BY place"
        )
        found = {place: (count, balance) for place, count, balance in cursor.fetchall()}
    codes: Sequence[str] = [segment.code for segment in book.text.segments]
    places = [*enumerate(codes), (-1, UNASSIGNED)]
    return [
        Share(code, *_counted(found.get(place)))
        for place, code in places
        if code != UNASSIGNED or place in found
    ]


def _counted(row: tuple[int, Any] | None) -> tuple[int, Decimal]:
    return (row[0], from_ten_thousandths(int(row[1]))) if row else (0, Decimal(0))


#: From this share of the owing customers on, one segment is called a single list (S1-08).
SINGLE_PERCENT = 95


def share_warnings(found: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """What is worth a look before saving: nearly everybody in one segment, somebody in none.

    ``found``: rows with ``segment``, ``customers``, ``balance``; who owes nothing does not count.
    """
    owing = {row["segment"]: row["customers"] for row in found if row["balance"] > 0}
    everybody = sum(owing.values())
    warnings = []
    for segment, customers in owing.items():
        percent = customers * 100 // everybody
        if percent >= SINGLE_PERCENT:
            warnings.append(Problem("one_segment_for_all", segment=segment, percent=percent))
    if owing.get(UNASSIGNED):
        warnings.append(Problem("nobody_assigned", count=owing[UNASSIGNED]))
    return warnings
