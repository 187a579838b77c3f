"""What the engine works with: the gate, the writer of texts, the mail gateway, the leases.

The engine's own promise (at most once) must hold whatever these do, so it takes them as values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Protocol

from recaudo.access.models import Creditor
from recaudo.contact.models import MailAccount, Message
from recaudo.core.problems import Problem


class Written(Protocol):
    """What a text is when it comes from ``contact.texts`` or from a person."""

    @property
    def subject(self) -> str: ...
    @property
    def preview(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def template_version_id(self) -> int | None: ...
    @property
    def currency(self) -> str: ...
    @property
    def balance(self) -> Decimal: ...
    @property
    def items(self) -> Sequence[tuple[int, Decimal]]: ...
    @property
    def attachments(self) -> Sequence[int]: ...


@dataclass(frozen=True)
class Kept:
    """A text that a person wrote, as it was stored when they asked for it to be sent."""

    subject: str
    preview: str
    text: str
    html: str
    language: str
    currency: str
    balance: Decimal
    items: Sequence[tuple[int, Decimal]]
    attachments: Sequence[int] = ()
    template_version_id: int | None = None


class Sent(Protocol):
    """The gateway's word: ``sent``, ``not_left``, ``refused`` or ``uncertain``."""

    @property
    def state(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def detail(self) -> str: ...


class Gateway(Protocol):
    def send(self, envelope_from: str, to: str, raw: bytes) -> Sent: ...


#: A message with its customer, and the documents that it may speak of.
ToWrite = tuple[Message, tuple[int, ...]]
#: (creditor, messages, instant) → the text of each, in order, or the Problem that stops it alone.
Write = Callable[[Creditor, Sequence[ToWrite], datetime], Sequence[Written | Problem]]


@dataclass(frozen=True)
class Parts:
    """``request`` makes what ``admit`` and ``judge`` read; see contact/gate for their shapes."""

    request: Callable[..., Any]
    admit: Callable[..., Sequence[Any]]
    judge: Callable[..., Sequence[Any]]
    write: Write
    compose: Callable[..., bytes]
    envelope_from: Callable[[MailAccount, str], str]
    gateway: Callable[[MailAccount], AbstractContextManager[Gateway]]
    account: Callable[[Creditor], MailAccount | None]


@dataclass(frozen=True)
class Times:
    """``rendered``: how long a written message waits for its worker. ``attempted``: how long an
    answer of the gateway may take; longer than all its time-outs together. ``pauses`` follow the
    tries after which nothing can have left; after as many, the message fails. ``patience``: the
    longest wait for the sender's pace. ``again``: when the gate is asked again about what may
    change any minute (an old ledger). ``at_once``: how many attempts share a commit; a paced sender
    makes them one by one."""

    rendered: timedelta = timedelta(minutes=5)
    attempted: timedelta = timedelta(minutes=15)
    patience: timedelta = timedelta(seconds=20)
    again: timedelta = timedelta(minutes=10)
    at_once: int = 8
    pauses: tuple[timedelta, ...] = field(
        default=(
            timedelta(seconds=30),
            timedelta(minutes=2),
            timedelta(minutes=10),
            timedelta(minutes=30),
            timedelta(hours=1),
            timedelta(hours=2),
            timedelta(hours=4),
        )
    )


TIMES = Times()
