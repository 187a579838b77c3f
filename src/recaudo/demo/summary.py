"""What the demonstration holds now, as plain values: for people to read, or to print as JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.contact.models import InboundMessage, Message
from recaudo.demo.correspondence import WITH_POST
from recaudo.demo.creditors import LOGINS, PASSWORD, PLANS, Plan
from recaudo.demo.stories import STORIES
from recaudo.insights.queries.ageing import ageing
from recaudo.portfolio.models import Customer
from recaudo.strategy.models import Run


@dataclass(frozen=True)
class CreditorNow:
    """Amounts in ``currency``; ``overdue`` is what is past due of ``balance``."""

    code: str
    name: str
    trade: str
    country: str
    currency: str
    as_of: date
    customers: int
    balance: Decimal
    overdue: Decimal
    tasks: int
    messages: int
    without_next_action: int


@dataclass(frozen=True)
class StoryNow:
    """``path`` is the customer's page under the address that is served."""

    title: str
    customer: str
    creditor: str
    code: str
    note: str
    see: str
    path: str


@dataclass(frozen=True)
class RoomNow:
    """Somewhere to look at what leaves and what comes back; ``path`` as in ``StoryNow``."""

    title: str
    see: str
    path: str


def creditors_now() -> list[CreditorNow]:
    known = {creditor.code: creditor for creditor in Creditor.objects.all()}
    return [_now(plan, known[plan.code]) for plan in PLANS]


def _now(plan: Plan, creditor: Creditor) -> CreditorNow:
    with scope(creditor=creditor):
        run = Run.objects.filter(state__in=["done", "proposal"]).latest("id")
        customers = Customer.objects.count()
    aged = ageing(creditor, run.as_of)
    return CreditorNow(
        code=plan.code,
        name=plan.name,
        trade=plan.trade,
        country=plan.country,
        currency=plan.currency,
        as_of=run.as_of,
        customers=customers,
        balance=aged.whole.gross,
        overdue=aged.overdue,
        tasks=run.result["tasks"],
        messages=run.result["messages"],
        without_next_action=run.result["without_next_action"],
    )


def stories_now() -> list[StoryNow]:
    told = []
    for story in STORIES:
        creditor = Creditor.objects.get(code=story.plan.code)
        with scope(creditor=creditor):
            customer = Customer.objects.get(code=story.code)
        told.append(
            StoryNow(
                title=story.title,
                customer=story.name,
                creditor=story.plan.code,
                code=story.code,
                note=story.note,
                see=story.see,
                path=f"/{story.plan.code}/clientes/{customer.pk}/",
            )
        )
    return told


def rooms_now() -> list[RoomNow]:
    """Where the messages of the demonstration and their answers are seen, with their figures."""
    creditor = Creditor.objects.get(code=WITH_POST[0])
    with scope(creditor=creditor):
        unread = InboundMessage.objects.filter(state="new").count()
        planned = Message.objects.filter(state="planned").count()
        by_hand = Message.objects.exclude(origin="strategy").count()
        wrote = InboundMessage.objects.filter(state="new", proposed="paid", customer__isnull=False)
        customer = wrote.values_list("customer_id", flat=True).first()
    base = f"/{creditor.code}"
    rooms = [
        RoomNow(
            "Buzón",
            f"{unread} respuestas sin leer: ya pagué (con comprobante), objeción, baja … Cada una "
            "con la clase que se propone y por qué.",
            f"{base}/buzon/",
        ),
        RoomNow(
            "Bandeja de salida",
            f"{planned} mensajes esperan, {by_hand} escritos a mano. No hay correo configurado: "
            "nada sale.",
            f"{base}/mensajes/",
        ),
        RoomNow("Plantillas", "Los textos listos, su vista previa y su revisión.",
                f"{base}/plantillas/"),
    ]  # fmt: skip
    if customer is not None:
        rooms += [
            RoomNow(
                "Escribir",
                "Antes de enviar, el permiso o por qué no y desde cuándo.",
                f"{base}/clientes/{customer}/escribir/",
            ),
            RoomNow(
                "Conversación",
                "Lo que se le escribió y lo que respondió, con el permiso de cada contacto.",
                f"{base}/clientes/{customer}/conversacion/",
            ),
        ]
    return rooms


def as_dict(
    creditors: list[CreditorNow], stories: list[StoryNow], rooms: list[RoomNow], messy: str
) -> dict[str, Any]:
    """The whole, for ``--json``."""
    return {
        "rooms": [asdict(each) for each in rooms],
        "creditors": [asdict(each) for each in creditors],
        "stories": [asdict(each) for each in stories],
        "logins": [{"email": each.email, "role": each.role} for each in LOGINS],
        "password": PASSWORD,
        "messy_file": messy,
    }
