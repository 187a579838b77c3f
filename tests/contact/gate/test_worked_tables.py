"""docs/rules/gate.md says what the code does."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django_scopes import scope

from factories import make_member
from recaudo.access.models import User
from recaudo.contact.gate.decide import HOUSE_RULES, RULES
from recaudo.contact.gate.house import read_policy
from recaudo.contact.gate.shapes import WAITING
from recaudo.contact.models import Message
from recaudo.contact.words.gate import REFUSED

from .conftest import THURSDAY, Debt, contacted, tie

TEXT = (Path(__file__).parents[3] / "docs" / "rules" / "gate.md").read_text(encoding="utf-8")


def table(name: str) -> list[list[str]]:
    rows = TEXT.split(f"<!-- table: {name} -->\n")[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows]


def test_every_rule_is_told_in_its_order_and_has_a_sentence():
    told = [row[0] for row in table("rules")]
    assert told == list(RULES)
    assert set(RULES) - {"allowed"} <= set(REFUSED)


def test_what_may_be_set_aside_and_what_is_worth_asking_again_is_told():
    rows = table("rules")
    assert {row[0] for row in rows if row[3] == "house"} == HOUSE_RULES
    assert {row[0] for row in rows if "asking again" in row[4]} == WAITING


def test_the_example_of_a_house_policy_reads():
    example = re.search(r"```toml\n(.*?)```", TEXT, re.DOTALL)
    assert example is not None
    rules = read_policy(example.group(1)).rules("consumer")
    assert (len(rules.hours), len(rules.caps), len(rules.spacings)) == (1, 1, 1)
    assert set(rules.forbidden) == {"visit"} and rules.one_channel_a_week is not None


@pytest.mark.parametrize("row", table("persons"), ids=lambda row: row[0])
def test_whom_a_contact_counts_for(debt: Debt, row: list[str]):
    who = tie(debt.customer, "co_debtor", person_key="CO:52123456")
    elsewhere = tie(debt.customer, "co_debtor")  # stands for nobody else
    with_party = who if "co-debtor" in row[0] else None
    contacted(debt.customer, "2026-11-19 08:00", party=with_party)
    assert debt.look().is_allowed is (row[1] == "no")
    # Whether it counts for the co-debtor shows where they owe something themselves.
    from .conftest import owe

    own = owe(debt.creditor, person_key="CO:52123456")
    assert own.look().is_allowed is (row[2] == "no")
    assert elsewhere.pk


def _had(debt: Debt, what: str) -> None:
    if "message `rendered` under" in what:
        _message(debt, "rendered", leased_until=THURSDAY + timedelta(minutes=1))
    elif "message `rendered` whose" in what:
        _message(debt, "rendered", leased_until=THURSDAY)
    elif "message `attempted`" in what:
        _message(debt, "attempted")
    elif "message planned" in what:
        for state in ("planned", "failed", "withdrawn"):
            _message(debt, state)
    elif "call allowed" in what:
        return
    elif "the customer did" in what:
        contacted(debt.customer, "2026-11-19 08:00", "email", direction="in")
    elif "own message" in what:
        sent = _message(debt, "sent", origin="reply", purpose="service")
        contacted(debt.customer, "2026-11-19 08:00", "email", purpose="service", message_id=sent.pk)
    else:
        purpose = "service" if "`service`" in what else "collection"
        contacted(debt.customer, "2026-11-19 08:00", "email", purpose=purpose, source="agencia")


def _message(debt: Debt, state: str, **fields) -> Message:
    with scope(creditor=debt.creditor):
        return Message.objects.create(
            creditor=debt.creditor,
            customer=debt.customer,
            step_key="x",
            channel="email",
            template_key="x",
            state=state,
            currency="COP",
            balance=1,
            not_before=THURSDAY,
            not_after=THURSDAY + timedelta(days=1),
            **fields,
        )


@pytest.mark.parametrize("row", table("counted"), ids=lambda row: row[0][:40])
def test_what_counts(debt: Debt, row: list[str]):
    _had(debt, row[0])
    counts = not debt.admit("email", by=_asker(debt, row[0])).word.is_allowed
    assert counts is (row[1] == "yes")


def _asker(debt: Debt, what: str) -> User | None:
    """Who saw the number, where the row is about a call."""
    if "call allowed" not in what:
        return None
    caller = make_member(debt.creditor)
    debt.admit("phone", at=THURSDAY - timedelta(minutes=14), by=caller)
    return caller if "same person" in what else make_member(debt.creditor)
