"""Accounts, messages that left, and (until they are there) the rooms that mail calls."""

from __future__ import annotations

import importlib.util
import sys
import types
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django_scopes import scope

from factories import make_contact_point, make_creditor, make_customer
from recaudo.access.models import Creditor
from recaudo.contact.mail.secrets import seal
from recaudo.contact.models import MailAccount, Message, MessageText
from recaudo.portfolio.models import Customer

from .smtp_servers import Authority, make_authority

_serial = count(1)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("ca")
    return make_authority(folder)


@pytest.fixture(autouse=True)
def house(settings: Any, tmp_path: Path, authority: Authority) -> None:
    """Files of their own, the house's authority, and an address that the world can open."""
    storage = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}
    settings.MAIL_CA = str(authority.ca)
    settings.PUBLIC_URL = "https://cobros.example.com"


@pytest.fixture
def andina(db: None) -> Creditor:
    return make_creditor(name="Distribuciones Andina")


def make_account(creditor: Creditor, **fields: Any) -> MailAccount:
    defaults: dict[str, Any] = {
        "name": f"Cobranza {next(_serial)}",
        "from_name": "Distribuciones Andina",
        "from_address": "cobranza@andina.example.com",
        "bounce_address": "rebotes+{token}@andina.example.com",
        "smtp_host": "127.0.0.1",
        "smtp_port": 25,
        "smtp_security": "none",
        "imap_security": "none",
        "is_default": True,
    }
    for name in ("smtp_secret", "imap_secret", "dkim_key"):
        if name in fields:
            fields[name] = seal(fields[name])
    with scope(creditor=creditor):
        return MailAccount.objects.create(creditor=creditor, **defaults | fields)


def make_message(
    customer: Customer, to: str = "", *, state: str = "sent", **fields: Any
) -> Message:
    """An e-mail of ours, as the outbox leaves it."""
    n = next(_serial)
    to = to or f"pagos{n}@tornillo.example.com"
    now = timezone.now()
    point = fields.pop("point", None) or make_contact_point(customer, "email", to)
    defaults: dict[str, Any] = {
        "step_key": "recordatorio",
        "channel": "email",
        "template_key": "recordatorio",
        "state": state,
        "currency": customer.creditor.currency,
        "balance": Decimal(1000),
        "not_before": now,
        "not_after": now + timedelta(days=1),
        "contact_point": point,
        "token": f"{n:032x}",
        "state_at": now,
    }
    with scope(creditor=customer.creditor):
        message = Message.objects.create(
            creditor=customer.creditor, customer=customer, **defaults | fields
        )
        MessageText.objects.create(
            creditor=customer.creditor, message_id=message.pk, to_value=to, text="Hola"
        )
    return message


@pytest.fixture
def message(andina: Creditor) -> Message:
    customer = make_customer(andina, name="Ferretería El Tornillo")
    return make_message(customer, "pagos@tornillo.example.com")


@pytest.fixture(autouse=True)
def rooms_beside(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stand-ins for the outbox and for replies where those rooms are not built yet."""
    if importlib.util.find_spec("recaudo.contact.outbox") is None:
        outbox = types.ModuleType("recaudo.contact.outbox")

        def set_state(
            message: Message, state: str, *, at: datetime, code: str = "", detail: str = ""
        ) -> None:
            Message.objects.filter(pk=message.pk).update(state=state, state_at=at)
            message.state = state

        outbox.set_state = set_state  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "recaudo.contact.outbox", outbox)
    if importlib.util.find_spec("recaudo.contact.inbound") is None:
        inbound = types.ModuleType("recaudo.contact.inbound")
        receiving = types.ModuleType("recaudo.contact.inbound.receiving")
        points = types.ModuleType("recaudo.contact.inbound.points")

        def mark_point(point: Any, state: str, *, reason: str, on: Any) -> None:
            point.state, point.state_reason, point.state_since = state, reason, on
            point.save(update_fields=["state", "state_reason", "state_since"])

        receiving.receive = lambda row, *, now: None  # type: ignore[attr-defined]
        points.mark_point = mark_point  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "recaudo.contact.inbound", inbound)
        monkeypatch.setitem(sys.modules, "recaudo.contact.inbound.points", points)
        monkeypatch.setitem(sys.modules, "recaudo.contact.inbound.receiving", receiving)
    yield
