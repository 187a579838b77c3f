"""The customer page: what a collector reads there and does there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django_scopes import scope

from factories import allow, make_contact_point, make_document
from hours import may_be_contacted_now
from recaudo.access.models import User
from recaudo.audit.models import ChangeEvent
from recaudo.contact.models import Interaction
from recaudo.portfolio.models import ContactPoint, Customer, Hold, Party

from .conftest import World

Enter = Callable[[User], Client]


def text(desk: Client, path: str) -> str:
    return desk.get(path).content.decode()


def version(world: World) -> int:
    with scope(creditor=world.creditor):
        return Customer.objects.get(pk=world.customer.pk).version


def test_the_debt_stands_there_with_what_makes_it_current(ran: World, desk: Client) -> None:
    shown = text(desk, ran.page)
    assert "$4.500.000" in shown  # overdue
    assert "$4.380.000" in shown  # less 120,000 in their favour
    assert "$6.000.000" in shown  # everything
    assert "95 días de mora" in shown


def test_it_says_why_and_what_comes_next(ran: World, desk: Client) -> None:
    answer = desk.get(ran.page)
    assert answer.context["sentences"]
    assert "Prejurídico" in answer.content.decode()


def test_before_the_first_run_it_says_so(andina: World, desk: Client) -> None:
    assert "todavía no ha evaluado" in text(desk, andina.page)


def test_identifiers_are_masked_until_somebody_with_the_right_asks(
    ran: World, desk: Client
) -> None:
    shown = text(desk, ran.page)
    assert ran.contact.value not in shown
    assert "900123456" not in shown

    allow(ran.customer)
    may_be_contacted_now(ran.customer)
    revealed = desk.post(f"{ran.page}datos/{ran.contact.id}/ver/").content.decode()
    assert ran.contact.value in revealed
    assert desk.post(f"{ran.page}identificacion/").content == b"900123456"

    events = ChangeEvent.objects.filter(kind="identifier_revealed").order_by("id")
    assert [event.by_id for event in events] == [ran.supervisor.id] * 2
    assert all(ran.contact.value not in str(event.facts) for event in events)


def test_a_correction_is_verified_by_hand_and_counts_at_once(ran: World, desk: Client) -> None:
    given = {"value": "Tesoreria@Nueva.co", "version": version(ran)}
    desk.post(f"{ran.page}datos/{ran.contact.id}/corregir/", given)
    with scope(creditor=ran.creditor):
        old = ContactPoint.objects.get(pk=ran.contact.pk)
        new = ContactPoint.objects.get(normalised="tesoreria@nueva.co")
    assert (old.is_active, old.value) == (False, ran.contact.value)
    assert (new.is_active, new.is_verified_by_hand, new.state) == (True, True, "valid")


def test_a_number_that_reaches_nobody_is_refused(ran: World, desk: Client) -> None:
    given = {"channel": "phone", "value": "12", "version": version(ran)}
    answer = desk.post(f"{ran.page}datos/", given, follow=True)
    assert "no sirve para contactar" in answer.content.decode()


def test_the_second_of_two_people_is_told_and_nothing_is_lost(ran: World, desk: Client) -> None:
    seen = version(ran)
    desk.post(f"{ran.page}datos/{ran.contact.id}/marcar/", {"state": "invalid", "version": seen})
    answer = desk.post(
        f"{ran.page}datos/{ran.contact.id}/corregir/",
        {"value": "otro@example.com", "version": seen},
        follow=True,
    )
    assert "Otra persona cambió" in answer.content.decode()
    with scope(creditor=ran.creditor):
        assert not ContactPoint.objects.filter(normalised="otro@example.com").exists()


def test_an_open_page_hears_of_the_change(ran: World, desk: Client) -> None:
    seen = version(ran)
    address = f"{ran.page}cambios/?seen={seen}"
    assert desk.get(address).status_code == 204
    desk.post(f"{ran.page}datos/{ran.contact.id}/marcar/", {"state": "valid", "version": seen})
    assert "Otra persona cambió" in text(desk, address)


def test_a_pause_is_placed_and_released_and_the_customer_decided_anew(
    ran: World, desk: Client
) -> None:
    given = {"kind": "manual", "reason": "Fusión con otra empresa", "version": version(ran)}
    answer = desk.post(f"{ran.page}pausas/", given, follow=True)
    assert "Fusión con otra empresa" in answer.content.decode()
    assert answer.context["why"].reason == "hold_manual"
    with scope(creditor=ran.creditor):
        hold = Hold.objects.get(kind="manual")
    answer = desk.post(
        f"{ran.page}pausas/{hold.id}/levantar/", {"version": version(ran)}, follow=True
    )
    assert answer.context["why"].reason != "hold_manual"


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "manual", "reason": ""},
        {"kind": "small_balance", "reason": "x"},
        {"kind": "manual", "reason": "x", "until_on": "2020-01-01"},
        {"kind": "manual", "reason": "x", "until_on": "mañana"},
        {"kind": "manual", "reason": "x", "document": "999999999"},
    ],
)
def test_a_pause_that_makes_no_sense_is_refused_in_words(
    given: dict[str, str], ran: World, desk: Client
) -> None:
    answer = desk.post(f"{ran.page}pausas/", given | {"version": version(ran)}, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    with scope(creditor=ran.creditor):
        assert Hold.objects.filter(kind="manual").count() == 0


def test_finishing_a_call_leaves_an_interaction(ran: World, desk: Client) -> None:
    task = ran.task()
    given = {"outcome": "no_answer", "note": "Dos intentos", "version": version(ran)}
    answer = desk.post(f"{ran.page}tareas/{task.id}/", given, follow=True)
    assert "Gestión registrada" in answer.content.decode()
    with scope(creditor=ran.creditor):
        task.refresh_from_db()
        contact = Interaction.objects.get(customer=ran.customer)
    assert (task.state, contact.note, contact.by) == ("done", "Dos intentos", ran.supervisor)


def test_the_story_goes_back_page_by_page(ran: World, desk: Client) -> None:
    for _ in range(40):
        make_document(ran.customer, "1000", due_on=ran.today)
    first = desk.get(ran.page).context["story"]
    older = desk.get(f"{ran.page}historia/", {"after": first["next"]}).context["story"]
    told = {(each.entry.kind, each.entry.id) for each in first["entries"]}
    assert older["entries"]
    assert not told & {(each.entry.kind, each.entry.id) for each in older["entries"]}
    assert desk.get(f"{ran.page}historia/", {"after": "no"}).status_code == 404


def test_what_is_written_by_people_is_shown_as_text(ran: World, desk: Client) -> None:
    with scope(creditor=ran.creditor):
        Customer.objects.filter(pk=ran.customer.pk).update(name="<script>alert(1)</script>")
    make_contact_point(ran.customer, "address", "<img src=x onerror=alert(1)> Calle 1 # 2-3")
    shown = text(desk, ran.page)
    assert "<script>alert" not in shown
    assert "<img src=x" not in shown


def test_a_reference_is_not_called_in_colombia(ran: World, desk: Client) -> None:
    with scope(creditor=ran.creditor):
        party = Party.objects.create(
            creditor=ran.creditor, customer=ran.customer, role="reference", name="Tía Rosa"
        )
    point = make_contact_point(ran.customer, "phone", "+573009998877", party=party)
    assert "referencia: no se le cobra" in text(desk, ran.page)
    assert desk.post(f"{ran.page}datos/{point.id}/ver/").status_code == 403
