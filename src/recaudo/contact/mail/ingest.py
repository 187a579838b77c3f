"""One mail that came in, from its bytes to what it changes. Exactly once; never lost.

The raw mail is on disk first. Its row and all it changes (a message's state, a contact point, what
a reply sets off) are one transaction. Where that fails, the mail is recorded as ``unreadable`` with
a code, for a person to look at, and the mailbox goes on.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django_scopes import scope

from recaudo.contact.mail.addresses import domain_of, same_address
from recaudo.contact.mail.keeping import Kept, keep_file, keep_mail, let_go
from recaudo.contact.mail.parse import PARSED_MAX, Ours, Parsed, parse
from recaudo.contact.models import (
    InboundFile,
    InboundMessage,
    Message,
    MessageState,
    MessageText,
)
from recaudo.core.calendar import local_day
from recaudo.core.problems import Problem
from recaudo.portfolio.actions.consents import withdraw_consent

if TYPE_CHECKING:
    from recaudo.access.models import Creditor
    from recaudo.contact.models import MailAccount

log = logging.getLogger(__name__)

#: A report can only be about a message that may have left.
_LEFT = frozenset(
    {
        MessageState.ATTEMPTED,
        MessageState.SENT,
        MessageState.UNCERTAIN,
        MessageState.DELIVERED,
        MessageState.READ,
        MessageState.ANSWERED,
        MessageState.BOUNCED,
    }
)
#: It is on its way, or there: a receipt or an answer is news.
_ARRIVING = frozenset({MessageState.SENT, MessageState.UNCERTAIN, MessageState.DELIVERED})
#: Handed on to the room of replies, which says when each is done.
_TAKEN_IN = frozenset({"reply", "auto_reply"})


def ingest(
    creditor: Creditor, account: MailAccount | None, raw: bytes, *, now: datetime
) -> InboundMessage:
    """Record the mail and do what it asks for. The same bytes again give the same row.

    Raises Problem ``disk_full``; and what a lost database raises: nothing was recorded then.
    """
    return ingest_kept(creditor, account, keep_mail(creditor, [raw], now=now), now=now)


def ingest_kept(
    creditor: Creditor, account: MailAccount | None, kept: Kept, *, now: datetime
) -> InboundMessage:
    """As ``ingest``, for a mail that is on disk already (of any size)."""
    with scope(creditor=creditor):
        known = InboundMessage.objects.filter(fingerprint=kept.fingerprint).first()
        if known is not None:
            if known.raw_path != kept.path:
                let_go(kept)
            return known
        parsed = parse(kept.beginning(PARSED_MAX + 1), ours_of(account))
        try:
            return _recorded(creditor, account, kept, parsed, now)
        except (OperationalError, InterfaceError):
            raise  # the database is away: the mailbox comes back to this mail
        except IntegrityError:
            known = InboundMessage.objects.filter(fingerprint=kept.fingerprint).first()
            if known is not None:  # another worker was quicker
                return known
            return _unapplied(creditor, account, kept, parsed, now, "IntegrityError")
        except Exception as error:  # ours or theirs: the mail is kept and told of
            code = error.code if isinstance(error, Problem) else type(error).__name__
            return _unapplied(creditor, account, kept, parsed, now, code)


def ours_of(account: MailAccount | None) -> Ours:
    if account is None:
        return Ours((), "", "")
    addresses = (account.from_address, account.reply_to)
    return Ours(
        tuple(each for each in addresses if each),
        account.bounce_address,
        domain_of(account.from_address),
    )


def _unapplied(
    creditor: Creditor,
    account: MailAccount | None,
    kept: Kept,
    parsed: Parsed,
    now: datetime,
    reason: str,
) -> InboundMessage:
    log.warning("mail %s… is kept but changed nothing: %s", kept.fingerprint[:12], reason)
    with transaction.atomic():
        row = _row(creditor, account, kept, parsed, now)
        row.kind, row.state, row.code = "unreadable", "new", "mail_not_applied"
        row.facts = row.facts | {"reason": reason, "seemed": parsed.kind}
        row.save()
    return row


def _recorded(
    creditor: Creditor, account: MailAccount | None, kept: Kept, parsed: Parsed, now: datetime
) -> InboundMessage:
    with transaction.atomic():
        row = _row(creditor, account, kept, parsed, now)
        message = _message_of(parsed)
        refusal = ""
        if parsed.report is not None:
            refusal = report_refusal(message, parsed.report.recipients)
        if message is not None and refusal:
            row.facts = row.facts | {"claims": message.pk}  # not believed, only noted
        elif message is not None:
            row.message_id, row.customer_id = message.pk, message.customer_id
            row.matched_by = parsed.matched_by
        row.save()
        InboundFile.objects.bulk_create(
            InboundFile(
                creditor=creditor,
                inbound=row,
                name=file.name,
                content_type=file.content_type,
                size=len(file.content),
                sha256=file.sha256,
                path=keep_file(kept, number, file.content),
            )
            for number, file in enumerate(parsed.files, 1)
        )
        if refusal:
            _mark(row, refusal)
        else:
            _apply(row, message, parsed, now)
    return row


def _row(
    creditor: Creditor, account: MailAccount | None, kept: Kept, parsed: Parsed, now: datetime
) -> InboundMessage:
    facts: dict[str, object] = {}
    if parsed.files_left:
        facts["files_left"] = parsed.files_left
    if parsed.report is not None:
        report = parsed.report
        facts |= {
            "status": report.status,
            "final": report.is_final,
            "action": report.action,
            "standard": report.is_standard,
        }
    is_for_others = parsed.kind == "unreadable" or (
        parsed.kind in _TAKEN_IN and parsed.code not in {"spam_complaint", "read_receipt"}
    )
    return InboundMessage(
        creditor=creditor,
        account=account,
        channel="email",
        kind=parsed.kind,
        state="new" if is_for_others else "done",
        from_value=parsed.from_address,
        to_value=parsed.to_address,
        subject=parsed.subject,
        text=parsed.text,
        own_text=parsed.own_text,
        header_id=parsed.header_id,
        received_at=now,
        raw_path=kept.path,
        fingerprint=kept.fingerprint,
        size=kept.size,
        code=parsed.code,
        facts=facts,
    )


def _message_of(parsed: Parsed) -> Message | None:
    """The message of this creditor that the mail names; the surest name first."""
    if not parsed.tokens:
        return None
    wanted = [spelled for token in parsed.tokens[:20] for spelled in (token, token.lower())]
    found = {each.token: each for each in Message.objects.filter(token__in=wanted)}
    return next((found[token] for token in wanted if token in found), None)


def _apply(row: InboundMessage, message: Message | None, parsed: Parsed, now: datetime) -> None:
    if parsed.kind == "bounce":
        _apply_report(row, message, parsed, now)
    elif parsed.code == "spam_complaint":
        _apply_complaint(message, now)
    elif parsed.code == "read_receipt":
        if message is not None and message.state in _ARRIVING:
            _set_state(message, MessageState.READ, now, code="read_receipt")
    elif parsed.kind in _TAKEN_IN:
        _take_in(row, message, now)


def _take_in(row: InboundMessage, message: Message | None, now: datetime) -> None:
    """The room of replies goes on: whose it is, what it says, what it pauses."""
    from recaudo.contact.inbound.receiving import receive

    answerable = _ARRIVING | {MessageState.READ}
    if row.kind == "reply" and message is not None and message.state in answerable:
        _set_state(message, MessageState.ANSWERED, now, code="reply")
    receive(row, now=now)


def _apply_report(
    row: InboundMessage, message: Message | None, parsed: Parsed, now: datetime
) -> None:
    """Only a report about a message of ours, to the address that we wrote to, changes anything."""
    report = parsed.report
    assert report is not None and message is not None  # else it was refused
    if report.action == "delayed":
        _mark(row, "bounce_delayed")
    elif report.action == "delivered":
        if message.state in {MessageState.SENT, MessageState.UNCERTAIN}:
            _set_state(message, MessageState.DELIVERED, now, code="report", detail=report.status)
        _mark(row, "report_delivered")
    else:
        if message.state not in {MessageState.BOUNCED, MessageState.ANSWERED}:
            _set_state(message, MessageState.BOUNCED, now, code="bounce", detail=report.status)
        _mark(row, "bounce_dead_address" if report.is_dead else "bounce_final")
        if report.is_dead and _mark_dead(message, report.status, now) == "needs_look":
            row.state = "new"
            row.save(update_fields=["state"])


def report_refusal(message: Message | None, recipients: tuple[str, ...]) -> str:
    """Why a report changes nothing; empty where it may."""
    if message is None:
        return "bounce_unknown"
    if message.state not in _LEFT:
        return "bounce_not_sent"
    written_to = MessageText.objects.filter(message_id=message.pk).values_list(
        "to_value", flat=True
    )
    ours = [*written_to] or ([message.contact_point.normalised] if message.contact_point else [])
    if recipients and not any(same_address(one, each) for one in recipients for each in ours):
        return "bounce_other_recipient"
    return ""


def _apply_complaint(message: Message | None, now: datetime) -> None:
    """They pressed 'spam': whoever does that wants no more."""
    if message is not None:
        withdraw_consent(
            message.customer,
            channel="email",
            contact_point=message.contact_point,
            on=local_day(now, message.creditor.timezone),
            source="spam_complaint",
            origin="worker",
        )


def _set_state(
    message: Message, state: MessageState, now: datetime, *, code: str, detail: str = ""
) -> None:
    from recaudo.contact.outbox import set_state

    set_state(message, state.value, at=now, code=code, detail=detail)


def _mark_dead(message: Message, status: str, now: datetime) -> str:
    """What was done: ``needs_look`` where a person had verified the address."""
    from recaudo.contact.inbound.points import mark_point

    if message.contact_point is None:
        return ""
    on = local_day(now, message.creditor.timezone)
    return mark_point(message.contact_point, "invalid", reason=status or "bounce", on=on) or ""


def _mark(row: InboundMessage, code: str) -> None:
    row.code = code
    row.save(update_fields=["code"])
