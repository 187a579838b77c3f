"""The engine with the real gate, texts and mail."""

from __future__ import annotations

from datetime import datetime

from recaudo.access.models import Creditor
from recaudo.contact.gate import Request, admit, judge_many
from recaudo.contact.mail import Gateway, account_for, compose
from recaudo.contact.models import Message
from recaudo.contact.outbox.parts import Parts, Written
from recaudo.contact.texts import render


def write(
    creditor: Creditor, message: Message, document_ids: tuple[int, ...], at: datetime
) -> Written:
    return render(
        creditor,
        message.customer,
        template_key=message.template_key,
        channel=message.channel,
        document_ids=document_ids,
        at=at,
        purpose=message.purpose,
        message=message,
    )


def real_parts() -> Parts:
    return Parts(
        request=Request,
        admit=admit,
        judge=judge_many,
        write=write,
        compose=compose,
        gateway=Gateway,
        account=account_for,
    )
