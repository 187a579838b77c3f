"""Authorisations that were written down elsewhere come in, so that the gate knows of them."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.core.calendar import local_day
from recaudo.intake.actions.outside import chunks, customers_of, sha256_of
from recaudo.intake.models import ImportBatch, RejectedRow
from recaudo.intake.reading.consents import ConsentRow, read_consents
from recaudo.portfolio.actions.consents import grant_consent, withdraw_consent
from recaudo.portfolio.models import Consent, Customer

#: Where a row does not say where its word is written.
UNSAID = "archivo"
Key = tuple[int, str, bool, date, str]


def import_consents(
    creditor: Creditor, path: Path, *, now: datetime, by: User | None = None, origin: str = "cli"
) -> dict[str, Any]:
    """Bring a file of authorisations in; the same row again changes nothing, also where another
    word was given since.

    Gives ``{"batch", "rows", "accepted", "unchanged", "rejected", "codes", "customers"}`` (the ids
    of those whose word changed); rejected rows are kept. Problems: those of ``read_consents``.
    """
    today = local_day(now, creditor.timezone)
    with scope(creditor=creditor), transaction.atomic():
        batch = ImportBatch.objects.create(
            creditor=creditor,
            file_name=path.name,
            sha256=sha256_of(path),
            mode="contacts",
            options={"of": "consents"},
            state="writing",
            as_of=today,
            by=by,
        )
        told = _bring_in(creditor, batch, path, today, by, origin)
        figures = {name: told[name] for name in ("rows", "accepted", "unchanged", "rejected")}
        kept = {name: told[name] for name in (*figures, "codes")}
        ImportBatch.objects.filter(pk=batch.pk).update(
            state="done", finished_at=now, result=kept, **figures
        )
        record_change(
            "consents_imported",
            creditor=creditor,
            by=by,
            origin=origin,
            subject="import_batch",
            subject_id=batch.pk,
            **figures,
        )
    return {"batch": batch.pk, **told}


def _bring_in(
    creditor: Creditor,
    batch: ImportBatch,
    path: Path,
    today: date,
    by: User | None,
    origin: str,
) -> dict[str, Any]:
    codes: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    changed: set[int] = set()
    for rows in chunks(read_consents(path)):
        by_code, by_tax = customers_of(creditor, rows)
        found = {by_code.get(row.customer) or by_tax.get(row.tax_id) for row in rows}
        people = Customer.objects.in_bulk([each for each in found if each])
        there, stopped = _said(people)
        rejected: list[RejectedRow] = []
        # A word of an earlier day first, however the file is sorted.
        for row in sorted(rows, key=lambda each: (each.on or today, each.row_no)):
            counts["rows"] += 1
            number = by_code.get(row.customer) or by_tax.get(row.tax_id)
            code = _refusal(row, number, stopped, today)
            if code or number is None or row.on is None:
                codes[code] += 1
                rejected.append(
                    RejectedRow(
                        creditor=creditor,
                        batch=batch,
                        row_no=row.row_no,
                        code=code,
                        original=row.original,
                    )
                )
                continue
            source = row.source[:200] or UNSAID
            key = (number, row.channel, row.is_granted, row.on, source)
            act = grant_consent if row.is_granted else withdraw_consent
            is_new = key not in there and act(
                people[number], channel=row.channel, on=row.on, source=source, by=by, origin=origin
            )
            there.add(key)
            counts["accepted" if is_new else "unchanged"] += 1
            if is_new:
                changed.add(number)
        RejectedRow.objects.bulk_create(rejected)
    return {
        "rows": counts["rows"],
        "accepted": counts["accepted"],
        "unchanged": counts["unchanged"],
        "rejected": codes.total(),
        "codes": dict(codes),
        "customers": sorted(changed),
    }


def _refusal(
    row: ConsentRow, customer: int | None, stopped: set[tuple[int, date]], today: date
) -> str:
    """Why the row is not taken; empty where it is. A day has no hour: on the day of a withdrawal
    the withdrawal stands."""
    if row.code or row.on is None:
        return row.code or "bad_date"
    if customer is None:
        return "contact_customer_unknown"
    if row.on > today:
        return "consent_in_future"
    if row.is_granted and (customer, row.on) in stopped:
        return "consent_stopped_that_day"
    return ""


def _said(people: dict[int, Customer]) -> tuple[set[Key], set[tuple[int, date]]]:
    """What these customers said before: every word, and the days of a withdrawal."""
    rows = Consent.objects.filter(customer__in=people, contact_point=None, purpose="collection")
    there = {
        (each.customer_id, each.channel, each.is_granted, each.given_on, each.source)
        for each in rows
    }
    return there, {(each[0], each[3]) for each in there if not each[2]}
