"""A document's number as people and systems write it: ``FV-12``, ``FV12``, ``12``, ``12/3``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from recaudo.access.models import Creditor
from recaudo.portfolio.models import Document


def documents_named(
    creditor: Creditor, numbers: Iterable[str], customer: int | None = None
) -> dict[str, list[tuple[int, int]]]:
    """number as written → (document, customer), of ``customer`` where one is given, by id. Those
    that are open; where none is open, those that are paid, so that the money goes to the right
    customer."""
    wanted = {each.strip() for each in numbers}
    rows = Document.objects.filter(creditor=creditor, number__in=ways_written(wanted))
    if customer is not None:
        rows = rows.filter(customer=customer)
    open_ones: dict[str, list[tuple[int, int]]] = defaultdict(list)
    closed: dict[str, list[tuple[int, int]]] = defaultdict(list)
    called: dict[str, list[Document]] = defaultdict(list)
    names = ("id", "customer_id", "prefix", "number", "instalment", "open_amount")
    for document in rows.only(*names).order_by("id"):
        for name in names_of(document):
            called[name].append(document)
    for written in wanted:
        for document in called.get(_bare(written), ()):
            found = open_ones if document.open_amount else closed
            found[written].append((document.pk, document.customer_id))
    return {written: open_ones.get(written) or closed.get(written, []) for written in wanted}


def ways_written(numbers: Iterable[str]) -> set[str]:
    """The numbers, without prefix and instalment, that these may mean: what the database is asked
    for, of one customer by their index, else over the creditor's documents.
    ``FV-0012/3``: itself, ``FV0012/3``, ``FV-0012``, ``0012`` …"""
    ways = {way for each in numbers for way in (each, each.partition("/")[0])}
    ways |= {_bare(each) for each in ways} | {each.rsplit("-", 1)[-1].strip() for each in ways}
    ways |= {each[len(each.rstrip("0123456789")) :] for each in ways}
    return ways - {""}


def is_called(document: Document, written: str) -> bool:
    """By prefix and number, or the number alone; an instalment also by its place: ``12/3``."""
    return _bare(written) in names_of(document)


def names_of(document: Document) -> set[str]:
    whole, number = document.prefix + document.number, document.number
    names = {_bare(whole), _bare(number)}
    names |= {name.replace("/", "") for name in names}
    if document.instalment:
        names |= {_bare(f"{name}/{document.instalment}") for name in (whole, number)}
    return names


def _bare(number: str) -> str:
    """Letters and digits; the stroke before an instalment stays."""
    return "".join(sign for sign in number.upper() if sign.isalnum() or sign == "/")
