"""How much interest has each late document borne by a day, and how much of it is posted?

Worked out for any day from the history of the capital; nothing is written here. Arithmetic:
``core.interest``; terms: ``queries.terms``. Charges bear nothing, nor does what was ceded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.core.fees import Fee
from recaudo.core.interest import (
    Accrued,
    Balance,
    InterestTerms,
    Rate,
    accrue,
    balances_from,
    joined,
)
from recaudo.core.interest_table import InterestTable
from recaudo.core.money import Money
from recaudo.payments.queries.fees_due import FeeDue, fees_due
from recaudo.payments.queries.rates import rates_of
from recaudo.payments.queries.terms import Bearer, Span, TermsBook
from recaudo.portfolio.models import Customer

#: Documents paid late are looked at again for so long when many customers are asked about; of one
#: customer always.
CLOSED_DAYS = 400
WHOLE = "capital"


@dataclass(frozen=True, slots=True)
class LateDocument:
    """A document that was open after its due date. ``label`` is what people call it."""

    bearer: Bearer
    label: str
    due_on: date
    open: Decimal
    closed_on: date | None
    balances: tuple[Balance, ...]


@dataclass(frozen=True, slots=True)
class DocumentAccrual:
    """``accrued`` until ``until_on`` (not in it); ``posted`` of it by ``posted_until``.

    ``unposted`` is below zero where too much was posted, as after a payment dated back. ``spans``:
    the terms it was worked out by; ``is_computed`` False: none of them computes interest. ``fees``
    are due and not charged yet.
    """

    document: LateDocument
    until_on: date
    accrued: Accrued
    posted: Money
    posted_until: date | None
    spans: tuple[Span, ...]
    fees: tuple[Fee, ...] = ()

    @property
    def document_id(self) -> int:
        return self.document.bearer.document

    @property
    def unposted(self) -> Money:
        return self.accrued.amount - self.posted

    @property
    def is_computed(self) -> bool:
        return any(span.interest is not None for span in self.spans)

    @property
    def article(self) -> str:
        return self.spans[-1].article if self.spans else ""


# Documents that were late on the day: open now or later, or closed late; and those whose posted
# interest reaches beyond it. ``since``: what was closed before it is left out (NULL: nothing is).
_LATE = """
SELECT d.id, d.customer_id, d.obligation_id, d.product, d.regime, d.currency,
       d.prefix || d.number || CASE WHEN d.instalment = '' THEN '' ELSE '/' || d.instalment END,
       d.issued_on, d.due_on, d.open_amount, d.closed_on,
       COALESCE(p.original_amount, CASE WHEN c.has_parts THEN 0 ELSE d.original_amount END)
FROM portfolio_document d
LEFT JOIN portfolio_documentcomponent p ON p.document_id = d.id AND p.component = 'capital'
LEFT JOIN LATERAL (SELECT EXISTS (SELECT FROM portfolio_documentcomponent x
                                  WHERE x.document_id = d.id) AS has_parts) c ON TRUE
WHERE d.creditor_id = %(creditor)s AND d.kind <> 'charge' AND d.ceded_on IS NULL
  AND (%(customers)s::bigint[] IS NULL OR d.customer_id = ANY(%(customers)s))
  AND ((NOT %(only_posted)s AND d.due_on < %(day)s
        AND (d.open_amount > 0 OR (d.closed_on > d.due_on
             AND (%(since)s::date IS NULL OR d.closed_on >= %(since)s))))
    OR (%(with_posted)s AND EXISTS (
        SELECT FROM payments_charge c
        WHERE c.base_id = d.id AND c.kind = 'default_interest' AND c.until_on > %(day)s)))
ORDER BY d.id
"""
# What moved the capital, by day. A payment of a document without parts is of its capital; one that
# was taken back by the day known is as if it had not been: a bounced cheque has paid nothing.
_MOVES = """
SELECT document_id, value_on, SUM(delta) FROM (
  SELECT a.document_id, a.value_on, -a.amount AS delta FROM payments_application a
  LEFT JOIN payments_application r ON r.reverses_id = a.id AND r.value_on <= %(known_on)s
  WHERE a.document_id = ANY(%(documents)s) AND a.component IN ('', 'capital')
    AND a.amount > 0 AND r.id IS NULL
  UNION ALL
  SELECT j.document_id, j.value_on, j.delta FROM portfolio_documentadjustment j
  WHERE j.document_id = ANY(%(documents)s) AND j.component IN ('', 'capital')
) moves GROUP BY document_id, value_on ORDER BY document_id, value_on
"""
# What is posted: the charges as they stand on the day asked about, whatever was paid of them.
_POSTED = """
SELECT c.base_id, SUM(d.original_amount + COALESCE((
         SELECT SUM(j.delta) FROM portfolio_documentadjustment j
         WHERE j.document_id = d.id AND j.value_on <= %(known_on)s), 0)), MAX(c.until_on)
FROM payments_charge c JOIN portfolio_document d ON d.id = c.document_id
WHERE c.creditor_id = %(creditor)s AND c.kind = 'default_interest'
  AND c.base_id = ANY(%(documents)s)
  AND (d.issued_on <= %(known_on)s
       OR (d.recorded_at AT TIME ZONE %(zone)s)::date <= %(known_on)s)
GROUP BY c.base_id
"""
#: After every day there is: all that is posted counts.
EVER = date(9999, 12, 31)


def accrued(
    customer: Customer, as_of: date, *, known_on: date | None = None
) -> list[DocumentAccrual]:
    """Of every document of ``customer`` that was late on ``as_of`` (past or future), with the fees
    that would be due.

    ``known_on`` (None: ``as_of``): only charges posted and payments taken back by that day count. A
    constant number of queries.
    """
    creditor, known = customer.creditor, known_on or as_of
    found = accrued_many(creditor, as_of, [customer.pk], known_on=known, closed_days=None)
    fees: dict[int, list[FeeDue]] = {}
    for due in fees_due(creditor, [customer.pk], as_of, known_on=known):
        fees.setdefault(due.bearer.document, []).append(due)
    for place, each in enumerate(found):
        own = fees.pop(each.document_id, [])
        found[place] = replace(each, fees=tuple(due.fee for due in own))
    return [*found, *(_fee_only(own, as_of) for own in fees.values())]


def _fee_only(own: Sequence[FeeDue], as_of: date) -> DocumentAccrual:
    """A document that bears no interest, and a fee."""
    first = own[0]
    late = LateDocument(
        first.bearer, first.label, first.due_on, first.overdue.amount, None, balances=()
    )
    nothing = Money.zero(first.bearer.currency)
    fees = tuple(due.fee for due in own)
    return DocumentAccrual(late, as_of, Accrued(nothing, ()), nothing, None, (), fees)


def accrued_many(
    creditor: Creditor,
    as_of: date,
    customers: Sequence[int] | None = None,
    *,
    known_on: date = EVER,
    closed_days: int | None = CLOSED_DAYS,
    at_least_posted: bool = False,
    only_posted: bool = False,
    in_full: bool = True,
) -> list[DocumentAccrual]:
    """The same for many customers (ids; None: all), by document id.

    ``in_full`` False: the same amounts without their stretches, for a whole portfolio in seconds.

    ``at_least_posted``: a document whose charges reach beyond ``as_of`` is worked out until there:
    what was posted is compared with what the rule says of the same days. ``only_posted``: no other
    documents than those.
    """
    with scope(creditor=creditor):
        book = TermsBook.read(creditor)
        first = book.computes_from
        if first is None or (first >= as_of and not at_least_posted):
            return []
        facts = {
            "creditor": creditor.pk,
            "day": as_of,
            "customers": None if customers is None else list(customers),
            "known_on": known_on,
            "zone": creditor.timezone,
            "with_posted": at_least_posted,
            "only_posted": only_posted,
            "since": None if closed_days is None else as_of - timedelta(days=closed_days),
        }
        late = _late(facts, first)
        posted = _posted(facts, late)
        spans = {each.bearer.document: book.spans(each.bearer) for each in late}
        rates = rates_of(creditor, book.series(), max([as_of, *_reached(posted)]))
    latest = max([as_of, *_reached(posted)])
    quick = None if in_full else _Quick(late, rates, latest)
    found = []
    for each in late:
        pk = each.bearer.document
        amount, reached = posted.get(pk, (Decimal(0), None))
        until = max(as_of, reached) if at_least_posted and reached else as_of
        found.append(
            DocumentAccrual(
                each,
                until,
                (quick and quick.accrued(each, until, spans[pk]))
                or interest_of_document(each, until, spans[pk], rates),
                Money(amount, each.bearer.currency),
                reached,
                spans[pk],
            )
        )
    return found


class _Quick:
    """Debts under one and the same terms since their due date, each table worked out once."""

    def __init__(
        self, late: Sequence[LateDocument], rates: dict[str, list[Rate]], until_on: date
    ) -> None:
        self.first = min((each.due_on for each in late), default=until_on)
        self.rates, self.until_on = rates, until_on
        self.tables: dict[tuple[int, str], InterestTable] = {}

    def accrued(self, late: LateDocument, until_on: date, spans: Sequence[Span]) -> Accrued | None:
        """None where several terms, or a gap in the rates, must be looked at day by day."""
        held = [
            span
            for span in spans
            if span.from_on < until_on and (span.until_on is None or late.due_on < span.until_on)
        ]
        if len(held) != 1 or held[0].interest is None or held[0].from_on > late.due_on:
            return None
        terms = held[0].interest
        # The terms live as long as the spans do, which the book keeps.
        key = (id(terms), late.bearer.currency)
        if key not in self.tables:
            self.tables[key] = InterestTable(
                terms, late.bearer.currency, self.rates, first=self.first, until_on=self.until_on
            )
        return self.tables[key].accrued(late.balances, due_on=late.due_on, until_on=until_on)


def interest_of_document(
    late: LateDocument, until_on: date, spans: Sequence[Span], rates: dict[str, list[Rate]]
) -> Accrued:
    """Under each span's terms its own days; a span that computes nothing bears nothing."""
    parts: list[Accrued] = []
    for span in spans:
        terms: InterestTerms | None = span.interest
        end = until_on if span.until_on is None else min(until_on, span.until_on)
        if terms is None or end <= max(span.from_on, late.due_on):
            continue
        balances: Sequence[Balance] = late.balances
        if span.from_on > late.due_on:
            balances = balances_from(balances, span.from_on)
        parts.append(accrue(balances, due_on=late.due_on, until_on=end, terms=terms, rates=rates))
    return joined(parts, late.bearer.currency)


def _late(facts: dict[str, Any], first: date) -> list[LateDocument]:
    rows = _rows(_LATE, facts)
    # What was closed before any terms computed bears nothing.
    rows = [row for row in rows if row[10] is None or row[10] > first]
    moves: dict[int, list[tuple[date, Decimal]]] = {}
    for document, day, delta in _rows(_MOVES, facts | {"documents": [row[0] for row in rows]}):
        moves.setdefault(document, []).append((day, delta))
    return [_late_document(row, moves.get(row[0], [])) for row in rows]


def _late_document(row: tuple[Any, ...], moves: list[tuple[date, Decimal]]) -> LateDocument:
    pk, customer, obligation, product, regime, currency, label = row[:7]
    issued_on, due_on, open_now, closed_on, capital = row[7:]
    start = min([issued_on, due_on, *(day for day, _ in moves)])
    steps = [Balance(start, _at_least_nothing(capital, currency))]
    for day, delta in moves:
        capital += delta
        steps.append(Balance(day, _at_least_nothing(capital, currency)))
    bearer = Bearer(pk, customer, obligation, product, regime, currency)
    return LateDocument(bearer, label, due_on, open_now, closed_on, tuple(steps))


def _at_least_nothing(capital: Decimal, currency: str) -> Money:
    """Postings dated back over others may leave a past day below zero: then nothing was owed."""
    return Money(max(capital, Decimal(0)), currency)


def _posted(facts: dict[str, Any], late: Sequence[LateDocument]) -> dict[int, tuple[Decimal, date]]:
    documents = [each.bearer.document for each in late]
    rows = _rows(_POSTED, facts | {"documents": documents})
    return {base: (amount, until) for base, amount, until in rows}


def _reached(posted: dict[int, tuple[Decimal, date]]) -> list[date]:
    return [until for _, until in posted.values()]


def _rows(text: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(text, facts)
        return list(cursor.fetchall())
