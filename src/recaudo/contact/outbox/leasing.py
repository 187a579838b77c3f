"""From planned to written: the gate's word, the balance read now, the text.

One transaction a batch. Nothing here touches the wire. Whoever dies here has done nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import transaction

from recaudo.access.models import Creditor
from recaudo.contact.models import (
    InboundMessage,
    MailAccount,
    Message,
    MessageItem,
    MessageText,
    Origin,
)
from recaudo.contact.outbox import queue, writing
from recaudo.contact.outbox.parts import Kept, Parts, Times, Written
from recaudo.core.garbage import resting
from recaudo.core.problems import Problem
from recaudo.portfolio.models import ContactPoint

ZERO = Decimal(0)
ONE_MINUTE = timedelta(minutes=1)
#: Problems of a text that say: there is nothing to collect any more.
NOTHING_LEFT = frozenset({"paid", "nothing_open_now"})


@dataclass(frozen=True)
class Leased:
    """A message ready for the wire, in this worker's hands until ``until``.

    ``good_until``: the end of the minute in which the gate was asked. Hours open and close on whole
    minutes, so its word holds that long and not a moment longer.
    """

    id: int
    lease: str
    until: datetime
    good_until: datetime
    token: str
    sender: str
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
    with resting(), transaction.atomic():
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
        self.times = times
        answers = [each.answers_id for each in messages if each.answers_id]
        self.answered = dict(
            InboundMessage.objects.filter(pk__in=answers).values_list("pk", "header_id")
            if answers
            else ()
        )
        self.allowed: list[Message] = []
        self.documents: dict[int, tuple[int, ...]] = {}
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
            word, end = answer.word, message.not_after
            if word.is_allowed:
                self.allowed.append(message)
                self.documents[message.pk] = self._still(message, word)
            elif word.earliest_at is not None and self.now < word.earliest_at < end:
                self.put_off.append((message, word.rule, word.earliest_at))
            elif word.earliest_at is None and word.may_change:
                self.put_off.append((message, word.rule, self.now + self.times.again))
            else:
                self.ended.append(writing.Ended(message.pk, "withdrawn", word.rule))

    def _still(self, message: Message, word: Any) -> tuple[int, ...]:
        """Of the message's documents those that may be spoken of (the rest is disputed, held …)."""
        documents = queue.documents_of(self.items[message.pk])
        allowed = word.facts.get("documents")
        return documents if allowed is None else tuple(d for d in documents if d in set(allowed))

    def write(self) -> None:
        """A text that cannot be made stops its message only."""
        for message, text in self._texts():
            try:
                if isinstance(text, Problem):
                    raise text
                self.written.append(self._ready(message, self.points[message.pk], text))
            except Problem as problem:
                nothing = problem.code in NOTHING_LEFT
                state, code = ("withdrawn", "paid") if nothing else ("failed", problem.code)
                self.ended.append(writing.Ended(message.pk, state, code))

    def _texts(self) -> Iterator[tuple[Message, Written | Problem]]:
        with_point = [each for each in self.allowed if each.pk in self.points]
        for message in with_point:
            # Before the text: the link to stop us stands in it. Stored with the rest, in ``store``.
            message.token = secrets.token_hex(16)
        by_template = [(m, self.documents[m.pk]) for m in with_point if m.template_key]
        if by_template:
            texts = self.parts.write(self.creditor, by_template, self.now)
            yield from zip((message for message, _ in by_template), texts, strict=True)
        by_hand = [each for each in with_point if not each.template_key]
        kept = {
            t.message_id: t
            for t in MessageText.objects.filter(message_id__in=[m.pk for m in by_hand])
        }
        for message in by_hand:
            yield message, self._kept(message, kept.get(message.pk))
        for message in self.allowed:
            if message.pk not in self.points:
                self.ended.append(writing.Ended(message.pk, "withdrawn", "no_channel"))

    def _kept(self, message: Message, kept: MessageText | None) -> Written | Problem:
        """What a person wrote goes as it stands, or not at all: it may name the old amount."""
        if kept is None:
            return Problem("text_missing", message=message.pk)
        items = [item for item in self.items[message.pk] if item.document_id]
        owed = writing.open_amounts(self.creditor, [item.document_id for item in items])
        same = all(owed[item.document_id] == item.balance for item in items)
        if not same or len(self.documents[message.pk]) != len(items):
            return Problem("balance_changed", message=message.pk)
        return Kept(
            subject=kept.subject,
            preview=kept.preview,
            text=kept.text,
            html=kept.html,
            language="",
            currency=message.currency,
            balance=sum((item.balance for item in items), ZERO),
            items=[(item.document_id, item.balance) for item in items],
            attachments=[each["document_file_id"] for each in kept.attachments],
        )

    def _ready(self, message: Message, point: ContactPoint, text: Written) -> writing.Ready:
        items = self.items[message.pk]
        token = message.token or secrets.token_hex(16)
        raw = self.parts.compose(
            self.account,
            text,
            to=point.normalised,
            token=token,
            in_reply_to=self.answered.get(message.answers_id or 0, ""),
            is_automatic=message.origin in (Origin.RUN, Origin.CAMPAIGN),
            at=self.now,
        )
        return writing.Ready(
            message=message,
            point_id=point.pk,
            sender=self.parts.envelope_from(self.account, token),
            to=point.normalised,
            token=token,
            text=text,
            raw=raw,
            sha256=sha256(raw).hexdigest(),
            items=balances(items, text),
            live={item.pk: item for item in items},
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
            good_until=self.now.replace(second=0, microsecond=0) + ONE_MINUTE,
            token=ready.token,
            sender=ready.sender,
            to=ready.to,
            raw=ready.raw,
            debts=ready.debts,
            attempts=ready.message.attempts,
        )


def balances(items: Sequence[MessageItem], text: Written) -> dict[int, Decimal | None]:
    """What each item (by id) comes to by the text: None where its document is no longer in it.

    An item without a document keeps what it says; a document that several items speak of counts
    once. Raises Problem ``balance_mismatch`` where the text's total is not the sum of what it
    lists, or lists what the message does not (U11), ``paid`` where nothing is left of it. A message
    about no document (thanks for a payment) may list whatever is open.
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
    if text.balance != sum(listed.values(), ZERO) or (seen and set(listed) - seen):
        raise Problem("balance_mismatch")
    if items and all(value is None for value in after.values()):
        raise Problem("paid")
    return after
