"""What will a customer who withholds taxes pay of a document? (*retenciones, detracciones*)

Guarantees: docs/rules/interest.md, «Withholdings».
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from typing import Literal

from recaudo.core.money import Money, Rounding, minor_units, rounded, total
from recaudo.core.problems import Problem

_WIDE = Context(prec=60, traps=[InvalidOperation])
#: Colombian withholdings are reckoned to the peso, though the peso has centavos on paper.
_PLACES = {"COP": 0}


@dataclass(frozen=True, slots=True)
class Withheld:
    """One tax that the payer keeps: ``pct`` of ``base``.

    ``base``: the document before tax (``subtotal``), its tax, or all of it. ``minimum``: nothing
    is kept of an operation smaller than that, measured on the subtotal, or on the total where the
    base is the total. ``assumed_tax_pct``: the tax in the total where the document does not tell.
    ``decimals``: of the amount kept; None: the currency's minor unit (whole pesos in COP).
    """

    kind: str
    base: Literal["subtotal", "tax", "total"]
    pct: Decimal
    minimum: Decimal = Decimal(0)
    assumed_tax_pct: Decimal | None = None
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Net:
    """``net`` is what will be paid; ``parts`` what is kept, by kind, in the order of the rules,
    each rounded by itself; parts of zero are left out."""

    net: Money
    parts: tuple[tuple[str, Money], ...] = ()


def expected(document_total: Money, tax: Money | None, rules: Sequence[Withheld]) -> Net:
    """What a payer with these withholdings pays of a document.

    Guarantee: net + parts = total; net >= 0; no part is negative.
    Raises Problem ``withholding_total_negative``, ``withholding_tax_wrong`` (more than the total,
    or negative), ``withholding_tax_unknown``, ``withholding_out_of_range``,
    ``withholding_too_much`` and ``currency_mismatch``.
    """
    nothing = Money.zero(document_total.currency)
    if document_total < nothing:
        raise Problem("withholding_total_negative", total=document_total)
    if tax is not None and not nothing <= tax <= document_total:
        raise Problem("withholding_tax_wrong", tax=tax, total=document_total)
    parts = []
    for rule in rules:
        kept = _kept(document_total, tax, rule)
        if kept:
            parts.append((rule.kind, kept))
    net = document_total - total((kept for _, kept in parts), document_total.currency)
    if net < nothing:
        raise Problem("withholding_too_much", total=document_total, over=-net)
    return Net(net, tuple(parts))


@dataclass(frozen=True, slots=True)
class AtNet:
    """An open document, the oldest first: what is open of it, and its net where it has one and
    nothing was paid of it yet."""

    document: int
    open: Money
    net: Money | None


def paid_at_net(amount: Money, documents: Sequence[AtNet]) -> tuple[tuple[int, Money], ...]:
    """Which documents does exactly ``amount`` pay at their nets? (document, what it receives).

    One document's net, if no document's whole balance and no other net is the same; else the
    oldest ones together, those without a net whole. Empty where no net makes up the amount: then
    nothing speaks for a withholding.
    """
    whole = [each for each in documents if each.open == amount]
    alone = [each for each in documents if each.net == amount]
    if len(alone) == 1 and not whole:
        return ((alone[0].document, amount),)
    told: list[tuple[int, Money]] = []
    left = amount
    has_net = False
    for each in documents:
        part = each.open if each.net is None else each.net
        if part > left:
            return ()
        told.append((each.document, part))
        left -= part
        has_net = has_net or each.net is not None
        if not left:
            return tuple(told) if has_net else ()
    return ()


def _kept(document_total: Money, tax: Money | None, rule: Withheld) -> Money:
    if not 0 <= rule.pct <= 100 or rule.minimum < 0:
        raise Problem("withholding_out_of_range", kind=rule.kind, pct=rule.pct)
    whole = document_total.amount
    if rule.base == "total":
        base = measured = whole
    else:
        in_it = _tax(whole, tax, rule)
        measured = _WIDE.subtract(whole, in_it)
        base = in_it if rule.base == "tax" else measured
    if measured < rule.minimum:
        return Money.zero(document_total.currency)
    currency = document_total.currency
    places = rule.decimals
    if places is None:
        places = _PLACES.get(currency, minor_units(currency))
    kept = _WIDE.divide(_WIDE.multiply(base, rule.pct), Decimal(100))
    return Money(rounded(kept, places, Rounding.HALF_UP), currency)


def _tax(whole: Decimal, tax: Money | None, rule: Withheld) -> Decimal:
    """The tax in the total: the document's own, or by the assumed rate."""
    if tax is not None:
        return tax.amount
    if rule.assumed_tax_pct is None:
        raise Problem("withholding_tax_unknown", kind=rule.kind)
    if rule.assumed_tax_pct < 0:
        raise Problem("withholding_out_of_range", kind=rule.kind, pct=rule.assumed_tax_pct)
    with_tax = _WIDE.add(Decimal(100), rule.assumed_tax_pct)
    return _WIDE.divide(_WIDE.multiply(whole, rule.assumed_tax_pct), with_tax)
