"""Which reference rates and exchange rates does a creditor have, and which are missing?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import Case, Count, F, When, Window
from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.core.interest import Quote, Rate
from recaudo.countries import REGIMES, national_pack
from recaudo.countries.charging import Series, constant_rate, interest_of, known_series
from recaudo.payments.models import ChargeTerms, ReferenceRate
from recaudo.portfolio.models import ExchangeRate


@dataclass(frozen=True, slots=True)
class SeriesTold:
    """One series as a person looks at it on a day.

    ``now`` is the rate in force; ``gaps`` are spans (first day without, first day with again or
    None) from the first loaded day on; ``is_needed``: the pack of the creditor's country or one of
    its contracts reckons with it; ``series`` None: no pack knows it.
    """

    code: str
    series: Series | None
    rates: tuple[Rate, ...]
    now: Rate | None
    gaps: tuple[tuple[date, date | None], ...]
    is_needed: bool

    @property
    def missing_since(self) -> date | None:
        """The first day, up to the one asked about, for which no rate is there any more."""
        return self.gaps[-1][0] if self.gaps and self.now is None else None


@dataclass(frozen=True, slots=True)
class ExchangeTold:
    """A pair of currencies: its newest rate on or before the day, and how many there are."""

    pair: str
    rate: Decimal
    valid_on: date
    source: str
    count: int


def rates_of(creditor: Creditor, series: Iterable[str], until: date) -> dict[str, list[Rate]]:
    """What was loaded of each series up to ``until`` (in it), oldest first and without overlaps;
    the numbers that a law itself fixes are there without being loaded. One query.

    Of several rows for one first day the newest counts; a rate ends where the next one begins, and
    earlier where its row says so.
    """
    wanted = set(series)
    found: dict[str, list[Rate]] = {}
    for code in wanted:
        constant = constant_rate(code)
        found[code] = [constant] if constant else []
    with scope(creditor=creditor):
        rows = (
            ReferenceRate.objects.filter(series__in=wanted, valid_from__lte=until)
            .order_by("series", "valid_from", "-id")
            .distinct("series", "valid_from")
        )
        loaded: dict[str, list[ReferenceRate]] = defaultdict(list)
        for row in rows:
            loaded[row.series].append(row)
    for code, own in loaded.items():
        if not found[code]:
            found[code] = _spans(own)
    return found


def unit_value(creditor: Creditor, unit: str, currency: str, day: date) -> Decimal | None:
    """One ``unit`` (CLF, COU, a currency) in ``currency`` on ``day``; None where nobody knows."""
    if unit == currency:
        return Decimal(1)
    rate = exchange_rate(creditor, unit, currency, day)
    return rate.rate if rate else None


def exchange_rate(creditor: Creditor, from_: str, to: str, day: date) -> ExchangeRate | None:
    """Units of ``to`` for one ``from_``: the newest rate on or before ``day``."""
    with scope(creditor=creditor):
        return (
            ExchangeRate.objects.filter(from_currency=from_, to_currency=to, valid_on__lte=day)
            .order_by("-valid_on", "-id")
            .first()
        )


def series_told(creditor: Creditor, today: date) -> list[SeriesTold]:
    """Every series that was loaded, or that the creditor's pack or a contract needs, by code. Two
    queries."""
    with scope(creditor=creditor):
        named = ChargeTerms.objects.values_list("legal_series", "ceiling_series").distinct()
        contracts = {code for pair in named for code in pair if code}
        rows = list(
            ReferenceRate.objects.order_by("series", "valid_from", "-id").distinct(
                "series", "valid_from"
            )
        )
    loaded: dict[str, list[ReferenceRate]] = defaultdict(list)
    for row in rows:
        loaded[row.series].append(row)
    needed = needed_series(creditor.country)
    needed |= {code for code in contracts if constant_rate(code) is None}
    return [
        _told(code, _spans(loaded.get(code, [])), today, code in needed)
        for code in sorted({*loaded, *needed})
    ]


def needed_series(country: str) -> frozenset[str]:
    """What interest by the law of ``country`` cannot be reckoned without: the legal rate and the
    ceilings of each regime. Numbers that the law itself fixes are not among them."""
    pack = national_pack(country)
    found: set[str] = set()
    for regime in REGIMES:
        lawful = interest_of(pack, regime)
        found |= {one.series for one in (lawful.legal, *lawful.ceilings) if one}
    return frozenset(code for code in found if constant_rate(code) is None)


def exchange_told(creditor: Creditor, today: date) -> list[ExchangeTold]:
    """Each pair of currencies with its newest rate on or before ``today``, or its first one where
    none has begun. One query."""
    is_past = Case(When(valid_on__lte=today, then=F("valid_on")))
    pair = ("from_currency", "to_currency")
    with scope(creditor=creditor):
        rows = (
            ExchangeRate.objects.annotate(
                count=Window(Count("id"), partition_by=[F(name) for name in pair])
            )
            .order_by(*pair, is_past.desc(nulls_last=True), "valid_on")
            .distinct(*pair)
        )
        return [
            ExchangeTold(
                f"{row.from_currency}/{row.to_currency}",
                row.rate,
                row.valid_on,
                row.source,
                row.count,
            )
            for row in rows
        ]


def _spans(rows: Sequence[ReferenceRate]) -> list[Rate]:
    """Of one series, oldest first: each ends where its row says, or where the next one begins."""
    spans: list[Rate] = []
    for row in rows:
        if spans and (spans[-1].until_on is None or row.valid_from < spans[-1].until_on):
            spans[-1] = replace(spans[-1], until_on=row.valid_from)
        quote = Quote(row.quoted_as)
        spans.append(Rate(row.valid_from, row.valid_until, row.value, quote, row.source))
    return spans


def _told(code: str, rates: list[Rate], today: date, is_needed: bool) -> SeriesTold:
    gaps: list[tuple[date, date | None]] = []
    for number, rate in enumerate(rates):
        after = rates[number + 1].from_on if number + 1 < len(rates) else None
        if rate.until_on is not None and rate.until_on != after and rate.until_on <= today:
            gaps.append((rate.until_on, after))
    now = next((rate for rate in reversed(rates) if rate.covers(today)), None)
    return SeriesTold(code, known_series().get(code), tuple(rates), now, tuple(gaps), is_needed)
