"""Answering a reply: the answer is a message like any other, by the outbox and past the gate."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django_scopes import scope

from recaudo.access.models import User
from recaudo.contact.inbound.matching import sender_point
from recaudo.contact.inbound.points import TELEPHONES
from recaudo.contact.models import InboundMessage, Message
from recaudo.core.problems import Problem
from recaudo.portfolio.models import ContactPoint


def answer(
    inbound: InboundMessage, text: str, *, subject: str = "", by: User, now: datetime
) -> Message:
    """Plan ``text`` as the answer to ``inbound``, to the address that it came from.

    What it means for the customer is another matter: the reply stays to be classified. Raises
    Problem ``answer_empty``, ``reply_without_customer``, ``answer_no_point``,
    ``answer_not_available``, and those of the text.
    """
    if not text.strip():
        raise Problem("answer_empty")
    customer = inbound.customer
    if customer is None:
        raise Problem("reply_without_customer")
    with scope(creditor=inbound.creditor), transaction.atomic():
        point = point_to_answer(inbound)
        if point is None:
            raise Problem("answer_no_point")
        try:
            from recaudo.contact.outbox import write_by_hand
            from recaudo.contact.texts import render_text
        except ImportError as error:
            raise Problem("answer_not_available") from error
        customer.creditor = inbound.creditor
        written = render_text(
            inbound.creditor,
            customer,
            text.strip(),
            channel=inbound.channel,
            at=now,
            purpose="service",
            subject=subject.strip() or answer_subject(inbound),
        )
        message: Message = write_by_hand(
            inbound.creditor,
            customer,
            channel=inbound.channel,
            contact_point=point,
            written=written,
            by=by,
            now=now,
            answers=inbound,
            purpose="service",
        )
    return message


def point_to_answer(inbound: InboundMessage) -> ContactPoint | None:
    """Where the answer goes: whence it came, else the customer's best of that channel."""
    point = sender_point(inbound)
    if point is not None:
        return point
    channels = TELEPHONES if inbound.channel in TELEPHONES else (inbound.channel,)
    points = ContactPoint.objects.filter(
        customer_id=inbound.customer_id, channel__in=channels, is_active=True
    ).exclude(state="invalid")
    found = sorted(points, key=lambda each: (each.state != "valid", each.pk))
    return found[0] if found else None


def answer_subject(inbound: InboundMessage) -> str:
    """``Re: …`` once."""
    subject = inbound.subject.strip()
    if not subject:
        return ""
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"
