"""Messages that people write and send, and the conversation that they become part of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_scopes import scope

from factories import allow, make_contact_point, make_member
from hours import may_be_contacted_now, may_not_be_contacted_now
from recaudo.access.models import Role, User
from recaudo.contact.hand.opening import link_for
from recaudo.contact.models import InboundMessage, Interaction, Message, MessageText, Verdict
from recaudo.contact.texts import install_ready
from recaudo.payments.actions.ways import add_way
from recaudo.portfolio.models import ContactPoint

from .conftest import World

Enter = Callable[[User], Client]


@pytest.fixture
def whatsapp(ran: World) -> ContactPoint:
    """A customer whom one may write to, and a creditor who says how to pay."""
    allow(ran.customer)
    with scope(creditor=ran.creditor):
        install_ready(ran.creditor)
        add_way(ran.creditor, kind="account", title="Banco", details="123-4", currency="COP")
        Message.objects.all().delete()
    may_be_contacted_now(ran.customer)
    return make_contact_point(ran.customer, "whatsapp", "+573001234567")


def planned(world: World, **fields: object) -> Message:
    return world.message(**{"template_key": "vencida", **fields})


def state(world: World, message: Message) -> str:
    with scope(creditor=world.creditor):
        message.refresh_from_db()
    return message.state


def test_whatsapp_opens_with_the_number_and_the_text_ready(
    ran: World, desk: Client, whatsapp: ContactPoint
) -> None:
    message = planned(ran)
    page = desk.post(f"{ran.page}mensajes/{message.id}/abrir/", follow=True).content.decode()
    with scope(creditor=ran.creditor):
        text = MessageText.objects.get(message_id=message.id)
        assert Verdict.objects.get(message_id=message.id).is_allowed
    assert state(ran, message) == "attempted"
    link = link_for("whatsapp", text.to_value, text.text).replace("&", "&amp;")
    assert link.startswith("https://wa.me/573001234567?text=")
    assert link in page
    assert "política de mensajería de Meta" in page


@pytest.mark.parametrize(("said", "ends"), [("yes", "sent"), ("no", "planned")])
def test_it_is_sent_on_the_persons_word_and_not_before(
    said: str, ends: str, ran: World, desk: Client, whatsapp: ContactPoint
) -> None:
    message = planned(ran)
    desk.post(f"{ran.page}mensajes/{message.id}/abrir/")
    with scope(creditor=ran.creditor):
        assert Interaction.objects.count() == 0
    for _ in range(2):  # twice is as once
        desk.post(f"{ran.page}mensajes/{message.id}/confirmar/", {"was_sent": said})
    assert state(ran, message) == ends
    with scope(creditor=ran.creditor):
        assert Interaction.objects.count() == (1 if said == "yes" else 0)


def test_opened_twice_it_is_the_same_attempt(
    ran: World, desk: Client, whatsapp: ContactPoint
) -> None:
    message = planned(ran)
    for _ in range(2):
        desk.post(f"{ran.page}mensajes/{message.id}/abrir/")
    with scope(creditor=ran.creditor):
        assert Verdict.objects.filter(message_id=message.id).count() == 1
    assert "abierto, sin confirmar" in desk.get(ran.path("por-enviar/")).content.decode()


def test_at_a_forbidden_hour_it_is_not_written_and_says_why(
    ran: World, desk: Client, whatsapp: ContactPoint
) -> None:
    may_not_be_contacted_now(ran.customer)
    # Long enough for the longest weekend: a message that ends before has no hour to wait for.
    message = planned(ran, not_after=timezone.now() + timedelta(days=7))
    page = desk.post(f"{ran.page}mensajes/{message.id}/abrir/").content.decode()
    assert "Se podrá desde" in page
    assert "wa.me" not in page
    assert state(ran, message) == "planned"


def test_without_a_number_that_works_there_is_nothing_to_open(ran: World, desk: Client) -> None:
    message = planned(ran)
    page = desk.post(f"{ran.page}mensajes/{message.id}/abrir/", follow=True).content.decode()
    assert "no tiene un dato de contacto que sirva" in page


def test_who_may_not_see_numbers_gets_the_text_and_no_link(
    ran: World, enter: Enter, whatsapp: ContactPoint
) -> None:
    message = planned(ran)
    plain = enter(make_member(ran.creditor, Role.SUPERVISOR))
    page = plain.post(f"{ran.page}mensajes/{message.id}/abrir/", follow=True).content.decode()
    assert "permiso aparte" in page
    assert "573001234567" not in page


def test_links_carry_any_text_whole() -> None:
    text = "Señora, 100 % & más\n¿Sí? #1"
    whatsapp = urlsplit(link_for("whatsapp", "+573001234567", text))
    assert parse_qs(whatsapp.query)["text"] == [text]
    assert link_for("sms", "+573001234567", text).startswith("sms:+573001234567?body=Se")
    mail = urlsplit(link_for("email", "a@b.co", text, "Hola & adiós"))
    assert parse_qs(mail.query)["subject"] == ["Hola & adiós"]
    assert link_for("address", "Calle 1", text) == ""


def test_the_list_costs_the_same_with_one_message_and_with_three(
    ran: World, desk: Client, whatsapp: ContactPoint
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(ran.path("por-enviar/")).status_code == 200
        return len(queries)

    planned(ran)
    desk.get(ran.path("por-enviar/"))
    one = cost()
    planned(ran, channel="sms")
    planned(ran, channel="address")
    assert cost() == one


# -- composing -------------------------------------------------------------------------------------


def test_composing_at_a_forbidden_hour_says_why_not_and_when(
    ran: World, desk: Client, whatsapp: ContactPoint
) -> None:
    may_not_be_contacted_now(ran.customer)
    page = desk.get(f"{ran.page}escribir/?channel=whatsapp").content.decode()
    assert "Se podrá desde" in page
    assert "Enviar ahora" not in page
    assert "Programar para" in page
    given = {"channel": "whatsapp", "template": "vencida", "do": "send"}
    answer = desk.post(f"{ran.page}escribir/", given)
    assert answer.status_code == 422
    with scope(creditor=ran.creditor):
        assert Message.objects.count() == 0


def test_what_may_not_leave_now_is_planned_for_the_first_moment_that_it_may(
    ran: World, desk: Client, whatsapp: ContactPoint
) -> None:
    may_not_be_contacted_now(ran.customer)
    given = {"channel": "whatsapp", "template": "vencida", "do": "schedule"}
    desk.post(f"{ran.page}escribir/", given)
    with scope(creditor=ran.creditor):
        message = Message.objects.get()
    assert (message.state, message.origin) == ("planned", "hand")
    assert message.not_before > timezone.now()
    assert message.not_after - message.not_before == timedelta(days=3)


def test_a_template_is_previewed_with_todays_balance_and_opened_by_hand(
    ran: World, desk: Client, whatsapp: ContactPoint
) -> None:
    given = {"channel": "whatsapp", "template": "vencida"}
    page = desk.post(f"{ran.page}escribir/", given | {"do": "preview"}).content.decode()
    assert "4,500,000" in page  # as they write it where the customer lives
    answer = desk.post(f"{ran.page}escribir/", given | {"do": "send"})
    with scope(creditor=ran.creditor):
        message = Message.objects.get()
    assert answer["Location"] == f"{ran.page}mensajes/{message.id}/"
    assert (message.state, message.by) == ("attempted", ran.supervisor)


def test_a_threat_is_refused_and_a_missing_part_only_told(
    ran: World, desk: Client, whatsapp: ContactPoint
) -> None:
    given = {"channel": "whatsapp", "text": "Si no paga lo vamos a embargar mañana."}
    answer = desk.post(f"{ran.page}escribir/", given | {"do": "send"})
    assert answer.status_code == 422
    assert "El mensaje no puede salir así" in answer.content.decode()
    given["text"] = "Buenos días, le confirmo que recibimos su carta."
    page = desk.post(f"{ran.page}escribir/", given | {"do": "preview"}).content.decode()
    assert "note warning" in page
    assert "note error" not in page
    assert desk.post(f"{ran.page}escribir/", given | {"do": "send"}).status_code == 302


def test_one_writes_by_what_is_read_soonest_and_an_answer_keeps_its_subject(
    ran: World, desk: Client, whatsapp: ContactPoint
) -> None:
    make_contact_point(ran.customer, "address", "Calle 1 # 2-3", is_verified_by_hand=True)
    page = desk.get(f"{ran.page}escribir/").content.decode()
    assert 'name="channel" value="whatsapp"' in page
    assert ">Carta<" in page
    with scope(creditor=ran.creditor):
        inbound = InboundMessage.objects.create(
            creditor=ran.creditor,
            customer=ran.customer,
            channel="email",
            kind="reply",
            subject="Factura 10",
            text="¿Me la envían?",
            received_at=timezone.now(),
        )
    page = desk.get(f"{ran.page}escribir/?channel=email&answers={inbound.id}").content.decode()
    assert 'value="Re: Factura 10"' in page


def test_the_keys_of_a_customer_are_listed(ran: World, desk: Client) -> None:
    page = desk.get(ran.page).content.decode()
    for said in ("No contesta: lo registra", "Hablo con el titular", "primero dice si se puede"):
        assert said in page


def test_an_invoice_is_sent_again_with_one_key(
    ran: World, desk: Client, whatsapp: ContactPoint
) -> None:
    page = desk.get(ran.page).content.decode()
    assert 'data-key="r"' in page
    address = f"{ran.page}escribir/?channel=email&template=reenvio_factura"
    assert "Así saldría" in desk.get(address).content.decode()


# -- the conversation ------------------------------------------------------------------------------


def test_everything_stands_in_one_thread_the_newest_last_with_the_gates_word(
    ran: World, desk: Client, whatsapp: ContactPoint
) -> None:
    message = planned(ran)
    desk.post(f"{ran.page}mensajes/{message.id}/abrir/")
    desk.post(f"{ran.page}mensajes/{message.id}/confirmar/", {"was_sent": "yes"})
    desk.post(f"{ran.page}gestion/", {"outcome": "talked", "note": "Revisa con tesorería"})
    page = desk.get(f"{ran.page}conversacion/").content.decode()
    assert page.index("Enviado") < page.index("Revisa con tesorería")
    assert page.count("Permitido") >= 2
    text = desk.get(f"{ran.page}conversacion/{message.id}/").content.decode()
    assert "saldo" in text.lower()


def test_a_call_that_was_refused_is_told_too(
    ran: World, desk: Client, whatsapp: ContactPoint
) -> None:
    may_not_be_contacted_now(ran.customer)
    with scope(creditor=ran.creditor):
        phone = ran.customer.contact_points.get(channel="phone")
    desk.post(f"{ran.page}llamar/{phone.id}/")
    page = desk.get(f"{ran.page}conversacion/").content.decode()
    assert "No se hizo un contacto" in page
    assert "Ley 2300" in page


def test_the_thread_goes_back_page_by_page_at_a_constant_cost(
    ran: World, desk: Client, whatsapp: ContactPoint
) -> None:
    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(address).status_code == 200
        return len(queries)

    address = f"{ran.page}conversacion/"
    desk.post(f"{ran.page}gestion/", {"at_once": "no_answer", "note": "la primera"})
    desk.get(address)
    one = cost(address)
    for n in range(34):
        desk.post(f"{ran.page}gestion/", {"at_once": "no_answer", "note": f"intento {n}"})
    assert cost(address) == one
    newest = desk.get(address)
    older = desk.get(address, {"before": newest.context["before"]})
    seen = [said.turn.id for page in (older, newest) for said in page.context["turns"]]
    assert len(seen) == len(set(seen)) == 35
    assert "la primera" in older.content.decode()
    assert desk.get(address, {"before": "no"}).status_code == 404
