"""Contacts that others made come in, so that they count for the caps (F21)."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

from django.db import transaction
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.contact.models import Direction, Interaction, Outcome
from recaudo.core.calendar import local_day
from recaudo.core.problems import Problem
from recaudo.intake.models import ImportBatch, RejectedRow
from recaudo.intake.reading.folding import fold
from recaudo.intake.reading.identifiers import tax_id
from recaudo.intake.reading.outside import ATTEMPTS, CONVERSATIONS, OutsideRow, read_contacts
from recaudo.portfolio.models import Customer, Document

Row = TypeVar("Row")
AT_ONCE = 5_000
#: Names of our own for where a contact came from: no file may pass itself off as those.
OURS = frozenset({"desk", "outbox", "portal", "import"})
#: The clocks of two systems differ by so much at most; later is a mistake in the file.
AHEAD = timedelta(minutes=10)
SOURCE = re.compile(r"[a-z][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class _Known:
    """What the creditor has, to find rows by."""

    by_code: dict[str, int]
    by_tax_id: dict[str, int | None]
    documents: dict[tuple[int, str], int]
    outcomes: dict[str, Outcome]


def import_contacts(
    creditor: Creditor,
    path: Path,
    *,
    source: str = "agencia",
    now: datetime,
    by: User | None = None,
    origin: str = "cli",
) -> dict[str, Any]:
    """Bring a file of contacts in; the same file, or a row of it, again changes nothing.

    A row is the same by the other system's id, or without one by all that it says. A result that
    nobody knows counts as a conversation, the strictest, and is told. Gives ``{"batch", "rows",
    "accepted", "unchanged", "rejected", "codes", "unknown_results"}``; rejected rows are kept.
    Problems: ``contact_source_unusable``, those of ``read_contacts``.
    """
    if source in OURS or not SOURCE.fullmatch(source):
        raise Problem("contact_source_unusable", source=source)
    with scope(creditor=creditor), transaction.atomic():
        batch = ImportBatch.objects.create(
            creditor=creditor,
            file_name=path.name,
            sha256=sha256_of(path),
            mode="contacts",
            state="writing",
            as_of=local_day(now, creditor.timezone),
            by=by,
        )
        told = _bring_in(creditor, batch, path, source, now)
        ImportBatch.objects.filter(pk=batch.pk).update(
            state="done",
            finished_at=now,
            result=told,
            **{name: told[name] for name in ("rows", "accepted", "unchanged", "rejected")},
        )
        record_change(
            "contacts_imported",
            creditor=creditor,
            by=by,
            origin=origin,
            subject="import_batch",
            subject_id=batch.pk,
            source=source,
            **{name: told[name] for name in ("rows", "accepted", "unchanged", "rejected")},
        )
    return {"batch": batch.pk, **told}


def _bring_in(
    creditor: Creditor, batch: ImportBatch, path: Path, source: str, now: datetime
) -> dict[str, Any]:
    codes: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    outcomes = {fold(each.code): each for each in Outcome.objects.all()}
    outcomes |= {fold(each.es): each for each in outcomes.values()}
    for rows in chunks(read_contacts(path)):
        known = _look_up(creditor, rows, outcomes)
        made: dict[str, Interaction] = {}
        rejected: list[RejectedRow] = []
        for row in rows:
            counts["rows"] += 1
            found = _interaction(creditor, row, known, source, now)
            if isinstance(found, str):
                codes[found] += 1
                rejected.append(
                    RejectedRow(
                        creditor=creditor,
                        batch=batch,
                        row_no=row.row_no,
                        code=found,
                        original=row.original,
                    )
                )
                continue
            if not _result_known(row, known):
                unknown[row.result[:60]] += 1
            made.setdefault(str(found.external_id), found)
            counts["usable"] += 1
        RejectedRow.objects.bulk_create(rejected)
        counts["accepted"] += _write(creditor, source, made)
    return {
        "rows": counts["rows"],
        "accepted": counts["accepted"],
        "unchanged": counts["usable"] - counts["accepted"],
        "rejected": codes.total(),
        "codes": dict(codes),
        "unknown_results": dict(unknown),
    }


def _write(creditor: Creditor, source: str, made: dict[str, Interaction]) -> int:
    """Gives how many were new."""
    there = set(
        Interaction.objects.filter(source=source, external_id__in=list(made)).values_list(
            "external_id", flat=True
        )
    )
    new = [each for key, each in made.items() if key not in there]
    Interaction.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


class Named(Protocol):
    """A row that says which customer it is about."""

    @property
    def customer(self) -> str: ...

    @property
    def tax_id(self) -> str: ...


def customers_of(
    creditor: Creditor, rows: Sequence[Named]
) -> tuple[dict[str, int], dict[str, int | None]]:
    """By code, and by tax id as the rows write it where one customer alone has it."""
    taxes = {row.tax_id: _tax(creditor, row.tax_id) for row in rows if row.tax_id}
    codes = {row.customer for row in rows if row.customer}
    by_code = dict(Customer.objects.filter(code__in=codes).values_list("code", "id"))
    by_tax: dict[str, int | None] = {}
    found = Customer.objects.filter(tax_id__in=set(taxes.values())).values_list("tax_id", "id")
    for number, customer in found:
        by_tax[number] = None if number in by_tax else customer
    return by_code, {text: by_tax[plain] for text, plain in taxes.items() if plain in by_tax}


def _look_up(creditor: Creditor, rows: list[OutsideRow], outcomes: dict[str, Outcome]) -> _Known:
    """The customers, and the documents by number."""
    by_code, written = customers_of(creditor, rows)
    numbers = {row.document for row in rows if row.document}
    documents = {
        (customer, number): document
        for document, customer, number in Document.objects.filter(number__in=numbers).values_list(
            "id", "customer_id", "number"
        )
    }
    return _Known(by_code, written, documents, outcomes)


def _interaction(
    creditor: Creditor, row: OutsideRow, known: _Known, source: str, now: datetime
) -> Interaction | str:
    """The contact, or the code of why the row is not taken."""
    if row.code or row.at is None:
        return row.code or "bad_date"
    customer = known.by_code.get(row.customer) or known.by_tax_id.get(row.tax_id)
    if customer is None:
        return "contact_customer_unknown"
    zone = ZoneInfo(creditor.timezone)
    at = _instant(row.at, zone)
    if at > now + AHEAD:
        return "contact_in_future"
    spoke, outcome = _spoke(row, known)
    document = known.documents.get((customer, row.document))
    return Interaction(
        creditor=creditor,
        customer_id=customer,
        at=at,
        on_day=at.astimezone(zone).date(),
        channel=row.channel,
        direction=Direction.OUT,
        is_answered=spoke,
        is_effective=spoke if outcome is None else outcome.is_effective,
        outcome=outcome.code if outcome is not None else "",
        debts=[document] if document is not None else [],
        source=source,
        external_id=_key(row, customer, at),
    )


def _instant(at: datetime | date, zone: ZoneInfo) -> datetime:
    """Without an hour: noon, since all is counted by days."""
    moment = at if isinstance(at, datetime) else datetime.combine(at, time(12))
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _spoke(row: OutsideRow, known: _Known) -> tuple[bool, Outcome | None]:
    outcome = known.outcomes.get(fold(row.result))
    if outcome is not None:
        return outcome.is_answered, outcome
    return fold(row.result) not in ATTEMPTS, None


def _result_known(row: OutsideRow, known: _Known) -> bool:
    word = fold(row.result)
    return word in known.outcomes or word in ATTEMPTS or word in CONVERSATIONS


def _key(row: OutsideRow, customer: int, at: datetime) -> str:
    if row.external_id:
        return row.external_id[:200]
    said = "|".join((str(customer), at.isoformat(), row.channel, row.result, row.document))
    return f"row-{hashlib.sha256(said.encode()).hexdigest()[:32]}"


def _tax(creditor: Creditor, text: str) -> str:
    return tax_id(text, creditor.country).normalised


def sha256_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Problem("file_missing", file=path.name, detail=type(error).__name__) from error


def chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    several = iter(rows)
    while some := list(islice(several, AT_ONCE)):
        yield some
