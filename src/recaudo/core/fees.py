"""What may be charged for collecting a debt, and how did it come about? (*gastos de cobranza*)

The law's numbers arrive as a rule (countries/charging.py); here is only the arithmetic. Worked
tables: docs/rules/interest.md, «Fees».
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Context, Decimal, InvalidOperation
from typing import Literal

from recaudo.core.money import Money, Rounding, minor_units, rounded
from recaudo.core.problems import Problem

_WIDE = Context(prec=60, traps=[InvalidOperation])
_DUST = Decimal(1).scaleb(-12)

#: What the charge is called: a fee for collecting, a fixed compensation, a fine.
FeeName = Literal["collection_fee", "compensation", "late_fine"]
FeeKind = Literal["forbidden", "agreed", "progressive", "fixed", "by_size", "tariff", "unknown"]


@dataclass(frozen=True, slots=True)
class Bracket:
    """From the last bracket's end (or 0) up to ``up_to`` (not in it; None: no end), in the rule's
    unit. Days late from ``days_from`` to ``days_to``, both in it.

    ``is_known``: False for a cell of a tariff that exists and whose limits nobody has seen.
    """

    up_to: Decimal | None = None
    pct: Decimal | None = None
    amount: Decimal | None = None
    days_from: int | None = None
    days_to: int | None = None
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class FeeRule:
    """What the law of a place says of fees for one kind of debt.

    ``forbidden``: none at all. ``agreed``: what the contract says, at most ``max_pct`` of the
    amount overdue and ``max_amount`` units. ``progressive``: each bracket's per cent on the part
    that falls in it. ``fixed``, ``by_size``: one sum. ``tariff``: a cell by size and days late.
    ``unknown``: nobody researched it, so nothing is charged.

    ``unit`` is the currency that limits and amounts are in (CLF for UF). ``free_days``: nothing
    until the debt is more than that many days late. ``missed_notice``: units off where the first
    free notice was not given. ``agreed_pct`` and ``agreed_amount`` (of the debt's currency) are
    the contract's. ``article`` and ``is_verified`` are told with every fee and every refusal.
    """

    kind: FeeKind
    name: FeeName = "collection_fee"
    unit: str = ""
    brackets: tuple[Bracket, ...] = ()
    amount: Decimal | None = None
    free_days: int = 0
    missed_notice: Decimal = Decimal(0)
    is_missed_notice_verified: bool = True
    max_pct: Decimal | None = None
    max_amount: Decimal | None = None
    agreed_pct: Decimal | None = None
    agreed_amount: Decimal | None = None
    may_agree_per_reminder: bool = False
    article: str = ""
    is_verified: bool = True


@dataclass(frozen=True, slots=True)
class FeePart:
    """One step of the reckoning; ``amount`` exact, in the debt's currency.

    ``kind``: ``bracket`` (``pct`` of ``base``, the part between ``above`` and ``up_to`` units),
    ``fixed``, ``cell``, ``agreed``, ``reminders`` (``base`` of them), ``missed_notice`` (negative)
    and ``capped`` (negative: what the law does not let the contract ask for).
    """

    kind: str
    amount: Decimal
    base: Decimal | None = None
    pct: Decimal | None = None
    above: Decimal | None = None
    up_to: Decimal | None = None
    unit: str = ""
    is_verified: bool = True


@dataclass(frozen=True, slots=True)
class Fee:
    """``amount`` is the parts' sum, rounded once, half up, to the minor unit. ``refused``: why
    nothing may be charged (a code of core/words.py); then the amount is zero."""

    amount: Money
    parts: tuple[FeePart, ...] = ()
    refused: str = ""
    article: str = ""


def collection_fee(
    rule: FeeRule,
    *,
    overdue: Money,
    days_late: int,
    unit_value: Decimal | None,
    had_first_notice: bool,
) -> Fee:
    """The fee of one debt that is ``days_late`` with ``overdue`` open; charged once per debt.

    ``unit_value``: one unit of the rule in the debt's currency on the day; not needed where both
    are the same. Guarantee: never negative; zero for nothing overdue; parts add up to the amount.
    Refused: ``fees_forbidden``, ``fees_not_researched``, ``fee_too_early`` (not past the free
    days), ``fee_not_agreed``, ``fees_by_law_only`` (a contract's number where the law has its own
    scale), ``fee_cell_unknown``, ``fee_unit_value_missing``.
    Raises Problem ``fee_overdue_negative``, ``rate_not_positive``, ``fee_rule_incomplete``.
    """
    nothing = Money.zero(overdue.currency)
    if overdue < nothing:
        raise Problem("fee_overdue_negative", overdue=overdue)
    refused = _closed(rule)
    has_agreed = rule.agreed_pct is not None or rule.agreed_amount is not None
    if not refused and has_agreed and rule.kind != "agreed":
        refused = "fees_by_law_only"
    if not refused and days_late <= rule.free_days:
        refused = "fee_too_early"
    if refused or not overdue:
        return Fee(nothing, refused=refused, article=rule.article)
    value = _value(rule, overdue.currency, unit_value)
    if value is None:
        return Fee(nothing, refused="fee_unit_value_missing", article=rule.article)
    parts = _parts(rule, overdue.amount, days_late, value)
    if isinstance(parts, str):
        return Fee(nothing, refused=parts, article=rule.article)
    if rule.missed_notice and not had_first_notice:
        parts = (*parts, _missed_notice(rule, parts, value))
    return _fee(parts, overdue.currency, rule)


def reminder_fee(rule: FeeRule, *, agreed: Money, reminders: int) -> Fee:
    """What a contract agrees for each reminder sent, where the law lets it.

    Refused: ``fees_forbidden``, ``fees_not_researched``, ``fees_by_law_only`` (the law has its own
    scale and no place for another). Raises Problem ``fee_agreed_negative``.
    """
    nothing = Money.zero(agreed.currency)
    if agreed < nothing or reminders < 0:
        raise Problem("fee_agreed_negative", agreed=agreed, reminders=reminders)
    refused = _closed(rule)
    if not refused and not rule.may_agree_per_reminder:
        refused = "fees_by_law_only"
    if refused:
        return Fee(nothing, refused=refused, article=rule.article)
    count = Decimal(reminders)
    part = FeePart("reminders", _WIDE.multiply(agreed.amount, count), base=count)
    return _fee((part,) if reminders else (), agreed.currency, rule)


def _closed(rule: FeeRule) -> str:
    return {"forbidden": "fees_forbidden", "unknown": "fees_not_researched"}.get(rule.kind, "")


def _value(rule: FeeRule, currency: str, unit_value: Decimal | None) -> Decimal | None:
    """One unit of the rule in the debt's currency; None where it is needed and not known."""
    if not rule.unit or rule.unit == currency:
        return Decimal(1)
    needs = rule.kind != "agreed" or rule.max_amount is not None
    if unit_value is None:
        return None if needs else Decimal(1)
    if unit_value <= 0:
        raise Problem("rate_not_positive", rate=unit_value, currency=currency)
    return unit_value


def _parts(
    rule: FeeRule, overdue: Decimal, days_late: int, value: Decimal
) -> tuple[FeePart, ...] | str:
    """How the fee comes about, or why it is refused."""
    match rule.kind:
        case "progressive":
            return tuple(_brackets(rule, overdue, value))
        case "fixed":
            if rule.amount is None:
                raise Problem("fee_rule_incomplete", article=rule.article)
            return (FeePart("fixed", _WIDE.multiply(rule.amount, value), unit=rule.unit),)
        case "by_size" | "tariff":
            return _cell(rule, overdue, days_late, value)
    return _agreed(rule, overdue, value)


def _brackets(rule: FeeRule, overdue: Decimal, value: Decimal) -> Iterable[FeePart]:
    """Each bracket's per cent, on the part of the overdue amount that falls in it."""
    above = Decimal(0)
    for bracket in rule.brackets:
        if bracket.pct is None:
            raise Problem("fee_rule_incomplete", article=rule.article)
        start = _WIDE.multiply(above, value)
        end = overdue if bracket.up_to is None else _WIDE.multiply(bracket.up_to, value)
        base = _WIDE.subtract(min(overdue, end), start)
        if base <= 0:
            return
        fee = _WIDE.divide(_WIDE.multiply(base, bracket.pct), Decimal(100))
        yield FeePart("bracket", fee, base, bracket.pct, above, bracket.up_to, rule.unit)
        above = above if bracket.up_to is None else bracket.up_to


def _cell(
    rule: FeeRule, overdue: Decimal, days_late: int, value: Decimal
) -> tuple[FeePart, ...] | str:
    """One sum by size and, in a tariff, days late; the first bracket that fits."""
    for bracket in rule.brackets:
        fits = bracket.up_to is None or overdue < _WIDE.multiply(bracket.up_to, value)
        late_enough = bracket.days_from is None or bracket.days_from <= days_late
        not_too_late = bracket.days_to is None or days_late <= bracket.days_to
        if bracket.is_known and fits and late_enough and not_too_late:
            if bracket.amount is None:
                raise Problem("fee_rule_incomplete", article=rule.article)
            fee = _WIDE.multiply(bracket.amount, value)
            return (FeePart("cell", fee, overdue, up_to=bracket.up_to, unit=rule.unit),)
    return "fee_cell_unknown"


def _agreed(rule: FeeRule, overdue: Decimal, value: Decimal) -> tuple[FeePart, ...] | str:
    """What the contract says, and what the law takes off it."""
    if rule.agreed_pct is None and rule.agreed_amount is None:
        return "fee_not_agreed"
    parts = []
    if rule.agreed_pct is not None:
        fee = _WIDE.divide(_WIDE.multiply(overdue, rule.agreed_pct), Decimal(100))
        parts.append(FeePart("agreed", fee, overdue, rule.agreed_pct))
    if rule.agreed_amount is not None:
        parts.append(FeePart("agreed", rule.agreed_amount))
    asked = _sum(parts)
    if asked < 0:
        raise Problem("fee_agreed_negative", agreed=asked, reminders=0)
    limits = []
    if rule.max_pct is not None:
        limits.append(_WIDE.divide(_WIDE.multiply(overdue, rule.max_pct), Decimal(100)))
    if rule.max_amount is not None:
        limits.append(_WIDE.multiply(rule.max_amount, value))
    if limits and asked > min(limits):
        over = _WIDE.subtract(min(limits), asked)
        parts.append(
            FeePart("capped", over, overdue, rule.max_pct, up_to=rule.max_amount, unit=rule.unit)
        )
    return tuple(parts)


def _missed_notice(rule: FeeRule, parts: tuple[FeePart, ...], value: Decimal) -> FeePart:
    """Never more than the fee itself."""
    off = min(_sum(parts), _WIDE.multiply(rule.missed_notice, value))
    return FeePart(
        "missed_notice",
        off.copy_negate(),
        rule.missed_notice,
        unit=rule.unit,
        is_verified=rule.is_missed_notice_verified,
    )


def _fee(parts: tuple[FeePart, ...], currency: str, rule: FeeRule) -> Fee:
    exact = _sum(parts).quantize(_DUST, context=_WIDE)
    amount = Money(rounded(exact, minor_units(currency), Rounding.HALF_UP), currency)
    return Fee(amount, parts, article=rule.article)


def _sum(parts: Iterable[FeePart]) -> Decimal:
    whole = Decimal(0)
    for part in parts:
        whole = _WIDE.add(whole, part.amount)
    return whole
