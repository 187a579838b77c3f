"""What a reply's class does, once a person or a rule of the user's has said it.

One transaction, twice is once. The table of effects stands in docs/rules/replies.md; a test reads
it. Every class lets go of the pause once nothing else of that customer waits to be read.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django_scopes import scope

from recaudo.access.models import User
from recaudo.audit.actions import record_change
from recaudo.audit.events import publish
from recaudo.contact.inbound.classify import Proposal, own_words
from recaudo.contact.inbound.found import amounts_in, bank_in, days_in
from recaudo.contact.inbound.matching import sender_point
from recaudo.contact.inbound.points import mark_point
from recaudo.contact.inbound.stops import Stop, stop_of
from recaudo.contact.models import (
    Direction,
    InboundFile,
    InboundMessage,
    Interaction,
    Message,
    ReplyClass,
    ReplyRule,
)
from recaudo.core.calendar import ONE_DAY, local_day
from recaudo.core.problems import Problem
from recaudo.payments.actions.reported import report_payment
from recaudo.portfolio.actions.customers import refuse_contact
from recaudo.portfolio.actions.holds import end_holds, open_hold
from recaudo.portfolio.models import Consent, ContactPoint, Customer, Document, Hold, HoldKind

#: The picture of a receipt may be one of these.
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf")


@dataclass(frozen=True, slots=True)
class Details:
    """What a class needs besides its name. ``day`` is when they paid (paid) or will (promise).

    ``documents`` are ids of the customer's documents: those objected to, or the one paid (the
    first); empty is all of them. ``image``: (path, sha256).
    """

    amount: Decimal | None = None
    day: date | None = None
    bank: str = ""
    reference: str = ""
    image: tuple[str, str] = ("", "")
    documents: tuple[int, ...] = ()
    note: str = ""
    everything: bool = False  # a stop of all channels


@dataclass(frozen=True, slots=True)
class _Act:
    """One classification on its way: what the effects below are given."""

    inbound: InboundMessage
    customer: Customer
    details: Details
    by: User | None
    now: datetime
    today: date
    stop: Stop | None
    facts: dict[str, Any] = field(default_factory=dict)


def classify(
    inbound: InboundMessage,
    reply_class: str,
    *,
    by: User | None,
    now: datetime,
    details: Details | None = None,
    rule: str = "",
    stop: Stop | None = None,
) -> None:
    """``inbound`` means ``reply_class``: do what that does, and let the customer go on.

    The same class again changes nothing. Without a customer only ``other`` is possible (nothing to
    do with anybody). Raises Problem ``reply_class_unknown``, ``reply_already_classified``,
    ``reply_without_customer``, ``promise_day_missing``, ``promise_in_past``, and those of
    ``report_payment``.
    """
    if reply_class not in ReplyClass.values:
        raise Problem("reply_class_unknown", reply_class=reply_class)
    creditor = inbound.creditor
    with scope(creditor=creditor), transaction.atomic():
        # The message and then its customer, in the order of ``receive``.
        held = InboundMessage.objects.select_for_update(no_key=True).get(pk=inbound.pk)
        held.creditor = creditor
        customer = None
        if held.customer_id is not None:
            customer = Customer.objects.select_for_update(no_key=True).get(pk=held.customer_id)
            customer.creditor = creditor
        if held.classified == reply_class:
            return
        if held.classified:
            raise Problem("reply_already_classified", reply_class=held.classified)
        if customer is not None:
            today = local_day(now, creditor.timezone)
            given = details or found_in(held, reply_class, today)
            act = _Act(held, customer, given, by, now, today, stop)
            EFFECTS[reply_class](act)
            held.facts = {**held.facts, **act.facts}
        elif reply_class != ReplyClass.OTHER:
            raise Problem("reply_without_customer")
        _close(held, reply_class, by, rule, now)
    inbound.refresh_from_db()


def _close(
    held: InboundMessage, reply_class: str, by: User | None, rule: str, now: datetime
) -> None:
    held.classified, held.classified_by, held.classified_rule = reply_class, by, rule
    held.classified_at, held.state = now, "done"
    held.save()
    _release_when_read(held, by)
    record_change(
        "reply_classified",
        creditor=held.creditor,
        by=by,
        origin="web" if by else "worker",
        subject="inbound",
        subject_id=held.pk,
        reply_class=reply_class,
        proposed=held.proposed,
        rule=rule,
    )
    publish(
        "contact.reply_classified",
        held.creditor,
        customer_id=held.customer_id,
        inbound=held.pk,
        reply_class=reply_class,
    )


def _release_when_read(held: InboundMessage, by: User | None) -> None:
    if held.customer_id is None:
        return
    waiting = InboundMessage.objects.filter(
        customer_id=held.customer_id, kind="reply", state="new"
    ).exclude(pk=held.pk)
    if waiting.exists():
        return
    pauses = Hold.objects.filter(
        customer_id=held.customer_id,
        kind=HoldKind.REPLY_PENDING,
        source="inbound",
        released_at__isnull=True,
    )
    end_holds(list(pauses), source="web" if by else "worker", by=by)


def found_in(inbound: InboundMessage, reply_class: str, today: date) -> Details:
    """What stands in the text and its attachments, to fill the form in."""
    text = own_words(inbound.own_text or inbound.text)
    if reply_class == ReplyClass.PAID:
        picture = (
            InboundFile.objects.filter(inbound=inbound, content_type__in=PICTURES)
            .order_by("id")
            .first()
        )
        amounts, days = amounts_in(text), days_in(text, today, looking="back")
        return Details(
            amount=amounts[0] if amounts else None,
            day=days[0] if days else None,
            bank=bank_in(text),
            image=(picture.path, picture.sha256) if picture else ("", ""),
        )
    if reply_class == ReplyClass.PROMISE:
        amounts, days = amounts_in(text), days_in(text, today, looking="ahead")
        return Details(amount=amounts[0] if amounts else None, day=days[0] if days else None)
    return Details()


def acts_by_rule(inbound: InboundMessage, best: Proposal) -> str | None:
    """The rule of the user's that lets ``best`` act by itself, as the log names it."""
    rule: ReplyRule | None = ReplyRule.objects.filter(
        reply_class=best.reply_class, is_active=True, min_score__lte=best.score
    ).first()
    return None if rule is None else f"rule:{rule.pk}"


def _paid(act: _Act) -> None:
    details = act.details
    report = report_payment(
        act.customer,
        now=act.now,
        amount=details.amount,
        paid_on=details.day,
        bank=details.bank,
        reference=details.reference,
        image_path=details.image[0],
        image_sha256=details.image[1],
        document=_documents(act)[0] if details.documents else None,
        source="inbound",
        by=act.by,
    )
    act.facts["report"] = report.pk


def _promise(act: _Act) -> None:
    """Kept as a contact with its outcome, and nobody is chased before that day is over."""
    day = act.details.day
    if day is None:
        raise Problem("promise_day_missing")
    if day < act.today:
        raise Problem("promise_in_past", day=day)
    Interaction.objects.get_or_create(
        creditor=act.customer.creditor,
        source="inbound_promise",
        external_id=str(act.inbound.pk),
        defaults={
            "customer": act.customer,
            "at": act.inbound.received_at,
            "on_day": local_day(act.inbound.received_at, act.customer.creditor.timezone),
            "channel": act.inbound.channel,
            "direction": Direction.IN,
            "is_answered": True,
            "outcome": "will_pay",
            "note": _promised(act),
            "by": act.by,
        },
    )
    _hold(act, HoldKind.MANUAL, "promesa", until_on=day + ONE_DAY)
    act.facts["promised"] = {
        "on": day.isoformat(),
        "amount": None if act.details.amount is None else str(act.details.amount),
    }


def _promised(act: _Act) -> str:
    """Figures only; the sentence is made where it is shown."""
    amount = act.details.amount
    owed = "" if amount is None else f"{amount} {act.customer.creditor.currency} "
    return f"{owed}{act.details.day} {act.details.note}".strip()


def _objection(act: _Act) -> None:
    for document in _documents(act) or [None]:
        _hold(act, HoldKind.DISPUTED, act.details.note, document=document)


def _situation(act: _Act) -> None:
    _hold(act, HoldKind.SITUATION, act.details.note)


def _wrong_person(act: _Act) -> None:
    """The address it came from, or the one our message went to, is not this customer's."""
    point = sender_point(act.inbound)
    if point is None and act.inbound.message_id is not None:
        sent = Message.objects.select_related("contact_point__creditor")
        point = sent.get(pk=act.inbound.message_id).contact_point
    if point is not None:
        act.facts["point"] = mark_point(point, "invalid", "wrong_person", act.today, by=act.by)


def _stop(act: _Act) -> None:
    said = own_words(act.inbound.own_text or act.inbound.text)
    stop = act.stop or stop_of(said) or Stop("hand", "channel", "", "")
    if act.details.everything:
        stop = replace(stop, scope="all")
    stop_contact(act.inbound, stop, sender_point(act.inbound), today=act.today, by=act.by)
    act.facts["stopped"] = stop.rule


def _nothing(act: _Act) -> None:
    """Read, and nothing to do but go on."""


EFFECTS = {
    ReplyClass.PAID.value: _paid,
    ReplyClass.PROMISE.value: _promise,
    ReplyClass.OBJECTION.value: _objection,
    ReplyClass.SITUATION.value: _situation,
    ReplyClass.WRONG_PERSON.value: _wrong_person,
    ReplyClass.STOP.value: _stop,
    ReplyClass.QUESTION.value: _nothing,
    ReplyClass.OTHER.value: _nothing,
}


def stop_contact(
    inbound: InboundMessage,
    stop: Stop,
    point: ContactPoint | None,
    *,
    today: date,
    by: User | None,
) -> None:
    """The customer's refusal holds from ``today``: of everything, of a channel, of one address.

    Of everything: ``do_not_contact_since`` and a withdrawn consent for ``*``. Twice is as once.
    """
    customer, creditor = inbound.customer, inbound.creditor
    channel = "*" if stop.scope == "all" else stop.channel or inbound.channel
    only = point if stop.scope == "point" else None
    newest = (
        Consent.objects.filter(
            customer=customer, channel=channel, contact_point=only, purpose="collection"
        )
        .order_by("-given_on", "-id")
        .first()
    )
    if newest is None or newest.is_granted:
        Consent.objects.create(
            creditor=creditor,
            customer=customer,
            contact_point=only,
            channel=channel,
            is_granted=False,
            given_on=today,
            source=f"inbound:{inbound.pk}",
        )
    if stop.scope == "all":
        refuse_contact(customer, on=today, reason="reply")
    InboundMessage.objects.filter(pk=inbound.pk).update(
        facts={**inbound.facts, "stopped": stop.rule}
    )
    inbound.facts = {**inbound.facts, "stopped": stop.rule}
    record_change(
        "contact_stopped",
        creditor=creditor,
        by=by,
        origin="web" if by else "worker",
        subject="customer",
        subject_id=customer.pk,
        inbound=inbound.pk,
        channel=channel,
        rule=stop.rule,
    )
    publish("contact.stopped", creditor, customer_id=customer.pk, channel=channel)


def _hold(
    act: _Act,
    kind: str,
    reason: str,
    *,
    until_on: date | None = None,
    document: Document | None = None,
) -> None:
    open_hold(
        act.customer,
        kind=kind,
        from_on=act.today,
        until_on=until_on,
        document=document,
        reason=reason,
        source="inbound",
        by=act.by,
    )


def _documents(act: _Act) -> list[Document]:
    """The customer's own documents that were named. Raises Problem ``hold_foreign_document``."""
    wanted = act.details.documents
    found = list(Document.objects.filter(pk__in=wanted, customer=act.customer).order_by("id"))
    if len(found) != len(set(wanted)):
        raise Problem("hold_foreign_document")
    return found
