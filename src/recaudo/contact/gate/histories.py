"""Whom a contact counts for, and what each of them had lately: by person, across creditors.

Of other creditors' contacts only the moment, the channel and the kind are read: whose they were,
what they said and about what never leaves this file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from recaudo.contact.gate.case import FOREIGN
from recaudo.core.contact_rules.shapes import LAW_CHANNEL, Channel, Contact, Kind

#: Caps look back a week at most; two days more, whatever the zone. Spacings may be longer.
LOOKS_BACK_DAYS = 7
ZONES_DAYS = 2
#: Two workers' clocks may differ: what another has just recorded counts although it is 'later'.
SKEW = timedelta(minutes=10)
#: So long a call that the gate allowed counts before its result is recorded, for everybody else.
CALL_TAKES = timedelta(minutes=15)
NO_DEBTS: frozenset[str] = frozenset()
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
#: In the words of the law. What is not known counts as a call, the most intrusive by wire.
_IN_LAW: dict[str, Channel] = {**LAW_CHANNEL, "visit": "visit"}

Histories = Mapping[str, list[Contact]]

_PEOPLE = """
    WITH people AS (
      SELECT id, person_key AS who FROM portfolio_{table}
      WHERE person_key = ANY(%(keys)s) AND person_key <> ''
      UNION ALL
      SELECT id, '{prefix}' || id FROM portfolio_{table} WHERE id = ANY(%(alone)s)
    )"""
#: An answer to what the customer asked is no contact that caps count (docs/rules/gate.md).
_COUNTED = """
    i.direction = 'out' AND i.at > %(since)s AND i.at <= %(until)s
    AND (i.purpose <> 'service' OR i.message_id IS NULL OR NOT EXISTS (
      SELECT FROM contact_message m WHERE m.id = i.message_id AND m.origin = 'reply'))"""
_ROWS = (
    """
    SELECT p.who, i.id, CAST(EXTRACT(EPOCH FROM i.at) * 1000000 AS bigint), i.channel,
           i.is_effective OR i.is_answered,
           CASE WHEN i.creditor_id = %(creditor)s AND i.debts <> '{{}}' THEN i.debts END,
           i.creditor_id = %(creditor)s
    FROM people p JOIN contact_interaction i ON i.{column} = p.id
    WHERE """
    + _COUNTED
)
_BY_CUSTOMER = _PEOPLE.format(table="customer", prefix="c") + _ROWS.format(column="customer_id")
_BY_PARTY = _PEOPLE.format(table="party", prefix="p") + _ROWS.format(column="party_id")
#: Written under a living lease, or on the wire: nobody has recorded them as contacts yet.
_PARTIES = """,
    parties AS (
      SELECT id, person_key AS who FROM portfolio_party
      WHERE person_key = ANY(%(keys)s) AND person_key <> ''
      UNION ALL
      SELECT id, 'p' || id FROM portfolio_party WHERE id = ANY(%(alone_parties)s)
    )"""
_ON_THEIR_WAY = (
    _PEOPLE.format(table="customer", prefix="c")
    + _PARTIES
    + """,
    moving AS (
      SELECT m.id, m.customer_id, m.channel, m.creditor_id, c.party_id
      FROM contact_message m LEFT JOIN portfolio_contactpoint c ON c.id = m.contact_point_id
      WHERE (m.state = 'attempted' OR m.state = 'rendered' AND m.leased_until > %(at)s)
        AND (m.purpose <> 'service' OR m.origin <> 'reply')
    )
    SELECT p.who, m.id, m.channel, m.creditor_id = %(creditor)s
    FROM moving m JOIN people p ON p.id = m.customer_id
    UNION
    SELECT q.who, m.id, m.channel, m.creditor_id = %(creditor)s
    FROM moving m JOIN parties q ON q.id = m.party_id"""
)
#: A number was shown to somebody else just now, and what came of it is not recorded yet.
_SHOWN = (
    _PEOPLE.format(table="customer", prefix="c")
    + _PARTIES
    + """,
    shown AS (
      SELECT v.id, v.customer_id, v.party_id, v.channel, v.creditor_id
      FROM contact_verdict v
      WHERE v.is_allowed AND v.message_id IS NULL AND v.channel IN ('phone', 'visit')
        AND (v.purpose <> 'service' OR v.origin <> 'reply')
        AND v.at > %(shown_since)s AND v.at <= %(until)s
        AND v.by_id IS DISTINCT FROM %(by)s
        AND (v.customer_id IN (SELECT id FROM people) OR v.party_id IN (SELECT id FROM parties))
        AND NOT EXISTS (
          SELECT FROM contact_interaction i
          WHERE i.customer_id = v.customer_id AND i.direction = 'out' AND i.recorded_at >= v.at)
    )
    SELECT p.who, v.id, v.channel, v.creditor_id = %(creditor)s
    FROM shown v JOIN people p ON p.id = v.customer_id
    UNION
    SELECT q.who, v.id, v.channel, v.creditor_id = %(creditor)s
    FROM shown v JOIN parties q ON q.id = v.party_id"""
)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who goes through now: what was shown to themselves does not stand in their own way."""

    user_id: int | None


def person_of_customer(customer_id: int, person_key: str) -> str:
    return person_key or f"c{customer_id}"


def person_of_party(party_id: int, person_key: str) -> str:
    return person_key or f"p{party_id}"


def histories_of(
    people: Iterable[str],
    *,
    creditor_id: int,
    at: datetime,
    days: int = LOOKS_BACK_DAYS,
    not_messages: Iterable[int] = (),
    asker: Asker | None = None,
) -> Histories:
    """The contacts out of each person in the last ``days``, whoever's creditor, those on their way
    included but for ``not_messages`` (the ones that are asked about). With ``asker``, calls that
    others are making count too."""
    keys, alone, alone_parties = _split(people)
    given: dict[str, Any] = {
        "keys": keys,
        "creditor": creditor_id,
        "since": at - timedelta(days=days + ZONES_DAYS),
        "until": at + SKEW,
        "at": at,
    }
    now = (at - EPOCH) // MICROSECOND
    found: defaultdict[str, list[Contact]] = defaultdict(list)
    seen: defaultdict[str, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        # Who is debtor here and guarantor there has both; one contact never counts twice.
        if keys or alone_parties:
            cursor.execute(_BY_PARTY, given | {"alone": alone_parties})
            for who, row_id, *row in cursor.fetchall():
                seen[who].add(row_id)
                found[who].append(_contact(at, *row))
        cursor.execute(_BY_CUSTOMER, given | {"alone": alone})
        for who, row_id, *row in cursor.fetchall():
            if not seen or row_id not in seen.get(who, ()):
                found[who].append(_contact(at, *row))
        cursor.execute(_ON_THEIR_WAY, given | {"alone": alone, "alone_parties": alone_parties})
        asked = frozenset(not_messages)
        for who, message_id, channel, is_ours in cursor.fetchall():
            if message_id not in asked:
                found[who].append(_contact(at, now, channel, False, None, is_ours))
        if asker is not None:
            given |= {"by": asker.user_id, "shown_since": at - CALL_TAKES}
            cursor.execute(_SHOWN, given | {"alone": alone, "alone_parties": alone_parties})
            for who, _, channel, is_ours in cursor.fetchall():
                found[who].append(_contact(at, now, channel, False, None, is_ours))
    return found


def _contact(
    at: datetime, when: int, channel: str, spoke: bool, debts: list[int] | None, is_ours: bool
) -> Contact:
    """``when`` in microseconds: moments are read by the million, and numbers read fastest."""
    shared = (frozenset(map(str, debts)) if debts else NO_DEBTS) if is_ours else FOREIGN
    moment = min(EPOCH + MICROSECOND * when, at)
    kind: Kind = "conversation" if spoke else "attempt"
    return Contact(moment, _IN_LAW.get(channel, "call"), kind, shared)


def _split(people: Iterable[str]) -> tuple[list[str], list[int], list[int]]:
    """Person keys (they have a colon), customers without one, parties without one."""
    keys: list[str] = []
    alone: list[int] = []
    alone_parties: list[int] = []
    for who in set(people):
        if ":" in who:
            keys.append(who)
        elif who.startswith("c"):
            alone.append(int(who[1:]))
        else:
            alone_parties.append(int(who[1:]))
    return keys, alone, alone_parties
