"""Which amounts, days and banks stand in a text? To fill a form in, never to post by themselves.

Pure. Both ways of writing numbers are read (1.250.000,50 and 1,250,000.50): the last mark is the
decimal one where two digits follow it, else it separates thousands.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Literal

from recaudo.contact.inbound.classify import READ_CHARACTERS, fold

SMALLEST = Decimal(10)
LARGEST = Decimal(10) ** 14
#: A bare number is taken for an amount from this on; years and references are not.
BARE_FROM = 10_000
MULTIPLES = {
    "mil": 1_000,
    "lucas": 1_000,
    "luca": 1_000,
    "k": 1_000,
    "millon": 1_000_000,
    "millones": 1_000_000,
    "palos": 1_000_000,
    "palo": 1_000_000,
    "mm": 1_000_000,
}
_AMOUNT = re.compile(
    r"(?P<sign>(?:\$|s/\.?|usd|cop|clp|mxn|pen|us\$)\s*)?"
    r"(?<![\w/.-])(?P<number>\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?)"
    r"(?![\d/-])(?:\s*(?P<times>mil|lucas?|k|mill[oó]n(?:es)?|palos?|mm)\b)?"
    r"(?P<unit>\s*(?:pesos|soles|cop|clp|mxn|pen|usd|d[oó]lares|dollars)\b)?",
    re.IGNORECASE,
)

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "enero ene january jan",
            "febrero feb february",
            "marzo mar march",
            "abril abr april apr",
            "mayo may",
            "junio jun june",
            "julio jul july",
            "agosto ago august aug",
            "septiembre setiembre sept sep set september",
            "octubre oct october",
            "noviembre nov november",
            "diciembre dic december dec",
        ),
        start=1,
    )
    for name in names.split()
}
WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "lunes monday",
            "martes tuesday",
            "miercoles wednesday",
            "jueves thursday",
            "viernes friday",
            "sabado saturday",
            "domingo sunday",
        )
    )
    for name in names.split()
}
NEAR = {
    "hoy": 0,
    "today": 0,
    "ayer": -1,
    "anoche": -1,
    "yesterday": -1,
    "antier": -2,
    "anteayer": -2,
    "manana": 1,
    "tomorrow": 1,
}
_MONTH_NAMES = "|".join(sorted(MONTHS, key=len, reverse=True))
_DAY_OF_MONTH = re.compile(
    rf"\b(\d{{1,2}})(?: de| of)? ({_MONTH_NAMES})\b(?:(?: de| del|) (\d{{4}}))?"
)
_MONTH_DAY = re.compile(rf"\b({_MONTH_NAMES}) (\d{{1,2}})\b(?![.,]\d)(?:,? (\d{{4}}))?")
_NUMERIC = re.compile(r"\b(\d{1,2})[/-](\d{1,2})(?:[/-](\d{2,4}))?\b")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_THE_DAY = re.compile(
    r"\b(?:el|dia|para el|hasta el|del) (?:dia )?(\d{1,2})\b(?! de \w+| cuotas| cajas|[.,/:]\d)"
)

BANKS = (
    "Bancolombia", "Davivienda", "Banco de Bogotá", "BBVA", "Nequi", "Daviplata", "Banco Popular",
    "Banco de Occidente", "AV Villas", "Scotiabank", "Itaú", "Banco Estado", "BancoEstado",
    "Banco de Chile", "BCI", "Santander", "Falabella", "BCP", "Interbank", "Yape", "Plin",
    "Banorte", "Banamex", "HSBC", "OXXO", "Banco Azteca", "PSE", "SPEI", "Efecty", "Webpay",
    "Mercado Pago",
)  # fmt: skip


def amounts_in(text: str) -> list[Decimal]:
    """The amounts, the likeliest first: with a currency or a multiple before bare numbers, and in
    the order of the text; each once."""
    told, bare = [], []
    for match in _AMOUNT.finditer(text[:READ_CHARACTERS]):
        value = number_of(match["number"])
        if value is None:
            continue
        if match["times"]:
            value *= MULTIPLES[fold(match["times"])]
        if not SMALLEST <= value <= LARGEST:
            continue
        if match["sign"] or match["times"] or match["unit"]:
            told.append(value)
        elif value >= BARE_FROM and (len(match["number"]) <= 9 or not match["number"].isdigit()):
            bare.append(value)
    return list(dict.fromkeys([*told, *bare]))


def days_in(text: str, today: date, *, looking: Literal["back", "ahead"]) -> list[date]:
    """The days named, in the order of the kinds below; those that the sense excludes are left out.

    ``looking`` back: days up to ``today`` (when somebody paid); ahead: from ``today`` on (when they
    will). A weekday is the nearest one in that sense, today not counted.
    """
    plain = " ".join(_plain_words(text[:READ_CHARACTERS]))
    found: list[date | None] = []
    for year, month, day in _ISO.findall(plain):
        found.append(_date(int(year), int(month), int(day)))
    for day, month, year in _DAY_OF_MONTH.findall(plain):
        found.append(_near(int(day), MONTHS[month], year, today, looking))
    # What follows «4 de diciembre» is an amount, not another day of December.
    for month, day, year in _MONTH_DAY.findall(_DAY_OF_MONTH.sub(" ", plain)):
        found.append(_near(int(day), MONTHS[month], year, today, looking))
    for day, month, year in _NUMERIC.findall(_ISO.sub(" ", plain)):
        found.append(_near(int(day), int(month), year, today, looking))
    words = set(re.findall(r"[a-z]+", plain))
    morning = "la manana" in plain and not re.search(r"(?<!la )\bmanana\b", plain)
    for word, away in NEAR.items():
        if word in words and not (word == "manana" and morning):
            found.append(today + timedelta(days=away))
    for word, number in WEEKDAYS.items():
        if word in words:
            found.append(_weekday(number, today, looking))
    for day in _THE_DAY.findall(plain):
        found.append(_day_of(int(day), today, looking))
    fits = (each for each in found if each is not None and _fits(each, today, looking))
    return list(dict.fromkeys(fits))


def bank_in(text: str) -> str:
    """The first bank or way to pay that is named, as it is called; empty where none is."""
    plain = f" {' '.join(_plain_words(text[:READ_CHARACTERS]))} "
    at = {
        bank: place
        for bank in BANKS
        if (place := plain.find(f" {' '.join(map(fold, bank.split()))} ")) >= 0
    }
    return min(at, key=lambda bank: (at[bank], -len(bank))) if at else ""


def _plain_words(text: str) -> list[str]:
    """Folded words; numbers and dates keep their marks."""
    words = re.findall(r"\d[\d/.,:-]*\d|\d|[^\W\d_]+", text)
    return [word if word[0].isdigit() else fold(word) for word in words]


def number_of(written: str) -> Decimal | None:
    """A number as people write it; None where it is none."""
    marks = [c for c in written if c in ".,"]
    digits = re.sub(r"[ ']", "", written)
    last = marks[-1] if marks else ""
    if last and len(digits.rsplit(last, 1)[1]) in (1, 2):
        whole, _, cents = digits.rpartition(last)
        text = f"{re.sub(r'[.,]', '', whole)}.{cents}"
    else:
        text = re.sub(r"[.,]", "", digits)
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _near(day: int, month: int, year: str, today: date, looking: str) -> date | None:
    """Without a year, the nearest in the sense looked at."""
    if year:
        full = int(year) + (2000 if len(year) == 2 else 0)
        return _date(full, month, day)
    years = (today.year, today.year - 1) if looking == "back" else (today.year, today.year + 1)
    tried = (_date(each, month, day) for each in years)
    return next((each for each in tried if each and _fits(each, today, looking)), None)


def _day_of(day: int, today: date, looking: str) -> date | None:
    """'El 15': of this month, or of the one before or after."""
    first = today.replace(day=1)
    before, after = first - timedelta(days=1), first + timedelta(days=32)
    other = before if looking == "back" else after
    tried = (_date(each.year, each.month, day) for each in (today, other))
    return next((each for each in tried if each and _fits(each, today, looking)), None)


def _weekday(number: int, today: date, looking: str) -> date:
    if looking == "back":
        return today - timedelta(days=(today.weekday() - number - 1) % 7 + 1)
    return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)


def _fits(day: date, today: date, looking: str) -> bool:
    """Within a year either way."""
    away = (day - today).days
    return -366 <= away <= 0 if looking == "back" else 0 <= away <= 366
