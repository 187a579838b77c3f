"""A file of rates as people keep it: which rows does it say, and which lines cannot be taken?

CSV with a heading and six columns: series, valid_from, valid_until, value, quoted_as, source
(or in Spanish: serie, desde, hasta, valor, cotizada, fuente); comma or semicolon between cells.
``valid_until`` is the last day on which the rate holds, as certificates print it. Knows no Django.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Literal

from recaudo.core.interest import Quote
from recaudo.core.money import currency_code
from recaudo.core.problems import Problem
from recaudo.countries.charging import constant_rate, known_series

BYTES_MAX = 5_000_000
LINES_MAX = 100_000
#: No rate of a year is so high; a currency's is another matter.
PER_CENT_MAX = Decimal(1000)
EXCHANGE_MAX = Decimal(10) ** 10
DECIMALS = 10
YEARS = range(1970, 2101)
SOURCE_MAX = 300

#: What a column is called, by either language.
HEADINGS = {
    "series": ("series", "serie"),
    "valid_from": ("valid_from", "desde", "vigente_desde"),
    "valid_until": ("valid_until", "hasta", "vigente_hasta"),
    "value": ("value", "valor", "tasa"),
    "quoted_as": ("quoted_as", "cotizada", "forma"),
    "source": ("source", "fuente"),
}
QUOTES = {
    Quote.EFFECTIVE_ANNUAL: ("effective_annual", "efectiva_anual", "ea", "e.a.", "tea", "eav"),
    Quote.NOMINAL_ANNUAL: ("nominal_annual", "nominal_anual", "na", "n.a.", "tna"),
    Quote.NOMINAL_MONTHLY: ("nominal_monthly", "nominal_mensual", "nm", "n.m.", "mensual"),
}
_SERIES = re.compile(r"[A-Z]{2}(\.[a-z0-9_]+)+")
_PAIR = re.compile(r"([A-Za-z]{2,3})/([A-Za-z]{2,3})")
_NUMBER = re.compile(r"-?[0-9]+([.,][0-9]+)*")
_DAY = timedelta(days=1)
Sign = Literal[",", ".", ""]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Line ``line`` of the file (the heading is 1) cannot be taken: a code with its facts."""

    line: int
    code: str
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RateLine:
    """One line that was understood. ``until_on`` is not in it; ``quote`` None: an exchange rate,
    ``pair`` says of what."""

    line: int
    series: str
    from_on: date
    until_on: date | None
    value: Decimal
    quote: Quote | None
    source: str
    pair: tuple[str, str] | None = None


def read_rates(content: bytes) -> tuple[list[RateLine], list[Refusal]]:
    """All lines of a file, in its order, and those that are refused.

    Raises Problem ``rates_file_too_large``, ``rates_file_unreadable``, ``rates_file_empty``,
    ``rates_columns_missing``.
    """
    rows = _rows(content)
    heading = _heading(rows[0][1])
    cells = [(line, _named(row, heading)) for line, row in rows[1:] if any(row)]
    if not cells:
        raise Problem("rates_file_empty")
    sign = _sign(row["value"] for _, row in cells)
    lines: list[RateLine] = []
    refused: list[Refusal] = []
    for line, row in cells:
        try:
            lines.append(_line(line, row, sign))
        except Problem as problem:
            refused.append(Refusal(line, problem.code, problem.facts))
    seen: dict[tuple[str, date], RateLine] = {}
    for one in lines:
        first = seen.setdefault((one.series, one.from_on), one)
        if not _is_same(first, one):
            facts: dict[str, object] = {"series": one.series, "day": one.from_on}
            refused.append(Refusal(one.line, "rate_twice", {**facts, "first": first.line}))
    return list(seen.values()), sorted(refused, key=lambda refusal: refusal.line)


def _is_same(one: RateLine, other: RateLine) -> bool:
    mine, theirs = (one.until_on, one.value, one.quote), (other.until_on, other.value, other.quote)
    return mine == theirs


def _rows(content: bytes) -> list[tuple[int, list[str]]]:
    if len(content) > BYTES_MAX:
        raise Problem("rates_file_too_large", size=len(content), limit=BYTES_MAX)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text or "\ufffd" in text:
        raise Problem("rates_file_unreadable")
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") >= first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in reader:
            rows.append((reader.line_num, [cell.strip() for cell in row]))
            if len(rows) > LINES_MAX:
                raise Problem("rates_file_too_large", size=len(content), limit=BYTES_MAX)
    except csv.Error as error:
        raise Problem("rates_file_unreadable") from error
    rows = [(line, row) for line, row in rows if any(row)]
    if not rows:
        raise Problem("rates_file_empty")
    return rows


def _heading(cells: Sequence[str]) -> dict[str, int]:
    """Where each column is. A heading that nobody asked for is left alone."""
    places = {cell.strip().lower().replace(" ", "_"): place for place, cell in enumerate(cells)}
    found = {
        name: places[word] for name, words in HEADINGS.items() for word in words if word in places
    }
    missing = [name for name in HEADINGS if name not in found and name != "valid_until"]
    if missing:
        raise Problem("rates_columns_missing", missing=missing, columns=list(HEADINGS))
    return found


def _named(row: Sequence[str], heading: dict[str, int]) -> dict[str, str]:
    return {
        name: row[heading[name]] if name in heading and heading[name] < len(row) else ""
        for name in HEADINGS
    }


def _sign(values: Iterable[str]) -> Sign:
    """The decimal sign that some value of the file proves; '' where none does, or both."""
    proven = {_evidence(value.strip()) for value in values} & {",", "."}
    for sign in (",", "."):
        if proven == {sign}:
            return "," if sign == "," else "."
    return ""


def _evidence(text: str) -> str:
    """The decimal sign of one value; '?' where it may be a thousands' sign as well, '' for none."""
    if not _NUMBER.fullmatch(text):
        return ""
    points, commas = text.count("."), text.count(",")
    if points and commas:
        return "," if text.rfind(",") > text.rfind(".") else "."
    if not points and not commas:
        return ""
    sign, other = (".", ",") if points else (",", ".")
    if max(points, commas) > 1:
        return other
    whole, _, part = text.lstrip("-").partition(sign)
    return "?" if len(part) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0" else sign


def _line(line: int, row: dict[str, str], sign: Sign) -> RateLine:
    series, pair = _series(row["series"])
    value = _value(row["value"], sign, is_per_cent=pair is None)
    from_on = _day(row["valid_from"], "valid_from")
    last = _day(row["valid_until"], "valid_until") if row["valid_until"] else None
    if last is not None and last < from_on:
        raise Problem("rate_span_backwards", first=from_on, last=last)
    source = row["source"]
    if not source:
        raise Problem("rate_source_missing")
    if len(source) > SOURCE_MAX or not source.isprintable():
        raise Problem("rate_source_unreadable", limit=SOURCE_MAX)
    until_on = None if last is None else last + _DAY
    if pair is not None:
        return _exchange(line, pair, from_on, last, value, source)
    if value > PER_CENT_MAX:
        raise Problem("rate_absurd", value=value, limit=PER_CENT_MAX)
    return RateLine(
        line, series, from_on, until_on, value, _quote(row["quoted_as"], series), source
    )


def _exchange(
    line: int,
    pair: tuple[str, str],
    from_on: date,
    last: date | None,
    value: Decimal,
    source: str,
) -> RateLine:
    """A rate between currencies holds until the next one: an end of its own must be its day."""
    if last is not None and last != from_on:
        raise Problem("exchange_span", day=from_on, last=last)
    if not 0 < value < EXCHANGE_MAX:
        raise Problem("exchange_not_positive", value=value)
    return RateLine(line, "/".join(pair), from_on, None, value, None, source, pair)


def _series(text: str) -> tuple[str, tuple[str, str] | None]:
    if found := _PAIR.fullmatch(text):
        one, other = currency_code(found[1]), currency_code(found[2])
        if one == other:
            raise Problem("exchange_same", currency=one)
        return text, (one, other)
    if not _SERIES.fullmatch(text):
        raise Problem("rate_series_unreadable", series=text[:60])
    if constant_rate(text) is not None:
        raise Problem("rate_is_the_laws", series=text)
    return text, None


def _quote(text: str, series: str) -> Quote:
    typed = text.strip().lower().replace(" ", "_")
    for quote, words in QUOTES.items():
        if typed in words:
            known = known_series().get(series)
            if known is not None and known.quoted_as is not quote:
                raise Problem(
                    "rate_quote_differs", series=series, typed=text, quoted_as=known.quoted_as.value
                )
            return quote
    raise Problem("rate_quote_unknown", typed=text[:40], known=[quote.value for quote in Quote])


def _value(text: str, sign: Sign, *, is_per_cent: bool) -> Decimal:
    """``1.234`` is a thousand or one and a bit: what other values of the file prove decides; of a
    rate, that no year bears so much (``25.620`` is no twenty-five thousand per cent)."""
    plain = text.replace(" ", "").removesuffix("%")
    if not _NUMBER.fullmatch(plain):
        raise Problem("rate_value_unreadable", value=text[:40])
    told = _evidence(plain)
    if told == "?" and sign:
        told = sign
    elif told == "?":
        if not is_per_cent or Decimal(re.sub("[.,]", "", plain)) <= PER_CENT_MAX:
            raise Problem("rate_value_ambiguous", value=text)
        told = "." if "." in plain else ","
    decimal = told or "."
    thousands = "." if decimal == "," else ","
    whole, _, part = plain.partition(decimal)
    groups = whole.lstrip("-").split(thousands)
    if decimal in part or thousands in part or any(len(group) != 3 for group in groups[1:]):
        raise Problem("rate_value_unreadable", value=text[:40])
    try:
        value = Decimal(whole.replace(thousands, "") + (f".{part}" if part else ""))
    except InvalidOperation as error:
        raise Problem("rate_value_unreadable", value=text[:40]) from error
    if value < 0:
        raise Problem("rate_negative", value=value)
    if len(part.rstrip("0")) > DECIMALS or value >= EXCHANGE_MAX:
        raise Problem("rate_too_fine", value=text[:40], decimals=DECIMALS)
    return value


def _day(text: str, column: str) -> date:
    """ISO only: 03/04 is two days."""
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Problem("rate_day_unreadable", typed=text[:40], column=column) from error
    if day.year not in YEARS or len(text) != 10:
        raise Problem("rate_day_unreadable", typed=text[:40], column=column)
    return day
