"""Whatever is asked in whatever order: what was let through breaks no rule, earliest is exact."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import datetime, timedelta

import pytest

from factories import make_creditor

from .conftest import BOGOTA, Debt, contacted, local, owe, tie

CHANNELS = ("phone", "email", "sms", "whatsapp")


@pytest.mark.parametrize("seed", range(4))
def test_no_person_is_contacted_more_than_the_law_allows_by_all_creditors_together(db, seed):
    """Colombia: one contact a local day, one channel in any seven days, per person."""
    chance = random.Random(seed)
    one, other = make_creditor(), make_creditor()
    debts = [
        owe(one, person_key="CO:1"),
        owe(other, person_key="CO:1"),
        owe(one, person_key="CO:2"),
    ]
    # Who owes as CO:2 guarantees the first debt.
    parties = {0: tie(debts[0].customer, "co_debtor", person_key="CO:2")}
    had: defaultdict[str, list[tuple[datetime, str]]] = defaultdict(list)
    at, admitted = local("2026-11-09 06:00"), 0
    for _ in range(60):
        at += timedelta(minutes=chance.randrange(1, 9 * 60))
        place, channel = chance.randrange(3), chance.choice(CHANNELS)
        debt = debts[place]
        party = parties.get(place) if chance.random() < 0.4 else None
        kept = debt.admit(channel, at=at, party_id=party.pk if party else None)
        if not kept.word.is_allowed:
            continue
        admitted += 1
        contacted(debt.customer, at, channel, party=party)
        for person in {debt.customer.person_key, *([party.person_key] if party else [])}:
            had[person].append((at, channel))
    assert admitted >= 4
    for contacts in had.values():
        days = [when.astimezone(BOGOTA).date() for when, _ in contacts]
        assert len(set(days)) == len(days)
        for day in days:
            week = {
                channel
                for (_, channel), other_day in zip(contacts, days, strict=True)
                if day <= other_day < day + timedelta(days=7)
            }
            assert len(week) == 1


@pytest.mark.parametrize("seed", range(6))
def test_the_minute_before_is_refused_and_that_minute_is_allowed(creditor, seed):
    chance = random.Random(seed)
    debt = _debt(creditor, chance)
    checked = 0
    for _ in range(12):
        at = local("2026-11-14 09:00") + timedelta(minutes=chance.randrange(9 * 24 * 60))
        channel = chance.choice(CHANNELS)
        word = debt.look(channel, at=at)
        if word.is_allowed or word.earliest_at is None:
            continue
        checked += 1
        assert word.earliest_at > at
        assert debt.look(channel, at=word.earliest_at).is_allowed
        before = debt.look(channel, at=word.earliest_at - timedelta(minutes=1))
        assert not before.is_allowed and before.earliest_at == word.earliest_at
    assert checked


def _debt(creditor, chance: random.Random) -> Debt:
    debt = owe(creditor)
    for _ in range(chance.randrange(1, 6)):
        when = local("2026-11-02 07:00") + timedelta(minutes=chance.randrange(12 * 24 * 60))
        contacted(debt.customer, when, chance.choice(CHANNELS))
    return debt
