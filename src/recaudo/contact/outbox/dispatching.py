"""Send what the gate allows now. Any number of workers; each message at most once."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import Error
from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.contact.models import MailAccount
from recaudo.contact.outbox import queue, recovery, sending
from recaudo.contact.outbox.leasing import Batch, Leased, lease
from recaudo.contact.outbox.pacing import turn
from recaudo.contact.outbox.parts import TIMES, Gateway, Parts, Times
from recaudo.contact.outbox.real import real_parts
from recaudo.contact.outbox.sending import Told

#: Messages written at once: so many at first, then what went out in ``FRESH_SECONDS``. Much of a
#: batch costs the same whatever its size, and no text may wait long for the wire.
BATCH = 50
BATCH_MAX = 400
FRESH_SECONDS = 2
#: After so many in a row that could not leave, the server is left alone until the next time.
GIVE_UP_AFTER = 3
#: Of a paced sender, what goes in so many seconds is written at once: texts stay fresh.
PACED_SECONDS = 10

log = logging.getLogger(__name__)

Progress = Callable[["Figures"], None]


@dataclass
class Figures:
    """What one dispatch did. ``put_off``, ``withdrawn`` and ``failed`` count by reason."""

    sent: int = 0
    uncertain: int = 0
    retried: int = 0
    put_off: dict[str, int] = field(default_factory=dict)
    withdrawn: dict[str, int] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    recovered: dict[str, int] = field(default_factory=dict)
    window_passed: int = 0
    #: Why it ended: ``done``, ``no_account``, ``not_released``, ``paced``, ``server_away``,
    #: ``limit`` or ``stopped``.
    ended: str = "done"
    waiting: int = 0

    def add(self, batch: Batch) -> None:
        for name in ("put_off", "withdrawn", "failed"):
            for code, count in getattr(batch, name).items():
                self.count(name, code, count)

    def count(self, name: str, code: str, by: int = 1) -> None:
        counts = getattr(self, name)
        counts[code] = counts.get(code, 0) + by

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Clock:
    """The instant given, and what has passed since: one dispatch may take long."""

    def __init__(self, now: datetime) -> None:
        self._start, self._ticks = now, time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._ticks)


def never() -> bool:
    return False


def dispatch(
    creditor: Creditor,
    *,
    now: datetime,
    parts: Parts | None = None,
    limit: int | None = None,
    stop: Callable[[], bool] = never,
    progress: Progress | None = None,
    times: Times = TIMES,
    worker: str = "",
) -> dict[str, Any]:
    """Send the creditor's due e-mails, earliest first for each customer; ``Figures`` as a dict.

    Ends when nothing is due, after ``limit`` messages, when ``stop()`` says so (after the message
    in hand), when the sender's pace asks for a longer wait, or when the server cannot be reached.
    First it recovers what dead workers left, and withdraws what is too late. A creditor who is not
    active or whose first run is not released sends nothing (F9); one without a mail account keeps
    its messages planned.
    """
    parts = parts or real_parts()
    with scope(creditor=creditor):
        figures = Figures()
        figures.recovered = recovery.recover(creditor, now=now)
        figures.window_passed = recovery.withdraw_passed(creditor, now=now)
        account = parts.account(creditor)
        if not creditor.is_active or creditor.released_at is None:
            figures.ended = "not_released"
        elif account is None:
            figures.ended = "no_account"
        else:
            worker = worker or f"{socket.gethostname()[:20]}-{os.getpid()}-{secrets.token_hex(3)}"
            run = _Run(creditor, account, Clock(now), parts, times, figures, worker, limit, stop)
            run.go(progress)
        figures.waiting = len(queue.due(creditor, "email", now=now))
    return figures.as_dict()


class _Run:
    """One worker's way through the queue."""

    def __init__(
        self,
        creditor: Creditor,
        account: MailAccount,
        clock: Clock,
        parts: Parts,
        times: Times,
        figures: Figures,
        worker: str,
        limit: int | None,
        stop: Callable[[], bool],
    ) -> None:
        self.creditor, self.account, self.clock = creditor, account, clock
        self.parts, self.times, self.figures = parts, times, figures
        self.worker, self.limit, self.stop = worker, limit, stop
        self.size, self.at_once = BATCH, times.at_once
        self.is_paced = bool(account.per_minute)
        if self.is_paced:
            self.at_once = 1
            self.size = max(1, min(BATCH, account.per_minute * PACED_SECONDS // 60))
        self.left_in_a_row = 0
        self.tried = 0
        self.pending: list[Told] = []
        self.held: set[str] = set()

    def go(self, progress: Progress | None) -> None:
        """Passes over the customers, until one finds nobody due."""
        with ExitStack() as stack:
            stack.callback(self._give_back)
            gateway = stack.enter_context(self.parts.gateway(self.account))
            after = taken = 0
            while self.figures.ended == "done":
                batch = self._lease(after)
                taken += batch.taken
                if not batch.taken:
                    if not taken:
                        return
                    after = taken = 0
                    continue
                after = batch.last_customer
                began = time.monotonic()
                self._send_all(batch.ready, gateway)
                self._resize(len(batch.ready), time.monotonic() - began)
                if progress:
                    progress(self.figures)

    def _lease(self, after: int) -> Batch:
        size = self.size
        if self.limit is not None:
            size = min(size, self.limit - self.tried)
            if size <= 0:
                self.figures.ended = "limit"
                return Batch()
        if self.stop():
            self.figures.ended = "stopped"
            return Batch()
        batch = lease(
            self.creditor,
            self.account,
            channel="email",
            now=self.clock.now(),
            worker=self.worker,
            after=after,
            size=size,
            parts=self.parts,
            times=self.times,
        )
        self.figures.add(batch)
        self.held |= {each.lease for each in batch.ready}
        return batch

    def _resize(self, count: int, seconds: float) -> None:
        """As many as the server took lately in the time that a text may wait; never twice as many
        as before."""
        if count and not self.is_paced:
            lately = int(count * FRESH_SECONDS / max(seconds, 0.001))
            self.size = max(BATCH, min(BATCH_MAX, lately, self.size * 2))

    def _send_all(self, ready: list[Leased], gateway: Gateway) -> None:
        for start in range(0, len(ready), self.at_once):
            if self.stop():
                self.figures.ended = "stopped"
            elif not self._wait_for_turn():
                self.figures.ended = "paced"
            if self.figures.ended != "done" or self.clock.now() >= ready[start].good_until:
                break
            self._send(ready[start : start + self.at_once], gateway)
        self._settle()
        if self.figures.ended == "done" and ready:
            self._return({ready[0].lease}, "word_too_old")
        if self.figures.ended == "done":
            self.held -= {each.lease for each in ready}

    def _wait_for_turn(self) -> bool:
        if not self.account.per_minute:
            return True
        now = self.clock.now()
        at = turn(self.account, "email", now=now, patience=self.times.patience)
        if at is None:
            return False
        if at > now:
            self._settle()
            time.sleep((at - now).total_seconds())
        return True

    def _send(self, messages: list[Leased], gateway: Gateway) -> None:
        """Record the attempts, with what came of those before; then the wire; never otherwise."""
        told, self.pending = self.pending, []
        # Well before anybody may declare them uncertain, this worker stops sending them; and with
        # the minute in which the gate was asked, for the next one may be after hours.
        until = min(self.clock.now() + self.times.attempted / 2, messages[0].good_until)
        ours = self._step(told, messages)
        left = [each for each in messages if each.id in ours]
        try:
            while left and self.figures.ended == "done" and self.clock.now() < until:
                if self.stop():
                    self.figures.ended = "stopped"
                    break
                self._send_one(left.pop(0), gateway)
        finally:
            sending.untouched(left, now=self.clock.now(), worker=self.worker)

    def _send_one(self, message: Leased, gateway: Gateway) -> None:
        self.tried += 1
        try:
            word = gateway.send(message.sender, message.to, message.raw)
            state, code, detail = word.state, word.code, word.detail
        except Exception as error:  # whatever it was, something may have left
            state, code, detail = "uncertain", type(error).__name__, ""
        except BaseException:
            now = self.clock.now()
            self.pending.append(Told(message, "uncertain", "interrupted", "", now))
            raise
        self._tell(message, state, code, detail)

    def _tell(self, message: Leased, state: str, code: str, detail: str) -> None:
        now = self.clock.now()
        self.left_in_a_row = self.left_in_a_row + 1 if state == "not_left" else 0
        if state == "not_left":
            outcome = sending.not_left(
                self.creditor,
                message,
                code=code,
                detail=detail,
                now=now,
                worker=self.worker,
                times=self.times,
            )
            if outcome == "planned":
                self.figures.retried += 1
            elif outcome == "failed":
                self.figures.count("failed", code)
            if self.left_in_a_row >= GIVE_UP_AFTER:
                self.figures.ended = "server_away"
        elif state == "refused":
            sending.refused(message, code=code, detail=detail, now=now, worker=self.worker)
            self.figures.count("failed", code)
        else:
            certain = state == "sent"
            word = "sent" if certain else "uncertain"
            self.pending.append(Told(message, word, code, detail, now))
            self.figures.sent += certain
            self.figures.uncertain += not certain

    def _step(self, told: list[Told], following: list[Leased]) -> set[int]:
        return sending.step(
            self.creditor,
            told,
            following,
            now=self.clock.now(),
            worker=self.worker,
            times=self.times,
        )

    def _settle(self) -> None:
        told, self.pending = self.pending, []
        self._step(told, [])

    def _give_back(self) -> None:
        """Stopping, for whichever reason: what is known is stored, what is not tried is anybody's.

        Where the database is gone, the leases end by themselves.
        """
        try:
            self._settle()
            self._return(self.held, "stopped")
        except Error as error:
            log.warning("leases of %s end by themselves: %s", self.worker, type(error).__name__)

    def _return(self, leases: set[str], code: str) -> None:
        """What was written under these and not tried is planned again, for a new word and text."""
        recovery.give_back(
            self.creditor, leases, now=self.clock.now(), worker=self.worker, code=code
        )
