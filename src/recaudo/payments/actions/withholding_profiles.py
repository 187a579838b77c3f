"""What a customer withholds, from a day to a day (F16)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django_scopes import scope

from recaudo.access.models import User
from recaudo.audit.actions import record_change
from recaudo.core.problems import Problem
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
    """From ``from_on`` on; one of the same kind that stands ends there. The same again gives back
    the first.

    Raises Problem ``withholding_kind_unknown``, ``withholding_out_of_range``,
    ``withholding_span``, ``withholding_base_unknown``.
    """
    if rule.kind not in KINDS:
        raise Problem("withholding_kind_unknown", kind=rule.kind, known=list(KINDS))
    if rule.base not in BASES:
        raise Problem("withholding_base_unknown", base=rule.base, known=list(BASES))
    if not 0 < rule.per_cent <= 100 or rule.minimum < 0 or rule.assumed_tax_per_cent < 0:
        raise Problem("withholding_out_of_range", kind=rule.kind, pct=rule.per_cent)
    if rule.until_on is not None and rule.until_on <= rule.from_on:
        raise Problem("withholding_span", from_on=rule.from_on, until_on=rule.until_on)
    with scope(creditor=customer.creditor), ledger_rules(customer=customer.code):
        standing = WithholdingProfile.objects.select_for_update(no_key=True).filter(
            customer=customer, kind=rule.kind
        )
        for row in standing.order_by("id"):
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
