"""A planned message that a person sends: asked of the gate, written, and handed to them (F19).

WhatsApp and SMS by a link with the text ready, e-mail by the person's own mail program, a letter as
a page to print. Opening it is the attempt; only their word makes it sent.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.db import transaction

from recaudo.contact.gate import Request, Word, admit
from recaudo.contact.models import Message, MessageItem, MessageState, MessageText
from recaudo.contact.outbox.by_hand import open_by_hand
from recaudo.contact.outbox.parts import Kept, Written
from recaudo.contact.texts import render
from recaudo.core.problems import Problem
from recaudo.portfolio.models import Channel, ContactPoint

if TYPE_CHECKING:
    from recaudo.access.models import Creditor, User

E164 = re.compile(r"\+[1-9]\d{6,14}")
#: What a person may send by themselves; e-mail where no server is configured.
BY_HAND = (Channel.WHATSAPP.value, Channel.SMS.value, Channel.ADDRESS.value, Channel.EMAIL.value)
#: The better a contact point is known, the sooner it is taken.
STANDING = {"valid": 0, "unknown": 1}


@dataclass(frozen=True)
class Opened:
    """``word`` refuses: nothing was written and ``text`` is None. ``link`` is what to click; empty
    for a letter."""

    message: Message
    word: Word | None
    text: MessageText | None = None

    @property
    def link(self) -> str:
        if self.text is None:
            return ""
        return link_for(self.message.channel, self.text.to_value, self.text.text, self.text.subject)


def open_message(
    creditor: Creditor,
    message: Message,
    *,
    at: datetime,
    by: User,
    contact_point: ContactPoint | None = None,
    override_reason: str = "",
) -> Opened:
    """``message`` in somebody's hands, if the gate lets it go now. The verdict is kept either way.

    Twice is as once: opened before and not answered for, it is shown again as it was. Raises
    Problem ``hand_channel``, ``hand_message_state``, ``hand_no_point``, and what ``render`` raises.
    """
    if message.channel not in BY_HAND:
        raise Problem("hand_channel", channel=message.channel)
    with transaction.atomic():
        row: Message = (
            Message.objects.select_for_update(no_key=True, of=("self",))
            .select_related("customer")
            .get(pk=message.pk)
        )
        row.creditor = row.customer.creditor = creditor
        if row.state == MessageState.ATTEMPTED and not row.leased_by:
            return Opened(row, None, MessageText.objects.get(message_id=row.pk))
        if row.state != MessageState.PLANNED:
            raise Problem("hand_message_state", state=MessageState(row.state).label)
        point = contact_point or row.contact_point or best_point(row)
        if point is None or (row.channel in NUMBERS and not E164.fullmatch(point.normalised)):
            raise Problem("hand_no_point")
        items = list(MessageItem.objects.filter(message=row, is_live=True))
        documents = tuple(sorted({item.document_id for item in items if item.document_id}))
        word = admit(
            creditor,
            [_request(row, point, documents)],
            at=at,
            by=by,
            override_reason=override_reason,
        )[0].word
        if not word.is_allowed:
            return Opened(row, word)
        written = _written(creditor, row, documents, at)
        open_by_hand(row, written=written, contact_point=point, now=at)
        return Opened(row, word, MessageText.objects.get(message_id=row.pk))


NUMBERS = (Channel.WHATSAPP.value, Channel.SMS.value)


def best_point(message: Message) -> ContactPoint | None:
    """The customer's own, those that work first; never a third person's."""
    points = ContactPoint.objects.filter(
        customer_id=message.customer_id,
        channel=message.channel,
        party__isnull=True,
        is_active=True,
        state__in=list(STANDING),
    )
    return min(
        points, key=lambda each: (not each.is_verified_by_hand, STANDING[each.state], each.pk),
        default=None,
    )  # fmt: skip


def _request(row: Message, point: ContactPoint, documents: tuple[int, ...]) -> Request:
    return Request(
        customer_id=row.customer_id,
        channel=row.channel,
        purpose=row.purpose,
        origin=row.origin,
        contact_point_id=point.pk,
        party_id=point.party_id,
        document_ids=documents,
        message_id=row.pk,
        not_before=row.not_before,
        not_after=row.not_after,
    )


def _written(creditor: Creditor, row: Message, documents: tuple[int, ...], at: datetime) -> Written:
    """From its template, by the balances read now; or the very words that somebody wrote."""
    if row.template_key:
        return render(
            creditor,
            row.customer,
            template_key=row.template_key,
            channel=row.channel,
            document_ids=documents,
            at=at,
            purpose=row.purpose,
            message=row,
        )
    text = MessageText.objects.filter(message_id=row.pk).first()
    if text is None:
        raise Problem("hand_text_missing")
    items = MessageItem.objects.filter(message=row, is_live=True, document__isnull=False)
    return Kept(
        subject=text.subject,
        preview=text.preview,
        text=text.text,
        html=text.html,
        language="",
        currency=row.currency,
        balance=row.balance,
        items=list(items.values_list("document_id", "balance")),
        attachments=[each["document_file_id"] for each in text.attachments],
    )


def link_for(channel: str, to: str, text: str, subject: str = "") -> str:
    """What opens the person's own program with the text ready; empty for a letter.

    WhatsApp: the number in E.164 without its plus. ``sms:`` as in RFC 5724, ``mailto:`` as in RFC
    6068 (lines end in CRLF there).
    """
    if channel == Channel.WHATSAPP:
        return f"https://wa.me/{to.removeprefix('+')}?text={quote(text, safe='')}"
    if channel == Channel.SMS:
        return f"sms:{to}?body={quote(text, safe='')}"
    if channel == Channel.EMAIL:
        body = text.replace("\r\n", "\n").replace("\n", "\r\n")
        return (
            f"mailto:{quote(to, safe='@')}?subject={quote(subject, safe='')}"
            f"&body={quote(body, safe='')}"
        )
    return ""
