"""Loading published rates and rates between currencies."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.db import transaction
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.core.problems import Problem
from recaudo.payments.models import ReferenceRate
from recaudo.payments.rate_files import RateLine, Refusal, read_rates
from recaudo.portfolio.models import ExchangeRate

REASON_MAX = 300


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file did, or would do. With ``refused`` nothing was written at all."""

    new: int
    unchanged: int
    replaced: int
    series: tuple[str, ...]
    refused: tuple[Refusal, ...]
    is_dry_run: bool


def load_rates(
    creditor: Creditor,
    file: bytes,
    *,
    by: User | None = None,
    origin: str = "cli",
    replace: bool = False,
    reason: str = "",
    dry_run: bool = False,
) -> Loaded:
    """Take all rates of a file, or none.

    The same file twice changes nothing. Another value for a day that is known is refused
    (``rate_differs``) unless ``replace`` with a ``reason``: then a new row counts and the old one
    stays. A rate between currencies is never replaced: money was counted at it.
    Raises as ``rate_files.read_rates`` and Problem ``rates_reason_missing``, ``rates_reason_long``.
    """
    reason = reason.strip()
    if replace and not reason:
        raise Problem("rates_reason_missing")
    if len(reason) > REASON_MAX:
        raise Problem("rates_reason_long", limit=REASON_MAX)
    lines, refused = read_rates(file)
    with scope(creditor=creditor), transaction.atomic():
        Creditor.objects.select_for_update(no_key=True).get(pk=creditor.pk)  # one file at a time
        mine = [line for line in lines if line.pair is None]
        rates, rate_refusals = _new_rates(mine, replace=replace)
        pairs, pair_refusals = _new_exchange([line for line in lines if line.pair is not None])
        refused = sorted([*refused, *rate_refusals, *pair_refusals], key=lambda one: one.line)
        new = [line for line, is_replacement in rates if not is_replacement]
        touched = {line.line for line, _ in rates} | {line.line for line in pairs}
        touched |= {one.line for one in refused}
        loaded = Loaded(
            new=len(new) + len(pairs),
            unchanged=sum(line.line not in touched for line in lines),
            replaced=len(rates) - len(new),
            series=tuple(sorted({line.series for line in lines})),
            refused=tuple(refused),
            is_dry_run=dry_run,
        )
        if refused or dry_run or not (rates or pairs):
            return loaded
        _write(creditor, rates, pairs, by, reason)
        record_change(
            "rates_loaded",
            creditor=creditor,
            by=by,
            origin=origin,
            subject="rates",
            series=list(loaded.series),
            new=loaded.new,
            replaced=loaded.replaced,
            reason=reason,
            file_sha256=hashlib.sha256(file).hexdigest(),
        )
    return loaded


def _new_rates(
    lines: Sequence[RateLine], *, replace: bool
) -> tuple[list[tuple[RateLine, bool]], list[Refusal]]:
    """The lines to write, with whether each replaces a known one, and those refused."""
    known: dict[str, dict[date, ReferenceRate]] = defaultdict(dict)
    rows = ReferenceRate.objects.filter(series__in={line.series for line in lines}).order_by("id")
    for row in rows:
        known[row.series][row.valid_from] = row
    found: list[tuple[RateLine, bool]] = []
    refused: list[Refusal] = []
    for line in lines:
        row = known[line.series].get(line.from_on)
        if row is None:
            found.append((line, False))
        elif _is_known(row, line):
            continue
        elif replace:
            found.append((line, True))
        else:
            refused.append(_differs(line, row.value, "rate_differs"))
    return found, [*refused, *_overlaps(found, known)]


def _is_known(row: ReferenceRate, line: RateLine) -> bool:
    told = (line.value, line.until_on, line.quote)
    return told == (row.value, row.valid_until, row.quoted_as)


def _differs(line: RateLine, value: object, code: str) -> Refusal:
    facts = {"series": line.series, "day": line.from_on, "known": value, "given": line.value}
    return Refusal(line.line, code, facts)


def _overlaps(
    found: Sequence[tuple[RateLine, bool]], known: dict[str, dict[date, ReferenceRate]]
) -> list[Refusal]:
    """A span with an end of its own that runs into the next one, with what is known already."""
    spans: dict[str, dict[date, tuple[date | None, int]]] = defaultdict(dict)
    for series, rows in known.items():
        for day, row in rows.items():
            spans[series][day] = (row.valid_until, 0)
    for line, _ in found:
        spans[line.series][line.from_on] = (line.until_on, line.line)
    refused: dict[int, Refusal] = {}
    for series, own in spans.items():
        days = sorted(own)
        for day, after in pairwise(days):
            until_on, own_line = own[day]
            at_fault = own[after][1] or own_line
            if until_on is not None and until_on > after and at_fault:
                facts: dict[str, object] = {"series": series, "first": day, "next": after}
                refused[at_fault] = Refusal(at_fault, "rate_overlaps", facts)
    return list(refused.values())


def _new_exchange(lines: Sequence[RateLine]) -> tuple[list[RateLine], list[Refusal]]:
    firsts = {line.pair[0] for line in lines if line.pair}
    rows = ExchangeRate.objects.filter(from_currency__in=firsts)
    known = {(row.from_currency, row.to_currency, row.valid_on): row.rate for row in rows}
    found: list[RateLine] = []
    refused: list[Refusal] = []
    for line in lines:
        if line.pair is None:
            continue
        rate = known.get((*line.pair, line.from_on))
        if rate is None:
            found.append(line)
        elif rate != line.value:
            refused.append(_differs(line, rate, "exchange_differs"))
    return found, refused


def _write(
    creditor: Creditor,
    rates: Sequence[tuple[RateLine, bool]],
    pairs: Sequence[RateLine],
    by: User | None,
    reason: str,
) -> None:
    ReferenceRate.objects.bulk_create(
        [
            ReferenceRate(
                creditor=creditor,
                series=line.series,
                valid_from=line.from_on,
                valid_until=line.until_on,
                value=line.value,
                quoted_as=line.quote,
                source=line.source,
                reason=reason if is_replacement else "",
                by=by,
            )
            for line, is_replacement in rates
        ],
        batch_size=1000,
    )
    ExchangeRate.objects.bulk_create(
        [
            ExchangeRate(
                creditor=creditor,
                from_currency=line.pair[0],
                to_currency=line.pair[1],
                valid_on=line.from_on,
                rate=line.value,
                source=line.source,
            )
            for line in pairs
            if line.pair
        ],
        batch_size=1000,
    )
