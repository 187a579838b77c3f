"""Matching the bank's lines: what is certain is applied, what is not is offered to a person.

Lines are judged some thousands at a time against one gathering; each certain one takes what it pays
out of that picture before the next is judged. Writing locks the lines, then the documents in id
order, and looks again: what changed meanwhile is judged anew in the next round.
"""

from __future__ import annotations

import gc
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.core.evidence import Decision, Match
from recaudo.core.matching import decide
from recaudo.core.money import from_ten_thousandths
from recaudo.core.payer_names import NameIndex
from recaudo.payments.actions.line_credits import Paid, pay_lines
from recaudo.payments.actions.receipts import lots_to_lines
from recaudo.payments.copying import temporary
from recaudo.payments.queries.gathered import Gathered, Waiting
from recaudo.payments.queries.matching import gather, name_index, waiting_lines

#: Lines that one gathering speaks about.
CHUNK = 120_000
#: How often what changed under our hands is judged again.
ROUNDS = 3
AGAIN = ("new", "offered", "unidentified")

Progress = Callable[[int, int | None], None]


@dataclass
class Outcome:
    """What a matching did, line by line."""

    states: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    customers: set[int] = field(default_factory=set)

    @property
    def lines(self) -> int:
        return sum(self.states.values())

    def as_dict(self) -> dict[str, Any]:
        applied = self.states["applied"]
        return {
            "lines": self.lines,
            "applied": applied,
            "offered": self.states["offered"],
            "unidentified": self.states["unidentified"],
            "share_applied": round(applied / self.lines, 4) if self.lines else None,
            "customers": len(self.customers),
            "reasons": dict(self.reasons.most_common()),
        }


def match_lines(
    creditor: Creditor,
    *,
    today: date,
    now: datetime,
    by: User | None = None,
    origin: str,
    on_progress: Progress | None = None,
) -> Outcome:
    """Judge every line that waits and was not parked. Twice is the same as once.

    Lines whose value date is still to come wait for it.
    """
    outcome = Outcome()
    # What is the money of a lot has its credits already (F33).
    lots_to_lines(creditor, today=today, now=now)
    with scope(creditor=creditor), _collector_resting():
        names = name_index(creditor)
        for again in range(ROUNDS):
            states = AGAIN if again == 0 else ("new",)
            after, left = 0, 0
            while lines := waiting_lines(creditor, states, today=today, most=CHUNK, after=after):
                after = lines[-1].work_id
                left += _match_some(creditor, lines, names, today, now, outcome)
                if on_progress:
                    on_progress(outcome.lines, None)
            if not left:
                break
        if outcome.lines:
            record_change(
                "bank_lines_matched",
                creditor=creditor,
                by=by,
                origin=origin,
                subject="bank",
                lines=outcome.lines,
                applied=outcome.states["applied"],
            )
    return outcome


@contextmanager
def _collector_resting() -> Iterator[None]:
    """No garbage collection meanwhile: it would walk millions of live rows again and again, and
    none of them is part of a cycle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _match_some(
    creditor: Creditor,
    lines: list[Waiting],
    names: NameIndex,
    today: date,
    now: datetime,
    outcome: Outcome,
) -> int:
    """Judge and write these; gives back how many must be judged again."""
    gathered = gather(creditor, lines, names)
    certain: list[Paid] = []
    others: list[tuple[Waiting, Decision]] = []
    for line in sorted(lines, key=lambda line: (gathered.turn(line), line.value_on, line.id)):
        decision = judge(line, gathered, today=today)
        if decision.match and gathered.take_known(line, decision.match.customer):
            decision = Decision("offered", "known_payment", decision.candidates)
        if decision.match is None:
            others.append((line, decision))
        else:
            certain.append(paid_by(line, decision.match))
            _take(gathered, line, decision.match)
    with transaction.atomic():
        done = pay_lines(creditor, certain, now=now)
        _offer(others)
    for paid in certain:
        if paid.line.id in done:
            outcome.states["applied"] += 1
            outcome.reasons[paid.match.reason] += 1
            outcome.customers.add(paid.match.customer)
    for _line, decision in others:
        outcome.states[decision.kind] += 1
    return len(certain) - len(done)


def judge(line: Waiting, gathered: Gathered, *, today: date) -> Decision:
    """What the matcher thinks of one line."""
    return decide(
        line.amount,
        gathered.evidence(line),
        lambda customer: gathered.open_of(customer, line),
        gathered.tolerances[line.account_id],
        today=today.toordinal(),
    )


def paid_by(line: Waiting, match: Match) -> Paid:
    # Whoever uses their payment reference and names nothing pays in the legal order.
    return Paid(line, match, in_order=match.reason == "own_reference" and match.rest > 0)


def _take(gathered: Gathered, line: Waiting, match: Match) -> None:
    """The next line sees these documents with what is left of them."""
    paid = dict(match.lines)
    key = match.customer, line.currency
    if match.reason == "own_reference" and match.rest:
        gathered.debts[key] = []  # paid in order: only the ledger knows what is left
        return
    gathered.debts[key] = [
        replace(debt, open=debt.open - paid[debt.id]) if debt.id in paid else debt
        for debt in gathered.debts.get(key, [])
        if debt.open > paid.get(debt.id, 0)
    ]


_OFFER = """
UPDATE payments_linework w SET state = o.state, reason = o.reason, score = o.score,
  candidates = o.candidates, version = w.version + 1
FROM line_offer o
WHERE w.id = o.id AND w.version = o.version AND w.state = ANY(%s)
  AND (w.state, w.reason, w.candidates) IS DISTINCT FROM (o.state, o.reason, o.candidates)
"""


def _offer(others: Sequence[tuple[Waiting, Decision]]) -> None:
    """Keep what is offered, where it is not what was offered before."""
    temporary(
        "line_offer",
        "id bigint, version int, state text, reason text, score int, candidates jsonb",
        (
            (
                line.work_id,
                line.version,
                decision.kind,
                decision.reason,
                decision.candidates[0].score if decision.candidates else 0,
                json.dumps([as_json(match) for match in decision.candidates]),
            )
            for line, decision in others
        ),
    )
    with connection.cursor() as cursor:
        cursor.execute(_OFFER, [list(AGAIN)])


def as_json(match: Match) -> dict[str, Any]:
    """A candidate as it is kept: amounts as texts."""
    return {
        "customer": match.customer,
        "documents": [
            [document, str(from_ten_thousandths(amount))] for document, amount in match.lines
        ],
        "rest": str(from_ten_thousandths(match.rest)),
        "reason": match.reason,
        "fit": match.fit,
        "score": match.score,
    }
