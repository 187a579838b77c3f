"""What may be charged for each document, and since when? (*condiciones de cobro*)

The narrowest scope that has a row on a day counts, whole: obligation, customer, product, creditor.
Within a scope the newest row counts from its day on. No row: nothing is charged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from recaudo.access.models import Creditor
from recaudo.core.fees import FeeRule
from recaudo.core.interest import DayCount, InterestTerms, Quote, Rate, Reference
from recaudo.countries.charging import fees_of, interest_of
from recaudo.countries.packs import pack_for
from recaudo.payments.models import ChargeTerms, InterestMode

Scope = tuple[str, object]


@dataclass(frozen=True, slots=True)
class Bearer:
    """What of a document decides its terms."""

    document: int
    customer: int
    obligation: int | None
    product: str
    regime: str
    currency: str

    def scopes(self) -> tuple[Scope, ...]:
        """From the narrowest to the widest."""
        own: list[Scope] = [("obligation", self.obligation)] if self.obligation else []
        own.append(("customer", self.customer))
        if self.product:
            own.append(("product", self.product))
        return (*own, ("creditor", None))


@dataclass(frozen=True, slots=True)
class Span:
    """Terms in force from ``from_on`` (in it) until ``until_on`` (not in it; None: still).

    ``interest`` None: none is computed. ``article`` and ``is_verified`` are the pack's.
    """

    from_on: date
    until_on: date | None
    row: ChargeTerms
    interest: InterestTerms | None
    article: str
    is_verified: bool

    def covers(self, day: date) -> bool:
        return self.from_on <= day and (self.until_on is None or day < self.until_on)


class TermsBook:
    """All terms of one creditor, read once; what they mean for a document is worked out here."""

    def __init__(self, creditor: Creditor, rows: Iterable[ChargeTerms]) -> None:
        self.creditor = creditor
        self.pack = pack_for(creditor.country, creditor.subdivision)
        self.by_scope: dict[Scope, list[ChargeTerms]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: (row.from_on, row.pk)):
            self.by_scope[scope_of(row)].append(row)
        self._spans: dict[tuple[Scope | str, ...], tuple[Span, ...]] = {}

    @classmethod
    def read(cls, creditor: Creditor) -> TermsBook:
        """One query. The caller is in the creditor's scope."""
        return cls(creditor, ChargeTerms.objects.all())

    @property
    def computes_from(self) -> date | None:
        """The first day on which any of them computes interest."""
        days = [
            row.from_on
            for rows in self.by_scope.values()
            for row in rows
            if row.interest == InterestMode.COMPUTED
        ]
        return min(days, default=None)

    @property
    def has_fees(self) -> bool:
        return any(row.fee != "none" for rows in self.by_scope.values() for row in rows)

    def spans(self, bearer: Bearer) -> tuple[Span, ...]:
        """What held when, oldest first, without gaps after the first."""
        known = tuple(scope for scope in bearer.scopes() if scope in self.by_scope)
        key = (*known, bearer.regime, bearer.currency)
        if key not in self._spans:
            self._spans[key] = tuple(self._worked_out(known, bearer))
        return self._spans[key]

    def on(self, bearer: Bearer, day: date) -> Span | None:
        return next((span for span in self.spans(bearer) if span.covers(day)), None)

    def series(self) -> set[str]:
        """Every published series that some terms reckon with."""
        found: set[str] = set()
        for spans in self._spans.values():
            for span in spans:
                if span.interest is not None:
                    found |= {one.series for one in span.interest.ceilings}
                    found |= {span.interest.legal.series} if span.interest.legal else set()
        return found

    def fee_rule(self, span: Span, bearer: Bearer) -> FeeRule | None:
        """The pack's rule with the contract's numbers in it; None where none is charged."""
        row = span.row
        if row.fee == "none":
            return None
        rule = fees_of(self.pack, bearer.regime)
        if row.fee == "legal":
            return rule
        return replace(rule, agreed_pct=row.fee_per_cent, agreed_amount=row.fee_amount)

    def _worked_out(self, known: Sequence[Scope], bearer: Bearer) -> Iterable[Span]:
        days = sorted({row.from_on for scope in known for row in self.by_scope[scope]})
        for place, day in enumerate(days):
            row = self._row_on(known, day)
            until = days[place + 1] if place + 1 < len(days) else None
            interest, article, is_verified = self._interest(row, bearer)
            yield Span(day, until, row, interest, article, is_verified)

    def _row_on(self, known: Sequence[Scope], day: date) -> ChargeTerms:
        for scope in known:
            past = [row for row in self.by_scope[scope] if row.from_on <= day]
            if past:
                return past[-1]
        raise LookupError(day)

    def _interest(self, row: ChargeTerms, bearer: Bearer) -> tuple[InterestTerms | None, str, bool]:
        lawful = interest_of(
            self.pack,
            bearer.regime,
            currency=bearer.currency,
            legal_series=row.legal_series,
            ceiling_series=row.ceiling_series,
        )
        about = (lawful.source.article, lawful.is_verified)
        if row.interest != InterestMode.COMPUTED:
            return None, *about
        agreed = None
        if row.annual_rate is not None:
            quote = Quote(row.rate_quote)
            agreed = Rate(row.from_on, None, row.annual_rate, quote, row.source)
        legal: Reference | None = None if agreed else lawful.legal
        count = DayCount(row.day_count) if row.day_count else lawful.day_count
        found = InterestTerms(
            agreed, legal, lawful.ceilings, count, row.grace_days, row.is_grace_free
        )
        return found, *about


def scope_of(row: ChargeTerms) -> Scope:
    """What these terms are of."""
    if row.obligation_id:
        return "obligation", row.obligation_id
    if row.customer_id:
        return "customer", row.customer_id
    return ("product", row.product) if row.product else ("creditor", None)


def spans_of(creditor: Creditor, bearers: Sequence[Bearer]) -> Mapping[int, tuple[Span, ...]]:
    """Document → its terms over time. One query."""
    book = TermsBook.read(creditor)
    return {bearer.document: book.spans(bearer) for bearer in bearers}
