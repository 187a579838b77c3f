"""Why this segment, this step, this priority, and what comes next: one customer, with numbers.

``recaudo.strategy.words.tell`` makes sentences of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import translation
from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.contact.models import Message
from recaudo.core.money import from_ten_thousandths
from recaudo.engine.conditions import compile_condition
from recaudo.engine.facts import Fact, facts_about
from recaudo.engine.plan import SERVICE_STEPS
from recaudo.portfolio.models import Customer, Hold
from recaudo.portfolio.queries.customers import in_force
from recaudo.strategy.book import Book
from recaudo.strategy.books import book_of
from recaudo.strategy.models import Decision, Run, SegmentStay, Task
from recaudo.strategy.queries.facts import day_of, facts_of


@dataclass(frozen=True, slots=True)
class Number:
    """One fact by name, with the value it had. ``unit`` is the fact's type; money is a Decimal of
    the creditor's currency, a day a date."""

    fact: str
    title: str
    value: Decimal | int | str | date | bool | None
    unit: str


@dataclass(frozen=True, slots=True)
class SegmentWhy:
    """``numbers``: the facts that ``condition`` names, in its order."""

    code: str
    name: str
    condition: str
    numbers: list[Number]
    since: date | None


@dataclass(frozen=True, slots=True)
class ItemWhy:
    """A document in today's step. ``dpd`` below zero: days until it falls due."""

    number: str
    due_on: date
    dpd: int
    balance: Decimal


@dataclass(frozen=True, slots=True)
class StepWhy:
    """Today's step. ``medium`` message | task; ``kind`` of a task, ``channel`` of a contact.

    ``state`` as in the message or task; empty where nothing was written for it. ``anchor`` is
    empty for a service task. Items by age, oldest first.
    """

    key: str
    name: str
    medium: str
    kind: str
    channel: str
    state: str
    anchor: str
    offset_days: int
    every_days: int
    items: list[ItemWhy]


@dataclass(frozen=True, slots=True)
class PriorityWhy:
    """``value`` = ``probability_ppm`` of ``balance`` − ``cost``; ``priority`` orders the worklist.

    ``balance`` is what could be collected: overdue and not covered, and what was written off.
    """

    probability_ppm: int
    balance: Decimal
    cost: Decimal
    value: Decimal
    priority: int


@dataclass(frozen=True, slots=True)
class HeldWhy:
    """A hold in force on the customer, or on one ``document`` or ``channel``."""

    kind: str
    document: str
    channel: str
    until: date | None
    note: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """``as_of`` None: no run has judged this customer yet, and the rest is empty."""

    customer_id: int
    code: str
    name: str
    country: str
    currency: str
    as_of: date | None
    balance: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)
    unapplied: Decimal = Decimal(0)
    max_dpd: int = 0
    oldest_due_on: date | None = None
    reason: str = ""
    segment: SegmentWhy | None = None
    step: StepWhy | None = None
    priority: PriorityWhy | None = None
    next_step: str = ""
    next_step_name: str = ""
    next_on: date | None = None
    held: list[HeldWhy] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)


def explain(
    creditor: Creditor, customer: Customer, *, held: tuple[date, Sequence[Hold]] | None = None
) -> Explanation:
    """What the newest run decided for ``customer`` and from which numbers.

    ``held``: holds in force on a day that the caller has read already."""
    with scope(creditor=creditor):
        decision = Decision.objects.filter(customer=customer).first()
        facts = facts_of(creditor, customer.pk)
        about: dict[str, Any] = {
            "customer_id": customer.pk,
            "code": customer.code,
            "name": customer.name,
            "country": creditor.country,
            "currency": creditor.currency,
        }
        if decision is None or facts is None:
            return Explanation(**about, as_of=None)
        run = Run.objects.select_related("book").get(pk=decision.run_id)
        book = book_of(run.book)
        language = translation.get_language() or "es"
        return Explanation(
            **about,
            as_of=run.as_of,
            balance=from_ten_thousandths(facts["claimable_balance"]),
            overdue=from_ten_thousandths(facts["overdue_balance"]),
            unapplied=from_ten_thousandths(facts["unapplied"]),
            max_dpd=facts["max_dpd"],
            oldest_due_on=day_of(facts["oldest_due_on"]),
            reason=decision.reason,
            segment=_segment(book, decision, customer, facts, language),
            step=_step(book, decision, customer, run, language),
            priority=_priority(decision, facts),
            next_step=decision.next_step or "",
            next_step_name=step_name(book, decision.next_step or "", language),
            next_on=decision.next_on,
            held=_held(customer, run.as_of, held),
            numbers=[number_of(fact, facts[name]) for name, fact in _known().items()],
        )


def _known() -> dict[str, Fact]:
    return dict(facts_about("customer"))


def number_of(fact: Fact, stored: Any) -> Number:
    """A fact with its value in units that people read."""
    value = stored
    if stored is not None and fact.type == "money":
        value = from_ten_thousandths(stored)
    elif fact.type == "day":
        value = day_of(stored)
    return Number(fact.name, translation.gettext(fact.label), value, fact.type)


def step_name(book: Book, key: str, language: str) -> str:
    """The step's title; a service step's from this room's words; empty for none."""
    from recaudo.strategy.words import task_kind

    return task_kind(key) if key in SERVICE_STEPS else book.step_title(key, language) if key else ""


def _segment(
    book: Book, decision: Decision, customer: Customer, facts: dict[str, Any], language: str
) -> SegmentWhy:
    part = next((each for each in book.text.segments if each.code == decision.segment), None)
    condition = part.when if part else ""
    known = _known()
    named = compile_condition(condition, known).facts if condition else ()
    stay = SegmentStay.objects.filter(customer=customer, left_on__isnull=True).first()
    return SegmentWhy(
        code=decision.segment,
        name=book.segment_title(decision.segment, language),
        condition=condition,
        numbers=[number_of(known[name], facts[name]) for name in named],
        since=stay.entered_on if stay else None,
    )


def _step(
    book: Book, decision: Decision, customer: Customer, run: Run, language: str
) -> StepWhy | None:
    """Today's step with the message or task that was written for it."""
    key = decision.step_key
    if not key:
        return None
    written = _written(customer, key)
    part = book.text.steps.get(key)
    items = [
        ItemWhy(
            number=str(item.document.number),
            due_on=item.document.due_on,
            dpd=(run.as_of - item.document.due_on).days,
            balance=item.balance,
        )
        for item in (
            written.items.filter(is_live=True, document__isnull=False).select_related("document")
            if written
            else ()
        )
    ]
    return StepWhy(
        key=key,
        name=step_name(book, key, language),
        medium=part.do if part else "task",
        kind=(part.task or "") if part else key,
        channel=written.channel if written else "",
        state=written.state if written else "",
        anchor=part.anchor if part else "",
        offset_days=part.offset_days if part else 0,
        every_days=part.every_days if part else 0,
        items=sorted(items, key=lambda item: (item.due_on, item.number)),
    )


#: On its way: from the plan until the gateway has said what became of it.
WAITING = ("planned", "rendered", "attempted")


def _written(customer: Customer, key: str) -> Message | Task | None:
    for model, waiting in ((Message, WAITING), (Task, ("open",))):
        rows = model.objects.filter(customer=customer, step_key=key)
        found = rows.filter(state__in=["proposed", *waiting]).order_by("-id").first()
        if found is not None:
            return found  # type: ignore[no-any-return]
    return None


def _priority(decision: Decision, facts: dict[str, Any]) -> PriorityWhy:
    collectable = facts["catch_up_amount"] + facts["written_off_balance"]
    hoped = facts["p_pay"] * collectable // 1_000_000
    return PriorityWhy(
        probability_ppm=facts["p_pay"],
        balance=from_ten_thousandths(collectable),
        cost=from_ten_thousandths(hoped - decision.value if collectable else 0),
        value=from_ten_thousandths(decision.value),
        priority=decision.priority // 10_000,
    )


def _held(
    customer: Customer, as_of: date, known: tuple[date, Sequence[Hold]] | None
) -> list[HeldWhy]:
    if known is not None and known[0] == as_of:
        holds = known[1]
    else:
        rows = Hold.objects.filter(in_force(as_of), customer=customer, released_at__isnull=True)
        holds = list(rows.select_related("document").order_by("from_on", "id"))
    return [
        HeldWhy(
            kind=hold.kind,
            document=hold.document.number if hold.document else "",
            channel=hold.channel,
            until=hold.until_on,
            note=hold.reason,
        )
        for hold in holds
    ]
