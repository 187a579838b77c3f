"""Read all that a batch of requests needs, in a fixed number of statements whatever its size."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from recaudo.access.models import Creditor
from recaudo.contact.gate.case import Case, Held, Item, PartyTo, Point, Said
from recaudo.contact.gate.histories import (
    LOOKS_BACK_DAYS,
    Asker,
    Histories,
    histories_of,
    person_of_customer,
    person_of_party,
)
from recaudo.contact.gate.laws import Laws
from recaudo.contact.gate.shapes import Request
from recaudo.core.calendar import local_day
from recaudo.core.contact_rules.shapes import LAW_CHANNEL
from recaudo.core.problems import Problem
from recaudo.portfolio.models import Regime
from recaudo.portfolio.queries.freshness import ledger_age

PURPOSES = ("collection", "service")
MONEY = 10_000


@dataclass(frozen=True, slots=True)
class Debtor:
    """One customer of the creditor, without name or contact values."""

    id: int
    person: str
    kind: str
    country: str
    zone: str
    do_not_contact_since: date | None


@dataclass(frozen=True, slots=True)
class Owed:
    """One open document with what its sum needs; ten-thousandths of its own currency."""

    item: Item
    amount: int
    currency: str
    due_on: date
    is_written_off: bool


@dataclass(slots=True)
class Gathered:
    """What was read, by id. ``persons_of``: of a request, whom it counts for."""

    debtors: dict[int, Debtor] = field(default_factory=dict)
    points: dict[int, tuple[int, Point]] = field(default_factory=dict)
    parties: dict[int, tuple[int, PartyTo, str]] = field(default_factory=dict)
    said: dict[int, list[Said]] = field(default_factory=dict)
    holds: dict[int, list[Held]] = field(default_factory=dict)
    owed: dict[int, list[Owed]] = field(default_factory=dict)
    credits: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    rates: dict[str, int] = field(default_factory=dict)

    def party_of(self, request: Request) -> tuple[int | None, PartyTo | None]:
        """The one asked for, or whose contact point it is; only the customer's own."""
        if not self.parties:
            return None, None
        number = request.party_id
        if number is None and request.contact_point_id is not None:
            owner, point = self.points.get(request.contact_point_id, (0, None))
            number = point.party_id if point and owner == request.customer_id else None
        owner, party, _ = self.parties.get(number or 0, (0, None, ""))
        return (number, party) if owner == request.customer_id else (None, None)

    def persons_of(self, request: Request) -> list[str]:
        """The debtor, and the party where one is contacted; each once."""
        persons = [self.debtors[request.customer_id].person]
        number, party = self.party_of(request)
        if number is not None and party is not None:
            person = self.parties[number][2]
            if person not in persons:
                persons.append(person)
        return persons


def find_people(creditor: Creditor, requests: Sequence[Request], *, at: datetime) -> Gathered:
    """Customers, contact points and parties: whom the requests count for.

    Raises Problem ``contact_channel_unknown``, ``contact_purpose_unknown``, ``customer_not_ours``,
    ``instant_without_zone``.
    """
    for request in requests:
        _check(request)
    reader = _reader(creditor, requests, at)
    found = Gathered(debtors=reader.debtors())
    missing = {request.customer_id for request in requests} - set(found.debtors)
    if missing:
        raise Problem("customer_not_ours", customer=min(missing))
    points = {r.contact_point_id for r in requests if r.contact_point_id is not None}
    found.points = reader.points(points) if points else {}
    parties = {r.party_id for r in requests if r.party_id is not None}
    parties |= {p.party_id for _, p in found.points.values() if p.party_id is not None}
    found.parties = reader.parties(parties) if parties else {}
    return found


def gather(
    creditor: Creditor, requests: Sequence[Request], laws: Laws, *, at: datetime
) -> Gathered:
    """Everything but the histories. Raises as ``find_people``."""
    found = find_people(creditor, requests, at=at)
    reader = _reader(creditor, requests, at)
    found.said = reader.said()
    found.holds, by_document = reader.holds()
    found.owed = reader.owed(by_document, laws)
    found.credits = reader.credits()
    if (found.credits or creditor.small_balance) and _has_foreign(found, creditor.currency):
        found.rates = reader.rates(creditor.currency)
    return found


def _has_foreign(found: Gathered, home: str) -> bool:
    """Is any of it in another currency than the creditor's?"""
    owed = (each.currency for debts in found.owed.values() for each in debts)
    credits = (currency for waiting in found.credits.values() for _, currency in waiting)
    return any(currency != home for currency in (*owed, *credits))


def _reader(creditor: Creditor, requests: Sequence[Request], at: datetime) -> _Reader:
    customers = sorted({request.customer_id for request in requests})
    return _Reader(creditor.pk, local_day(at, creditor.timezone), customers)


def histories_for(
    creditor: Creditor,
    requests: Sequence[Request],
    found: Gathered,
    laws: Laws,
    *,
    at: datetime,
    asker: Asker | None = None,
) -> Histories:
    people = {person for request in requests for person in found.persons_of(request)}
    messages = [r.message_id for r in requests if r.message_id is not None]
    days = max(LOOKS_BACK_DAYS, laws.longest_spacing())
    return histories_of(
        people,
        creditor_id=creditor.pk,
        at=at,
        days=days,
        not_messages=messages,
        asker=asker,
    )


def cases(
    creditor: Creditor,
    requests: Sequence[Request],
    found: Gathered,
    histories: Histories,
    laws: Laws,
    *,
    at: datetime,
) -> Iterator[Case]:
    """One for each request, in order, made when it is asked for: what was admitted meanwhile may
    have been added to ``histories``."""
    today = local_day(at, creditor.timezone)
    age = ledger_age(creditor, today)
    stale: dict[str, object] | None = None
    if age.is_stale and age.as_of is not None:
        stale = {
            "balances_on": age.as_of.isoformat(),
            "business_days": age.business_days,
            "limit": age.limit,
        }
    zone = ZoneInfo(creditor.timezone)

    def midnight(day: date) -> datetime:
        return datetime.combine(day, time(), zone)

    small = int(creditor.small_balance * MONEY)
    for request in requests:
        debtor = found.debtors[request.customer_id]
        owed = found.owed.get(debtor.id, ())
        _, party = found.party_of(request)
        owner, point = found.points.get(request.contact_point_id or 0, (0, None))
        yield Case(
            request=request,
            at=at,
            today=today,
            customer_kind=debtor.kind,
            do_not_contact_since=debtor.do_not_contact_since,
            items=[each.item for each in owed],
            holds=found.holds.get(debtor.id, ()),
            point=point if owner == debtor.id else None,
            party=party,
            said=found.said.get(debtor.id, ()),
            histories=[histories.get(who, ()) for who in found.persons_of(request)],
            law_of=laws.of(debtor.country, debtor.zone),
            midnight=midnight,
            is_covered=_is_covered(creditor, found, debtor.id, owed, today),
            is_small=bool(small and owed) and _is_small(creditor, found, owed, small),
            stale=stale,
        )


def _check(request: Request) -> None:
    if request.channel not in LAW_CHANNEL:
        raise Problem("contact_channel_unknown", channel=request.channel)
    if request.purpose not in PURPOSES:
        raise Problem("contact_purpose_unknown", purpose=request.purpose)


def _is_covered(
    creditor: Creditor, found: Gathered, customer: int, owed: Sequence[Owed], today: date
) -> bool:
    """Do unapplied credits reach what is overdue or written off; where nothing is, what is open?

    The rule of the run (engine/steps, docs/rules/run.md). False where a rate is missing.
    """
    credits = found.credits.get(customer)
    if not credits:
        return False
    waiting = [each for each in owed if not each.item.is_ceded]
    pressing = [each for each in waiting if each.is_written_off or each.due_on < today]
    debt = _sum(creditor, found, ((o.amount, o.currency) for o in pressing or waiting))
    have = _sum(creditor, found, credits)
    return debt is not None and have is not None and debt > 0 and have >= debt


def _is_small(creditor: Creditor, found: Gathered, owed: Sequence[Owed], small: int) -> bool:
    debt = _sum(creditor, found, ((o.amount, o.currency) for o in owed if not o.item.is_ceded))
    return debt is not None and debt < small


def _sum(creditor: Creditor, found: Gathered, amounts: Iterable[tuple[int, str]]) -> int | None:
    """In the creditor's currency, each rounded down to the ten-thousandth as the engine does."""
    total = 0
    for amount, currency in amounts:
        if currency == creditor.currency:
            total += amount
        elif currency in found.rates:
            total += amount * found.rates[currency] // 10**10
        else:
            return None
    return total


def _array(numbers: Iterable[int]) -> str:
    """As PostgreSQL writes an array: a driver that looks at each of its members takes longer."""
    return f"{{{','.join(map(str, numbers))}}}"


class _Reader:
    """The statements. Each takes the whole batch."""

    def __init__(self, creditor_id: int, today: date, customers: list[int]) -> None:
        self.given: dict[str, Any] = {
            "creditor": creditor_id,
            "today": today,
            "customers": _array(customers),
        }

    def debtors(self) -> dict[int, Debtor]:
        rows = self._rows(
            "SELECT id, person_key, kind, country, timezone, do_not_contact_since "
            "FROM portfolio_customer WHERE creditor_id = %(creditor)s "
            "AND id = ANY(%(customers)s::bigint[])"
        )
        return {
            number: Debtor(number, person_of_customer(number, key), *rest)
            for number, key, *rest in rows
        }

    def points(self, wanted: Iterable[int]) -> dict[int, tuple[int, Point]]:
        rows = self._rows(
            "SELECT id, customer_id, channel, party_id, "
            "is_active AND state <> 'invalid' AND normalised <> '' "
            "FROM portfolio_contactpoint WHERE creditor_id = %(creditor)s AND id = ANY(%(ids)s)",
            ids=list(wanted),
        )
        return {number: (owner, Point(*rest)) for number, owner, *rest in rows}

    def parties(self, wanted: Iterable[int]) -> dict[int, tuple[int, PartyTo, str]]:
        rows = self._rows(
            "SELECT id, customer_id, role, obligation_id, person_key "
            "FROM portfolio_party WHERE creditor_id = %(creditor)s AND id = ANY(%(ids)s)",
            ids=list(wanted),
        )
        return {
            number: (owner, PartyTo(role, obligation), person_of_party(number, key))
            for number, owner, role, obligation, key in rows
        }

    def said(self) -> dict[int, list[Said]]:
        found: defaultdict[int, list[Said]] = defaultdict(list)
        for customer, *row in self._rows(
            "SELECT customer_id, channel, purpose, contact_point_id, is_granted "
            "FROM portfolio_consent WHERE creditor_id = %(creditor)s "
            "AND customer_id = ANY(%(customers)s::bigint[]) AND given_on <= %(today)s "
            "ORDER BY given_on, id"
        ):
            found[customer].append(Said(*row))
        return found

    def holds(self) -> tuple[dict[int, list[Held]], dict[int, list[Held]]]:
        """Those of the customer (or a channel of theirs), and those of one document."""
        whole: defaultdict[int, list[Held]] = defaultdict(list)
        single: defaultdict[int, list[Held]] = defaultdict(list)
        for customer, document, channel, kind, until_on in self._rows(
            "SELECT customer_id, document_id, channel, kind, until_on FROM portfolio_hold "
            "WHERE creditor_id = %(creditor)s AND released_at IS NULL "
            "AND customer_id = ANY(%(customers)s::bigint[]) AND from_on <= %(today)s "
            "AND (until_on IS NULL OR until_on > %(today)s)"
        ):
            hold = Held(kind, channel, until_on)
            if document is None:
                whole[customer].append(hold)
            else:
                single[document].append(hold)
        return whole, single

    def owed(self, by_document: dict[int, list[Held]], laws: Laws) -> dict[int, list[Owed]]:
        effective = {regime: laws.effective(regime) for regime in Regime.values}
        found: defaultdict[int, list[Owed]] = defaultdict(list)
        for (
            number,
            customer,
            regime,
            obligation,
            ceded,
            amount,
            currency,
            due_on,
            gone,
        ) in self._rows(
            "SELECT id, customer_id, regime, obligation_id, ceded_on <= %(today)s, "
            "CAST(open_amount * 10000 AS bigint), currency, due_on, written_off_on IS NOT NULL "
            "FROM portfolio_document WHERE creditor_id = %(creditor)s "
            "AND customer_id = ANY(%(customers)s::bigint[]) AND open_amount > 0 ORDER BY id"
        ):
            holds = tuple(by_document.get(number, ())) if by_document else ()
            item = Item(number, effective[regime], obligation, bool(ceded), holds)
            found[customer].append(Owed(item, amount, currency, due_on, gone))
        return found

    def credits(self) -> dict[int, list[tuple[int, str]]]:
        found: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
        for customer, amount, currency in self._rows(
            "SELECT customer_id, CAST(unapplied * 10000 AS bigint), currency FROM payments_credit "
            "WHERE creditor_id = %(creditor)s AND customer_id = ANY(%(customers)s::bigint[]) "
            "AND unapplied > 0 AND value_on <= %(today)s"
        ):
            found[customer].append((amount, currency))
        return found

    def rates(self, currency: str) -> dict[str, int]:
        """Ten-thousand-millionths of the creditor's currency for one of each; the newest."""
        rows = self._rows(
            "SELECT DISTINCT ON (from_currency) from_currency, CAST(rate * 10000000000 AS numeric) "
            "FROM portfolio_exchangerate WHERE creditor_id = %(creditor)s "
            "AND to_currency = %(currency)s AND valid_on <= %(today)s "
            "ORDER BY from_currency, valid_on DESC",
            currency=currency,
        )
        return {code: int(rate) for code, rate in rows}

    def _rows(self, statement: str, **more: object) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement, self.given | more)
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
