"""The gate's word holds for the minute in which it was asked: hours close on whole minutes."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django_scopes import scope

from recaudo.contact.models import MessageEvent
from recaudo.contact.outbox import dispatch

from .book import owing_customer, plan, sending_creditor
from .standins import Gate, Sent, Word, parts

pytestmark = pytest.mark.django_db(transaction=True)

CLOSES = datetime(2026, 4, 15, 19, 0, tzinfo=UTC)
OPENS = CLOSES + timedelta(hours=12)
SLOW = 0.6


@dataclass
class ClosingGate(Gate):
    """Nobody is contacted from ``CLOSES`` to ``OPENS``."""

    def judge(self, creditor: Any, asked: Any, *, at: datetime) -> list[Word]:
        shut = CLOSES <= at < OPENS
        word = Word(False, "hours", OPENS) if shut else Word()
        return [word for _ in asked]


@dataclass
class SlowWire:
    """A server that takes its time over each message, and notes when it got it."""

    started: float = field(default_factory=time.monotonic)
    got: list[float] = field(default_factory=list)

    def __call__(self, account: Any) -> SlowWire:
        return self

    def __enter__(self) -> SlowWire:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def send(self, envelope_from: str, to: str, raw: bytes) -> Sent:
        self.got.append(time.monotonic())
        time.sleep(SLOW)
        return Sent("sent")


def test_what_the_slow_server_has_not_taken_by_closing_time_waits_for_the_morning():
    now = CLOSES - timedelta(seconds=2 * SLOW)
    creditor = sending_creditor(now=now)
    messages = []
    for _ in range(6):
        customer, documents = owing_customer(creditor, "1000")
        messages.append(plan(customer, *documents, now=now))
    wire = SlowWire()
    begun = time.monotonic()
    figures = dispatch(creditor, now=now, parts=parts(gate=ClosingGate(), gateway=wire))

    assert all(at - begun < 2 * SLOW for at in wire.got)
    assert figures["sent"] == len(wire.got) >= 1
    assert figures["put_off"] == {"hours": 6 - len(wire.got)}
    with scope(creditor=creditor):
        for message in messages:
            message.refresh_from_db()
        waiting = [each for each in messages if each.state == "planned"]
        assert len(waiting) == 6 - len(wire.got)
        assert {each.next_try_at for each in waiting} == {OPENS}
        assert not MessageEvent.objects.filter(state="uncertain").exists()


def test_a_new_minute_asks_the_gate_again_and_everything_leaves_once():
    now = datetime(2026, 4, 15, 15, 0, 59, tzinfo=UTC)
    creditor = sending_creditor(now=now)
    for _ in range(4):
        customer, documents = owing_customer(creditor, "1000")
        plan(customer, *documents, now=now)
    gate, wire = Gate(), SlowWire()
    figures = dispatch(creditor, now=now, parts=parts(gate=gate, gateway=wire))
    assert figures["sent"] == len(wire.got) == 4
    assert len(gate.asked) > 4
