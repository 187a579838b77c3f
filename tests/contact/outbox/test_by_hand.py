"""What people write, send themselves, take back, and say about what nobody knows."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django_scopes import scope

from factories import make_contact_point, make_member, pay
from recaudo.audit.models import ChangeEvent
from recaudo.contact.models import Interaction, Message, MessageText
from recaudo.contact.outbox import (
    confirm_by_hand,
    dispatch,
    settle_uncertain,
    withdraw,
    write_by_hand,
)
from recaudo.contact.outbox.by_hand import WAITS
from recaudo.contact.outbox.parts import Kept
from recaudo.core.problems import Problem

from .book import ONE_DAY, owing_customer, plan, sending_creditor
from .standins import Sent, parts
from .test_sending import Wire, live_items, state, story

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 4, 15, 15, 0, tzinfo=UTC)


@pytest.fixture
def creditor():
    return sending_creditor(now=NOW)


@pytest.fixture
def person(creditor):
    return make_member(creditor)


def text(*documents, words="Hola"):
    return Kept(
        subject="Su saldo",
        preview="",
        text=words,
        html="",
        language="es",
        currency="COP",
        balance=sum((d.open_amount for d in documents), Decimal(0)),
        items=[(d.pk, d.open_amount) for d in documents],
    )


def written(creditor, person, customer, *documents, channel="email", point=None, words="Hola"):
    with scope(creditor=creditor):
        return write_by_hand(
            creditor,
            customer,
            channel=channel,
            contact_point=point,
            written=text(*documents, words=words),
            by=person,
            now=NOW,
        )


def test_what_a_person_writes_leaves_word_for_word(creditor, person):
    customer, documents = owing_customer(creditor)
    message = written(creditor, person, customer, *documents)
    assert (message.state, message.origin, message.not_after) == ("planned", "hand", NOW + WAITS)
    dispatch(creditor, now=NOW, parts=parts(gateway=Wire()))
    assert state(message) == "sent"
    with scope(creditor=creditor):
        assert MessageText.objects.get(message_id=message.pk).text == "Hola"


def test_it_does_not_leave_with_an_amount_that_is_no_longer_owed(creditor, person):
    customer, (document,) = owing_customer(creditor)
    message = written(creditor, person, customer, document)
    pay(document, "1")
    wire = Wire()
    dispatch(creditor, now=NOW, parts=parts(gateway=wire))
    assert (state(message), message.error_code, wire.sent) == ("failed", "balance_changed", [])


def test_the_same_documents_may_be_written_about_twice_a_day(creditor, person):
    customer, documents = owing_customer(creditor)
    first, second = (
        written(creditor, person, customer, *documents, words=words) for words in ("Uno", "Dos")
    )
    dispatch(creditor, now=NOW, parts=parts(gateway=Wire()))
    assert [state(first), state(second)] == ["sent", "sent"]
    with scope(creditor=creditor):
        assert [i.occurrence for i in (*live_items(first), *live_items(second))] == [1, 2]


def test_a_second_click_or_another_tab_does_not_send_the_same_words_twice(creditor, person):
    customer, documents = owing_customer(creditor)
    wire = Wire()
    first = written(creditor, person, customer, *documents)
    dispatch(creditor, now=NOW, parts=parts(gateway=wire))
    second = written(creditor, person, customer, *documents)
    dispatch(creditor, now=NOW, parts=parts(gateway=wire))
    assert (second.pk, state(first), len(wire.sent)) == (first.pk, "sent", 1)


def test_what_was_taken_back_may_be_written_again_at_once(creditor, person):
    customer, documents = owing_customer(creditor)
    first = written(creditor, person, customer, *documents)
    with scope(creditor=creditor):
        withdraw(first, by=person, reason="withdrawn_by_hand", now=NOW)
    assert written(creditor, person, customer, *documents).pk != first.pk


def test_a_text_or_a_template_not_both_and_not_neither(creditor, person):
    customer, documents = owing_customer(creditor)
    for given in ({}, {"written": text(*documents), "template": "recordatorio"}):
        with scope(creditor=creditor), pytest.raises(Problem, match="text_missing"):
            write_by_hand(
                creditor, customer, channel="email", contact_point=None, by=person, now=NOW, **given
            )


def test_sent_by_a_person_is_sent_on_their_word_once(creditor, person):
    customer, documents = owing_customer(creditor, "1000", "50")
    point = make_contact_point(customer, "whatsapp", "+573001234567")
    message = plan(customer, *documents, now=NOW, channel="whatsapp")
    with scope(creditor=creditor):
        confirm_by_hand(
            message, by=person, now=NOW, written=text(documents[0]), contact_point=point
        )
        with pytest.raises(Problem, match="message_state"):
            confirm_by_hand(message, by=person, now=NOW)
        contact = Interaction.objects.get(message_id=message.pk)
    assert (contact.by, contact.contact_point_id) == (person, point.pk)
    assert [each for each, _ in story(message)] == ["rendered", "attempted", "sent"]
    assert (state(message), message.balance) == ("sent", 1000)


def test_only_what_is_still_planned_can_be_taken_back(creditor, person):
    customer, documents = owing_customer(creditor)
    message = plan(customer, *documents, now=NOW)
    with scope(creditor=creditor):
        withdraw(message, by=person, reason="withdrawn_by_hand", now=NOW)
    assert (state(message), live_items(message)) == ("withdrawn", [])
    sent = plan(customer, *documents, now=NOW)
    dispatch(creditor, now=NOW, parts=parts(gateway=Wire()))
    with scope(creditor=creditor), pytest.raises(Problem, match="message_state"):
        withdraw(sent, by=person, reason="", now=NOW)


@pytest.fixture
def uncertain(creditor):
    customer, documents = owing_customer(creditor)
    message = plan(customer, *documents, now=NOW)
    dispatch(creditor, now=NOW, parts=parts(gateway=Wire(Sent("uncertain", "x"))))
    assert state(message) == "uncertain"
    return message


def test_a_person_says_that_it_left(creditor, person, uncertain):
    with scope(creditor=creditor):
        settle_uncertain(uncertain, "sent", by=person, reason="Lo vi en el servidor", now=NOW)
        change = ChangeEvent.objects.get(kind="message_settled")
        assert Interaction.objects.filter(message_id=uncertain.pk).count() == 1
        with pytest.raises(Problem, match="not_uncertain"):
            settle_uncertain(uncertain, "sent", by=person, reason="otra vez", now=NOW)
    assert story(uncertain)[-1] == ("sent", "said_by_hand")
    assert change.by == person


def test_sent_again_it_is_another_message_and_the_old_one_keeps_its_story(
    creditor, person, uncertain
):
    with scope(creditor=creditor):
        new = settle_uncertain(
            uncertain, "again", by=person, reason="El servidor no lo vio", now=NOW
        )
    assert (state(uncertain), uncertain.error_code) == ("failed", "repeated_by_hand")
    wire = Wire()
    dispatch(creditor, now=NOW, parts=parts(gateway=wire))
    assert (state(new), len(wire.sent)) == ("sent", 1)
    assert new.token != uncertain.token
    with scope(creditor=creditor):
        assert Message.objects.count() == 2
        assert MessageText.objects.count() == 2
        assert Interaction.objects.count() == 2  # the stricter reading: both may have arrived


def test_without_a_reason_or_too_late_nothing_is_settled(creditor, person, uncertain):
    with scope(creditor=creditor):
        with pytest.raises(Problem, match="delivery_reason_missing"):
            settle_uncertain(uncertain, "sent", by=person, reason=" ", now=NOW)
        with pytest.raises(Problem, match="again_too_late"):
            settle_uncertain(uncertain, "again", by=person, reason="x", now=NOW + ONE_DAY)
    assert state(uncertain) == "uncertain"
