"""Replies of one customer of one creditor, at noon in Bogotá on a Monday."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django_scopes import scope

from factories import make_contact_point, make_creditor, make_customer, make_document, make_member
from recaudo.access.models import Creditor, User
from recaudo.contact.inbound.receiving import receive
from recaudo.contact.models import InboundMessage, Message
from recaudo.portfolio.models import ContactPoint, Customer, Hold

NOW = datetime(2026, 11, 30, 17, 0, tzinfo=UTC)
TODAY = date(2026, 11, 30)
_serial = itertools.count(1)


@dataclass
class Desk:
    creditor: Creditor
    customer: Customer
    point: ContactPoint
    user: User

    def inbound(self, text: str = "", **fields: Any) -> InboundMessage:
        """Stored, as whoever reads the mailbox does; not yet taken in."""
        defaults: dict[str, Any] = {
            "channel": "email",
            "kind": "reply",
            "from_value": self.point.value,
            "text": text,
            "own_text": text,
            "received_at": NOW,
            "fingerprint": f"{next(_serial):064d}",
        }
        with scope(creditor=self.creditor):
            return InboundMessage.objects.create(creditor=self.creditor, **defaults | fields)

    def reply(self, text: str = "", *, now: datetime = NOW, **fields: Any) -> InboundMessage:
        """Stored and taken in."""
        inbound = self.inbound(text, **fields)
        receive(inbound, now=now)
        return inbound

    def message(self, customer: Customer | None = None, **fields: Any) -> Message:
        """One that was sent yesterday."""
        defaults: dict[str, Any] = {
            "step_key": "recordatorio",
            "channel": "email",
            "template_key": "recordatorio",
            "state": "sent",
            "currency": "COP",
            "balance": 1000,
            "not_before": NOW - timedelta(days=1),
            "not_after": NOW,
            "state_at": NOW - timedelta(days=1),
            "token": f"tok{next(_serial):029d}",
        }
        with scope(creditor=self.creditor):
            return Message.objects.create(
                creditor=self.creditor, customer=customer or self.customer, **defaults | fields
            )

    def holds(self, kind: str = "reply_pending", customer: Customer | None = None) -> list[Hold]:
        """Those that stand."""
        with scope(creditor=self.creditor):
            return list(
                Hold.objects.filter(
                    customer=customer or self.customer, kind=kind, released_at__isnull=True
                ).order_by("id")
            )


@pytest.fixture
def desk(db: None) -> Desk:
    creditor = make_creditor("andina")
    customer = make_customer(creditor, name="Ferretería El Tornillo")
    make_document(customer, "1500000", number="1020", prefix="FE")
    point = make_contact_point(customer, "email", "pagos@tornillo.example.com")
    return Desk(creditor, customer, point, make_member(creditor))


@pytest.fixture
def read(desk: Desk) -> Callable[[Any], Any]:
    """The row as it stands in the database."""

    def again(row: Any) -> Any:
        with scope(creditor=desk.creditor):
            row.refresh_from_db()
        return row

    return again
