"""All that decides one request, as plain values: what ``gather`` reads and ``decide`` judges."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from recaudo.contact.gate.shapes import Request
from recaudo.core.contact_rules.shapes import Contact, Rules, Source

#: From the strictest to the loosest: which regime a word names where several bind.
REGIMES = ("consumer", "guarantor", "small_company", "supervised_lender", "company")
#: The debts of another creditor's contact: none of ours, so that it shares none.
FOREIGN = frozenset({"~"})


@dataclass(frozen=True, slots=True)
class Law:
    """What binds a contact: the rules of one or several regimes together, the house's beside them.

    ``both`` is law and house together; it is ``rules`` itself where there is no house rule.
    ``answering…``: the same for an answer to the customer's own message. ``zones``: all that the
    customer may be in, one where it is known. ``consent``: contact needs the customer's word for
    the channel, by this source.
    """

    pack: str
    regime: str
    rules: Rules
    both: Rules
    answering: Rules
    answering_both: Rules
    zones: tuple[str, ...]
    is_holiday: Callable[[date], bool]
    consent: Source | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """One hold in force. ``until_on``: first day on which it holds no more; None: open end."""

    kind: str
    channel: str
    until_on: date | None


@dataclass(frozen=True, slots=True)
class Item:
    """One open document. ``regime`` is the one that counts (the creditor's signed choice, else
    consumer). ``is_ceded``: sold; nobody chases it any more."""

    id: int
    regime: str
    obligation_id: int | None
    is_ceded: bool
    holds: tuple[Held, ...] = ()


@dataclass(frozen=True, slots=True)
class Point:
    """A contact point without its value."""

    channel: str
    party_id: int | None
    is_usable: bool


@dataclass(frozen=True, slots=True)
class PartyTo:
    """A person tied to the customer; ``obligation_id``: answers for that one only."""

    role: str
    obligation_id: int | None


@dataclass(frozen=True, slots=True)
class Said:
    """One dated word of the customer: allowed or withdrawn, how widely."""

    channel: str
    purpose: str
    contact_point_id: int | None
    is_granted: bool


@dataclass(slots=True)
class Case:
    """One request with all that is known. ``point`` and ``party`` None although asked for: they
    are no row of this customer's. ``said`` is in order, the newest last. ``histories``: one for
    each person whom the contact counts for."""

    request: Request
    at: datetime
    today: date
    customer_kind: str
    do_not_contact_since: date | None
    items: Sequence[Item]
    holds: Sequence[Held]
    point: Point | None
    party: PartyTo | None
    said: Sequence[Said]
    histories: Sequence[Sequence[Contact]]
    law_of: Callable[[frozenset[str]], Law]
    midnight: Callable[[date], datetime]
    is_covered: bool = False
    is_small: bool = False
    stale: dict[str, object] | None = None
