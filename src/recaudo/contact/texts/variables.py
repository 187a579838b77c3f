"""The variables of one message: what ``variables.toml`` documents, with their values.

Pure: from what was gathered to plain values that Liquid prints. Nothing of the product is reachable
from a template but these.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.lists import format_list

from recaudo.contact.texts.figures import Day, Figure, Moment, locale_of
from recaudo.contact.texts.gather import Book, Owed
from recaudo.core.money import Money, Rounding
from recaudo.core.problems import Problem
from recaudo.payments.queries.ways import filled

VALUE_MAX = 200
_CODE = re.compile(r"^[A-Z]{0,3}\d+[ \-–.:]+(?=\D)")
#: Formatting characters that a name needs; other control characters are dropped from values.
_KEPT = {"\u200d"}


@dataclass(frozen=True, slots=True)
class Documented:
    """One variable as the edit page shows it. ``of_items``: names inside each element of a list."""

    name: str
    es: str
    en: str
    example: str

    def told(self, language: str) -> str:
        return self.en if language.startswith("en") else self.es


@cache
def documented() -> tuple[Documented, ...]:
    """In the order of the file."""
    text = files("recaudo.contact.texts").joinpath("variables.toml").read_text("utf-8")
    return tuple(
        Documented(each["name"], each["es"], each["en"], each.get("example", ""))
        for each in tomllib.loads(text)["variables"]
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What a message asks for. ``items``: (document, amount) in ``currency``; they add to
    ``balance``."""

    currency: str
    items: list[tuple[int, Decimal]]
    balance: Decimal
    owed: list[Owed]


def asked(book: Book, customer_id: int, document_ids: Sequence[int]) -> Asked:
    """The documents of the message that are still open, and their sum.

    Without ``document_ids``: all that is open, but of credits only the instalments that are late,
    where any is (F5). In the documents' own currency where they share one, in the creditor's at the
    rates of the corte otherwise. Raises Problem ``rate_missing``.
    """
    everything = book.owed.get(customer_id, [])
    wanted = set(document_ids)
    owed = (
        [each for each in everything if each.id in wanted]
        if wanted
        else _worth_asking(everything, book.today)
    )
    currencies = {each.currency for each in owed}
    currency = currencies.pop() if len(currencies) == 1 else book.creditor.currency
    items = [(each.id, _in(book, each, currency)) for each in owed]
    return Asked(currency, items, sum((amount for _, amount in items), Decimal(0)), owed)


def _worth_asking(owed: list[Owed], today: date) -> list[Owed]:
    late = {each.family for each in owed if each.in_obligation and each.due_on < today}
    if not late:
        return owed
    return [each for each in owed if not each.in_obligation or each.due_on < today]


def _in(book: Book, owed: Owed, currency: str) -> Decimal:
    if owed.currency == currency:
        return owed.open
    rate = book.rate(owed.currency)
    if rate is None:
        raise Problem("text_rate_missing", currency=owed.currency)
    return Money(owed.open, owed.currency).converted(rate, currency, Rounding.HALF_UP).amount


def variables(
    book: Book,
    customer_id: int,
    what: Asked,
    *,
    language: str,
    words: Mapping[str, str],
    links: Mapping[str, str],
    extra: Mapping[str, object],
    message_id: int | None = None,
    files_named: Sequence[str] = (),
) -> dict[str, object]:
    """Name → value, all documented names always there (empty where there is nothing)."""
    customer, creditor = book.customers[customer_id], book.creditor
    locale = locale_of(language, customer.country or creditor.country)
    reference = book.references[customer_id]
    days_late = max((max(0, (book.today - each.due_on).days) for each in what.owed), default=0)
    ways = [
        {"kind": way.kind, "title": way.title, "details": way.details, "url": way.url}
        for way in filled(book.ways.get(what.currency, ()), reference)
    ]
    unapplied = book.unapplied.get((customer_id, what.currency), Decimal(0))
    told = {
        "customer": {"name": plain(customer.name), "code": plain(customer.code)},
        "creditor": {
            "name": plain(creditor.name),
            "tax_id": plain(creditor.tax_id),
            "address": plain(creditor.address),
            "phone": plain(creditor.phone),
            "website": plain(creditor.website),
        },
        "items": _lines(book, what, words, locale),
        "total": Figure(what.balance, what.currency, locale, _told_total(what, locale)),
        "catch_up": Figure(_catch_up(book, customer_id, what), what.currency, locale),
        "credits": Figure(unapplied, what.currency, locale),
        "currency": what.currency,
        "as_of": Day.of(book.as_of, locale),
        "today": Day.of(book.today, locale),
        "days_late": days_late,
        "due_on": Day.of(what.owed[0].due_on, locale) if what.owed else "",
        "is_credit": bool(what.owed) and all(each.in_obligation for each in what.owed),
        "reference": reference,
        "ways": ways,
        "pay_link": next((way["url"] for way in ways if way["url"]), ""),
        "collector": {
            "name": _without_code(plain(book.collectors.get(customer_id, ""))),
            "phone": plain(creditor.phone),
        },
        "files": [plain(name) for name in files_named],
        "links": {"unsubscribe": links.get("unsubscribe", "")},
        "words": dict(words),
        "payment": None,
        "promise": None,
        "callback": None,
        "answer": "",
    }
    payment = book.payments.get(message_id) if message_id is not None else None
    if payment is not None:
        told["payment"] = {
            "amount": Figure(payment.amount, payment.currency, locale),
            "on": Day.of(payment.on, locale),
        }
    return told | _extra(extra, what.currency, locale)


def _without_code(name: str) -> str:
    """``G3 Diana Pizarro`` is how a system writes its collectors, not how one signs a letter."""
    return _CODE.sub("", name)


def _extra(extra: Mapping[str, object], currency: str, locale: Locale) -> dict[str, object]:
    """What the caller adds: payment, promise, callback, answer. Others are ignored."""
    told: dict[str, object] = {}
    for name in ("payment", "promise", "callback"):
        given = extra.get(name)
        if isinstance(given, Mapping):
            of = str(given.get("currency") or currency)
            told[name] = {key: _shown(value, of, locale) for key, value in given.items()}
    if extra.get("answer"):
        told["answer"] = plain_lines(str(extra["answer"]))
    return told


def _shown(value: object, currency: str, locale: Locale) -> object:
    match value:
        case Decimal():
            return Figure(value, currency, locale)
        case datetime():
            return Moment(value, locale)
        case date():
            return Day.of(value, locale)
        case str():
            return plain(value)
    return value


def _lines(
    book: Book, what: Asked, words: Mapping[str, str], locale: Locale
) -> list[dict[str, Any]]:
    """One line per document; the instalments of one invoice or credit are one line (F4)."""
    families: dict[tuple[str, str, str, str, bool], list[Owed]] = {}
    for each in what.owed:
        key = (*each.family, each.currency, each.in_obligation)
        families.setdefault(key, []).append(each)
    return [_line(book, members, words, locale) for members in families.values()]


def _line(
    book: Book, members: list[Owed], words: Mapping[str, str], locale: Locale
) -> dict[str, Any]:
    first = members[0]
    amount = sum((each.open for each in members), Decimal(0))
    parts = [each.instalment for each in members if each.instalment]
    kind = words.get(f"kind_{first.kind}", "")
    document = plain(first.number)
    if len(parts) == 1 and len(members) == 1:
        document = f"{document}, {words.get('instalment', '')} {plain(parts[0])}"
    return {
        "document": document,
        "kind": kind,
        "name": f"{kind} {document}".strip(),
        "due_on": Day.of(first.due_on, locale),
        "due_dates": [Day.of(each.due_on, locale) for each in members],
        "days_late": max(0, (book.today - first.due_on).days),
        "amount": Figure(amount, first.currency, locale),
        "currency": first.currency,
        "instalments": len(members) if len(members) > 1 else 0,
        "purchase_order": plain(first.purchase_order),
    }


def _told_total(what: Asked, locale: Locale) -> str:
    """Of several currencies: ``$1.000 y US$ 20,00``, which is what is owed; empty otherwise."""
    sums: dict[str, Decimal] = {}
    for each in what.owed:
        sums[each.currency] = sums.get(each.currency, Decimal(0)) + each.open
    if len(sums) < 2:
        return ""
    return format_list(
        [str(Figure(amount, currency, locale)) for currency, amount in sums.items()], locale=locale
    )


def _catch_up(book: Book, customer_id: int, what: Asked) -> Decimal:
    """All that is late in the message's currency, less what waits to be applied; never negative."""
    late = sum(
        (
            each.open
            for each in book.owed.get(customer_id, [])
            if each.currency == what.currency and each.due_on < book.today
        ),
        Decimal(0),
    )
    return max(Decimal(0), late - book.unapplied.get((customer_id, what.currency), Decimal(0)))


def plain(text: str) -> str:
    """One line without control or direction characters: a value cannot begin a header or a line."""
    return "".join(_clean(text).split("\n")).strip()[:VALUE_MAX]


def plain_lines(text: str) -> str:
    """As ``plain``, line breaks kept, longer."""
    return _clean(text.replace("\r\n", "\n").replace("\r", "\n"), breaks=True).strip()[:5000]


def _clean(text: str, *, breaks: bool = False) -> str:
    if text.isprintable():  # nothing to drop, and no space but the ordinary one
        return text if breaks else " ".join(text.split())
    kept = []
    for letter in text:
        if letter == "\n" and breaks:
            kept.append(letter)
        elif letter.isspace():
            kept.append(" ")
        elif letter in _KEPT or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn"}:
            kept.append(letter)
    joined = "".join(kept)
    return joined if breaks else " ".join(joined.split())
