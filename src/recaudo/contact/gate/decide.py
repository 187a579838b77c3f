"""May this contact happen now; if not, why, and when at the earliest? Pure.

The order is the one of docs/rules/gate.md; the first refusal is the word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from recaudo.contact.gate.case import FOREIGN, Case, Held, Item, Law, Point, Said
from recaudo.contact.gate.shapes import Request, Word, WordKind
from recaudo.core.contact_rules import judge, judge_everywhere
from recaudo.core.contact_rules.shapes import LAW_CHANNEL, Ask, Channel, Rules
from recaudo.core.contact_rules.shapes import Said as RulesSaid

#: Every rule of the gate's own, in order; the packs' and the house's have ids of their own.
RULES = (
    "ledger_stale",
    "party_not_liable",
    "paid",
    "ceded",
    "credits_cover",
    "reported_paid",
    "disputed",
    "on_hold",
    "small_balance",
    "do_not_contact",
    "consent_withdrawn",
    "consent_missing",
    "party_other",
    "third_party",
    "contact_point_other",
    "contact_point_invalid",
    "channel_on_hold",
    "window_passed",
    "window_not_open",
    "allowed",
)
#: Of the gate's own rules, those that the creditor set: a person entitled to may set them aside.
HOUSE_RULES = frozenset({"small_balance"})
#: Written or left, not spoken: what they say is only as good as the ledger (F7).
MESSAGES: frozenset[Channel] = frozenset({"sms", "chat", "email", "letter"})
#: One number serves all of these.
BY_NUMBER = frozenset({"phone", "whatsapp", "sms"})
LIABLE = frozenset({"co_debtor", "guarantor"})
#: Purposes whose withdrawal binds: who asked not to be collected from gets no receipts either.
BINDING = {
    "collection": frozenset({"collection", "*"}),
    "service": frozenset({"service", "collection", "*"}),
}
#: Rounds in which several histories may put each other off; each goes strictly forward.
ROUNDS = 400


@dataclass(frozen=True, slots=True)
class _Refusal:
    """``floor``: the first instant at which this rule refuses no more; None: never."""

    rule: str
    floor: datetime | None = None
    facts: dict[str, object] | None = None


def decide(case: Case, *, without_house: bool = False) -> Word:
    """The gate's word on one request. ``without_house``: a person has set the house's rules aside.

    Guarantee: where ``earliest_at`` is told for a pack's or the house's rule, the minute before is
    refused and that minute allowed, if nothing else happens.
    """
    request = case.request
    left: Sequence[Item] = _asked(case)
    facts: dict[str, object] = {}
    if request.purpose == "collection":
        refused, left, facts = _balance(case, left)
        if refused is not None and not (without_house and refused.rule in HOUSE_RULES):
            return _fact_word(case, refused, left)
    law = case.law_of(_regimes(case, left))
    for refused in _facts(case, law):
        return _fact_word(case, refused, left, law)
    return _judged(case, law, left, facts, without_house=without_house)


def _fact_word(case: Case, refused: _Refusal, left: Sequence[Item], law: Law | None = None) -> Word:
    law = law or case.law_of(_regimes(case, left))
    earliest, facts = None, dict(refused.facts or {})
    if refused.floor is not None:
        earliest = _first_allowed(case, law, left, refused.floor)
    if refused.rule == "consent_missing" and law.consent is not None:
        source = law.consent
        facts["is_law"] = source.is_law
        binds = (law.pack, law.regime)
        word = Word(
            False, "law", refused.rule, source.article, source.grade, *binds, None, facts
        )  # fmt: skip
        return _told(word, law)
    kind: WordKind = "house" if refused.rule in HOUSE_RULES else "fact"
    return _told(
        Word(False, kind, refused.rule, "", "", law.pack, law.regime, earliest, facts), law
    )


# -- what is owed ------------------------------------------------------------------------------


def _asked(case: Case) -> list[Item]:
    """The open documents that the request is about; a guarantor of one obligation answers for it
    alone."""
    named = frozenset(case.request.document_ids)
    party = case.party
    bound = party.obligation_id if party is not None and party.role in LIABLE else None
    return [
        item
        for item in case.items
        if (not named or item.id in named)
        and (bound is None or item.obligation_id is None or item.obligation_id == bound)
    ]


def _balance(
    case: Case, asked: Sequence[Item]
) -> tuple[_Refusal | None, list[Item], dict[str, object]]:
    """What of the balance may still be spoken of; refused where nothing is left."""
    if case.stale is not None and law_channel(case.request) in MESSAGES:
        return _Refusal("ledger_stale", facts=case.stale), list(asked), {}
    if not asked:
        named = frozenset(case.request.document_ids)
        if case.party is not None and any(not named or i.id in named for i in case.items):
            return _Refusal("party_not_liable"), [], {}
        return _Refusal("paid", facts={"documents": []}), [], {}
    standing = [item for item in asked if not item.is_ceded]
    if not standing:
        return _Refusal("ceded", facts={"documents": []}), [], {}
    if case.is_covered:
        return _Refusal("credits_cover"), standing, {}
    whole = [hold for hold in case.holds if not hold.channel]
    free = [] if whole else [item for item in standing if not item.holds]
    if not free:
        return _on_hold(case, standing, whole), standing, {}
    if case.is_small:
        return _Refusal("small_balance"), free, {}
    gone = len(case.request.document_ids or case.items) - len(free)
    return None, free, {"documents": [item.id for item in free]} if gone else {}


def _on_hold(case: Case, items: Sequence[Item], whole: Sequence[Held]) -> _Refusal:
    """Until the customer's holds are over, and the first document's."""
    ways = [[*whole, *item.holds] for item in items]
    ends = [_latest(holds) for holds in ways]
    known = [end for end in ends if end is not None]
    first = ways[ends.index(min(known)) if known else 0]
    kinds = [hold.kind for hold in first]
    kind = next((each for each in ("reported_paid", "disputed") if each in kinds), kinds[0])
    rule = kind if kind in ("reported_paid", "disputed") else "on_hold"
    until = min(known) if known else None
    return _Refusal(
        rule,
        case.midnight(until) if until is not None else None,
        {"hold": kind, "until": until.isoformat() if until else None},
    )


def _latest(holds: Sequence[Held]) -> date | None:
    """The day from which none of ``holds`` is in force; None: one has no end."""
    days = [hold.until_on for hold in holds]
    return None if None in days else max(day for day in days if day is not None)


def _regimes(case: Case, items: Sequence[Item]) -> frozenset[str]:
    """Those of the debts; a guarantor's own too, where one is asked. None: the strictest."""
    found = {item.regime for item in items} or {"consumer"}
    if case.party is not None and case.party.role in LIABLE:
        found.add("guarantor")
    return frozenset(found)


# -- whom, how, and when the creditor wants it -------------------------------------------------


def _facts(case: Case, law: Law) -> Iterator[_Refusal]:
    request = case.request
    since = case.do_not_contact_since
    if since is not None and since <= case.today:
        yield _Refusal("do_not_contact", facts={"since": since.isoformat()})
    consent = consent_of(case.said, request)
    if consent is False:
        yield _Refusal("consent_withdrawn", facts={"channel": request.channel})
    if consent is None and law.consent is not None and request.purpose == "collection":
        yield _Refusal("consent_missing", facts={"channel": request.channel})
    yield from _person(case)
    yield from _way(case)
    for hold in case.holds:
        if hold.channel == request.channel:
            floor = case.midnight(hold.until_on) if hold.until_on is not None else None
            facts: dict[str, object] = {"channel": hold.channel, "hold": hold.kind}
            yield _Refusal("channel_on_hold", floor, facts)
    if request.not_after is not None and case.at >= request.not_after:
        yield _Refusal("window_passed", facts={"closed_at": request.not_after.isoformat()})
    if request.not_before is not None and case.at < request.not_before:
        yield _Refusal(
            "window_not_open", request.not_before, {"opens_at": request.not_before.isoformat()}
        )


def consent_of(said: Sequence[Said], request: Request) -> bool | None:
    """True: allowed, False: withdrawn and not allowed again since, None: nothing was ever said.

    ``said`` in order, the newest last. A withdrawal is lifted only by a later word that is at least
    as particular: whoever stopped this e-mail address does not start it by signing a new contract,
    and whoever stopped everything starts e-mail by allowing e-mail.
    """
    purposes = BINDING.get(request.purpose, BINDING["collection"])
    stopped: dict[tuple[int, str], bool] = {}
    granted = False
    for word in said:
        if word.purpose not in purposes or word.channel not in ("*", request.channel):
            continue
        if word.contact_point_id is not None and word.contact_point_id != request.contact_point_id:
            continue
        width = 2 * (word.contact_point_id is not None) + (word.channel != "*")
        if not word.is_granted:
            stopped[width, word.purpose] = True
            continue
        granted = granted or word.purpose in (request.purpose, "*")
        for narrow, purpose in list(stopped):
            if width >= narrow and word.purpose in (purpose, request.purpose):
                del stopped[narrow, purpose]
    return False if stopped else (True if granted else None)


def _person(case: Case) -> Iterator[_Refusal]:
    """References and third parties never; who merely speaks for a company, only for a company."""
    request, party = case.request, case.party
    if party is None:
        if request.party_id is not None:
            yield _Refusal("party_other")
        return
    if party.role == "reference" or (party.role == "contact" and case.customer_kind == "person"):
        yield _Refusal("third_party", facts={"role": party.role})


def _way(case: Case) -> Iterator[_Refusal]:
    request, point = case.request, case.point
    if request.contact_point_id is None:
        return
    if point is None or (request.party_id is not None and point.party_id != request.party_id):
        yield _Refusal("contact_point_other")
    elif not point.is_usable or not _serves(point, request):
        yield _Refusal("contact_point_invalid", facts={"channel": request.channel})


def _serves(point: Point, request: Request) -> bool:
    wanted = "address" if request.visit else request.channel
    return point.channel == wanted or {point.channel, wanted} <= BY_NUMBER


# -- the law and the house ---------------------------------------------------------------------


def law_channel(request: Request) -> Channel:
    return "visit" if request.visit else LAW_CHANNEL[request.channel]


def _judged(
    case: Case, law: Law, items: Sequence[Item], facts: dict[str, object], *, without_house: bool
) -> Word:
    rules = _rules(case, law, with_house=not without_house)
    said = _said(case, law, rules, items, case.at)
    kind: WordKind = "law"
    if not said.allowed and rules is not _rules(case, law, with_house=False):
        own = _said(case, law, _rules(case, law, with_house=False), items, case.at)
        said, kind = (said, "house") if own.allowed else (own, "law")
    source = said.source
    earliest = None
    if not said.allowed:
        earliest = _first_allowed(case, law, items, case.at, without_house=without_house)
    facts |= _shareable(said.facts, case)
    facts["is_law"] = kind == "law" and source is not None and source.is_law
    word = Word(
        said.allowed,
        kind,
        said.rule,
        source.article if source else "",
        source.grade if source else "",
        law.pack,
        law.regime,
        earliest,
        facts,
    )
    return _told(word, law)


def is_counted(request: Request) -> bool:
    """An answer to what the customer asked is no contact that caps count; any other is."""
    return request.origin != "reply" or request.purpose != "service"


def _rules(case: Case, law: Law, *, with_house: bool) -> Rules:
    if not is_counted(case.request):
        return law.answering_both if with_house else law.answering
    return law.both if with_house else law.rules


def _said(case: Case, law: Law, rules: Rules, items: Sequence[Item], at: datetime) -> RulesSaid:
    """The word of the first person whose history stands against it; else that it is allowed."""
    debts = frozenset(str(item.id) for item in items)
    ask = Ask(at, law_channel(case.request), law.zones[0], law.is_holiday, debts)
    said = None
    for history in case.histories:
        if len(law.zones) == 1:
            said = judge(rules, ask, history)
        else:
            said = judge_everywhere(rules, ask, law.zones, history)
        if not said.allowed:
            return said
    assert said is not None, "a contact counts for somebody"
    return said


def _first_allowed(
    case: Case, law: Law, items: Sequence[Item], floor: datetime, *, without_house: bool = False
) -> datetime | None:
    """The first whole minute from ``floor`` on that law, house and every person's history allow,
    inside the request's window; None where there is none."""
    rules = _rules(case, law, with_house=not without_house)
    at = _whole_minute(max(floor, case.request.not_before or floor))
    for _ in range(ROUNDS):
        if case.request.not_after is not None and at >= case.request.not_after:
            return None
        said = _said(case, law, rules, items, at)
        if said.allowed:
            return at
        if said.earliest is None or said.earliest <= at:
            return None
        at = said.earliest
    return None


def _whole_minute(at: datetime) -> datetime:
    down = at.replace(second=0, microsecond=0)
    return down if down == at else down + timedelta(minutes=1)


def _told(word: Word, law: Law) -> Word:
    """With the customer's zone, which the sentence needs."""
    word.facts["zone"] = law.zones[0]
    return word


#: What a rule tells of the contacts that were had.
_TELLING = frozenset({"count", "since", "fixed"})


def _shareable(facts: dict[str, object], case: Case) -> dict[str, object]:
    """As JSON keeps it; and where other creditors' contacts may be in it, only the rule's own
    numbers: how many there were, when and by which channel is not this creditor's to know."""
    tells = not _TELLING.isdisjoint(facts)
    foreign = tells and any(one.debts is FOREIGN for had in case.histories for one in had)
    return {
        name: value.isoformat() if isinstance(value, datetime | date | time) else value
        for name, value in facts.items()
        if not (foreign and name in _TELLING)
    }
