"""Why must a person look at a match although its score is high enough?

In the order in which they are told; rules and codes: docs/rules/reconciliation.md, "Score".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recaudo.core.adding_up import Debt, oldest
from recaudo.core.evidence import FAMILY, TELLING_NUMBER, Evidence, Match, Tolerance


def doubt_about(
    best: Match,
    amount: int,
    evidence: Evidence,
    signs: Mapping[int, set[str]],
    debts: Sequence[Debt],
    tolerance: Tolerance,
) -> str:
    """The code of the first doubt about ``best``; empty where there is none.

    ``signs``: customer → the kinds of sign that speak for them; ``debts``: all that the customer of
    ``best`` owes, the oldest first.
    """
    if best.customer in evidence.paid or _named_is_gone(best, evidence, debts):
        return "already_paid"
    if evidence.pieces and _is_guess(best, evidence, debts):
        return "which_of_several"
    if _contradicted(best, signs):
        return "signs_differ"
    if _names_some(best, debts, tolerance):
        return "names_some"
    if _has_two_readings(amount, best, evidence, debts):
        return "two_readings"
    return ""


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
    if FAMILY[best.reason] in ("number", "reference") and best.reason != "cut_number":
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
    if best.fit != "exact" or len(best.lines) != 1 or FAMILY[best.reason] == "number":
        return False
    ((chosen, _),) = best.lines
    if chosen in evidence.liked() or debts[0].id == chosen:
        return False
    return oldest(amount, debts) is not None
