"""Valid, invalid, unknown, since when; and never over what a person verified, in silence."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django_scopes import scope

from factories import make_contact_point
from recaudo.audit.models import ChangeEvent
from recaudo.contact.inbound.matching import normalised
from recaudo.contact.inbound.points import mark_bounce, mark_point, note_point
from recaudo.contact.models import InboundMessage
from recaudo.core.problems import Problem

from .conftest import TODAY, Desk

Read = Callable[[Any], Any]
ONE = timedelta(days=1)


def verify(desk: Desk) -> None:
    with scope(creditor=desk.creditor):
        desk.point.state, desk.point.is_verified_by_hand = "valid", True
        desk.point.save()


def test_evidence_is_kept_with_its_day(desk: Desk, read: Read) -> None:
    assert mark_point(desk.point, "invalid", "5.1.1", TODAY) == "marked"
    assert (read(desk.point).state, desk.point.state_since) == ("invalid", TODAY)
    assert mark_point(desk.point, "invalid", "5.1.1", TODAY + ONE) == "same"
    assert read(desk.point).state_since == TODAY
    assert ChangeEvent.objects.filter(kind="contact_marked").count() == 1


@pytest.mark.parametrize(("days", "done"), [(-1, "older"), (0, "marked"), (1, "marked")])
def test_older_evidence_does_not_undo_newer(desk: Desk, days: int, done: str) -> None:
    mark_point(desk.point, "valid", "reply", TODAY)
    day = TODAY + timedelta(days=days)
    assert mark_point(desk.point, "invalid", "5.1.1", day) == done


def test_what_a_person_verified_is_kept_and_to_be_looked_at(desk: Desk, read: Read) -> None:
    verify(desk)
    assert mark_point(desk.point, "invalid", "5.1.1", TODAY) == "needs_look"
    assert (read(desk.point).state, desk.point.state_reason) == ("valid", "needs_look:5.1.1")
    assert desk.point.is_verified_by_hand
    assert mark_point(desk.point, "invalid", "5.1.1", TODAY) == "same"
    assert ChangeEvent.objects.filter(kind="contact_point_conflict").count() == 1


def test_a_person_is_never_held_back(desk: Desk, read: Read) -> None:
    verify(desk)
    mark_point(desk.point, "invalid", "wrong_person", TODAY, by=desk.user)
    assert (read(desk.point).state, desk.point.is_verified_by_hand) == ("invalid", False)


@pytest.mark.parametrize(
    ("status", "final", "state"),
    [
        ("5.1.1", True, "invalid"),
        ("5.1.10", True, "invalid"),
        ("5.2.2", True, "unknown"),
        ("4.2.2", False, "unknown"),
        ("5.1.1", False, "unknown"),
        ("", True, "unknown"),
    ],
)
def test_only_a_dead_address_is_invalid(
    desk: Desk, read: Read, status: str, final: bool, state: str
) -> None:
    mark_bounce(desk.point, status, final=final, on=TODAY)
    assert read(desk.point).state == state


def test_a_note_never_touches_what_is_verified_or_dead(desk: Desk, read: Read) -> None:
    verify(desk)
    note_point(desk.point, "auto_reply")
    assert read(desk.point).state_reason == ""
    with pytest.raises(Problem, match="contact_state_unknown"):
        mark_point(desk.point, "tal vez", "", TODAY)


def senders(folder: Path) -> list[tuple[str, str]]:
    found = []
    for name in ("emails_email_validator", "emails_isemail"):
        found += [("email", value) for value in column(folder / f"{name}.csv")]
    for name in ("phones_upstream_tests", "phones_latam_examples"):
        found += [("whatsapp", value) for value in column(folder / f"{name}.csv")]
    return found


def column(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    name = next(each for each in ("value", "raw", "address", "input", "email") if each in rows[0])
    return [row[name] for row in rows]


def test_every_dirty_sender_is_taken_in_with_a_code_or_found(desk: Desk, shared_data: Path) -> None:
    dirty = senders(shared_data / "contact_dirt")
    assert len(dirty) > 500
    codes = set()
    for channel, value in dirty:
        inbound = desk.reply("hola", channel=channel, from_value=value.replace("\x00", "␀"))
        _, code = normalised(channel, inbound.from_value, desk.creditor)
        assert inbound.state == "new"
        assert inbound.code == code
        assert inbound.customer_id is None
        codes.add(code)
    assert codes == {"", "sender_bad_email", "sender_bad_phone"}
    with scope(creditor=desk.creditor):
        assert InboundMessage.objects.filter(state="new").count() == len(dirty)


def test_every_good_dirty_address_finds_the_customer_that_has_it(
    desk: Desk, shared_data: Path
) -> None:
    found = 0
    for channel, value in senders(shared_data / "contact_dirt")[::7]:
        used, code = normalised(channel, value, desk.creditor)
        with scope(creditor=desk.creditor):
            taken = desk.customer.contact_points.filter(channel=channel, normalised=used).exists()
        if code or taken or "\x00" in value:
            continue
        make_contact_point(desk.customer, channel, used)
        inbound = desk.reply("hola", channel=channel, from_value=value)
        assert inbound.customer_id == desk.customer.pk, value
        found += 1
    assert found > 20
