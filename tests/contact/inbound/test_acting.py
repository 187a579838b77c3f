"""What each class does, by the table of docs/rules/replies.md; twice is as once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django_scopes import scope

from factories import make_contact_point, make_creditor, make_customer, make_document
from recaudo.audit.models import ChangeEvent, DomainEvent
from recaudo.contact.inbound.acting import EFFECTS, Details, classify
from recaudo.contact.models import InboundFile, Interaction, ReplyClass
from recaudo.core.problems import Problem
from recaudo.payments.models import ReportedPayment
from recaudo.portfolio.models import Consent, Hold

from .conftest import NOW, TODAY, Desk

Read = Callable[[Any], Any]
DOC = Path(__file__).resolve().parents[3] / "docs" / "rules" / "replies.md"


def effects_of(desk: Desk) -> set[str]:
    """What was left behind, in the words of the table."""
    with scope(creditor=desk.creditor):
        left = {f"hold {hold.kind}" for hold in Hold.objects.filter(released_at__isnull=True)}
        left |= {"reported payment" for _ in ReportedPayment.objects.all()}
        left |= {f"outcome {each.outcome}" for each in Interaction.objects.exclude(outcome="")}
        left |= {"consent withdrawn" for _ in Consent.objects.filter(is_granted=False)}
        desk.point.refresh_from_db()
    return left | ({"point invalid"} if desk.point.state == "invalid" else set())


def table() -> list[tuple[str, set[str]]]:
    lines = (
        DOC.read_text("utf-8").split("## What each class does")[1].split("\n## ")[0].splitlines()
    )
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith("| `")
    ]
    found = []
    for cells in rows:
        name = cells[0].strip("`")
        effects = {each.strip() for each in cells[2].split(",") if each.strip() != "–"}
        found.append((name, effects))
    return found


def test_the_table_tells_of_every_class() -> None:
    assert [name for name, _ in table()] == ReplyClass.values == list(EFFECTS)


@pytest.mark.parametrize(("reply_class", "effects"), table(), ids=lambda each: str(each))
def test_each_class_does_what_the_table_says(
    desk: Desk, reply_class: str, effects: set[str]
) -> None:
    inbound = desk.reply("lo que sea")
    details = Details(amount=Decimal(500), day=TODAY)
    classify(inbound, reply_class, by=desk.user, now=NOW, details=details)
    assert effects_of(desk) == effects
    classify(inbound, reply_class, by=desk.user, now=NOW, details=details)
    assert effects_of(desk) == effects
    with scope(creditor=desk.creditor):
        assert Hold.objects.filter(released_at__isnull=True).count() <= 1
        assert ReportedPayment.objects.count() <= 1
    assert (inbound.state, inbound.classified_by) == ("done", desk.user)
    assert DomainEvent.objects.filter(kind="contact.reply_classified").count() == 1
    assert ChangeEvent.objects.filter(kind="reply_classified").count() == 1


def test_another_class_afterwards_is_refused(desk: Desk) -> None:
    inbound = desk.reply("gracias")
    classify(inbound, "other", by=desk.user, now=NOW)
    with pytest.raises(Problem, match="reply_already_classified"):
        classify(inbound, "paid", by=desk.user, now=NOW)
    with pytest.raises(Problem, match="reply_class_unknown"):
        classify(desk.reply("x"), "nada", by=desk.user, now=NOW)


def test_nobodys_reply_can_only_be_put_away(desk: Desk) -> None:
    inbound = desk.reply("oferta", from_value="spam@example.org")
    with pytest.raises(Problem, match="reply_without_customer"):
        classify(inbound, "paid", by=desk.user, now=NOW)
    classify(inbound, "other", by=desk.user, now=NOW)
    assert inbound.state == "done"


def test_a_payment_is_reported_with_what_stands_in_the_text(desk: Desk) -> None:
    inbound = desk.reply("Ya pagué $1.250.000 el viernes por Bancolombia")
    with scope(creditor=desk.creditor):
        picture = InboundFile.objects.create(
            creditor=desk.creditor,
            inbound=inbound,
            name="recibo.jpg",
            content_type="image/jpeg",
            size=10,
            sha256="a" * 64,
            path="inbound/x",
        )
    classify(inbound, "paid", by=desk.user, now=NOW)
    with scope(creditor=desk.creditor):
        report = ReportedPayment.objects.get()
    assert (report.amount, report.paid_on) == (Decimal(1250000), date(2026, 11, 27))
    assert (report.bank, report.image_path) == ("Bancolombia", picture.path)
    assert report.until_on == TODAY + timedelta(days=desk.creditor.reported_paid_days)
    (hold,) = desk.holds("reported_paid")
    assert hold.until_on == report.until_on


@pytest.mark.parametrize("days", [0, 1, 30])
def test_a_promise_is_waited_for_until_its_day_is_over(desk: Desk, days: int) -> None:
    day = TODAY + timedelta(days=days)
    inbound = desk.reply("pago")
    classify(inbound, "promise", by=desk.user, now=NOW, details=Details(Decimal("300"), day))
    (hold,) = desk.holds("manual")
    assert (hold.until_on, hold.reason) == (day + timedelta(days=1), "promesa")
    with scope(creditor=desk.creditor):
        kept = Interaction.objects.get(outcome="will_pay")
    assert "300" in kept.note and day.isoformat() in kept.note


def test_a_promise_needs_a_day_that_is_still_to_come(desk: Desk) -> None:
    inbound = desk.reply("algún día")
    with pytest.raises(Problem, match="promise_day_missing"):
        classify(inbound, "promise", by=desk.user, now=NOW, details=Details())
    yesterday = Details(day=TODAY - timedelta(days=1))
    with pytest.raises(Problem, match="promise_in_past"):
        classify(inbound, "promise", by=desk.user, now=NOW, details=yesterday)
    assert inbound.state == "new" and len(desk.holds()) == 1


def test_an_objection_holds_only_the_documents_named(desk: Desk) -> None:
    document = make_document(desk.customer)
    inbound = desk.reply("no la debo")
    given = Details(documents=(document.pk,), note="Llegó dañada")
    classify(inbound, "objection", by=desk.user, now=NOW, details=given)
    (hold,) = desk.holds("disputed")
    assert (hold.document_id, hold.reason) == (document.pk, "Llegó dañada")


def test_a_document_of_somebody_else_is_refused(desk: Desk) -> None:
    foreign = make_document(make_customer(desk.creditor))
    inbound = desk.reply("no la debo")
    with pytest.raises(Problem, match="hold_foreign_document"):
        classify(
            inbound, "objection", by=desk.user, now=NOW, details=Details(documents=(foreign.pk,))
        )
    assert inbound.state == "new"


def test_a_wrong_person_is_wrong_only_for_that_customer(desk: Desk, read: Read) -> None:
    twin = make_customer(desk.creditor)
    same = make_contact_point(twin, "email", desk.point.value)
    message = desk.message(contact_point=desk.point)
    inbound = desk.reply("no lo conozco", message_id=message.pk)
    classify(inbound, "wrong_person", by=desk.user, now=NOW)
    assert (read(desk.point).state, read(same).state) == ("invalid", "unknown")


def test_a_wrong_person_who_wrote_from_elsewhere_speaks_of_where_we_wrote(
    desk: Desk, read: Read
) -> None:
    message = desk.message(contact_point=desk.point)
    inbound = desk.reply("no lo conozco", message_id=message.pk, from_value="yo@example.org")
    classify(inbound, "wrong_person", by=desk.user, now=NOW)
    assert read(desk.point).state == "invalid"


def test_a_person_may_say_that_all_contact_is_refused(desk: Desk, read: Read) -> None:
    inbound = desk.reply("ya estoy cansado de ustedes")
    classify(inbound, "stop", by=desk.user, now=NOW, details=Details(everything=True))
    assert read(desk.customer).do_not_contact_since == TODAY


def test_the_change_log_keeps_no_contact_value(desk: Desk) -> None:
    classify(desk.reply("no lo conozco"), "wrong_person", by=desk.user, now=NOW)
    for event in ChangeEvent.objects.all():
        assert desk.point.value not in str(event.facts)


def test_another_creditors_customer_is_out_of_reach(desk: Desk) -> None:
    other = make_customer(make_creditor("otro"))
    make_contact_point(other, "email", "solo@example.org")
    assert desk.reply("hola", from_value="solo@example.org").customer_id is None
