"""Ask the gate: for a screen (``look``), for many (``judge_many``), to go through (``admit``)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.transaction import TransactionManagementError

from recaudo.access.models import Creditor, User
from recaudo.access.queries import may
from recaudo.contact.gate.case import Case
from recaudo.contact.gate.decide import decide, is_counted, law_channel
from recaudo.contact.gate.gather import Gathered, cases, find_people, gather, histories_for
from recaudo.contact.gate.histories import Asker
from recaudo.contact.gate.laws import laws_of
from recaudo.contact.gate.shapes import Admitted, Request, Word
from recaudo.core.calendar import local_day
from recaudo.core.contact_rules.shapes import Contact
from recaudo.core.garbage import resting
from recaudo.core.problems import Problem

#: Requests read at once: what a batch needs stands in memory together.
AT_ONCE = 20_000
LOCK_SALT = b"recaudo.person\0"
_COLUMNS = (
    ("customer_id", "bigint"), ("party_id", "bigint"), ("contact_point_id", "bigint"),
    ("message_id", "bigint"), ("task_id", "bigint"), ("origin", "text"), ("channel", "text"),
    ("purpose", "text"), ("is_allowed", "bool"), ("kind", "text"), ("rule", "text"),
    ("article", "text"), ("grade", "text"), ("pack", "text"), ("regime", "text"),
    ("earliest_at", "timestamptz"), ("facts", "jsonb"), ("overrode", "text"),
    ("override_reason", "text"),
)  # fmt: skip
_NAMES = ", ".join(name for name, _ in _COLUMNS)
_ARRAYS = ", ".join(f"%(c{place})s::{kind}[]" for place, (_, kind) in enumerate(_COLUMNS))
#: One statement for all of them, whose numbers come back in the order of the words.
_KEEP = f"""
INSERT INTO contact_verdict (creditor_id, at, by_id, {_NAMES})
SELECT %(creditor)s, %(at)s, %(by)s, {_NAMES}
FROM UNNEST({_ARRAYS}) WITH ORDINALITY AS w ({_NAMES}, place)
ORDER BY place RETURNING id
"""


def look(creditor: Creditor, request: Request, *, at: datetime) -> Word:
    """The word on one contact, for a screen. Reads only; ``admit`` decides."""
    return judge_many(creditor, [request], at=at)[0]


def judge_many(creditor: Creditor, requests: Sequence[Request], *, at: datetime) -> list[Word]:
    """The word on each, in order, as if each were the only one. Reads only, takes no locks.

    Raises Problem ``contact_channel_unknown``, ``contact_purpose_unknown``, ``customer_not_ours``.
    """
    words: list[Word] = []
    laws = laws_of(creditor, local_day(at, creditor.timezone))
    for start in range(0, len(requests), AT_ONCE):
        some = requests[start : start + AT_ONCE]
        with resting():
            found = gather(creditor, some, laws, at=at)
            histories = histories_for(creditor, some, found, laws, at=at)
            words += [decide(case) for case in cases(creditor, some, found, histories, laws, at=at)]
    return words


def admit(
    creditor: Creditor,
    requests: Sequence[Request],
    *,
    at: datetime,
    by: User | None = None,
    override_reason: str = "",
) -> list[Admitted]:
    """Judge with every person locked, each request counting what was admitted before it, and keep
    the words as ``Verdict`` rows, in order.

    Must run in a transaction at READ COMMITTED. The locks hold until it ends: within it the caller
    records what makes the contact count (the message ``rendered`` under a lease, or the
    ``Interaction``). With ``override_reason``, ``by`` sets aside the house's rules, never the law's
    nor a fact; raises Problem ``override_not_yours`` where they may not and it would be needed.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("admit() holds its locks in the caller's transaction")
    people = find_people(creditor, requests, at=at)
    _lock({person for request in requests for person in people.persons_of(request)})
    # All is read under the locks: a balance or a wish may have changed while we waited for them.
    laws = laws_of(creditor, local_day(at, creditor.timezone))
    found = gather(creditor, requests, laws, at=at)
    asker = Asker(by.pk if by is not None else None)
    histories = dict(histories_for(creditor, requests, found, laws, at=at, asker=asker))
    words: list[Word] = []
    for case in cases(creditor, requests, found, histories, laws, at=at):
        word = _with_override(creditor, case, by, override_reason)
        words.append(word)
        if word.is_allowed and is_counted(case.request):
            _count(histories, found, case)
    return _keep(creditor, requests, words, found, at, by, override_reason)


def _with_override(creditor: Creditor, case: Case, by: User | None, reason: str) -> Word:
    word = decide(case)
    if word.is_allowed or word.kind != "house" or not reason.strip():
        return word
    if by is None or not may(by, creditor, "lead"):
        raise Problem("override_not_yours", rule=word.rule)
    freed = decide(case, without_house=True)
    if not freed.is_allowed:
        return freed
    return Word(
        True, freed.kind, freed.rule, freed.article, freed.grade, freed.pack, freed.regime,
        None, freed.facts, overrode=word.rule,
    )  # fmt: skip


def _count(histories: dict[str, list[Contact]], found: Gathered, case: Case) -> None:
    """What was admitted just now stands before the next one of the same person."""
    request = case.request
    contact = Contact(
        case.at, law_channel(request), "attempt", frozenset(map(str, request.document_ids))
    )
    for person in found.persons_of(request):
        histories[person] = [*histories.get(person, ()), contact]


def _lock(persons: set[str]) -> None:
    """One lock a person, whichever the creditor, always in the same order: nobody waits for one
    who waits for them."""
    keys = sorted(
        int.from_bytes(hashlib.sha256(LOCK_SALT + who.encode()).digest()[:8], signed=True)
        for who in persons
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(pg_advisory_xact_lock(key)) FROM "
            "(SELECT key FROM unnest(%s::bigint[]) WITH ORDINALITY AS k (key, place) "
            "ORDER BY place OFFSET 0) in_order",
            [keys],
        )


def _keep(
    creditor: Creditor,
    requests: Sequence[Request],
    words: Sequence[Word],
    found: Gathered,
    at: datetime,
    by: User | None,
    reason: str,
) -> list[Admitted]:
    rows = []
    for request, word in zip(requests, words, strict=True):
        party, _ = found.party_of(request)
        owner, _ = found.points.get(request.contact_point_id or 0, (0, None))
        rows.append(
            (
                request.customer_id,
                party,
                request.contact_point_id if owner == request.customer_id else None,
                request.message_id,
                request.task_id,
                request.origin,
                "visit" if request.visit else request.channel,
                request.purpose,
                word.is_allowed,
                word.kind,
                word.rule,
                word.article,
                word.grade,
                word.pack,
                word.regime,
                word.earliest_at,
                json.dumps(word.facts),
                word.overrode,
                reason.strip() if word.overrode else "",
            )
        )
    if not rows:
        return []
    columns = {f"c{place}": list(column) for place, column in enumerate(zip(*rows, strict=True))}
    with connection.cursor() as cursor:
        cursor.execute(
            _KEEP, columns | {"creditor": creditor.pk, "at": at, "by": by.pk if by else None}
        )
        numbers = [number for (number,) in cursor.fetchall()]
    return [Admitted(word, number) for word, number in zip(words, numbers, strict=True)]
