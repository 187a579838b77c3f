"""What a person did, written down, with the gate's word on it and what follows from it.

A contact that was made counts, whether the law allowed it or not: the verdict kept with it says
which. Effects are those of docs/rules/hand.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from recaudo.audit.events import publish
from recaudo.contact.gate import Request, admit, look
from recaudo.contact.hand.effects import EFFECTS, Made
from recaudo.contact.hand.outcomes import Node, find
from recaudo.contact.models import Direction, Interaction
from recaudo.core.calendar import local_day
from recaudo.core.problems import Problem
from recaudo.portfolio.models import Channel, ContactPoint, Customer, Party

if TYPE_CHECKING:
    from recaudo.access.models import Creditor, User

#: No later than so many days ahead: what is agreed further off is forgotten.
CALLBACK_DAYS_MAX = 90


@dataclass(frozen=True)
class Nearest:
    """Why nobody may call then, and when they may first."""

    rule: str
    article: str
    earliest_at: datetime | None


def record_contact(
    creditor: Creditor,
    customer: Customer,
    *,
    outcome: str,
    channel: str,
    at: datetime,
    by: User | None,
    contact_point: ContactPoint | None = None,
    party: Party | None = None,
    task_id: int | None = None,
    note: str = "",
    debts: Sequence[int] = (),
    callback_at: datetime | None = None,
    source: str = "desk",
    step_key: str = "",
    override_reason: str = "",
    promise_on: date | None = None,
) -> Interaction:
    """One contact out, made at ``at``, with what came of it. Inside the creditor's scope.

    The verdict on it has the same ``at``. ``debts``: ids of the documents spoken of; none: all.
    ``callback_at`` counts only where the outcome asks for a call back: it must be an hour at which
    the gate would let the call happen, this contact counted. Raises Problem ``outcome_unknown``,
    ``contact_channel_unknown``,
    ``callback_at_missing``, ``callback_past``, ``callback_far``, ``callback_not_allowed``
    (``earliest``: the nearest that is), ``promise_in_past``. Nothing is written then.
    """
    if channel not in Channel.values:
        raise Problem("contact_channel_unknown", channel=channel)
    node = find(creditor, outcome, channel)
    party = party or (contact_point.party if contact_point else None)
    if node.effect == "callback":
        _check_callback_day(callback_at, at)
    request = Request(
        customer_id=customer.pk,
        channel=channel,
        contact_point_id=contact_point.pk if contact_point else None,
        party_id=party.pk if party else None,
        document_ids=tuple(debts),
        task_id=task_id,
        visit=channel == Channel.ADDRESS,
    )
    with transaction.atomic():
        admit(creditor, [request], at=at, by=by, override_reason=override_reason)
        interaction = Interaction.objects.create(
            creditor=creditor,
            customer=customer,
            party=party,
            contact_point=contact_point,
            task_id=task_id,
            at=at,
            on_day=local_day(at, creditor.timezone),
            channel=channel,
            direction=Direction.OUT,
            is_answered=node.is_answered,
            is_effective=node.is_effective,
            outcome=node.code,
            note=note.strip(),
            debts=list(debts),
            step_key=step_key,
            source=source,
            by=by,
        )
        made = Made(interaction, customer, contact_point, by, promise_on)
        _follow(creditor, node, made, callback_at)
    return interaction


def _follow(creditor: Creditor, node: Node, made: Made, callback_at: datetime | None) -> None:
    """The effect, and the news of it to the rooms above."""
    if node.effect == "callback" and callback_at is not None:
        _check_callback_hour(creditor, made, callback_at)
        publish(
            "contact.callback_agreed",
            creditor,
            customer_id=made.customer.pk,
            interaction=made.interaction.pk,
            due_at=callback_at.isoformat(),
            by=made.by.pk if made.by else None,
        )
    effect = EFFECTS.get(node.effect)
    if effect is not None:
        effect(made)
    publish(
        "contact.made",
        creditor,
        customer_id=made.customer.pk,
        interaction=made.interaction.pk,
        outcome=node.code,
    )


def _check_callback_day(callback_at: datetime | None, at: datetime) -> None:
    if callback_at is None:
        raise Problem("callback_at_missing")
    if callback_at <= at:
        raise Problem("callback_past")
    if (callback_at - at).days > CALLBACK_DAYS_MAX:
        raise Problem("callback_far", days=CALLBACK_DAYS_MAX)


def _check_callback_hour(creditor: Creditor, made: Made, callback_at: datetime) -> None:
    """By the law and the house's policy, the contact just made counted; what the facts say (a
    balance, a ledger grown old) is asked when the hour has come."""
    nearest = callback_refusal(
        creditor,
        made.customer,
        callback_at,
        contact_point=made.contact_point,
        debts=tuple(made.interaction.debts),
    )
    if nearest is not None:
        raise Problem(
            "callback_not_allowed",
            earliest=nearest.earliest_at,
            article=nearest.article,
            rule=nearest.rule,
        )


def callback_refusal(
    creditor: Creditor,
    customer: Customer,
    callback_at: datetime,
    *,
    contact_point: ContactPoint | None = None,
    debts: Sequence[int] = (),
) -> Nearest | None:
    """Why a call at ``callback_at`` would break law or house policy where another hour would not;
    None otherwise. What no hour helps (a consent that is missing) is asked for before the call."""
    request = Request(
        customer_id=customer.pk,
        channel=Channel.PHONE.value,
        contact_point_id=contact_point.pk if contact_point else None,
        document_ids=tuple(debts),
    )
    word = look(creditor, request, at=callback_at)
    if word.is_allowed or word.kind == "fact" or word.earliest_at is None:
        return None
    return Nearest(word.rule, word.article, word.earliest_at)
