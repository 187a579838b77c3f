"""What comes in is never lost, pauses its customer once; only a clear refusal acts by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django_scopes import scope

from factories import make_contact_point, make_creditor, make_customer, make_document
from recaudo.audit.models import DomainEvent
from recaudo.contact.inbound.acting import classify
from recaudo.contact.inbound.receiving import attach, receive, take_in_left, type_in
from recaudo.contact.models import InboundMessage, Interaction, MessageEvent, ReplyRule
from recaudo.core.problems import Problem
from recaudo.payments.models import PaymentReference, ReportedPayment
from recaudo.portfolio.models import Consent

from .conftest import NOW, TODAY, Desk

Read = Callable[[Any], Any]


def events(kind: str) -> list[DomainEvent]:
    return list(DomainEvent.objects.filter(kind=kind))


def test_a_reply_pauses_its_customer_until_somebody_reads_it(desk: Desk, read: Read) -> None:
    inbound = desk.reply("¿A qué cuenta consigno?")
    assert (inbound.customer_id, inbound.matched_by) == (desk.customer.pk, "address")
    assert (inbound.state, inbound.proposed) == ("new", "question")
    assert inbound.proposed_why[0]["words"]
    (hold,) = desk.holds()
    assert (hold.source, hold.from_on, hold.until_on) == ("inbound", TODAY, None)
    assert inbound.hold_id == hold.pk
    assert [event.customer_id for event in events("contact.reply_came")] == [desk.customer.pk]


def test_however_many_replies_come_there_is_one_pause(desk: Desk) -> None:
    first, second = desk.reply("hola"), desk.reply("¿me leen?")
    assert len(desk.holds()) == 1
    assert first.hold_id == second.hold_id


def test_taken_in_twice_is_as_once(desk: Desk) -> None:
    inbound = desk.reply("ya pagué")
    receive(inbound, now=NOW)
    with scope(creditor=desk.creditor):
        assert Interaction.objects.count() == 1
    assert len(desk.holds()) == 1 and len(events("contact.reply_came")) == 1


def test_the_contact_is_kept_as_one_that_reached_us(desk: Desk) -> None:
    desk.reply("ya pagué")
    with scope(creditor=desk.creditor):
        kept = Interaction.objects.get()
    assert (kept.direction, kept.is_effective, kept.source) == ("in", True, "inbound")
    assert kept.on_day == TODAY


def test_the_message_that_it_answers_is_answered(desk: Desk, read: Read) -> None:
    message = desk.message()
    inbound = desk.reply("ok", facts={"in_reply_to": f"<{message.token}@andina.co>"})
    assert (inbound.message_id, inbound.matched_by) == (message.pk, "headers")
    assert read(message).state == "answered"
    with scope(creditor=desk.creditor):
        assert MessageEvent.objects.get().code == "reply"


@pytest.mark.parametrize("state", ["planned", "withdrawn", "failed", "bounced"])
def test_a_message_that_never_arrived_is_not_answered(desk: Desk, read: Read, state: str) -> None:
    message = desk.message(state=state)
    desk.reply("ok", message_id=message.pk)
    assert read(message).state == state


def test_the_thread_tells_it_where_the_program_forgot_to_answer(desk: Desk) -> None:
    older, newer = desk.message(), desk.message()
    thread = f"<{older.token}@andina.co> <{newer.token}@andina.co> <x@y.z>"
    assert desk.reply("ok", from_value="", facts={"references": thread}).message_id == newer.pk


def test_the_address_that_it_came_to_tells_it_too(desk: Desk) -> None:
    message = desk.message()
    inbound = desk.reply("ok", from_value="", to_value=f"cobranza+{message.token}@andina.co")
    assert (inbound.message_id, inbound.matched_by) == (message.pk, "token")


def test_headers_of_the_raw_mail_are_read_where_nobody_noted_them(
    desk: Desk, settings: Any, tmp_path: Any
) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}},
    }
    message = desk.message()
    (tmp_path / "m.eml").write_bytes(
        f"In-Reply-To: <{message.token}@andina.co>\r\nSubject: \xff\r\n\r\nok".encode("latin-1")
    )
    assert desk.reply("ok", from_value="", raw_path="m.eml").message_id == message.pk
    assert desk.reply("ok", from_value="", raw_path="gone.eml").customer_id is None


def test_a_token_of_another_creditor_finds_nobody(desk: Desk) -> None:
    other = make_customer(make_creditor("otro"))
    stranger = Desk(other.creditor, other, desk.point, desk.user)
    foreign = stranger.message()
    inbound = desk.reply("ok", from_value="", facts={"in_reply_to": f"<{foreign.token}@x>"})
    assert (inbound.customer_id, inbound.message_id) == (None, None)


def test_an_address_of_several_customers_is_nobodys_and_they_are_offered(desk: Desk) -> None:
    twin = make_customer(desk.creditor)
    make_contact_point(twin, "email", desk.point.value)
    inbound = desk.reply("¿cuánto debo?")
    assert (inbound.customer_id, inbound.code) == (None, "sender_of_several")
    assert inbound.facts["offered"] == [desk.customer.pk, twin.pk]
    assert desk.holds() == [] and desk.holds(customer=twin) == []


def test_the_document_that_they_name_tells_which_of_several_it_is(desk: Desk) -> None:
    twin = make_customer(desk.creditor)
    make_contact_point(twin, "email", desk.point.value)
    make_document(twin, prefix="FE", number="2231")
    inbound = desk.reply("sobre la factura FE-2231")
    assert (inbound.customer_id, inbound.matched_by) == (twin.pk, "reference")


@pytest.mark.parametrize("text", ["la FE1020", "factura FE-1020", "fact. 1020", "Factura No. 1020"])
def test_an_unknown_sender_is_found_by_the_document_named(desk: Desk, text: str) -> None:
    inbound = desk.reply(text, from_value="otra@example.org")
    assert (inbound.customer_id, inbound.matched_by) == (desk.customer.pk, "reference")


def test_or_by_the_payment_reference(desk: Desk) -> None:
    with scope(creditor=desk.creditor):
        PaymentReference.objects.create(
            creditor=desk.creditor, customer=desk.customer, reference="7000123454"
        )
    inbound = desk.reply("pagué con 7000-123-454", from_value="otra@example.org")
    assert (inbound.customer_id, inbound.matched_by) == (desk.customer.pk, "reference")


def test_a_tax_id_is_only_offered(desk: Desk) -> None:
    other = make_customer(desk.creditor, tax_id="900555111")
    inbound = desk.reply("NIT 900.555.111", from_value="otra@example.org")
    assert (inbound.customer_id, inbound.facts["offered"]) == (None, [other.pk])


def test_an_address_that_was_corrected_away_is_nobodys(desk: Desk) -> None:
    with scope(creditor=desk.creditor):
        type(desk.point).objects.filter(pk=desk.point.pk).update(is_active=False)
    assert desk.reply("hola").customer_id is None


def test_a_telephone_number_is_found_however_it_is_written(desk: Desk) -> None:
    make_contact_point(desk.customer, "phone", "+573001234567")
    inbound = desk.reply("hola", channel="whatsapp", from_value="300 123 45 67")
    assert inbound.customer_id == desk.customer.pk


def test_who_wrote_is_reached_by_that_address(desk: Desk, read: Read) -> None:
    desk.reply("hola")
    assert (read(desk.point).state, desk.point.state_reason) == ("valid", "reply")


@pytest.mark.parametrize("text", ["BAJA", "Stop", "No me escriban más", "unsubscribe"])
def test_a_refusal_acts_at_once_for_its_channel(desk: Desk, text: str, read: Read) -> None:
    inbound = desk.reply(text)
    with scope(creditor=desk.creditor):
        consent = Consent.objects.get()
    assert (consent.channel, consent.is_granted, consent.given_on) == ("email", False, TODAY)
    assert (inbound.classified, inbound.state) == ("stop", "done")
    assert inbound.classified_rule.startswith("stop:") and inbound.classified_by_id is None
    assert read(desk.customer).do_not_contact_since is None
    assert desk.holds() == []
    assert len(events("contact.stopped")) == 1


def test_a_refusal_of_all_contact_closes_every_channel(desk: Desk, read: Read) -> None:
    desk.reply("No me contacten más")
    with scope(creditor=desk.creditor):
        assert Consent.objects.get().channel == "*"
    assert read(desk.customer).do_not_contact_since == TODAY


def test_refused_twice_is_as_once(desk: Desk) -> None:
    desk.reply("BAJA")
    desk.reply("BAJA")
    with scope(creditor=desk.creditor):
        assert Consent.objects.count() == 1


def test_a_refusal_with_more_to_say_acts_and_is_still_read(desk: Desk) -> None:
    inbound = desk.reply("Ya pagué la factura, adjunto comprobante. No me escriban más")
    with scope(creditor=desk.creditor):
        assert Consent.objects.get().is_granted is False
    assert (inbound.state, inbound.classified, inbound.facts["stopped"]) == ("new", "", "phrase")
    assert len(desk.holds()) == 1


def test_a_refusal_from_an_address_of_several_holds_for_that_address(desk: Desk) -> None:
    twin = make_customer(desk.creditor)
    point = make_contact_point(twin, "email", desk.point.value)
    inbound = desk.reply("BAJA")
    with scope(creditor=desk.creditor):
        assert set(Consent.objects.values_list("contact_point_id", flat=True)) == {
            desk.point.pk,
            point.pk,
        }
    assert inbound.state == "new"


def test_an_automatic_answer_pauses_nobody(desk: Desk, read: Read) -> None:
    inbound = desk.reply("Estoy fuera de la oficina hasta el lunes", kind="auto_reply")
    assert inbound.state == "done" and desk.holds() == []
    assert (read(desk.point).state, desk.point.state_reason) == ("unknown", "auto_reply")


def test_an_automatic_answer_that_says_who_left_is_looked_at(desk: Desk, read: Read) -> None:
    inbound = desk.reply("Marta ya no trabaja en la empresa", kind="auto_reply")
    assert (inbound.state, inbound.proposed) == ("new", "wrong_person")
    assert (read(desk.point).state, desk.point.state_reason) == ("invalid", "not_there")
    assert desk.holds() == []


def test_a_bounce_says_that_the_address_is_dead(desk: Desk, read: Read) -> None:
    message = desk.message(contact_point=desk.point, state="bounced")
    facts = {"status": "5.1.1", "final": True}
    inbound = desk.reply("", kind="bounce", from_value="", message_id=message.pk, facts=facts)
    assert (read(desk.point).state, desk.point.state_reason) == ("invalid", "5.1.1")
    assert inbound.state == "done" and desk.holds() == []


def test_without_a_rule_of_the_users_nothing_acts_by_itself(desk: Desk) -> None:
    desk.reply("Ya pagué la factura ayer, adjunto comprobante")
    with scope(creditor=desk.creditor):
        assert ReportedPayment.objects.count() == 0


@pytest.mark.parametrize(("above", "acts"), [(-1, True), (0, True), (1, False)])
def test_a_rule_acts_from_its_score_on(desk: Desk, above: int, acts: bool) -> None:
    text = "Ya pagué $500.000 ayer"
    score = desk.reply(text).proposed_why[0]["score"]
    with scope(creditor=desk.creditor):
        rule = ReplyRule.objects.create(
            creditor=desk.creditor, reply_class="paid", min_score=score + above
        )
    inbound = desk.reply(text)
    assert (inbound.classified == "paid") is acts
    assert inbound.classified_rule == (f"rule:{rule.pk}" if acts else "")


def test_a_rule_that_cannot_act_leaves_it_to_a_person(desk: Desk) -> None:
    with scope(creditor=desk.creditor):
        ReplyRule.objects.create(creditor=desk.creditor, reply_class="promise", min_score=50)
    inbound = desk.reply("Me comprometo a pagar")
    assert (inbound.state, inbound.code) == ("new", "promise_day_missing")
    assert len(desk.holds()) == 1


def test_a_person_says_whose_it_is_and_it_pauses_that_customer(desk: Desk) -> None:
    inbound = desk.reply("hola", from_value="nadie@example.org")
    assert inbound.state == "new" and desk.holds() == []
    attach(inbound, desk.customer, by=desk.user, now=NOW)
    assert (inbound.customer_id, inbound.matched_by) == (desk.customer.pk, "hand")
    assert len(desk.holds()) == 1
    attach(inbound, desk.customer, by=desk.user, now=NOW)
    with pytest.raises(Problem, match="reply_attached"):
        attach(inbound, make_customer(desk.creditor), by=desk.user, now=NOW)


def test_what_a_collector_read_on_their_own_phone_is_typed_in_once(desk: Desk) -> None:
    given = {"channel": "whatsapp", "text": "pago el viernes", "at": NOW, "by": desk.user}
    first = type_in(desk.customer, **given, now=NOW)
    again = type_in(desk.customer, **given, now=NOW + timedelta(minutes=1))
    assert first.pk == again.pk
    assert (first.proposed, first.matched_by) == ("promise", "hand")
    for wrong in ({"text": " "}, {"channel": "humo"}, {"at": NOW + timedelta(days=1)}):
        with pytest.raises(Problem):
            type_in(desk.customer, **{**given, **wrong}, now=NOW)


def test_no_message_is_lost_where_taking_it_in_fails(desk: Desk, read: Read) -> None:
    """Stored without being taken in: in the inbox at once, and taken in the next time."""
    good, bad = desk.inbound("ya pagué"), desk.inbound("hola")
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF NEW.external_id = '{bad.pk}' THEN RAISE 'no'; END IF; RETURN NEW; END $$;"
            "CREATE TRIGGER refuse BEFORE INSERT ON contact_interaction "
            "FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
    assert take_in_left(desk.creditor, now=NOW) == {"received": 1, "failed": 1}
    assert read(good).proposed == "paid"
    assert (read(bad).state, bad.code) == ("new", "ProgrammingError")
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse ON contact_interaction; DROP FUNCTION refuse")
    assert take_in_left(desk.creditor, now=NOW) == {"received": 1, "failed": 0}
    assert take_in_left(desk.creditor, now=NOW) == {"received": 0, "failed": 0}
    with scope(creditor=desk.creditor):
        assert InboundMessage.objects.filter(state="new").count() == 2


def test_the_pause_stays_while_another_reply_waits(desk: Desk) -> None:
    first, second = desk.reply("gracias"), desk.reply("¿cuánto debo?")
    classify(first, "other", by=desk.user, now=NOW)
    assert len(desk.holds()) == 1
    classify(second, "question", by=desk.user, now=NOW)
    assert desk.holds() == []


def test_a_reply_to_a_message_still_in_somebodys_hands_leaves_it_to_them(
    desk: Desk, read: Read
) -> None:
    """Marked answered, its sender's word would come too late and the contact would not count."""
    message = desk.message(state="attempted", leased_by="w:1")
    desk.reply("Hola, mañana le pago.", message_id=message.pk)
    assert read(message).state == "attempted"
