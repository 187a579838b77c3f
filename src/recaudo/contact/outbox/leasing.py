"""From planned to written: the gate's word, the balance read now, the text.

One transaction a batch. Nothing here touches the wire. Whoever dies here has done nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from django.db import transaction

from recaudo.access.models import Creditor
from recaudo.contact.models import MailAccount, Message, MessageItem, MessageText
from recaudo.contact.outbox import queue, writing
from recaudo.contact.outbox.parts import Kept, Parts, Times, Written
from recaudo.core.problems import Problem
from recaudo.portfolio.models import ContactPoint

ZERO = Decimal(0)


@dataclass(frozen=True)
class Leased:
    """A message ready for the wire, in this worker's hands until ``until``."""

    id: int
    lease: str
    until: datetime
    token: str
    to: str
    raw: bytes
    debts: list[int]
    attempts: int


@dataclass
class Batch:
    """What became of the messages taken: some are ready, the rest is told by reason."""

    taken: int = 0
    last_customer: int = 0
    ready: list[Leased] = field(default_factory=list)
    put_off: dict[str, int] = field(default_factory=dict)
    withdrawn: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)


def lease(
    creditor: Creditor,
    account: MailAccount,
    *,
    channel: str,
    now: datetime,
    worker: str,
    after: int,
    size: int,
    parts: Parts,
    times: Times,
) -> Batch:
    """Take the next due messages beyond customer ``after`` and make them ready, or say why not.

    The gate admits with the persons locked, so that what another worker has in hand counts.
    """
    batch = Batch()
    with transaction.atomic():
        messages = queue.take(creditor, channel, now=now, after=after, size=size)
        if not messages:
            return batch
        batch.taken, batch.last_customer = len(messages), messages[-1].customer_id
        work = _Work(creditor, account, now, worker, parts, times, messages)
        work.judge()
        work.write()
        work.store(batch)
    return batch


class _Work:
    """One batch on its way through the gate and the writer."""

    def __init__(
        self,
        creditor: Creditor,
        account: MailAccount,
        now: datetime,
        worker: str,
        parts: Parts,
        times: Times,
        messages: Sequence[Message],
    ) -> None:
        self.creditor, self.account, self.now, self.parts = creditor, account, now, parts
        self.worker = worker
        # New each time: a worker that slept through its lease cannot take a later one for it.
        self.lease = f"{worker}:{secrets.token_hex(6)}"
        self.until = now + times.rendered
        self.messages = messages
        self.items = queue.items_of(messages)
        self.points = queue.points_of(messages)
        self.allowed: list[Message] = []
        self.put_off: list[tuple[Message, str, datetime]] = []
        self.ended: list[writing.Ended] = []
        self.written: list[writing.Ready] = []

    def judge(self) -> None:
        """Ask the gate about all of them at once, in one order of persons."""
        requests = [
            queue.request_for(self.parts, each, self.items[each.pk], self.points.get(each.pk))
            for each in self.messages
        ]
        admitted = self.parts.admit(self.creditor, requests, at=self.now)
        for message, answer in zip(self.messages, admitted, strict=True):
            word = answer.word
            if word.is_allowed:
                self.allowed.append(message)
            elif word.earliest_at is not None and self.now < word.earliest_at < message.not_after:
                self.put_off.append((message, word.rule, word.earliest_at))
            else:
                self.ended.append(writing.Ended(message.pk, "withdrawn", word.rule))

    def write(self) -> None:
        """A text that cannot be made stops its message only."""
        by_hand = [m.pk for m in self.allowed if not m.template_key]
        kept = {t.message_id: t for t in MessageText.objects.filter(message_id__in=by_hand)}
        for message in self.allowed:
            point = self.points.get(message.pk)
            if point is None:
                self.ended.append(writing.Ended(message.pk, "withdrawn", "no_channel"))
                continue
            try:
                self.written.append(self._one(message, point, kept.get(message.pk)))
            except Problem as problem:
                state = "withdrawn" if problem.code == "paid" else "failed"
                self.ended.append(writing.Ended(message.pk, state, problem.code))

    def _one(
        self, message: Message, point: ContactPoint, kept: MessageText | None
    ) -> writing.Ready:
        items = self.items[message.pk]
        text = self._text(message, items, kept)
        after = balances(items, text)
        token = secrets.token_hex(16)
        raw = self.parts.compose(self.account, text, to=point.normalised, token=token)
        return writing.Ready(
            message=message,
            point_id=point.pk,
            to=point.normalised,
            token=token,
            text=text,
            raw=raw,
            sha256=sha256(raw).hexdigest(),
            items=after,
            live={item.pk: item for item in items},
        )

    def _text(
        self, message: Message, items: Sequence[MessageItem], kept: MessageText | None
    ) -> Written:
        documents = queue.documents_of(items)
        if message.template_key:
            return self.parts.write(self.creditor, message, documents, self.now)
        if kept is None:
            raise Problem("text_missing", message=message.pk)
        owed = writing.open_amounts(self.creditor, documents)
        if any(owed[item.document_id] != item.balance for item in items if item.document_id):
            # What the person wrote may name the old amount: they look at it again.
            raise Problem("balance_changed", message=message.pk)
        return Kept(
            subject=kept.subject,
            preview=kept.preview,
            text=kept.text,
            html=kept.html,
            language="",
            currency=message.currency,
            balance=message.balance,
            items=[(i.document_id, i.balance) for i in items if i.document_id],
            attachments=[each["document_file_id"] for each in kept.attachments],
        )

    def store(self, batch: Batch) -> None:
        stored = writing.store_ready(
            self.creditor,
            self.account,
            self.written,
            lease=self.lease,
            until=self.until,
            now=self.now,
            worker=self.worker,
        )
        for each in self.written:
            if each.message.pk in stored:
                batch.ready.append(self._leased(each))
        writing.store_put_off(self.put_off)
        writing.store_ended(self.creditor, self.ended, now=self.now, worker=self.worker)
        for _, rule, _ in self.put_off:
            batch.put_off[rule] = batch.put_off.get(rule, 0) + 1
        for ended in self.ended:
            counts = batch.withdrawn if ended.state == "withdrawn" else batch.failed
            counts[ended.code] = counts.get(ended.code, 0) + 1

    def _leased(self, ready: writing.Ready) -> Leased:
        return Leased(
            id=ready.message.pk,
            lease=self.lease,
            until=self.until,
            token=ready.token,
            to=ready.to,
            raw=ready.raw,
            debts=[document for document, _ in ready.text.items],
            attempts=ready.message.attempts,
        )


def balances(items: Sequence[MessageItem], text: Written) -> dict[int, Decimal | None]:
    """What each item (by id) comes to by the text: None where its document is no longer in it.

    An item without a document keeps what it says; a document that several items speak of counts
    once. Raises Problem ``balance_mismatch`` where the text's total is not the sum of what it
    lists, or lists what the message does not (U11), ``paid`` where nothing is left of it.
    """
    listed = {document: value for document, value in text.items if value > ZERO}
    after: dict[int, Decimal | None] = {}
    seen: set[int] = set()
    for item in items:
        if not item.document_id:
            after[item.pk] = item.balance
            continue
        again = item.document_id in seen
        seen.add(item.document_id)
        value = listed.get(item.document_id)
        after[item.pk] = ZERO if again and value is not None else value
    if text.balance != sum(listed.values(), ZERO) or set(listed) - seen:
        raise Problem("balance_mismatch")
    if items and all(value is None for value in after.values()):
        raise Problem("paid")
    return after
