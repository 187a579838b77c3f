"""Which debts does a bank line pay? (*conciliación*)

Pure: what may be meant is gathered before (``payments.queries.matching``). Amounts are whole
ten-thousandths of one currency. Guarantee, order and worked tables: docs/rules/reconciliation.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass

from recaudo.core.adding_up import Debt, at_net, exactly, in_turn, whole
from recaudo.core.doubts import doubt_about
from recaudo.core.evidence import (
    FAMILY,
    SURE_NUMBER,
    TELLING_NUMBER,
    Decision,
    Evidence,
    Match,
    Tolerance,
)
from recaudo.core.payer_names import MARGIN

#: A candidate of this score, ahead of every other customer's, is applied without a person.
CERTAIN = 95


@dataclass(frozen=True, slots=True)
class _Fit:
    """``quality``: ``exact``, ``together``, ``tolerance``, ``short``, ``over``, ``none``."""

    quality: str
    lines: tuple[tuple[int, int], ...]
    rest: int


FITS = ("exact", "together", "tolerance", "short", "over", "none")
"""How an amount agrees: with a document, with several together, but for what a bank deducts, less
than is named, more than is named, not at all."""


def _row(*scores: int) -> dict[str, int]:
    return dict(zip(FITS, scores, strict=True))


#: Score by how the customer is known (rows) and how the amount agrees (``FITS``). 0: not offered.
SCORES: dict[str, dict[str, int]] = {
    "own_reference": _row(100, 99, 97, 96, 96, 95),
    "sure_number": _row(99, 98, 97, 96, 95, 0),
    "document_number": _row(99, 98, 97, 90, 88, 0),
    "short_number": _row(96, 90, 80, 60, 50, 0),
    "reported": _row(98, 97, 95, 80, 80, 80),
    "tax_id": _row(98, 97, 95, 80, 80, 80),
    "account": _row(98, 97, 95, 80, 80, 75),
    "alias": _row(98, 97, 95, 80, 80, 75),
    "name": _row(97, 96, 95, 75, 75, 70),
    "like_name": _row(96, 95, 85, 60, 60, 55),
    "one_of_name": _row(95, 95, 70, 50, 50, 40),
    "cut_number": _row(95, 0, 70, 60, 50, 0),
    "amount": _row(45, 0, 0, 0, 0, 0),
}
#: What a second, independent sign for the same customer adds.
CORROBORATED = 6


def decide(
    amount: int,
    evidence: Evidence,
    open_of: Callable[[int], Sequence[Debt]],
    tolerance: Tolerance,
    *,
    today: int,
) -> Decision:
    """Judge one line of ``amount`` > 0.

    Guarantee: a certain match never names a document for more than it owes, its lines and rest add
    up to ``amount``, and no other customer comes within reach of it. Ties: the older document.
    """
    cut = evidence.cut(amount)
    signs = _signs(evidence, cut)
    found = [
        _judge(amount, customer, kinds, evidence, cut, open_of(customer), tolerance, today)
        for customer, kinds in signs.items()
    ]
    matches = sorted(
        (match for match in found if match is not None and match.score > 0),
        key=lambda match: (-match.score, match.customer),
    )
    if not matches:
        named = evidence.paid or any(len(key) >= TELLING_NUMBER for key in evidence.numbers or ())
        return Decision("unidentified", "already_paid" if named else "nothing_speaks")
    best, others = matches[0], matches[1:]
    if best.score < CERTAIN:
        return Decision("offered", "not_sure", tuple(matches[:3]))
    if others and (others[0].score >= CERTAIN or best.score - others[0].score < 3):
        return Decision("offered", "several_customers", tuple(matches[:3]))
    doubt = doubt_about(best, amount, evidence, signs, open_of(best.customer), tolerance)
    if doubt:
        return Decision("offered", doubt, tuple(matches[:3]))
    return Decision("certain", best.reason, (best,))


def _signs(evidence: Evidence, cut: Set[Debt]) -> dict[int, set[str]]:
    """Customer → the kinds of sign that speak for them."""
    signs: dict[int, set[str]] = {}

    def add(customers: Iterable[int], kind: str) -> None:
        for customer in customers:
            signs.setdefault(customer, set()).add(kind)

    add(evidence.own, "own_reference")
    for key, debts in (evidence.numbers or {}).items():
        kind = (
            "sure_number"
            if len(key) >= SURE_NUMBER
            else "document_number"
            if len(key) >= TELLING_NUMBER
            else "short_number"
        )
        add({debt.customer for debt in debts}, kind)
    add({debt.customer for debt in cut}, "cut_number")
    add(evidence.ids, "tax_id")
    add(evidence.reported, "reported")
    add(evidence.accounts, "account" if len(evidence.accounts) == 1 else "one_of_name")
    add(evidence.aliases, "alias" if len(evidence.aliases) == 1 else "one_of_name")
    names = evidence.names
    if names:
        is_apart = len(names) == 1 or names[0].similarity - names[1].similarity >= MARGIN
        first = "name" if names[0].is_exact else "like_name"
        add([names[0].customer], first if is_apart else "one_of_name")
        add([name.customer for name in names[1:]], "one_of_name")
    if not signs:
        add({debt.customer for debt in evidence.amounts}, "amount")
    return signs


def _judge(
    amount: int,
    customer: int,
    kinds: set[str],
    evidence: Evidence,
    cut: Set[Debt],
    debts: Sequence[Debt],
    tolerance: Tolerance,
    today: int,
) -> Match | None:
    """The best reading of the line as a payment of this customer's."""
    named = _named(customer, evidence, cut, debts)
    of_amount = kinds == {"amount"}
    fit = _fit(amount, debts, named, tolerance, today, evidence.liked(), of_amount=of_amount)
    if not named:  # a number whose document owes nothing says nothing of this payment
        kinds = {kind for kind in kinds if FAMILY[kind] != "number"}
    if not kinds:
        return None
    best = min(kinds, key=lambda kind: (-SCORES[kind][fit.quality], kind))
    score = SCORES[best][fit.quality]
    # Another sign of another family for the same customer.
    families = {FAMILY[kind] for kind in kinds} - {FAMILY[best], ""}
    if families and score:
        score = min(100, score + CORROBORATED * len(families))
    # What pays nothing that can be named waits for a person, unless the payer used their reference.
    if fit.quality in ("none", "over") and best != "own_reference" and not named:
        score = min(score, CERTAIN - 1)
    return Match(customer, fit.lines, fit.rest, best, fit.quality, score) if score else None


def _named(customer: int, evidence: Evidence, cut: Set[Debt], debts: Sequence[Debt]) -> list[Debt]:
    """This customer's documents that the line names, the oldest first."""
    ids = {
        debt.id
        for key, found in (evidence.numbers or {}).items()
        for debt in found
        if debt.customer == customer
    }
    if not ids:
        ids = {debt.id for debt in cut if debt.customer == customer}
    return [debt for debt in debts if debt.id in ids]


def _fit(
    amount: int,
    debts: Sequence[Debt],
    named: Sequence[Debt],
    tolerance: Tolerance,
    today: int,
    liked: Set[int],
    *,
    of_amount: bool = False,
) -> _Fit:
    """How ``amount`` pays ``debts`` (the oldest first): first those named, then any."""
    if named:
        found = exactly(amount, named, today)
        if found:
            quality = "exact" if len(found) == len(named) or len(found) == 1 else "together"
            return _Fit(quality, whole(found), 0)
        if net := at_net(amount, named):
            return _Fit("exact" if len(net) in (1, len(named)) else "together", net, 0)
        owed = sum(debt.open for debt in named)
        if amount > owed:
            others = [debt for debt in debts if debt not in named]
            rest = exactly(amount - owed, others, today, liked)
            if rest:
                return _Fit("together", whole([*named, *rest]), 0)
            return _Fit("over", whole(named), amount - owed)
        if owed - amount <= tolerance.of(owed):
            return _Fit("tolerance", in_turn(amount, named), 0)
        return _Fit("short", in_turn(amount, named), 0)
    found = exactly(amount, debts, today, liked)
    if found:
        return _Fit("exact" if len(found) == 1 else "together", whole(found), 0)
    if of_amount:
        return _Fit("none", (), amount)
    if net := at_net(amount, debts):
        return _Fit("exact" if len(net) == 1 else "together", net, 0)
    near = [d for d in debts if 0 < d.open - amount <= tolerance.of(d.open)]
    if len(near) == 1:
        return _Fit("tolerance", ((near[0].id, amount),), 0)
    return _Fit("none", (), amount)
