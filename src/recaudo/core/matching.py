"""Which debts does a bank line pay? (*conciliación*)

Pure: what may be meant is gathered before (``payments.queries.matching``). Amounts are whole
ten-thousandths of one currency. Guarantee, order and worked tables: docs/rules/reconciliation.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from recaudo.core.adding_up import Debt, at_net, exactly, in_turn, oldest, whole
from recaudo.core.payer_names import MARGIN, Likeness

#: A candidate of this score, ahead of every other customer's, is applied without a person.
CERTAIN = 95
#: A document's number must have this many characters to mean something on its own.
TELLING_NUMBER = 6
#: …and so many to be believed although the amount does not agree.
SURE_NUMBER = 8


@dataclass(frozen=True, slots=True)
class Piece:
    """A number that somebody cut, and the documents that it may be of: of known customers, or of
    the line's amount.

    ``gone``: those that were paid meanwhile, or lately, with what they owed.
    """

    open: tuple[Debt, ...]
    gone: tuple[Debt, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each customer about one line.

    ``own``: customers whose payment reference the line carries; ``numbers``: documents named,
    by the key that named them; ``pieces``: numbers that were cut; ``ids``: customers
    named by tax id or code; ``accounts``, ``aliases``: whose the payer's account, or name, is known
    to be; ``names``: how like their names are; ``reported``: customers who reported this payment,
    by its reference; ``amounts``: documents of exactly this amount, whosoever; ``paid``: customers
    of documents that the line names and that owe nothing any more.
    """

    own: frozenset[int] = frozenset()
    numbers: Mapping[str, tuple[Debt, ...]] | None = None
    pieces: tuple[Piece, ...] = ()
    ids: frozenset[int] = frozenset()
    accounts: frozenset[int] = frozenset()
    aliases: frozenset[int] = frozenset()
    names: tuple[Likeness, ...] = ()
    reported: frozenset[int] = frozenset()
    amounts: tuple[Debt, ...] = ()
    paid: frozenset[int] = frozenset()

    def cut(self, amount: int) -> set[Debt]:
        """What a cut number names: the only document that it may be of, or the only one of
        ``amount``."""
        found: set[Debt] = set()
        for piece in self.pieces:
            of_amount = [debt for debt in piece.open if debt.open == amount]
            for some in (of_amount, piece.open):
                if len(some) == 1:
                    found.add(some[0])
                    break
        return found

    def liked(self) -> frozenset[int]:
        """Documents, by id, that some cut number may name, among others."""
        return frozenset(debt.id for piece in self.pieces for debt in piece.open)


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How much less than the debt still pays it: the smaller of an amount and a part of the debt.

    ``per_ten_thousand`` of the debt: 300 is 3 %.
    """

    amount: int = 0
    per_ten_thousand: int = 0

    def of(self, debt: int) -> int:
        return min(self.amount, debt * self.per_ten_thousand // 10_000)


@dataclass(frozen=True, slots=True)
class Match:
    """The line pays ``lines`` (document, amount > 0) of ``customer``; ``rest`` stays unapplied.

    ``reason`` is how the customer was found, ``fit`` how the amount agrees; ``score`` 0 … 100.
    """

    customer: int
    lines: tuple[tuple[int, int], ...]
    rest: int
    reason: str
    fit: str
    score: int


@dataclass(frozen=True, slots=True)
class Decision:
    """``certain`` with its match, ``offered`` with at most three, or ``unidentified``."""

    kind: str
    reason: str
    candidates: tuple[Match, ...] = ()

    @property
    def match(self) -> Match | None:
        return self.candidates[0] if self.kind == "certain" else None


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
    if best.customer in evidence.paid or _named_is_gone(best, evidence, open_of(best.customer)):
        return Decision("offered", "already_paid", tuple(matches[:3]))
    if evidence.pieces and _is_guess(best, evidence, open_of(best.customer)):
        return Decision("offered", "which_of_several", tuple(matches[:3]))
    if _contradicted(best, signs):
        return Decision("offered", "signs_differ", tuple(matches[:3]))
    if _names_some(best, open_of(best.customer), tolerance):
        return Decision("offered", "names_some", tuple(matches[:3]))
    if _has_two_readings(amount, best, evidence, open_of(best.customer)):
        return Decision("offered", "two_readings", tuple(matches[:3]))
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
        kinds = {kind for kind in kinds if _FAMILY[kind] != "number"}
    if not kinds:
        return None
    best = min(kinds, key=lambda kind: (-SCORES[kind][fit.quality], kind))
    score = SCORES[best][fit.quality]
    # Another sign of another family for the same customer.
    families = {_FAMILY[kind] for kind in kinds} - {_FAMILY[best], ""}
    if families and score:
        score = min(100, score + CORROBORATED * len(families))
    # What pays nothing that can be named waits for a person, unless the payer used their reference.
    if fit.quality in ("none", "over") and best != "own_reference" and not named:
        score = min(score, CERTAIN - 1)
    return Match(customer, fit.lines, fit.rest, best, fit.quality, score) if score else None


_FAMILY = {
    "own_reference": "reference",
    "document_number": "number",
    "sure_number": "number",
    "short_number": "number",
    "cut_number": "number",
    "reported": "reported",
    "tax_id": "payer",
    "account": "payer",
    "alias": "payer",
    "name": "payer",
    "like_name": "payer",
    "one_of_name": "payer",
    "amount": "",
}


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


def _named_is_gone(best: Match, evidence: Evidence, debts: Sequence[Debt]) -> bool:
    """Does the line name a document of theirs that another line has just paid?"""
    named = {
        debt.id
        for key, found in (evidence.numbers or {}).items()
        if len(key) >= TELLING_NUMBER
        for debt in found
        if debt.customer == best.customer
    }
    return bool(named - {debt.id for debt in debts})


def _is_guess(best: Match, evidence: Evidence, debts: Sequence[Debt]) -> bool:
    """The payer meant certain documents and their numbers were cut: is one of those chosen only one
    of several of its amount that it may be, or is a number of none of those chosen?"""
    if _FAMILY[best.reason] in ("number", "reference") and best.reason != "cut_number":
        return False
    chosen = {debt.id: debt for debt in debts if debt.id in dict(best.lines)}
    liked = evidence.liked()
    for piece in evidence.pieces:
        mine = [debt for debt in piece.open if debt.customer == best.customer]
        gone = [debt for debt in piece.gone if debt.customer == best.customer]
        meant = {debt.open for debt in mine if debt.id in chosen}
        if (mine or gone) and not meant:
            return True
        if any(debt.open in meant for debt in (*mine, *gone) if debt.id not in chosen):
            return True
    sizes = {debt.open for debt in debts if debt.id not in chosen}
    return any(debt.open in sizes for debt in chosen.values() if debt.id not in liked)


def _contradicted(best: Match, signs: Mapping[int, set[str]]) -> bool:
    """Do strong signs speak for somebody else, whom the amount does not confirm?

    A third party may pay another's invoice: the exact amount of a named document says so. Whoever
    names a document means it, whatever else the amount would pay.
    """
    telling = {"document_number", "sure_number"}
    if best.reason not in telling and any(
        customer != best.customer and kinds & telling for customer, kinds in signs.items()
    ):
        return True
    if best.fit in ("exact", "together") and best.reason != "like_name":
        return False
    strong = {"own_reference", "account", "alias", "tax_id", "name", "reported", "sure_number"}
    return any(customer != best.customer and kinds & strong for customer, kinds in signs.items())


def _names_some(best: Match, debts: Sequence[Debt], tolerance: Tolerance) -> bool:
    """Is what is over enough to pay another document, but for what a bank deducts?

    Who pays several documents and names one of them is no payer by mistake.
    """
    if best.fit != "over" or best.reason == "own_reference":
        return False
    named = {document for document, _ in best.lines}
    return any(
        debt.open - tolerance.of(debt.open) <= best.rest for debt in debts if debt.id not in named
    )


def _has_two_readings(amount: int, best: Match, evidence: Evidence, debts: Sequence[Debt]) -> bool:
    """Nothing is named, one document owes the amount, and the oldest ones together owe it, too?"""
    if best.fit != "exact" or len(best.lines) != 1 or _FAMILY[best.reason] == "number":
        return False
    ((chosen, _),) = best.lines
    if chosen in evidence.liked() or debts[0].id == chosen:
        return False
    return oldest(amount, debts) is not None
