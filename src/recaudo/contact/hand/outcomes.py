"""The creditor's tree of results: what may come of a contact, and what each result does (F18).

reach (direct, indirect, none) → result, with results of its own where something more is asked →
effect. A code in use is switched off, never taken out: what was recorded with it keeps its name.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from django.db import transaction
from django.utils.translation import get_language

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.contact.models import Outcome
from recaudo.core.problems import Problem
from recaudo.portfolio.models import Channel

REACHES = ("direct", "indirect", "none")
EFFECTS = (
    "",
    "reported_paid",
    "promise",
    "objection",
    "situation",
    "callback",
    "wrong_number",
    "do_not_contact",
    "retry",
)
#: Effects that are asked for only once it is clear that there is neither promise nor payment.
ASKED_AFTER_TALKING = ("objection", "situation")


@dataclass(frozen=True, slots=True)
class Node:
    """One result. ``channels`` empty: of any channel; ``key`` records it on the customer's page."""

    code: str
    es: str
    reach: str
    en: str = ""
    parent: str = ""
    effect: str = ""
    key: str = ""
    channels: tuple[str, ...] = ()
    is_active: bool = True

    @property
    def is_answered(self) -> bool:
        return self.reach != "none"

    @property
    def is_effective(self) -> bool:
        return self.reach == "direct"

    def suits(self, channel: str) -> bool:
        return not self.channels or channel in self.channels

    @property
    def title(self) -> str:
        """In the reader's language; Spanish where the creditor gave no other."""
        return self.en if self.en and (get_language() or "").startswith("en") else self.es


@cache
def default_tree() -> tuple[Node, ...]:
    """What every creditor starts with (``outcomes.toml``), in its order."""
    text = files("recaudo.contact.hand").joinpath("outcomes.toml").read_text("utf-8")
    rows = tomllib.loads(text)["outcome"]
    tree = tuple(Node(**row | {"channels": tuple(row.get("channels", ()))}) for row in rows)
    check_tree(tree)
    return tree


def tree_of(creditor: Creditor) -> list[Node]:
    """The creditor's results in their order, those switched off too. Inside the scope.

    A creditor older than the tree gets the default one the first time that it is asked for.
    """
    rows = list(Outcome.objects.order_by("position", "id"))
    if not rows:
        install_default(creditor)
        rows = list(Outcome.objects.order_by("position", "id"))
    return [_node(row) for row in rows]


def choices(creditor: Creditor, channel: str) -> list[Node]:
    """The results that may be recorded for a contact by ``channel``, in order."""
    return [node for node in tree_of(creditor) if node.is_active and node.suits(channel)]


def find(creditor: Creditor, code: str, channel: str) -> Node:
    """Raises Problem ``outcome_unknown`` for a code that is not there, switched off or of another
    channel."""
    may = choices(creditor, channel)
    for node in may:
        if node.code == code:
            return node
    raise Problem("outcome_unknown", outcome=code, known=[node.code for node in may])


def titles_of(codes: Iterable[str]) -> dict[str, str]:
    """What these codes are called by the creditor in scope. One query."""
    wanted = {code for code in codes if code}
    if not wanted:
        return {}
    named = {node.code: node.title for node in default_tree() if node.code in wanted}
    rows = Outcome.objects.filter(code__in=wanted)
    return named | {row.code: _node(row).title for row in rows}


def install_default(creditor: Creditor) -> int:
    """Put the default tree in where the creditor has none; how many results came in. Idempotent."""
    with transaction.atomic():
        # Two at once: the creditor's row decides who is first.
        Creditor.objects.select_for_update(no_key=True).get(pk=creditor.pk)
        if Outcome.objects.filter(creditor=creditor).exists():
            return 0
        Outcome.objects.bulk_create(
            _row(creditor, n, node) for n, node in enumerate(default_tree())
        )
    return len(default_tree())


def replace_tree(
    creditor: Creditor, tree: Sequence[Node], *, by: User | None = None, origin: str = "cli"
) -> dict[str, int]:
    """``tree`` becomes the creditor's. Codes that it leaves out are switched off:
    ``{"added", "changed", "switched_off"}``. The same tree twice changes nothing.

    Raises what ``check_tree`` raises.
    """
    check_tree(tree)
    with transaction.atomic():
        Creditor.objects.select_for_update(no_key=True).get(pk=creditor.pk)
        known = {row.code: row for row in Outcome.objects.all()}
        counts = {"added": 0, "changed": 0, "switched_off": 0}
        for n, node in enumerate(tree):
            row, old = _row(creditor, n, node), known.get(node.code)
            if old is None:
                row.save(force_insert=True)
                counts["added"] += 1
            elif _node(old) != node or old.position != n:
                row.pk = old.pk
                row.save(force_update=True)
                counts["changed"] += 1
        given = {node.code for node in tree}
        gone = Outcome.objects.filter(is_active=True).exclude(code__in=given)
        counts["switched_off"] = gone.update(is_active=False)
        if any(counts.values()):
            record_change("outcomes_changed", creditor=creditor, by=by, origin=origin, **counts)
    return counts


def check_tree(tree: Sequence[Node]) -> None:
    """Raises Problem ``outcomes_empty``, ``outcome_code_missing``, ``outcome_code_twice``,
    ``outcome_name_missing``, ``outcome_reach_unknown``, ``outcome_effect_unknown``,
    ``outcome_channel_unknown``, ``outcome_parent_missing``, ``outcome_key_invalid``,
    ``outcome_key_twice``, ``outcome_effect_needs_contact``."""
    if not any(node.is_active for node in tree):
        raise Problem("outcomes_empty")
    codes: set[str] = set()
    for node in tree:
        if not node.code.strip():
            raise Problem("outcome_code_missing", name=node.es)
        if node.code in codes:
            raise Problem("outcome_code_twice", outcome=node.code)
        codes.add(node.code)
        _check_node(node)
    _check_parents(tree)
    _check_keys(tree)


def _check_node(node: Node) -> None:
    if not node.es.strip():
        raise Problem("outcome_name_missing", outcome=node.code)
    if node.reach not in REACHES:
        raise Problem(
            "outcome_reach_unknown", outcome=node.code, reach=node.reach, known=list(REACHES)
        )
    if node.effect not in EFFECTS:
        known = [effect for effect in EFFECTS if effect]
        raise Problem("outcome_effect_unknown", outcome=node.code, effect=node.effect, known=known)
    unknown = [channel for channel in node.channels if channel not in Channel.values]
    if unknown:
        raise Problem(
            "outcome_channel_unknown",
            outcome=node.code,
            channel=unknown[0],
            known=list(Channel.values),
        )
    # What somebody else says is no promise, no payment and no objection of the customer's.
    if node.effect in ("promise", "reported_paid", *ASKED_AFTER_TALKING) and node.reach != "direct":
        raise Problem("outcome_effect_needs_contact", outcome=node.code, effect=node.effect)


def _check_parents(tree: Sequence[Node]) -> None:
    """A result of a result is asked one level deep: a parent has no parent."""
    by_code = {node.code: node for node in tree}
    for node in tree:
        if not node.parent:
            continue
        parent = by_code.get(node.parent)
        if parent is None or parent.parent or parent.reach != node.reach:
            raise Problem("outcome_parent_missing", outcome=node.code, parent=node.parent)


def _check_keys(tree: Sequence[Node]) -> None:
    """One key, one result, in any one channel. ``t`` says that the titular is speaking."""
    for node in tree:
        if node.key and (len(node.key) != 1 or not node.key.isalnum() or node.key == "t"):
            raise Problem("outcome_key_invalid", outcome=node.code, key=node.key)
    active = [node for node in tree if node.is_active and node.key]
    for channel in Channel.values:
        taken: dict[str, str] = {}
        for node in active:
            if not node.suits(channel):
                continue
            if node.key in taken:
                raise Problem(
                    "outcome_key_twice", key=node.key, outcome=node.code, other=taken[node.key]
                )
            taken[node.key] = node.code


def _node(row: Outcome) -> Node:
    return Node(
        code=row.code,
        es=row.es,
        en=row.en,
        reach=row.reach,
        parent=row.parent_code,
        effect=row.effect,
        key=row.key,
        channels=tuple(row.channels),
        is_active=row.is_active,
    )


def _row(creditor: Creditor, position: int, node: Node) -> Outcome:
    return Outcome(
        creditor=creditor,
        code=node.code,
        parent_code=node.parent,
        es=node.es,
        en=node.en,
        reach=node.reach,
        is_answered=node.is_answered,
        is_effective=node.is_effective,
        effect=node.effect,
        key=node.key,
        channels=list(node.channels),
        position=position,
        is_active=node.is_active,
    )
