"""The engine with the real gate, texts and mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from recaudo.access.models import Creditor
from recaudo.contact.gate import Request, admit, judge_many
from recaudo.contact.mail import Gateway, account_for, compose, envelope_from
from recaudo.contact.outbox.parts import Parts, ToWrite, Written
from recaudo.contact.texts import Ask, render_many
from recaudo.core.problems import Problem


def write(
    creditor: Creditor, messages: Sequence[ToWrite], at: datetime
) -> Sequence[Written | Problem]:
    asks = [
        Ask(
            message.customer_id,
            message.template_key,
            message.channel,
            document_ids,
            message.purpose,
            message,
        )
        for message, document_ids in messages
    ]
    return render_many(creditor, asks, at=at)


def real_parts() -> Parts:
    return Parts(
        request=Request,
        admit=admit,
        judge=judge_many,
        write=write,
        compose=compose,
        envelope_from=envelope_from,
        gateway=Gateway,
        account=account_for,
    )
