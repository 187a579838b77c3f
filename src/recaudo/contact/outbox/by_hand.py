"""Messages that people write, send themselves, or take back."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from recaudo.access.models import Creditor, User
from recaudo.contact.models import (
    InboundMessage,
    Interaction,
    Message,
    MessageItem,
    MessageState,
    MessageText,
    Origin,
)
from recaudo.contact.outbox.parts import Written
from recaudo.contact.outbox.states import set_state
from recaudo.core.calendar import local_day
from recaudo.core.problems import Problem
from recaudo.portfolio.models import ContactPoint, Customer, DocumentFile

#: The step of what no strategy asked for.
STEP = "by_hand"
#: How long a message written by hand may wait for an allowed hour.
WAITS = timedelta(days=3)
#: The same words to the same place by the same person within so long are the same message: a
#: second click, another tab, the back button.
SAME_WITHIN = timedelta(minutes=5)


def write_by_hand(
    creditor: Creditor,
    customer: Customer,
    *,
    channel: str,
    contact_point: ContactPoint | None,
    by: User,
    now: datetime,
    written: Written | None = None,
    template: str = "",
    balances: dict[int, object] | None = None,
    answers: InboundMessage | None = None,
    purpose: str = "collection",
) -> Message:
    """Plan one message of a person's: a text as ``written``, or a ``template`` by its key.

    What is written is kept word for word, and not sent if the balance it names has changed by
    then; a template is filled when it leaves, for the documents (id → balance) of ``balances``.
    Asked for twice (``SAME_WITHIN``), it is planned once: the first one is given back.
    Raises Problem ``text_missing`` where neither or both are given.
    """
    if (written is None) == (not template):
        raise Problem("text_missing")
    items = list(written.items) if written else list((balances or {}).items())
    with transaction.atomic():
        locked = Customer.objects.select_for_update().get(pk=customer.pk)
        asked = Message.objects.filter(
            customer=locked,
            channel=channel,
            template_key=template,
            purpose=purpose,
            answers_id=answers.pk if answers else None,
            by=by,
            step_key=STEP,
        )
        if contact_point is not None:  # else it gets the customer's best when it leaves
            asked = asked.filter(contact_point=contact_point)
        before = _asked_before(asked, written, {document for document, _ in items})
        if before is not None:
            return before
        message = Message.objects.create(
            creditor=creditor,
            customer=locked,
            origin=Origin.REPLY if answers else Origin.HAND,
            step_key=STEP,
            channel=channel,
            template_key=template,
            purpose=purpose,
            state=MessageState.PLANNED,
            state_at=now,
            currency=written.currency if written else creditor.currency,
            balance=sum(value for _, value in items),
            not_before=now,
            not_after=now + WAITS,
            by=by,
            contact_point=contact_point,
            answers_id=answers.pk if answers else None,
        )
        _items(message, items, today=local_day(now, creditor.timezone))
        if written:
            _text(message, written, to=contact_point.normalised if contact_point else "", now=now)
    return message


def _asked_before(
    asked: QuerySet[Message], written: Written | None, documents: set[int]
) -> Message | None:
    """One that says the same, asked for a moment ago, and neither taken back nor failed."""
    over = (MessageState.WITHDRAWN, MessageState.FAILED, MessageState.BOUNCED)
    recent = asked.filter(created_at__gt=Now() - SAME_WITHIN)
    for each in recent.exclude(state__in=over).order_by("id"):
        named = set(MessageItem.objects.filter(message=each).values_list("document_id", flat=True))
        said = MessageText.objects.filter(message_id=each.pk).first()
        same_words = written is None or (
            said is not None and (said.subject, said.text) == (written.subject, written.text)
        )
        if named == documents and same_words:
            return each
    return None


def _items(message: Message, items: list[tuple[int, object]], *, today: object) -> None:
    """The same documents may be written about twice a day by hand: each time is an occurrence."""
    before = (
        MessageItem.objects.filter(customer_id=message.customer_id, step_key=STEP, anchor_on=today)
        .order_by("-occurrence")
        .values_list("occurrence", flat=True)
        .first()
    )
    MessageItem.objects.bulk_create(
        MessageItem(
            creditor_id=message.creditor_id,
            customer_id=message.customer_id,
            document_id=document,
            step_key=STEP,
            anchor_on=today,
            occurrence=(before or 0) + 1,
            balance=balance,
            message=message,
        )
        for document, balance in items
    )


def _text(message: Message, written: Written, *, to: str, now: datetime) -> None:
    files = DocumentFile.objects.in_bulk(list(written.attachments))
    MessageText.objects.create(
        creditor_id=message.creditor_id,
        message_id=message.pk,
        to_value=to,
        subject=written.subject,
        preview=written.preview,
        text=written.text,
        html=written.html,
        attachments=[
            {"name": file.name, "sha256": file.sha256, "document_file_id": file.pk}
            for file in files.values()
        ],
        written_at=now,
    )


def open_by_hand(
    message: Message, *, written: Written, contact_point: ContactPoint, now: datetime
) -> None:
    """A person has the text before them, ready to be sent: from here on it may have left.

    The caller has asked the gate. No worker holds it: it stays attempted, and counts, until
    somebody says whether they sent it. Raises Problem ``message_state`` where it is not planned.
    """
    with transaction.atomic():
        row = Message.objects.select_for_update().get(pk=message.pk)
        _make_ready(row, written, contact_point, now=now)
        set_state(row, "attempted", at=now, code="by_hand")
    message.state = row.state


def leave_by_hand(message: Message, *, now: datetime) -> None:
    """The person did not send it after all: it is planned again. Raises Problem
    ``message_state``."""
    with transaction.atomic():
        row = Message.objects.select_for_update().get(pk=message.pk)
        if row.leased_by:
            raise Problem("message_state", state=row.state, asked="planned")
        set_state(row, MessageState.PLANNED, at=now, code="not_sent")
    message.state = row.state


def _make_ready(
    row: Message, written: Written | None, point: ContactPoint | None, *, now: datetime
) -> None:
    """planned → rendered, with the text that they were given, if it is not stored yet."""
    if row.state != MessageState.PLANNED:
        raise Problem("message_state", state=row.state, asked="sent")
    set_state(row, "rendered", at=now, code="by_hand")
    if point is not None:
        Message.objects.filter(pk=row.pk).update(contact_point=point)
    if written is not None:
        MessageText.objects.filter(message_id=row.pk).delete()
        _text(row, written, to=point.normalised if point else "", now=now)
        _keep_balances(row, written)


def confirm_by_hand(
    message: Message,
    *,
    by: User,
    now: datetime,
    written: Written | None = None,
    contact_point: ContactPoint | None = None,
    detail: str = "",
) -> Message:
    """A person says that they sent ``message`` themselves (WhatsApp, letter, copied text).

    The caller has asked the gate. Their word is the gateway's: planned → rendered → attempted →
    sent, or on from where ``open_by_hand`` left it, with the contact. ``written`` is what they were
    given to send, if it is not stored yet. Raises Problem ``message_state`` where it waits for
    nobody (sent already, withdrawn, in a worker's hands).
    """
    with transaction.atomic():
        row = Message.objects.select_for_update().select_related("creditor").get(pk=message.pk)
        point = contact_point or row.contact_point
        if row.state != MessageState.ATTEMPTED or row.leased_by:
            _make_ready(row, written, point, now=now)
            set_state(row, "attempted", at=now, code="by_hand")
        set_state(row, "sent", at=now, code="by_hand", detail=detail)
        Interaction.objects.create(
            creditor_id=row.creditor_id,
            customer_id=row.customer_id,
            contact_point=point,
            message_id=row.pk,
            at=now,
            on_day=now.astimezone(ZoneInfo(row.creditor.timezone)).date(),
            channel=row.channel,
            direction="out",
            purpose=row.purpose,
            debts=list(
                MessageItem.objects.filter(
                    message=row, is_live=True, document__isnull=False
                ).values_list("document_id", flat=True)
            ),
            step_key=row.step_key,
            source="outbox",
            external_id=str(row.pk),
            by=by,
        )
    message.state = row.state
    return message


def _keep_balances(row: Message, written: Written) -> None:
    """Items and total become what the text says (U11)."""
    listed = dict(written.items)
    total = 0
    for item in MessageItem.objects.filter(message=row, is_live=True):
        if item.document_id:
            item.is_live = item.document_id in listed
            item.balance = listed.get(item.document_id, item.balance)
            item.save(update_fields=["is_live", "balance"])
        total += item.balance if item.is_live else 0
    Message.objects.filter(pk=row.pk).update(
        balance=total, template_version_id=written.template_version_id
    )


def withdraw(message: Message, *, by: User, reason: str, now: datetime) -> None:
    """A person takes back what is still planned. Raises Problem ``message_state`` otherwise."""
    with transaction.atomic():
        if not set_state(message, MessageState.WITHDRAWN, at=now, code=reason or "by_hand"):
            raise Problem("message_state", state="withdrawn", asked="withdrawn")
        Message.objects.filter(pk=message.pk).update(by=by)
