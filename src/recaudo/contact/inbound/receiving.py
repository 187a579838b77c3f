"""Taking in what came: one transaction from the raw message to the paused customer (U3).

``receive`` runs inside the transaction that stores the message, so that none is lost and none comes
in twice. Whoever wrote is paused until a person, or a rule of the user's, says what it means; only
a clear refusal of contact acts at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.audit.events import publish
from recaudo.contact.inbound.acting import acts_by_rule, classify, stop_contact
from recaudo.contact.inbound.classify import Proposal, own_words, propose
from recaudo.contact.inbound.matching import match, sender_point
from recaudo.contact.inbound.points import mark_bounce, mark_point, note_point
from recaudo.contact.inbound.stops import Stop, stop_of
from recaudo.contact.models import (
    Direction,
    InboundMessage,
    Interaction,
    Message,
    MessageState,
)
from recaudo.contact.outbox.states import set_state
from recaudo.core.calendar import local_day
from recaudo.core.problems import Problem
from recaudo.portfolio.actions.holds import open_hold
from recaudo.portfolio.models import Channel, ContactPoint, Customer, Hold, HoldKind

SOURCE = "inbound"
#: A message that a reply proves to have arrived. One still in somebody's hands is left to them:
#: their word that it was sent is what makes it count as a contact.
ANSWERABLE = (
    MessageState.UNCERTAIN,
    MessageState.SENT,
    MessageState.DELIVERED,
    MessageState.READ,
)
#: Another meaning from this score on, beside a refusal of contact, is left to a person as well.
ALSO_MEANT = 60
#: An automatic answer that says, at least so surely, that the person is not there any more.
GONE = 60
WRITTEN_CHARACTERS = 20_000


def receive(inbound: InboundMessage, *, now: datetime) -> None:
    """Take in ``inbound`` (of any kind), stored by the caller in the same transaction.

    A reply: its customer and message are found, the message is answered, the contact is kept, the
    customer is paused (one open pause, however many replies), a class is proposed, and
    ``contact.reply_came`` is published. Without a customer it waits in the inbox. An automatic
    answer or a bounce pauses nobody: it says something about the address. Twice is as once.
    """
    creditor = inbound.creditor
    with scope(creditor=creditor), transaction.atomic():
        held = InboundMessage.objects.select_for_update(no_key=True).get(pk=inbound.pk)
        held.creditor = creditor
        if held.state == "new" and not held.facts.get("received"):
            _find_customer(held)
            held.facts = {**held.facts, "received": True}
            today = local_day(now, creditor.timezone)
            if held.kind == "reply":
                _take_reply(held, now, today)
            elif held.kind == "auto_reply":
                _take_auto_reply(held, today)
            elif held.kind == "bounce":
                _take_bounce(held, today)
            held.save()
    inbound.refresh_from_db()


def attach(inbound: InboundMessage, customer: Customer, *, by: User, now: datetime) -> None:
    """A person says whose it is. From here on it is that customer's reply, paused like any other.

    Raises Problem ``reply_attached`` where it already is somebody's.
    """
    with scope(creditor=inbound.creditor), transaction.atomic():
        held = InboundMessage.objects.select_for_update(no_key=True).get(pk=inbound.pk)
        held.creditor = inbound.creditor
        if held.customer_id == customer.pk:
            return
        if held.customer_id is not None:
            raise Problem("reply_attached", customer=held.customer.name)
        held.customer, held.matched_by = customer, "hand"
        record_change(
            "reply_attached",
            creditor=held.creditor,
            by=by,
            origin="web",
            subject="inbound",
            subject_id=held.pk,
            customer=customer.pk,
        )
        if held.kind == "reply" and held.state == "new":
            _take_reply(held, now, local_day(now, held.creditor.timezone))
        held.save()
    inbound.refresh_from_db()


def type_in(
    customer: Customer,
    *,
    channel: str,
    text: str,
    at: datetime,
    by: User,
    now: datetime,
    from_value: str = "",
) -> InboundMessage:
    """A reply that a collector got on their own telephone, typed or pasted in.

    The same text of the same customer, channel and minute is the same reply. Raises Problem
    ``reply_empty``, ``reply_in_future``, ``contact_channel_unknown``.
    """
    written = text.strip()[:WRITTEN_CHARACTERS]
    if not written:
        raise Problem("reply_empty")
    if channel not in Channel.values:
        raise Problem("contact_channel_unknown", channel=channel)
    if at > now:
        raise Problem("reply_in_future")
    creditor = customer.creditor
    minute = at.astimezone(timezone.get_fixed_timezone(0)).strftime("%Y%m%d%H%M")
    print_of = f"hand|{customer.pk}|{channel}|{minute}|{written}"
    with scope(creditor=creditor), transaction.atomic():
        inbound, _ = InboundMessage.objects.get_or_create(
            creditor=creditor,
            fingerprint=hashlib.sha256(print_of.encode()).hexdigest(),
            defaults={
                "channel": channel,
                "kind": "reply",
                "customer": customer,
                "matched_by": "hand",
                "from_value": from_value,
                "text": written,
                "own_text": written,
                "received_at": at,
                "size": len(written.encode()),
                "facts": {"typed_by": by.pk},
            },
        )
        inbound.creditor = creditor
        receive(inbound, now=now)
    return inbound


def _find_customer(held: InboundMessage) -> None:
    if held.customer_id is not None:
        held.matched_by = held.matched_by or "headers"
        return
    found = match(held)
    held.customer_id = found.customer_id
    held.message_id = held.message_id or found.message_id
    held.matched_by = found.by
    held.code = held.code or found.code
    if found.offered:
        held.facts = {**held.facts, "offered": list(found.offered)}


def _take_reply(held: InboundMessage, now: datetime, today: date) -> None:
    said = own_words(held.own_text or held.text)
    proposals = propose(said or held.subject)
    held.proposed = proposals[0].reply_class
    held.proposed_why = [each.as_json() for each in proposals]
    stop = stop_of(said)
    if held.customer_id is None:
        _stop_each_offered(held, stop, today)
        return
    # One after the other for one customer: whoever comes second sees the first one's pause.
    customer = Customer.objects.select_for_update(no_key=True).get(pk=held.customer_id)
    customer.creditor = held.creditor
    held.customer = customer
    _answer_message(held)
    _keep_contact(held)
    point = sender_point(held)
    if point is not None:
        mark_point(point, "valid", "reply", today)
    held.hold_id = _pause(customer, today).pk
    held.save()
    publish(
        "contact.reply_came",
        held.creditor,
        customer_id=customer.pk,
        inbound=held.pk,
        proposed=held.proposed,
    )
    _act_at_once(held, proposals, stop, point, now)


def _act_at_once(
    held: InboundMessage,
    proposals: list[Proposal],
    stop: Stop | None,
    point: ContactPoint | None,
    now: datetime,
) -> None:
    """What needs nobody: a clear refusal of contact, and what a rule of the user's says."""
    if stop is not None:
        also = [p for p in proposals if p.reply_class != "stop" and p.score >= ALSO_MEANT]
        if also:
            today = local_day(now, held.creditor.timezone)
            stop_contact(held, stop, point, today=today, by=None)
            return
        classify(held, "stop", by=None, now=now, rule=f"stop:{stop.rule}", stop=stop)
    elif (rule := acts_by_rule(held, proposals[0])) is not None:
        try:
            with transaction.atomic():
                classify(held, proposals[0].reply_class, by=None, now=now, rule=rule)
        except Problem as problem:  # a person decides then
            held.refresh_from_db()
            held.code = problem.code
            held.save(update_fields=["code"])
            return
    held.refresh_from_db()


def _stop_each_offered(held: InboundMessage, stop: Stop | None, today: date) -> None:
    """The sender shares the address with several customers: the refusal holds for that address."""
    if stop is None or not held.from_value:
        return
    for customer in Customer.objects.filter(pk__in=held.facts.get("offered", [])).order_by("pk"):
        shadow = InboundMessage(
            creditor=held.creditor,
            pk=held.pk,
            customer=customer,
            channel=held.channel,
            from_value=held.from_value,
        )
        point = sender_point(shadow)
        if point is not None:
            narrow = Stop(stop.rule, "point", stop.channel, stop.words)
            stop_contact(shadow, narrow, point, today=today, by=None)
            held.facts = {**held.facts, "stopped": stop.rule}


def _take_auto_reply(held: InboundMessage, today: date) -> None:
    """Nobody answered: only the address has something to learn from it."""
    proposals = propose(own_words(held.own_text or held.text) or held.subject)
    point = sender_point(held)
    if proposals[0].reply_class == "wrong_person" and proposals[0].score >= GONE:
        held.proposed = "wrong_person"
        held.proposed_why = [proposals[0].as_json()]
        if point is not None:
            done = mark_point(point, "invalid", "not_there", today)
            held.facts = {**held.facts, "point": done}
        return  # stays to be looked at: who is there instead?
    held.state = "done"
    if point is not None:
        note_point(point, "auto_reply")


def _take_bounce(held: InboundMessage, today: date) -> None:
    """The address that our message went to; whoever reads the mailbox tells what was reported."""
    status, final = str(held.facts.get("status", "")), bool(held.facts.get("final"))
    if held.message_id is not None and status:
        sent = Message.objects.select_related("contact_point").filter(pk=held.message_id).first()
        if sent is not None and sent.contact_point is not None:
            done = mark_bounce(sent.contact_point, status, final=final, on=today)
            held.facts = {**held.facts, "point": done}
            held.state = "new" if done == "needs_look" else "done"


def _answer_message(held: InboundMessage) -> None:
    if held.message_id is None:
        return
    sent = Message.objects.filter(pk=held.message_id, state__in=ANSWERABLE).first()
    if sent is not None:
        set_state(sent, MessageState.ANSWERED, at=held.received_at, code="reply")


def _keep_contact(held: InboundMessage) -> None:
    Interaction.objects.get_or_create(
        creditor=held.creditor,
        source=SOURCE,
        external_id=str(held.pk),
        defaults={
            "customer": held.customer,
            "message_id": held.message_id,
            "at": held.received_at,
            "on_day": local_day(held.received_at, held.creditor.timezone),
            "channel": held.channel,
            "direction": Direction.IN,
            "is_effective": True,
            "is_answered": True,
        },
    )


def _pause(customer: Customer, today: date) -> Hold:
    """The customer's one pause for replies; the caller has locked the customer."""
    standing: Hold | None = Hold.objects.filter(
        customer=customer,
        kind=HoldKind.REPLY_PENDING,
        source=SOURCE,
        released_at__isnull=True,
    ).first()
    return standing or open_hold(
        customer,
        kind=HoldKind.REPLY_PENDING,
        from_on=today,
        reason="",
        source=SOURCE,
    )


def take_in_left(creditor: Creditor, *, now: datetime) -> dict[str, int]:
    """Messages stored and never taken in, because it failed: again, each on its own.

    ``{"received", "failed"}``. One that fails stops nobody else; it stays in the inbox meanwhile.
    """
    counts = {"received": 0, "failed": 0}
    with scope(creditor=creditor):
        left: Iterable[InboundMessage] = InboundMessage.objects.filter(
            state="new", kind__in=["reply", "auto_reply"]
        ).exclude(facts__has_key="received")
        for inbound in list(left):
            inbound.creditor = creditor
            try:
                receive(inbound, now=now)
                counts["received"] += 1
            except Exception as error:
                code = error.code if isinstance(error, Problem) else type(error).__name__
                InboundMessage.objects.filter(pk=inbound.pk).update(code=code[:200])
                counts["failed"] += 1
    return counts
