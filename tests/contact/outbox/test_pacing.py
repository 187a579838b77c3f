"""A sender's pace binds all workers together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
from django.db import connections
from django_scopes import scope
from hypothesis import given, settings
from hypothesis import strategies as st

from recaudo.contact.outbox import dispatch
from recaudo.contact.outbox.pacing import turn

from .book import owing_customer, plan, sending_creditor
from .standins import account_for, parts
from .test_sending import Wire

NOW = datetime(2026, 4, 15, 15, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
@given(
    pace=st.integers(1, 40),
    waits=st.lists(st.integers(0, 90_000).map(lambda ms: timedelta(milliseconds=ms)), max_size=60),
)
@settings(max_examples=40, deadline=None)
def test_no_minute_has_more_turns_than_the_pace(pace, waits):
    creditor = sending_creditor(now=NOW, per_minute=pace)
    turns, now = [], NOW
    with scope(creditor=creditor):
        account = account_for(creditor)
        for wait in waits:
            now += wait / 4
            at = turn(account, "email", now=now, patience=timedelta(minutes=5))
            if at is not None:
                assert now <= at <= now + timedelta(minutes=5)
                turns.append(at)
    assert turns == sorted(turns)
    for first, beyond in zip(turns, turns[pace:], strict=False):
        assert beyond - first >= MINUTE - timedelta(milliseconds=1)


@pytest.mark.django_db
def test_who_would_have_to_wait_too_long_takes_no_turn():
    creditor = sending_creditor(now=NOW, per_minute=1)
    with scope(creditor=creditor):
        account = account_for(creditor)
        assert turn(account, "email", now=NOW, patience=MINUTE / 2) == NOW
        assert turn(account, "email", now=NOW, patience=MINUTE / 2) is None
        assert turn(account, "email", now=NOW, patience=MINUTE) == NOW + MINUTE
        assert turn(account, "email", now=NOW + 2 * MINUTE, patience=MINUTE) == NOW + 2 * MINUTE


@pytest.mark.django_db(transaction=True)
def test_two_workers_together_keep_the_pace():
    creditor = sending_creditor(now=NOW, per_minute=600)
    for _ in range(20):
        customer, documents = owing_customer(creditor)
        plan(customer, *documents, now=NOW)
    wire = Wire()
    at = []

    class Notes(Wire):
        def send(self, *given):
            at.append(datetime.now(UTC))
            return wire.send(*given)

    def work():
        dispatch(creditor, now=NOW, parts=parts(gateway=Notes()))
        connections.close_all()

    workers = [Thread(target=work) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert len(wire.sent) == 20
    assert (max(at) - min(at)).total_seconds() > 1.6  # 19 intervals of a tenth of a second
