"""Two creditors with a portfolio each, people of every role, and a desk for each of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_scopes import scope

from factories import (
    assign,
    make_contact_point,
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    make_hold,
    make_member,
    make_user,
    pay,
)
from recaudo.access.models import Creditor, Role, User
from recaudo.contact.models import Message
from recaudo.core.calendar import local_day
from recaudo.portfolio.models import ContactPoint, Customer, Document, Hold
from recaudo.strategy.actions.books import activate_preset
from recaudo.strategy.actions.runs import release, run_day
from recaudo.strategy.models import Task

ALL_RIGHTS = {"can_export": True, "can_see_identifiers": True}


@dataclass
class World:
    """One creditor, a customer of theirs with everything a page shows, and a supervisor."""

    creditor: Creditor
    customer: Customer
    contact: ContactPoint
    hold: Hold
    document: Document
    supervisor: User
    today: date

    def task(self, kind: str = "call") -> Task:
        """One more thing for somebody to do about the customer."""
        with scope(creditor=self.creditor):
            return Task.objects.create(
                creditor=self.creditor,
                customer=self.customer,
                run_id=0,
                step_key="llamada_15",
                kind=kind,
                channel="phone",
                state="open",
                priority=1,
                currency=self.creditor.currency,
                balance=1,
                due_on=self.today,
            )

    def message(self, channel: str = "whatsapp", **fields: Any) -> Message:
        """One more message that waits to be sent to the customer."""
        now = timezone.now()
        with scope(creditor=self.creditor):
            return Message.objects.create(
                creditor=self.creditor,
                customer=self.customer,
                step_key="recordatorio_3",
                channel=channel,
                state="planned",
                currency=self.creditor.currency,
                balance=1,
                not_before=now - timedelta(hours=1),
                **{
                    "template_key": "recordatorio",
                    "not_after": now + timedelta(days=1),
                    **fields,
                },
            )

    def path(self, tail: str = "") -> str:
        return f"/{self.creditor.code}/{tail}"

    @property
    def page(self) -> str:
        """The customer's page."""
        return self.path(f"clientes/{self.customer.id}/")


def build(code: str, name: str, *, customer_name: str) -> World:
    creditor = make_creditor(code, name=name)
    today = local_day(timezone.now(), creditor.timezone)
    customer = add_customer(creditor, customer_name, today)
    with scope(creditor=creditor):
        point = customer.contact_points.get(channel="email")
        document = customer.documents.filter(open_amount__gt=0).latest("due_on")
    hold = make_hold(
        customer, "disputed", document=document, from_on=today, reason="Faltó una caja"
    )
    return World(
        creditor,
        customer,
        point,
        hold,
        document,
        make_member(creditor, Role.SUPERVISOR, **ALL_RIGHTS),
        today,
    )


def add_customer(creditor: Creditor, name: str, today: date) -> Customer:
    customer = make_customer(creditor, name=name, tax_id="900123456", tax_id_kind="nit")
    for days in (95, 40, 5, -10):
        make_document(customer, "1500000", due_on=today - timedelta(days=days))
    pay(make_document(customer, "800000", due_on=today - timedelta(days=70)), on=today)
    make_credit(customer, "120000", value_on=today)
    make_contact_point(customer, "email", f"pagos@{customer.code.lower()}.example.com")
    make_contact_point(customer, "phone", "+573001234567")
    return customer


def run(world: World) -> None:
    """Today's run, released."""
    with scope(creditor=world.creditor):
        activate_preset(world.creditor, by=world.supervisor, origin="test")
        run_day(world.creditor, world.today, today=world.today, engine="postgres", origin="test")
        release(world.creditor, today=world.today, by=world.supervisor, origin="test")
    world.creditor.refresh_from_db()


@pytest.fixture
def andina(db: None) -> World:
    return build("andina", "Distribuciones Andina", customer_name="Ferretería El Tornillo")


@pytest.fixture
def pacifico(db: None) -> World:
    return build("pacifico", "Comercial Pacífico", customer_name="Almacén La Marea")


@pytest.fixture
def ran(andina: World) -> World:
    """Andina with today's run released."""
    run(andina)
    return andina


@pytest.fixture
def enter() -> Callable[[User], Client]:
    """A desk in which this user has logged in."""

    def go(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return go


@pytest.fixture
def desk(andina: World, enter: Callable[[User], Client]) -> Client:
    """Andina's supervisor, with every right."""
    return enter(andina.supervisor)


@pytest.fixture
def stranger(db: None) -> User:
    """Somebody who logs in and has no membership."""
    return make_user()


__all__ = ["World", "add_customer", "assign", "build", "run"]
