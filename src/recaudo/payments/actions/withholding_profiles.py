"""What a customer withholds, from a day to a day (F16)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django_scopes import scope

from recaudo.access.models import User
from recaudo.audit.actions import record_change
from recaudo.core.problems import Problem
from recaudo.payments.actions.receiving import AMOUNT_LIMIT
from recaudo.payments.actions.refusals import ledger_rules
from recaudo.payments.models import WithholdingProfile
from recaudo.portfolio.models import Customer

#: kind → its usual base, so that a form starts right.
KINDS = {
    "retefuente": "subtotal",
    "reteiva": "tax",
    "reteica": "subtotal",
    "isr": "subtotal",
    "iva": "tax",
    "retencion": "total",
    "detraccion": "total",
}
BASES = ("subtotal", "tax", "total")
#: Of a percentage, as its column keeps it.
DECIMALS = 6


@dataclass(frozen=True, slots=True)
class Rule:
    """One withholding as a person writes it; see ``WithholdingProfile``."""

    kind: str
    base: str
    per_cent: Decimal
    from_on: date
    until_on: date | None = None
    minimum: Decimal = Decimal(0)
    assumed_tax_per_cent: Decimal = Decimal(0)
    source: str = ""


def add_profile(
    customer: Customer, rule: Rule, *, by: User | None, origin: str
) -> WithholdingProfile:
    """From ``from_on`` on; one of the same kind that stands ends there, and one that is known to
    begin later ends this one: of one kind a single one counts on a day. The same again gives back
    the first.

    Raises Problem ``withholding_kind_unknown``, ``withholding_out_of_range``,
    ``withholding_minimum``, ``withholding_span``, ``withholding_base_unknown``,
    ``withholding_twice``.
    """
    if rule.kind not in KINDS:
        raise Problem("withholding_kind_unknown", kind=rule.kind, known=list(KINDS))
    if rule.base not in BASES:
        raise Problem("withholding_base_unknown", base=rule.base, known=list(BASES))
    _check_numbers(rule)
    if rule.until_on is not None and rule.until_on <= rule.from_on:
        raise Problem("withholding_span", from_on=rule.from_on, until_on=rule.until_on)
    with scope(creditor=customer.creditor), ledger_rules(customer=customer.code):
        # One at a time, also where there is none yet to lock.
        Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
        standing = list(
            WithholdingProfile.objects.filter(customer=customer, kind=rule.kind).order_by("id")
        )
        rule = replace(rule, until_on=_end(rule, standing))
        for row in standing:
            if _same(row, rule):
                return row
            if row.from_on < rule.from_on and (row.until_on is None or row.until_on > rule.from_on):
                row.until_on = rule.from_on
                row.save(update_fields=["until_on"])
            elif row.from_on == rule.from_on:
                raise Problem("withholding_twice", kind=rule.kind, day=rule.from_on)
        made: WithholdingProfile = WithholdingProfile.objects.create(
            creditor=customer.creditor,
            customer=customer,
            by=by,
            **{name: getattr(rule, name) for name in Rule.__slots__},
        )
        _record("withholding_added", made, by, origin)
    return made


def end_profile(
    profile: WithholdingProfile, *, on: date, by: User | None, origin: str
) -> WithholdingProfile:
    """It counts until the day before ``on``. Raises Problem ``withholding_span``."""
    if on <= profile.from_on:
        raise Problem("withholding_span", from_on=profile.from_on, until_on=on)
    with scope(creditor=profile.creditor), ledger_rules(profile=profile.pk):
        row = WithholdingProfile.objects.select_for_update(no_key=True).get(pk=profile.pk)
        row.until_on = on if row.until_on is None else min(on, row.until_on)
        row.save(update_fields=["until_on"])
        _record("withholding_ended", row, by, origin)
    return row


def _check_numbers(rule: Rule) -> None:
    """What a column cannot hold is a slip of the finger: no tax is above a hundred per cent."""
    numbers = (rule.per_cent, rule.assumed_tax_per_cent, rule.minimum)
    if not all(each.is_finite() for each in numbers):
        raise Problem("withholding_out_of_range", kind=rule.kind, pct=rule.per_cent)
    for share in (rule.per_cent, rule.assumed_tax_per_cent):
        if not 0 <= share <= 100 or share != round(share, DECIMALS):
            raise Problem("withholding_out_of_range", kind=rule.kind, pct=share)
    if not rule.per_cent:
        raise Problem("withholding_out_of_range", kind=rule.kind, pct=rule.per_cent)
    if not 0 <= rule.minimum < AMOUNT_LIMIT:
        raise Problem("withholding_minimum", kind=rule.kind, minimum=rule.minimum)


def _end(rule: Rule, standing: Iterable[WithholdingProfile]) -> date | None:
    """Its own, or where the next of its kind begins."""
    later = [row.from_on for row in standing if row.from_on > rule.from_on]
    return min([*later, *([rule.until_on] if rule.until_on else [])], default=None)


def _same(row: WithholdingProfile, rule: Rule) -> bool:
    names = ("base", "per_cent", "from_on", "until_on", "minimum", "assumed_tax_per_cent")
    return all(getattr(row, name) == getattr(rule, name) for name in names)


def _record(event: str, row: WithholdingProfile, by: User | None, origin: str) -> None:
    record_change(
        event,
        creditor=row.creditor,
        by=by,
        origin=origin,
        subject="customer",
        subject_id=row.customer_id,
        withholding=row.kind,
        per_cent=str(row.per_cent),
    )
