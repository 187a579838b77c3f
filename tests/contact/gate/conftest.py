"""A Colombian creditor, its debtor with something overdue, and the gate asked in short."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django_scopes import scope

from factories import make_creditor, make_customer, make_document
from recaudo.access.models import Creditor
from recaudo.contact.gate import Admitted, Request, Word, admit, look
from recaudo.contact.models import Interaction, RegimeChoice
from recaudo.portfolio.models import Consent, Customer, Document, Party

BOGOTA = ZoneInfo("America/Bogota")


def local(text: str) -> datetime:
    """``2026-11-19 10:00``, Bogotá. That was a Thursday without holidays near it."""
    return datetime.fromisoformat(text).replace(tzinfo=BOGOTA)


THURSDAY = local("2026-11-19 10:00")
TODAY = THURSDAY.date()


@dataclass
class Debt:
    """A customer who owes, and the questions about them."""

    creditor: Creditor
    customer: Customer
    document: Document
    asked: dict[str, Any] = field(default_factory=dict)

    def request(self, channel: str = "phone", **more: Any) -> Request:
        return Request(self.customer.pk, channel, **self.asked | more)

    def look(self, channel: str = "phone", at: datetime | str = THURSDAY, **more: Any) -> Word:
        return look(self.creditor, self.request(channel, **more), at=moment(at))

    def admit(self, channel: str = "phone", at: datetime | str = THURSDAY, **more: Any) -> Admitted:
        kept = {name: more.pop(name) for name in ("by", "override_reason") if name in more}
        with transaction.atomic():
            return admit(self.creditor, [self.request(channel, **more)], at=moment(at), **kept)[0]


def moment(at: datetime | str) -> datetime:
    return local(at) if isinstance(at, str) else at


def owe(creditor: Creditor, amount: Any = "100000", **fields: Any) -> Debt:
    """A customer with one invoice long overdue, who allowed every channel unless said."""
    regime = fields.pop("regime", "consumer")
    consents = fields.pop("consents", True)
    customer = make_customer(creditor, **fields)
    if consents:
        allow(customer)
    document = make_document(customer, amount, due_on="2026-10-01", regime=regime)
    return Debt(creditor, customer, document)


def say(
    customer: Customer, *, granted: bool, channel: str = "*", on: str = "2026-01-02", **more: Any
) -> Consent:
    with scope(creditor=customer.creditor):
        return Consent.objects.create(
            creditor=customer.creditor,
            customer=customer,
            channel=channel,
            is_granted=granted,
            given_on=date.fromisoformat(on),
            source="test",
            **more,
        )


def allow(customer: Customer, channel: str = "*", on: str = "2026-01-01", **more: Any) -> Consent:
    return say(customer, granted=True, channel=channel, on=on, **more)


def withdraw(
    customer: Customer, channel: str = "*", on: str = "2026-02-01", **more: Any
) -> Consent:
    return say(customer, granted=False, channel=channel, on=on, **more)


def contacted(
    customer: Customer, at: datetime | str, channel: str = "phone", **more: Any
) -> Interaction:
    """A contact out that was had; ``spoke`` makes it a conversation."""
    spoke = more.pop("spoke", False)
    when = moment(at)
    with scope(creditor=customer.creditor):
        return Interaction.objects.create(
            creditor=customer.creditor,
            customer=customer,
            at=when,
            on_day=when.astimezone(BOGOTA).date(),
            channel=channel,
            direction=more.pop("direction", "out"),
            is_answered=spoke,
            is_effective=spoke,
            source=more.pop("source", "test"),
            **more,
        )


def tie(customer: Customer, role: str, **fields: Any) -> Party:
    with scope(creditor=customer.creditor):
        return Party.objects.create(
            creditor=customer.creditor, customer=customer, role=role, name="Alguien", **fields
        )


def sign(creditor: Creditor, regime: str = "company", *, granted: bool = True) -> None:
    with scope(creditor=creditor):
        RegimeChoice.objects.create(
            creditor=creditor,
            regime=regime,
            is_granted=granted,
            signed_name="Rep. Legal",
            reason="Solo vendemos a empresas",
        )


@pytest.fixture
def creditor(db: None) -> Creditor:
    return make_creditor()


@pytest.fixture
def debt(creditor: Creditor) -> Debt:
    return owe(creditor)
