"""How much is owed, how late, and by whose customers? (*cartera por edades*)

What was written off or ceded has left the ageing and is shown apart (F12, F32). Amounts of another
currency are converted at the newest rate of the day, document by document, rounded to four
decimals: so every subtotal re-adds to the total, whatever it is grouped by.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, get_args

from django.db import connection

from recaudo.access.models import Creditor
from recaudo.core.buckets import DEFAULT, PRESETS, BucketTable
from recaudo.core.problems import Problem
from recaudo.payments.queries.balances import OPEN_ON, UNAPPLIED_ON, parameters

By = Literal["customer", "seller", "branch", "zone", "product"]
GROUPINGS: tuple[By, ...] = get_args(By)
ZERO = Decimal(0)

#: Rows of a missing rate that are named.
NAMED_MAX = 10


@dataclass(slots=True)
class Part:
    """Some documents and what is open of them."""

    documents: int = 0
    balance: Decimal = ZERO

    def add(self, documents: int, balance: Decimal) -> None:
        self.documents += documents
        self.balance += balance


@dataclass(slots=True)
class Group:
    """One line of the report; all amounts in the creditor's currency.

    ``buckets`` in the order of the table. ``gross`` is their sum, ``total`` what remains after the
    credits that wait. ``written_off`` and ``ceded`` are in neither. ``documented`` is the part of
    the gross that stands on papers which have not cleared (F15).
    """

    code: str
    name: str
    buckets: list[Part]
    unapplied: Decimal = ZERO
    written_off: Part = field(default_factory=Part)
    ceded: Part = field(default_factory=Part)
    documented: Part = field(default_factory=Part)
    #: Its customers, where they were asked for; they add up to it.
    customers: list[Group] = field(default_factory=list)

    @property
    def documents(self) -> int:
        return sum(part.documents for part in self.buckets)

    @property
    def gross(self) -> Decimal:
        return sum((part.balance for part in self.buckets), ZERO)

    @property
    def total(self) -> Decimal:
        return self.gross - self.unapplied


@dataclass(slots=True)
class CurrencyTotal:
    """What is owed in one currency, in itself; ``rate`` makes it the creditor's."""

    currency: str
    rate: Decimal
    documents: int = 0
    gross: Decimal = ZERO
    unapplied: Decimal = ZERO


@dataclass(slots=True)
class Ageing:
    """The whole as of a day, by bucket; ``groups`` where it was asked by something, largest first.

    ``table`` names the buckets. ``currencies`` are subtotals of what is in the ageing.
    """

    as_of: date
    currency: str
    table: BucketTable
    whole: Group
    currencies: list[CurrencyTotal]
    by: By | None = None
    groups: list[Group] = field(default_factory=list)

    @property
    def overdue(self) -> Decimal:
        """What is past its due date: the same in every table of buckets."""
        return self.whole.gross - self.not_due

    not_due: Decimal = ZERO


def bucket_table(creditor: Creditor) -> BucketTable:
    """The creditor's table for reports; the house's default where it names none of ours."""
    return PRESETS.get(creditor.bucket_table, DEFAULT)


def ageing(
    creditor: Creditor,
    as_of: date,
    *,
    by: By | None = None,
    with_customers: bool = False,
    table: BucketTable | None = None,
    customers: Sequence[int] | None = None,
) -> Ageing:
    """The ageing of ``creditor`` (or of these customers, by id) on any day.

    ``with_customers`` also fills each group's customers. One statement for documents and one for
    credits, whatever the size.
    Raises Problem ``rate_missing``, naming what has no rate on that day; ``grouping_unknown``.
    """
    if by is not None and by not in GROUPINGS:
        raise Problem("grouping_unknown", by=by, known=list(GROUPINGS))
    chosen = table or bucket_table(creditor)
    facts = parameters(creditor, as_of, customers) | {
        "currency": creditor.currency,
        "starts": [slot.from_dpd for slot in chosen.slots],
    }
    report = Ageing(as_of, creditor.currency, chosen, _empty("", chosen), [], by)
    tree = _Tree(report.whole, chosen, with_customers)
    currencies: dict[str, CurrencyTotal] = {}
    for row in _documents(facts, by, with_customers):
        key, customer, currency, rate, place, slot, is_due, count, own, here, *papers = row
        if here is None:
            raise _rate_missing(facts, creditor, as_of)
        for line in tree.path(key, customer):
            if place == "ageing":
                line.buckets[slot - 1].add(count, here)
                line.documented.add(*papers)
            else:
                (line.written_off if place == "written_off" else line.ceded).add(count, here)
        if place == "ageing":
            subtotal = currencies.setdefault(currency, CurrencyTotal(currency, rate))
            subtotal.documents += count
            subtotal.gross += own
            report.not_due += ZERO if is_due else here
    for key, customer, currency, rate, own, here in _credits(facts, by, with_customers):
        if here is None:
            raise _rate_missing(facts, creditor, as_of)
        for line in tree.path(key, customer):
            line.unapplied += here
        currencies.setdefault(currency, CurrencyTotal(currency, rate)).unapplied += own
    report.currencies = sorted(currencies.values(), key=lambda each: each.currency)
    if by is not None:
        report.groups = tree.groups(facts, by)
    return report


class _Tree:
    """The whole, its groups and their customers, all added to at once."""

    def __init__(self, whole: Group, table: BucketTable, with_customers: bool) -> None:
        self.whole, self.table, self.with_customers = whole, table, with_customers
        self.by_key: dict[str, Group] = {}
        self.by_customer: dict[tuple[str, str], Group] = {}

    def path(self, key: str, customer: str) -> list[Group]:
        lines = [self.whole, _of(self.by_key, key, key, self.table)]
        if self.with_customers:
            lines.append(_of(self.by_customer, (key, customer), customer, self.table))
        return lines

    def groups(self, facts: dict[str, Any], by: By) -> list[Group]:
        """Named, largest first."""
        _name(self.by_key.values(), facts, by)
        _name(self.by_customer.values(), facts, "customer")
        for (key, _), customer in sorted(self.by_customer.items(), key=lambda item: _rank(item[1])):
            self.by_key[key].customers.append(customer)
        return sorted(self.by_key.values(), key=_rank)


def _of(lines: dict[Any, Group], key: Any, code: str, table: BucketTable) -> Group:
    line = lines.get(key)
    if line is None:
        line = lines[key] = _empty(code, table)
    return line


def _rank(group: Group) -> tuple[Decimal, str]:
    return -group.gross, group.code


def _empty(code: str, table: BucketTable) -> Group:
    return Group(code, code, [Part() for _ in table.slots])


# -- SQL -----------------------------------------------------------------------------------------

#: Units of the creditor's currency for one of each, on the day.
RATES = """,
rates AS (
  SELECT DISTINCT ON (from_currency) from_currency AS currency, rate
  FROM portfolio_exchangerate
  WHERE creditor_id = %(creditor)s AND to_currency = %(currency)s
    AND from_currency <> %(currency)s AND valid_on <= %(day)s
  ORDER BY from_currency, valid_on DESC
),
rates_of_the_day AS (SELECT * FROM rates UNION ALL SELECT %(currency)s, 1::numeric)
"""

#: What stood on papers in custody or deposited on the day.
ON_PAPER = """,
on_paper AS (
  SELECT k.document_id, SUM(k.amount) AS amount
  FROM payments_instrumentcover k
  JOIN (
    SELECT DISTINCT ON (instrument_id) instrument_id, state FROM payments_instrumentevent
    WHERE creditor_id = %(creditor)s AND happened_on <= %(day)s
    ORDER BY instrument_id, happened_on DESC, id DESC
  ) e ON e.instrument_id = k.instrument_id AND e.state IN ('held', 'deposited')
  WHERE k.creditor_id = %(creditor)s GROUP BY k.document_id
)
"""

#: Whose customer each one was on the day.
SELLERS = """,
sellers AS (
  SELECT customer_id, person_code FROM portfolio_assignment
  WHERE creditor_id = %(creditor)s AND role = 'seller' AND from_on <= %(day)s
    AND (until_on IS NULL OR until_on > %(day)s)
)
"""

#: By what → (what it needs, key of a document, key of a credit). A document's own word comes first
#: (F23), then the customer's; credits have only the customer's.
_CUSTOMER = "JOIN portfolio_customer k ON k.id = o.customer_id"
_SELLER = "LEFT JOIN sellers s ON s.customer_id = o.customer_id"
KEYS: dict[str, tuple[str, str, str]] = {
    "": ("", "''", "''"),
    "customer": (_CUSTOMER, "k.code", "k.code"),
    "seller": (
        _SELLER,
        "COALESCE(NULLIF(o.seller, ''), s.person_code, '')",
        "COALESCE(s.person_code, '')",
    ),
    "branch": (_CUSTOMER, "COALESCE(NULLIF(o.branch, ''), k.branch)", "k.branch"),
    "zone": (_CUSTOMER, "COALESCE(NULLIF(o.zone, ''), k.zone)", "k.zone"),
    "product": ("", "o.product", "''"),
}


def _documents(facts: dict[str, Any], by: By | None, detail: bool) -> Iterator[tuple[Any, ...]]:
    """key, customer (empty unless ``detail``), currency, rate, place, slot, is past due, documents,
    balance in it and in the creditor's currency (None without a rate), documents on paper and how
    much of them, in the creditor's currency."""
    joins, key, _, customer = _keys(by, detail)
    yield from _rows(
        f"""{OPEN_ON}{RATES}{ON_PAPER}{SELLERS if by == "seller" else ""}
        SELECT {key}, {customer}, o.currency, r.rate,
               CASE WHEN o.is_ceded THEN 'ceded' WHEN o.is_written_off THEN 'written_off'
                    ELSE 'ageing' END,
               WIDTH_BUCKET(o.dpd, %(starts)s::int[]), o.dpd > 0, COUNT(*), SUM(o.open_amount),
               SUM(ROUND(o.open_amount * r.rate, 4)), COUNT(c.document_id),
               COALESCE(SUM(ROUND(LEAST(o.open_amount, COALESCE(c.amount, 0)) * r.rate, 4)), 0)
        FROM open_on o {joins}
        LEFT JOIN on_paper c ON c.document_id = o.document_id
        LEFT JOIN rates_of_the_day r ON r.currency = o.currency
        GROUP BY 1, 2, 3, 4, 5, 6, 7""",
        facts,
    )


def _credits(facts: dict[str, Any], by: By | None, detail: bool) -> Iterator[tuple[Any, ...]]:
    """key, customer, currency, rate, unapplied in it and in the creditor's currency."""
    joins, _, key, customer = _keys(by, detail)
    yield from _rows(
        f"""{UNAPPLIED_ON}{RATES}{SELLERS if by == "seller" else ""}
        SELECT {key}, {customer}, o.currency, r.rate, SUM(o.unapplied),
               SUM(ROUND(o.unapplied * r.rate, 4))
        FROM unapplied_on o {joins}
        LEFT JOIN rates_of_the_day r ON r.currency = o.currency
        GROUP BY 1, 2, 3, 4""",
        facts,
    )


def _keys(by: By | None, detail: bool) -> tuple[str, str, str, str]:
    """Joins, key of a document, key of a credit, key of the customer."""
    joins, document, credit = KEYS[by or ""]
    if not detail:
        return joins, document, credit, "''"
    return (joins if _CUSTOMER in joins else f"{joins} {_CUSTOMER}"), document, credit, "k.code"


def _name(groups: Collection[Group], facts: dict[str, Any], by: By) -> None:
    """Put the names that people know beside the codes."""
    texts = {
        "customer": "SELECT code, name FROM portfolio_customer WHERE creditor_id = %(creditor)s "
        "AND code = ANY(%(codes)s)",
        "seller": "SELECT person_code, MAX(person_name) FROM portfolio_assignment "
        "WHERE creditor_id = %(creditor)s AND role = 'seller' AND person_name <> '' "
        "AND person_code = ANY(%(codes)s) GROUP BY person_code",
    }
    codes = list({group.code for group in groups})
    if by not in texts or not codes:
        return
    names = dict(_rows(texts[by], facts | {"codes": codes}))
    for group in groups:
        group.name = names.get(group.code, group.code)


def _rate_missing(facts: dict[str, Any], creditor: Creditor, as_of: date) -> Problem:
    """What is open on the day and cannot be converted on it."""
    documents = f"""{OPEN_ON}{RATES} SELECT o.currency, o.key FROM open_on o
        WHERE o.currency NOT IN (SELECT currency FROM rates_of_the_day) ORDER BY o.key"""
    credits = f"""{UNAPPLIED_ON}{RATES} SELECT o.currency, c.source || ' ' || c.external_id
        FROM unapplied_on o JOIN payments_credit c ON c.id = o.credit_id
        WHERE o.currency NOT IN (SELECT currency FROM rates_of_the_day) ORDER BY 2"""
    rows = [*_rows(documents, facts), *_rows(credits, facts)]
    return rate_missing(rows, creditor.currency, as_of)


def rate_missing(rows: Sequence[tuple[str, str]], to: str, day: date) -> Problem:
    """``rows``: (currency, document) that cannot be converted; the first of them are named."""
    return Problem(
        "rate_missing",
        currencies=sorted({currency for currency, _ in rows}),
        to=to,
        day=day,
        count=len(rows),
        documents=[" ".join(key.replace("|", " ").split()) for _, key in rows[:NAMED_MAX]],
    )


def _rows(text: str, facts: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, facts)
        yield from cursor.fetchall()
