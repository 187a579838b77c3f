"""The values that contact rules are made of. Instants are aware; days are local to the customer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal

#: How a contact reaches somebody. Packs say ``call visit sms chat email letter``.
Channel = Literal["call", "visit", "sms", "chat", "email", "letter"]
CHANNELS: tuple[Channel, ...] = ("call", "visit", "sms", "chat", "email", "letter")
#: The channels of the portfolio (contact points) in the words of the law.
LAW_CHANNEL: dict[str, Channel] = {
    "phone": "call",
    "address": "letter",
    "sms": "sms",
    "whatsapp": "chat",
    "email": "email",
}
#: official: the text itself · quoted: the article as quoted elsewhere · secondary: a paraphrase ·
#: memory: not verified · bill: a proposal · house: our own or the creditor's rule, never law.
Grade = Literal["official", "quoted", "secondary", "memory", "bill", "none", "house"]
Kind = Literal["attempt", "conversation"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a value comes from. ``is_law`` is false for house rules and strict defaults of ours:
    they bind all the same, and are never shown as law. ``address``: where it was read."""

    article: str
    grade: Grade
    is_law: bool
    is_verified: bool
    reviewed_on: date | None = None
    note: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Hours:
    """When ``channels`` may be used, local wall time. ``[start, end)``; no window: not that day.

    A holiday that falls on a Saturday or Sunday is a holiday.
    """

    rule: str
    channels: frozenset[Channel]
    weekday: tuple[tuple[time, time], ...]
    saturday: tuple[tuple[time, time], ...]
    sunday: tuple[tuple[time, time], ...]
    holiday: tuple[tuple[time, time], ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Cap:
    """At most ``max`` contacts on ``channels`` added together.

    ``per``: ``day`` (local calendar day), ``week`` (the calendar week, Monday to Sunday, *and* any
    7 days running; the stricter blocks), ``7days`` (running only; the day of the contact is day 1).
    ``kind``: ``attempt`` counts everything; ``contact`` only conversations; ``after_conversation``:
    once a conversation took place, no more than ``max`` further ones (of either kind) within
    ``per`` of it, its day being day 1. ``scope``: ``debtor`` counts everything of the person,
    ``debt`` only what shares a debt with the one asked about (a contact that names no debt shares
    all). All is counted in the customer's local days, never in hours.
    """

    rule: str
    channels: frozenset[Channel]
    max: int
    per: Literal["day", "week", "7days"]
    kind: Literal["attempt", "contact", "after_conversation"]
    scope: Literal["debt", "debtor"]
    source: Source


@dataclass(frozen=True, slots=True)
class Spacing:
    """At least ``days`` days between the local days of two contacts on ``channels``: with 2, a
    contact on Monday is followed on Wednesday at the earliest."""

    rule: str
    channels: frozenset[Channel]
    days: int
    source: Source


@dataclass(frozen=True, slots=True)
class Rules:
    """What binds one contact: a pack's rules for a regime, and any stricter ones laid over it.

    ``forbidden`` channels are never used, by whichever source. ``one_channel_a_week``: the first
    contact of the week (as in ``Cap.per`` ``week``) fixes the channel for the rest of it.
    ``pack`` names pack and fingerprint.
    """

    pack: str
    hours: tuple[Hours, ...] = ()
    caps: tuple[Cap, ...] = ()
    spacings: tuple[Spacing, ...] = ()
    forbidden: dict[Channel, Source] = field(default_factory=dict)
    one_channel_a_week: Source | None = None
    #: What ``judge`` made of these rules for a channel; made once, read a million times.
    prepared: dict[Channel, object] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact out, had before. ``debts`` empty: counts for every debt."""

    at: datetime
    channel: Channel
    kind: Kind = "attempt"
    debts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ask:
    """The contact asked about. ``zone``: IANA name, the customer's. ``is_holiday`` of a local day
    (the caller knows country and subdivision). ``debts`` empty: of every debt."""

    at: datetime
    channel: Channel
    zone: str
    is_holiday: Callable[[date], bool]
    debts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Said:
    """The rules' word. ``rule`` and ``source`` are of what refuses, or ``allowed`` and the hours'
    source where there are any. ``earliest`` is the first whole minute at which the same contact
    would be allowed if nothing else happened before; None where it is allowed now or never will be
    within a year. ``facts``: numbers for the sentence (count, max, since, opens, closes)."""

    allowed: bool
    rule: str
    source: Source | None
    earliest: datetime | None = None
    facts: dict[str, object] = field(default_factory=dict)
