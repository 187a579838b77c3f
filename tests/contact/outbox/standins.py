"""The smallest gate, writer and gateway that the engine can work with, so that it is tested alone.

The gate allows everybody; the writer lists what the documents owe now; the gateway is smtplib.
"""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from django.db import connection

from recaudo.access.models import Creditor
from recaudo.contact.models import MailAccount, Message, Verdict
from recaudo.contact.outbox.parts import Kept, Parts, ToWrite, Written
from recaudo.contact.outbox.writing import open_amounts
from recaudo.core.problems import Problem


@dataclass(frozen=True)
class Request:
    customer_id: int
    channel: str
    purpose: str
    origin: str
    contact_point_id: int | None
    document_ids: tuple[int, ...]
    message_id: int | None
    not_before: datetime | None
    not_after: datetime | None


@dataclass(frozen=True)
class Word:
    is_allowed: bool = True
    rule: str = "allowed"
    earliest_at: datetime | None = None
    may_change: bool = False
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Admitted:
    word: Word
    verdict_id: int


@dataclass(frozen=True)
class Sent:
    state: str
    code: str = ""
    detail: str = ""


@dataclass
class Gate:
    """``refuses``: customer id → word."""

    refuses: dict[int, Word] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)

    def judge(self, creditor: Creditor, asked: Sequence[Request], *, at: datetime) -> list[Word]:
        return [self.refuses.get(each.customer_id, Word()) for each in asked]

    def admit(
        self, creditor: Creditor, asked: Sequence[Request], *, at: datetime
    ) -> list[Admitted]:
        assert connection.in_atomic_block
        self.asked += asked
        said = self.judge(creditor, asked, at=at)
        rows = Verdict.objects.bulk_create(
            Verdict(
                creditor=creditor,
                customer_id=request.customer_id,
                message_id=request.message_id,
                contact_point_id=request.contact_point_id,
                origin=request.origin,
                channel=request.channel,
                purpose=request.purpose,
                at=at,
                is_allowed=word.is_allowed,
                kind="fact",
                rule=word.rule,
                earliest_at=word.earliest_at,
            )
            for request, word in zip(asked, said, strict=True)
        )
        return [Admitted(word, row.pk) for word, row in zip(said, rows, strict=True)]


def write(creditor: Creditor, messages: Sequence[ToWrite], at: datetime) -> list[Written | Problem]:
    owed = open_amounts(creditor, [each for _, documents in messages for each in documents])
    return [_one(creditor, message, documents, owed) for message, documents in messages]


def _one(
    creditor: Creditor, message: Message, documents: tuple[int, ...], owed: dict[int, Decimal]
) -> Written | Problem:
    if message.template_key == "broken":
        return Problem("template_broken")
    items = [(each, owed[each]) for each in documents if owed[each] > 0]
    total = sum((value for _, value in items), Decimal(0))
    return Kept(
        subject=f"Saldo {total}",
        preview="",
        text=f"Su saldo es {total}.",
        html="",
        language="es",
        currency=creditor.currency,
        balance=total,
        items=items,
    )


def compose(account: MailAccount, text: Written, *, to: str, token: str, **_: Any) -> bytes:
    domain = account.from_address.partition("@")[2]
    lines = (
        f"From: {account.from_address}",
        f"To: {to}",
        f"Message-ID: <{token}@{domain}>",
        f"Subject: {text.subject}",
        "",
        text.text,
    )
    return "\r\n".join(lines).encode()


def envelope_from(account: MailAccount, token: str) -> str:
    return account.from_address


class Gateway:
    """One connection, kept. What it says follows docs/rules/outbox.md."""

    def __init__(self, account: MailAccount) -> None:
        self.place = (account.smtp_host, account.smtp_port)
        self.link: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._drop()

    def _drop(self) -> None:
        if self.link is not None:
            self.link.close()
        self.link = None

    def send(self, envelope_from: str, to: str, raw: bytes) -> Sent:
        try:
            if self.link is None:
                self.link = smtplib.SMTP(*self.place, timeout=5)
            self.link.ehlo_or_helo_if_needed()
            for code, reply in (self.link.mail(envelope_from), self.link.rcpt(to)):
                if code >= 400:
                    self.link.rset()
                    state = "not_left" if code < 500 else "refused"
                    return Sent(state, reply.split()[0].decode())
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Sent("not_left", type(error).__name__)
        try:
            code, _ = self.link.data(raw)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Sent("uncertain", type(error).__name__)
        if code == 250:
            return Sent("sent")
        return Sent("refused" if code >= 500 else "not_left", str(code))


def account_for(creditor: Creditor) -> MailAccount | None:
    return MailAccount.objects.filter(creditor=creditor, is_active=True, is_default=True).first()


def parts(gate: Gate | None = None, **others: Any) -> Parts:
    gate = gate or Gate()
    made: dict[str, Any] = {
        "request": Request,
        "admit": gate.admit,
        "judge": gate.judge,
        "write": write,
        "compose": compose,
        "envelope_from": envelope_from,
        "gateway": Gateway,
        "account": account_for,
    }
    return Parts(**made | others)
