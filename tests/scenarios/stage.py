"""What the sentences of a scenario mean. A sentence that nobody understands stops the scenario.

A scenario is a Markdown file: its list items are played in order, everything else is prose for
people. Days are written as «20 de abril de 2026» (the year may be left out), amounts as $1.200.000.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django_scopes import scope

from factories import (
    allow,
    make_credit,
    make_customer,
    make_document,
    make_member,
    pay,
    refresh,
)
from recaudo.access.models import Creditor
from recaudo.contact.gate import Request, admit, look, sentence_of
from recaudo.contact.inbound.acting import classify
from recaudo.contact.mail.ingest import ingest
from recaudo.contact.models import InboundMessage, Message, ReplyClass
from recaudo.contact.outbox import confirm_by_hand
from recaudo.contact.texts import render
from recaudo.core.payment_days import as_stored, read_calendar
from recaudo.payments.actions.reported import expire_reports
from recaudo.payments.actions.ways import add_way
from recaudo.portfolio.models import Customer, Document, Hold
from recaudo.strategy.actions.holds import place_hold, release_hold
from recaudo.strategy.actions.runs import release, run_day
from recaudo.strategy.actions.tasks import finish_task
from recaudo.strategy.books import active_book
from recaudo.strategy.models import Decision, DocumentDecision, Task
from recaudo.strategy.queries.explain import explain, step_name
from recaudo.strategy.words import tell
from strategy.portfolio import ready_creditor, with_channels

MONTHS = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]
CHANNELS = {
    "correo": "email",
    "teléfono": "phone",
    "WhatsApp": "whatsapp",
    "SMS": "sms",
    "dirección": "address",
}
ANSWERS = {
    "no contesta": "no_answer",
    "dice que va a pagar": "will_pay",
    "dice que ya pagó": "says_paid",
    "atiende y se habla con él": "talked",
}
DAY = r"(\d{1,2}) de (\w+)(?: de (\d{4}))?"
WHO = r"(.+?)"

Play = Callable[..., None]
SENTENCES: list[tuple[re.Pattern[str], Play]] = []


def sentence(pattern: str) -> Callable[[Play], Play]:
    def add(play: Play) -> Play:
        SENTENCES.append((re.compile(pattern), play))
        return play

    return add


class Stage:
    """Where a scenario stands: its creditor, its day, who is in it."""

    def __init__(self) -> None:
        self.today = date(2026, 1, 1)
        self.creditor: Creditor | None = None
        self.customers: dict[str, Customer] = {}
        self.documents: dict[str, Document] = {}
        self.result: dict[str, Any] = {}
        self.reply: InboundMessage | None = None

    def play(self, text: str) -> None:
        for pattern, act in SENTENCES:
            found = pattern.fullmatch(text.rstrip("."))
            if found:
                act(self, *found.groups())
                return
        raise AssertionError(f"nobody understands: {text}")

    # -- the scene -------------------------------------------------------------------------------

    @sentence(rf"Hoy es (?:\w+ )?{DAY}")
    def on_day(self, day: str, month: str, year: str | None) -> None:
        self.today = self.day(day, month, year)

    @sentence(r"«(.+)» vende a (empresas|personas) en Colombia")
    def creditor_is(self, name: str, kind: str) -> None:
        self.creditor = ready_creditor(
            name=name, preset="b2b" if kind == "empresas" else "consumer"
        )

    @sentence(rf"{WHO} tiene ((?:correo|teléfono|WhatsApp|SMS|dirección)(?:(?:, | y ).+)?)")
    def has_channels(self, who: str, channels: str) -> None:
        names = re.split(r", | y ", channels)
        with_channels(self.customer(who), *(CHANNELS[name] for name in names))

    @sentence(rf"{WHO} (?:no tiene correo ni teléfono|no se puede contactar)")
    def has_nothing(self, who: str) -> None:
        self.customer(who)

    @sentence(rf"{WHO} solo paga los (\w+)")
    def pays_on(self, who: str, weekday: str) -> None:
        customer = self.customer(who)
        customer.payment_calendar = as_stored(read_calendar(weekday))
        with self.scope():
            customer.save(update_fields=["payment_calendar"])

    @sentence(
        rf"{WHO} debe la (?:factura|cuota) (\S+) por \$([\d.]+), que (?:vence|venció) el {DAY}"
    )
    def owes(self, who: str, number: str, amount: str, *day: str | None) -> None:
        due_on = self.day(*day)
        self.documents[number] = make_document(
            self.customer(who),
            self.amount(amount),
            number=number,
            due_on=due_on,
            issued_on=min(due_on, self.today),
        )

    # -- what happens ----------------------------------------------------------------------------

    @sentence(r"Se hace el proceso del día")
    def run(self) -> None:
        assert self.creditor is not None
        self.creditor.refresh_from_db()
        # In place: the same answer (tests/strategy sees to it), and quicker for so few.
        self.result = run_day(
            self.creditor, self.today, today=self.today, engine="postgres", origin="test"
        )
        assert self.result["without_next_action"] == 0

    @sentence(r"Se hace el primer proceso y se libera")
    def run_first(self) -> None:
        self.run()
        release(self.creditor, today=self.today, by=None, origin="test")

    @sentence(rf"El proceso se hace cada día hasta el {DAY}")
    def run_until(self, *day: str | None) -> None:
        until = self.day(*day)
        while self.today < until:
            self.today += timedelta(days=1)
            self.run()

    @sentence(r"Nadie hace el proceso durante (\d+) días")
    def pass_days(self, days: str) -> None:
        self.today += timedelta(days=int(days))

    @sentence(rf"{WHO} paga la (?:factura|cuota) (\S+)")
    def pays(self, who: str, number: str) -> None:
        pay(refresh(self.documents[number]), on=self.today)

    @sentence(rf"{WHO} abona \$([\d.]+) sin decir a qué")
    def pays_loosely(self, who: str, amount: str) -> None:
        make_credit(self.customer(who), self.amount(amount), value_on=self.today)

    @sentence(rf"Se llama a {WHO} y ({'|'.join(ANSWERS)})")
    def called(self, who: str, answer: str) -> None:
        with self.scope():
            task = Task.objects.get(customer=self.customer(who), kind="call", state="open")
        by = make_member(self.creditor)
        finish_task(task, outcome=ANSWERS[answer], now=self.noon(), by=by)

    @sentence(rf"Se pausa a {WHO} hasta el {DAY} porque «(.+)»")
    def held(self, who: str, *rest: str) -> None:
        place_hold(
            self.creditor,
            self.customer(who),
            kind="manual",
            reason=rest[-1],
            today=self.today,
            until_on=self.day(*rest[:3]),
        )

    @sentence(rf"Se levanta la pausa de {WHO}")
    def let_go(self, who: str) -> None:
        with self.scope():
            # The one that a person placed; a promise made on the telephone has its own.
            hold = self.customer(who).holds.exclude(source="hand").get(released_at__isnull=True)
        release_hold(hold, today=self.today)

    @sentence(rf"{WHO} autorizó todos los canales")
    def allowed(self, who: str) -> None:
        allow(self.customer(who))

    @sentence(r"Se paga en línea o en el banco")
    def can_pay(self) -> None:
        add_way(
            self.creditor,
            kind="account",
            title="Banco de Prueba",
            details="000-123",
            currency=self.creditor.currency,
            origin="test",
        )

    @sentence(rf"Pasan los días de verificación y nadie encuentra el pago de {WHO}")
    def report_ends(self, who: str) -> None:
        with self.scope():
            hold = Hold.objects.get(customer=self.customer(who), kind="reported_paid")
        self.today = hold.until_on
        expire_reports(self.creditor, self.today, now=self.noon())

    @sentence(rf"Hoy sale el mensaje de {WHO}")
    def leaves(self, who: str) -> None:
        """On a person's word, as any channel without a server: the gate is asked all the same."""
        self.creditor.refresh_from_db()
        at = self.noon()
        customer = self.customer(who)
        with self.scope():
            message = Message.objects.filter(customer=customer, state="planned").latest("id")
            documents = message.items.filter(is_live=True).values_list("document_id", flat=True)
            written = render(
                self.creditor,
                customer,
                template_key=message.template_key,
                channel=message.channel,
                document_ids=list(documents),
                at=at,
                message=message,
            )
            point = customer.contact_points.get(channel=message.channel)
            asked = Request(
                customer.pk,
                message.channel,
                contact_point_id=point.pk,
                document_ids=tuple(documents),
                message_id=message.pk,
            )
            with transaction.atomic():
                (admitted,) = admit(self.creditor, [asked], at=at)
                assert admitted.word.is_allowed, admitted.word
                by = make_member(self.creditor)
                confirm_by_hand(message, by=by, now=at, written=written, contact_point=point)

    @sentence(rf"{WHO} contesta por correo: «(.+)»")
    def answers(self, who: str, text: str) -> None:
        with self.scope():
            point = self.customer(who).contact_points.get(channel="email")
        at = self.noon() + timedelta(hours=1)
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"] = point.normalised, "cartera@comercial.example"
        mail["Subject"], mail["Date"] = "Re: su saldo", format_datetime(at)
        mail["Message-ID"] = f"<{self.today.isoformat()}@correo.example>"
        mail.set_content(text)
        self.reply = ingest(self.creditor, None, mail.as_bytes(), now=at)

    @sentence(r"Se propone la clase «(.+)» y una persona la confirma")
    def is_classified(self, title: str) -> None:
        assert self.reply is not None
        assert ReplyClass(self.reply.proposed).label == title
        at = self.noon() + timedelta(hours=2)
        classify(self.reply, self.reply.proposed, by=make_member(self.creditor), now=at)

    # -- what must be so -------------------------------------------------------------------------

    @sentence(rf"(?:A|Para) {WHO} (?:se le escribe|hay un mensaje) por (\S+): «(.+)»")
    def is_written_to(self, who: str, channel: str, title: str) -> None:
        assert (CHANNELS[channel], title) in self.messages(who)

    @sentence(rf"Hay que (?:llamar|visitar) a {WHO}: «(.+)»")
    def must_be_worked(self, who: str, title: str) -> None:
        assert title in self.tasks(who)

    @sentence(rf"Hay una tarea para {WHO}: «(.+)»")
    def has_task(self, who: str, title: str) -> None:
        assert title in self.tasks(who)

    @sentence(rf"Con {WHO} no hay nada que hacer hoy")
    def has_nothing_to_do(self, who: str) -> None:
        assert self.messages(who) == [] and self.tasks(who) == []

    @sentence(rf"A {WHO} se le escribió en total (\d+) (?:vez|veces)")
    def was_written_to(self, who: str, times: str) -> None:
        with self.scope():
            sent = Message.objects.filter(customer=self.customer(who), state="planned")
            assert sent.count() == int(times)

    @sentence(rf"El mensaje a {WHO} suma \$([\d.]+) por (\d+) documentos")
    def message_sums(self, who: str, amount: str, count: str) -> None:
        with self.scope():
            message = Message.objects.get(customer=self.customer(who), state="planned")
            assert message.balance == self.amount(amount)
            assert message.items.filter(is_live=True).count() == int(count)

    @sentence(rf"A {WHO} no se le puede cobrar: «(.+)»")
    def is_refused(self, who: str, why: str) -> None:
        word = look(self.creditor, Request(self.customer(who).pk, "email"), at=self.noon())
        assert not word.is_allowed
        assert why in sentence_of(word), sentence_of(word)

    @sentence(rf"A {WHO} se le puede cobrar otra vez")
    def is_free(self, who: str) -> None:
        word = look(self.creditor, Request(self.customer(who).pk, "email"), at=self.noon())
        assert word.is_allowed, word

    @sentence(rf"{WHO} está en el segmento «(.+)»")
    def is_in(self, who: str, segment: str) -> None:
        with self.scope():
            decision = Decision.objects.get(customer=self.customer(who))
        assert self.book().segment_title(decision.segment) == segment

    @sentence(rf"Después de hoy, a {WHO} le sigue «(.+)» el {DAY}")
    def comes_next(self, who: str, title: str, *day: str | None) -> None:
        with self.scope():
            decision = Decision.objects.get(customer=self.customer(who))
        assert step_name(self.book(), decision.next_step or "", "es") == title
        assert decision.next_on == self.day(*day)

    @sentence(rf"Si preguntan por {WHO}, se responde: «(.+)»")
    def is_told(self, who: str, told: str) -> None:
        said = tell(explain(self.creditor, self.customer(who)))
        assert told in [re.sub(r"\s", " ", each) for each in said], said

    @sentence(r"Ningún documento queda sin próximo paso ni pausa")
    def nobody_is_left_out(self) -> None:
        with self.scope():
            assert not DocumentDecision.objects.filter(reason="no_next_step").exists()

    # -- words -----------------------------------------------------------------------------------

    def day(self, day: str | None, month: str | None, year: str | None = None) -> date:
        assert day and month
        return date(int(year or self.today.year), MONTHS.index(month) + 1, int(day))

    def noon(self) -> datetime:
        return datetime.combine(self.today, time(12), ZoneInfo(self.creditor.timezone))

    def amount(self, text: str) -> Decimal:
        return Decimal(text.replace(".", ""))

    def scope(self) -> Any:
        return scope(creditor=self.creditor)

    def customer(self, name: str) -> Customer:
        assert self.creditor is not None
        if name not in self.customers:
            self.customers[name] = make_customer(self.creditor, name=name)
        return self.customers[name]

    def book(self) -> Any:
        return active_book(self.creditor)[1]

    def messages(self, who: str) -> list[tuple[str, str]]:
        """(channel, title) of what today's run wants sent."""
        begins = datetime.combine(self.today, time(), ZoneInfo(self.creditor.timezone))
        with self.scope():
            rows = Message.objects.filter(
                customer=self.customer(who), state="planned", not_before__gte=begins
            )
            return [(row.channel, self.book().step_title(row.step_key)) for row in rows]

    def tasks(self, who: str) -> list[str]:
        with self.scope():
            rows = Task.objects.filter(customer=self.customer(who), state="open")
            return [step_name(self.book(), row.step_key, "es") for row in rows]
