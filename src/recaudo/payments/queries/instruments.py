"""Which papers stand for money that has not come in yet?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, F, OuterRef, Subquery, Sum, TextField, Value, When
from django.db.models.functions import Coalesce

from recaudo.core.instruments import STANDS
from recaudo.payments.models import Instrument, InstrumentCover, InstrumentEvent
from recaudo.portfolio.models import Customer


def uncleared(customer: Customer) -> list[Instrument]:
    """Held or deposited, by due date. The caller is in the creditor's scope."""
    rows = Instrument.objects.filter(customer=customer, state__in=STANDS)
    return list(rows.order_by("due_on", "id"))


def standing_on(customer: Customer, day: date) -> Any:
    """Received by ``day`` and by then neither cleared nor come back, by due date; lazy. Exact for
    past days: the newest step by then counts. The caller is in the creditor's scope."""
    steps = InstrumentEvent.objects.filter(instrument=OuterRef("pk"), happened_on__lte=day)
    newest = steps.order_by("-happened_on", "-id").values("state")[:1]
    held = Value("held", output_field=TextField())
    kept = Case(When(state_on__lte=day, then=F("state")), default=held)
    rows = Instrument.objects.filter(customer=customer, received_on__lte=day)
    rows = rows.annotate(state_then=Coalesce(Subquery(newest), kept))
    return rows.filter(state_then__in=STANDS).order_by("due_on", "id")


def covered(documents: Iterable[int]) -> dict[int, Decimal]:
    """Document → how much of it stands on papers that have not cleared."""
    rows = (
        InstrumentCover.objects.filter(document__in=list(documents), instrument__state__in=STANDS)
        .values("document_id")
        .annotate(total=Sum("amount"))
    )
    return {row["document_id"]: row["total"] for row in rows}


def due_instruments(until: date) -> list[Instrument]:
    """In custody, and due by ``until`` (in it): to be deposited. By due date."""
    rows = Instrument.objects.filter(state="held", due_on__lte=until)
    return list(rows.select_related("customer").order_by("due_on", "id"))
