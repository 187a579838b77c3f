"""A worker sends while the run of the day decides: nothing is said twice."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.db import connections, transaction
from django_scopes import scope

from factories import make_hold, pay, refresh
from recaudo.contact.models import Interaction, MailAccount, Message, MessageEvent, MessageItem
from recaudo.contact.outbox import dispatch
from recaudo.contact.outbox.leasing import lease
from recaudo.contact.outbox.parts import TIMES
from recaudo.strategy.actions import writing
from recaudo.strategy.actions.runs import refresh_customers
from strategy.portfolio import (
    DAY,
    ONE,
    mixed_portfolio,
    owing,
    ready_creditor,
    run,
    run_and_release,
)

from .standins import account_for, parts
from .test_sending import Wire

pytestmark = pytest.mark.django_db(transaction=True)
NOON = datetime(DAY.year, DAY.month, DAY.day, 17, tzinfo=UTC)


@pytest.fixture
def creditor():
    made = ready_creditor(name="Andina")
    with scope(creditor=made):
        MailAccount.objects.create(
            creditor=made,
            name="a",
            from_name="a",
            from_address="a@example.com",
            smtp_host="127.0.0.1",
            smtp_security="none",
            is_default=True,
        )
    return made


def messages(creditor):
    with scope(creditor=creditor):
        return list(Message.objects.order_by("id"))


def test_a_message_in_a_workers_hands_is_passed_over_not_waited_for(creditor):
    customer, document = owing(creditor, "A")
    run_and_release(creditor)
    (planned,) = messages(creditor)
    pay(document, on=DAY)

    def decide() -> None:
        refresh_customers(creditor, [customer.pk], today=DAY, may_wait=False)
        connections.close_all()

    with scope(creditor=creditor), transaction.atomic():
        lease(
            creditor, account_for(creditor), channel="email", now=NOON, worker="w", after=0,
            size=50, parts=parts(), times=TIMES,
        )  # fmt: skip
        other = Thread(target=decide)
        other.start()
        other.join(20)
        assert not other.is_alive()
    # The worker had read the ledger after the payment: it withdrew the message itself. The other
    # one thanks for the payment.
    after, _ = messages(creditor)
    assert after.pk == planned.pk
    assert (after.state, after.withdrawn_reason) == ("withdrawn", "paid")


def test_what_is_sent_between_reading_and_writing_is_not_planned_again(creditor, monkeypatch):
    owing(creditor, "A")
    _, other = owing(creditor, "B", dpd=15)
    run_and_release(creditor)
    before = {each.pk for each in messages(creditor)}
    real = writing.write_acts
    wire = Wire()

    def after_a_dispatch(*given):
        # Another connection, as another process.
        sender = Thread(target=send)
        sender.start()
        sender.join()
        return real(*given)

    def send():
        dispatch(creditor, now=NOON, parts=parts(gateway=wire))
        connections.close_all()

    monkeypatch.setattr(writing, "write_acts", after_a_dispatch)
    run(creditor)

    assert wire.sent
    assert {each.pk for each in messages(creditor)} == before
    assert {each.state for each in messages(creditor) if each.channel == "email"} == {"sent"}
    assert refresh(other).open_amount > 0


def test_what_the_run_withdraws_is_told_as_an_event(creditor):
    _, document = owing(creditor, "A")
    run_and_release(creditor)
    pay(document, on=DAY)
    run(creditor)
    with scope(creditor=creditor):
        (event,) = MessageEvent.objects.all()
        assert (event.state, event.code) == ("withdrawn", "paid")


@pytest.mark.parametrize(
    ("state", "same_day", "next_day"), [("failed", 0, 1), ("bounced", 0, 1), ("sent", 0, 0)]
)
def test_a_step_is_spent_only_by_what_may_have_reached_the_customer(
    creditor, state, same_day, next_day
):
    """What failed comes again, but not on the same day."""
    from recaudo.contact.outbox import set_state

    owing(creditor, "A")
    run_and_release(creditor)
    (message,) = messages(creditor)
    with scope(creditor=creditor):
        for each in ("rendered", "attempted", state):
            set_state(message, each, at=NOON)
    run(creditor)
    assert len(messages(creditor)) == 1 + same_day
    run(creditor, DAY + ONE)
    assert len(messages(creditor)) == 1 + same_day + next_day


def test_racing_for_a_while_every_step_is_told_once(creditor):
    """Runs, payments and holds on one side, two workers on the other."""
    customers = mixed_portfolio(creditor)
    run_and_release(creditor)
    chance = random.Random(7)
    wire, failures = Wire(), []
    ended = False

    def work() -> None:
        try:
            while not ended:
                dispatch(creditor, now=NOON, limit=2, parts=parts(gateway=wire))
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    workers = [Thread(target=work) for _ in range(2)]
    for each in workers:
        each.start()
    try:
        for _ in range(4):
            with scope(creditor=creditor):
                customer = chance.choice(customers)
                document = customer.documents.filter(open_amount__gt=0).first()
            if document:
                pay(document, on=DAY)
            make_hold(chance.choice(customers), from_on=DAY)
            run(creditor)
    finally:
        ended = True
        for each in workers:
            each.join()
    assert failures == []
    dispatch(creditor, now=NOON + timedelta(minutes=1), parts=parts(gateway=wire))
    with scope(creditor=creditor):
        sent = Message.objects.filter(state="sent")
        assert sent.count() == len(wire.sent) == Interaction.objects.count() > 0
        told = list(sent.filter(purpose="collection").values_list("customer_id", flat=True))
        assert len(set(told)) == len(told) > 0
        assert not Message.objects.filter(state__in=("rendered", "attempted")).exists()
        for message in sent:
            live = MessageItem.objects.filter(message=message, is_live=True)
            assert message.balance == sum(each.balance for each in live)
        gone = MessageItem.objects.filter(message__state="withdrawn", is_live=True)
        assert not gone.exists()
