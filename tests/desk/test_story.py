"""The customer's story tells money in words that a collector would use."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from django.test import Client
from django.utils import timezone
from django_scopes import scope

from factories import make_charge, make_credit
from recaudo.core.money import Money
from recaudo.payments.actions.instruments import Paper, move_instrument, receive_instrument
from recaudo.payments.actions.receiving import receive
from recaudo.payments.actions.refunds import refund
from recaudo.payments.actions.reversing import reverse_payment
from recaudo.payments.actions.waivers import waive
from recaudo.payments.models import Clearance, PendingPaper

from .conftest import World
from .test_payments import text_of


def story_of(world: World, desk: Client) -> str:
    return text_of(desk.get(world.page)).partition("Historia")[2]


def test_charges_and_what_was_waived(andina: World, desk: Client) -> None:
    charge = make_charge(andina.document, "50", until_on=andina.today)
    waive(charge, None, reason="Acuerdo comercial", by=andina.supervisor, now=timezone.now())
    told = story_of(andina, desk)
    assert f"Interés de mora de {andina.document}, del" in told
    assert f"Se condonó: interés de mora de {andina.document} Acuerdo comercial" in told
    assert "Condonación" not in told  # the waiver's own credit is not told a second time


def test_a_payment_that_came_back_and_one_that_was_given_back(andina: World, desk: Client) -> None:
    now = timezone.now()
    paid = receive(
        andina.customer,
        Money(Decimal(70), "COP"),
        value_on=andina.today,
        source="desk",
        external_id="x",
        payer="La hermana",
        now=now,
    ).credit
    reverse_payment(paid, value_on=andina.today, reason="Cheque devuelto", now=now)
    loose = make_credit(andina.customer, "40", value_on=andina.today)
    refund(loose, Money(Decimal(40), "COP"), paid_on=andina.today, reason="Pagó de más", now=now)
    told = story_of(andina, desk)
    assert "Pago: pagó" in told
    assert "pagó La hermana" in told
    assert "Reversado: pago" in told
    assert "Dinero devuelto al cliente Pagó de más" in told


def test_titles_papers_and_certificates(andina: World, desk: Client) -> None:
    title = receive_instrument(
        andina.customer,
        Paper("cheque", "4512", Money(Decimal(100), "COP"), andina.today),
        covers=[(andina.document.pk, Decimal(100))],
        received_on=andina.today - timedelta(days=3),
        now=timezone.now(),
    )
    move_instrument(title, "deposited", on=andina.today, now=timezone.now())
    with scope(creditor=andina.creditor):
        credit = make_credit(andina.customer, "5", value_on=andina.today)
        PendingPaper.objects.create(
            creditor=andina.creditor,
            customer=andina.customer,
            credit=credit,
            kind="withholding_certificate",
            amount=5,
            currency="COP",
            since_on=andina.today,
            due_on=andina.today,
        )
        Clearance.objects.create(
            creditor=andina.creditor,
            customer=andina.customer,
            number=7,
            token="t",
            as_of=andina.today,
            sha256="0" * 64,
            path="x",
            voided_on=andina.today,
        )
    told = story_of(andina, desk)
    assert "Cheque posfechado 4512 recibido, vence el" in told
    assert "Cheque posfechado 4512: depositado" in told
    assert "Certificado de retención pendiente, hasta el" in told
    assert "Paz y salvo n.º 7, al" in told
    assert "Paz y salvo n.º 7 anulado" in told
