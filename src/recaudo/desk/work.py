"""What somebody can do about a customer now, with the gate's answer to each way of doing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from recaudo.contact.gate import Request, Word, judge_many, sentence_of
from recaudo.contact.hand.outcomes import Node, tree_of
from recaudo.countries import pack_for
from recaudo.desk.book import Titles
from recaudo.desk.names import OUTCOMES, TASK_KINDS, called
from recaudo.desk.views.contacts import masked
from recaudo.insights.queries.statement import Reach
from recaudo.portfolio.models import Channel, ContactPoint, Customer
from recaudo.strategy.actions.tasks import PLAIN_OUTCOMES, contact_channel
from recaudo.strategy.models import Task

if TYPE_CHECKING:
    from recaudo.access.models import Creditor

#: Recorded with one key, and on to the next customer.
AT_ONCE = ("none", "indirect")


@dataclass(frozen=True)
class Answer:
    """The gate's word on reaching ``point``, as the page shows it."""

    point: ContactPoint
    word: Word
    sentence: str

    @property
    def masked(self) -> str:
        return masked(self.point.channel, self.point.value)

    @property
    def may_override(self) -> bool:
        """House policy, which a supervisor may set aside; never law, never the facts."""
        return not self.word.is_allowed and self.word.kind == "house"


@dataclass(frozen=True)
class Results:
    """The results to choose from. ``at_once``: one key each; ``spoken`` with what is asked after
    each of them."""

    at_once: list[Node] = field(default_factory=list)
    spoken: list[tuple[Node, list[Node]]] = field(default_factory=list)

    @property
    def with_callback(self) -> bool:
        return any(node.effect == "callback" for node, _ in self.spoken)


def answers_to(
    creditor: Creditor, customer: Customer, reach: Sequence[Reach], *, at: datetime
) -> dict[int, Answer]:
    """By contact point: may it be used now? As many queries for one point as for ten."""
    usable = [each.row for each in reach if each.row.is_active]
    for each in reach:
        each.row.party = each.party
    if not usable:
        return {}
    requests = [request_for(customer, point) for point in usable]
    words = judge_many(creditor, requests, at=at)
    return {
        point.pk: Answer(point, word, sentence_of(word))
        for point, word in zip(usable, words, strict=True)
    }


def request_for(customer: Customer, point: ContactPoint, *, task: Task | None = None) -> Request:
    return Request(
        customer_id=customer.pk,
        channel=point.channel,
        contact_point_id=point.pk,
        party_id=point.party_id,
        task_id=task.pk if task else None,
    )


def task_rows(
    creditor: Creditor,
    customer: Customer,
    names: Titles,
    today: date,
    answers: dict[int, Answer],
) -> list[dict[str, Any]]:
    """What somebody must do now, an agreed hour first and then the most urgent, each with its
    possible outcomes and the ways to do it."""
    found = list(
        Task.objects.filter(customer=customer, state__in=("open", "proposed"))
        .select_related("assigned_to")
        .order_by("due_at", "-priority", "id")
    )
    contacts = [each.pk for each in found if contact_channel(each) and each.state == "open"]
    tree = tree_of(creditor) if contacts else []
    return [
        {
            "task": each,
            "kind": called(TASK_KINDS, each.kind),
            "step": names.step(each.step_key),
            "is_late": each.due_on < today,
            "channel": contact_channel(each),
            "has_keys": each.pk in contacts[:1],
            "results": results(tree, contact_channel(each)),
            "outcomes": [(code, called(OUTCOMES, code)) for code in PLAIN_OUTCOMES],
            "ways": ways(contact_channel(each), answers),
        }
        for each in found
    ]


def results(tree: list[Node], channel: str) -> Results:
    """The active results of ``channel``: those recorded at once, and those of a conversation."""
    may = [node for node in tree if node.is_active and node.suits(channel)]
    tops = [node for node in may if not node.parent]
    at_once = [node for node in tops if node.reach in AT_ONCE and node.effect != "callback"]
    spoken = [node for node in tops if node not in at_once]
    after = {node.code: [each for each in may if each.parent == node.code] for node in spoken}
    return Results(at_once, [(node, after[node.code]) for node in spoken])


def ways(channel: str, answers: dict[int, Answer]) -> list[Answer]:
    """The contact points that a task of ``channel`` may use, allowed ones first, good ones first.
    Whoever the gate never lets through (a reference) is none of them."""
    fitting = [
        each
        for each in answers.values()
        if each.point.channel == channel and not is_reference(each.point)
    ]
    standing = {"valid": 0, "unknown": 1, "invalid": 2}
    return sorted(fitting, key=lambda each: (not each.word.is_allowed, standing[each.point.state]))


def is_reference(point: ContactPoint) -> bool:
    """Named as a reference by the customer: no debtor, and nobody to be chased (F17)."""
    return point.party is not None and point.party.role == "reference"


def phones(answers: dict[int, Answer]) -> list[Answer]:
    return ways(Channel.PHONE, answers)


def call_results(creditor: Creditor) -> Results:
    """Of a call that no task asked for."""
    return results(tree_of(creditor), Channel.PHONE)


def bars_why(country: str) -> bool:
    """Where nobody may ask why a customer is late: what they tell by themselves is written down as
    that (S3-06)."""
    return "ask_reason_for_default" in pack_for(country).conduct.forbidden
