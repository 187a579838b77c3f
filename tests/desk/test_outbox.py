"""The outbox on the desk: what needs a person first, why each waits, what each said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django_scopes import scope

from factories import assign, make_customer, make_member
from recaudo.access.models import Role
from recaudo.contact.models import MailAccount, Message, MessageText, Verdict
from recaudo.contact.outbox import set_state

pytestmark = pytest.mark.django_db


def message_of(world, state="planned", customer=None, **fields):
    now = timezone.now()
    with scope(creditor=world.creditor):
        made = Message.objects.create(
            creditor=world.creditor,
            customer=customer or world.customer,
            run_id=1,
            step_key="aviso",
            channel="email",
            template_key="vencida",
            state="planned",
            state_at=now,
            currency="COP",
            balance=100,
            not_before=now,
            not_after=now + timedelta(days=1),
            **fields,
        )
        MessageText.objects.create(
            creditor=world.creditor,
            message_id=made.pk,
            to_value="pagos@cliente.example",
            subject="Su saldo",
            text="Le recordamos <b>su</b> saldo",
            html="<script>alert(1)</script><p>Hola</p>",
        )
        path = {
            "planned": [],
            "uncertain": ["rendered", "attempted", "uncertain"],
            "sent": ["rendered", "attempted", "sent"],
        }
        for each in path[state]:
            set_state(made, each, at=now)
    return made


def test_without_a_mail_account_the_page_says_so(andina, desk):
    page = desk.get(andina.path("mensajes/")).content.decode()
    assert "No hay un correo de salida configurado" in page
    with scope(creditor=andina.creditor):
        MailAccount.objects.create(
            creditor=andina.creditor, name="a", from_name="a", from_address="a@example.com",
            smtp_host="127.0.0.1",
        )  # fmt: skip
    page = desk.get(andina.path("mensajes/")).content.decode()
    assert "No hay un correo de salida configurado" not in page


def test_uncertain_ones_come_first(andina, desk):
    message_of(andina)
    message_of(andina, "uncertain")
    answer = desk.get(andina.path("mensajes/"))
    assert answer.context["state"] == "uncertain"
    other = desk.get(andina.path("mensajes/?state=planned")).content.decode()
    assert "De 1 mensaje no se sabe si salió" in other


def test_why_it_waits_is_told(andina, desk):
    waits = message_of(andina, next_try_at=timezone.now() + timedelta(hours=3))
    with scope(creditor=andina.creditor):
        Verdict.objects.create(
            creditor=andina.creditor,
            customer=andina.customer,
            message_id=waits.pk,
            origin="run",
            channel="email",
            purpose="collection",
            at=timezone.now(),
            is_allowed=False,
            kind="fact",
            rule="on_hold",
        )
    page = desk.get(andina.path("mensajes/?state=planned")).content.decode()
    assert "hay una pausa en vigor" in page
    page = desk.get(andina.path(f"mensajes/{waits.pk}/")).content.decode()
    assert "hay una pausa en vigor" in page


def test_a_text_is_shown_as_text_and_its_page_is_shut_in(andina, desk):
    sent = message_of(andina, "sent")
    page = desk.get(andina.path(f"mensajes/{sent.pk}/")).content.decode()
    assert "Le recordamos &lt;b&gt;su&lt;/b&gt; saldo" in page
    assert "alert(1)" not in page
    assert 'sandbox=""' in page
    shut_in = desk.get(andina.path(f"mensajes/{sent.pk}/pagina/"))
    policy = shut_in.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert shut_in.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_supervisor_settles_what_is_uncertain_and_says_how_they_know(andina, desk):
    message = message_of(andina, "uncertain")
    path = andina.path(f"mensajes/{message.pk}/aclarar/")
    refused = desk.post(path, {"word": "sent", "reason": ""}, follow=True)
    assert "Falta el motivo" in refused.content.decode()
    again = desk.post(path, {"word": "again", "reason": "El servidor no lo tiene"}, follow=True)
    assert "Otro mensaje lo reemplaza" in again.content.decode()
    assert again.context["message"].state == "planned"
    assert again.context["message"].pk != message.pk


def test_a_collector_settles_nothing(andina, enter):
    message = message_of(andina, "uncertain")
    collector = make_member(andina.creditor, Role.COLLECTOR)
    assign(andina.customer, collector)
    client = enter(collector)
    assert client.get(andina.path(f"mensajes/{message.pk}/")).status_code == 200
    path = andina.path(f"mensajes/{message.pk}/aclarar/")
    assert client.post(path, {"word": "sent", "reason": "x"}).status_code == 403


def test_what_is_planned_can_be_taken_back_once(andina, desk):
    message = message_of(andina)
    path = andina.path(f"mensajes/{message.pk}/retirar/")
    assert "Mensaje retirado" in desk.post(path, follow=True).content.decode()
    assert "ya cambió de estado" in desk.post(path, follow=True).content.decode()


@pytest.mark.parametrize("state", ["planned", "uncertain"])
def test_the_page_asks_as_much_for_three_as_for_one(
    andina, desk, django_assert_num_queries, django_assert_max_num_queries, state
):
    path = andina.path(f"mensajes/?state={state}")
    message_of(andina, state)
    desk.get(path)
    with django_assert_max_num_queries(20) as first:
        desk.get(path)
    for _ in range(2):
        message_of(andina, state, make_customer(andina.creditor))
    with django_assert_num_queries(len(first.captured_queries)):
        desk.get(path)
