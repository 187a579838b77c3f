"""The creditor's own limits on contact, and what they sign about the kinds of their debts."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.db.models import Max
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.contact.gate.house import read_policy
from recaudo.contact.models import HousePolicy, RegimeChoice
from recaudo.core.problems import Problem
from recaudo.portfolio.models import Regime


def save_policy(
    creditor: Creditor,
    toml: str,
    *,
    from_on: date,
    today: date,
    reason: str,
    by: User | None = None,
    origin: str = "web",
) -> HousePolicy:
    """A new version, in force from ``from_on`` on; an empty text means the law only.

    The same text from the same day again changes nothing. Raises Problem ``policy_unreadable``,
    ``policy_too_long``, ``policy_reason_missing``, ``policy_from_past``.
    """
    read_policy(toml)
    if not reason.strip():
        raise Problem("policy_reason_missing")
    if from_on < today:
        raise Problem("policy_from_past", from_on=from_on)
    with scope(creditor=creditor), transaction.atomic():
        Creditor.objects.select_for_update(no_key=True).get(pk=creditor.pk)
        newest: HousePolicy | None = HousePolicy.objects.order_by("-version").first()
        if newest is not None and (newest.toml, newest.from_on) == (toml, from_on):
            return newest
        number = HousePolicy.objects.aggregate(newest=Max("version"))["newest"] or 0
        policy: HousePolicy = HousePolicy.objects.create(
            creditor=creditor,
            version=number + 1,
            toml=toml,
            from_on=from_on,
            reason=reason.strip(),
            by=by,
        )
        record_change(
            "house_policy_saved",
            creditor=creditor,
            by=by,
            origin=origin,
            subject="contact_house_policy",
            subject_id=policy.pk,
            version=policy.version,
            from_on=from_on.isoformat(),
        )
    return policy


def grant_regime(
    creditor: Creditor,
    regime: str,
    *,
    signed_name: str,
    reason: str,
    by: User | None = None,
    origin: str = "web",
) -> RegimeChoice:
    """The creditor signs that debts of ``regime`` are truly that: judged as such from now on.

    Raises Problem ``contact_regime_unknown``, ``regime_is_default``, ``regime_unsigned``.
    """
    return _choose(creditor, regime, True, signed_name, reason, by, origin)


def revoke_regime(
    creditor: Creditor,
    regime: str,
    *,
    signed_name: str,
    reason: str,
    by: User | None = None,
    origin: str = "web",
) -> RegimeChoice:
    """Debts of ``regime`` are judged as consumer debt again. Raises as ``grant_regime``."""
    return _choose(creditor, regime, False, signed_name, reason, by, origin)


def _choose(
    creditor: Creditor,
    regime: str,
    is_granted: bool,
    signed_name: str,
    reason: str,
    by: User | None,
    origin: str,
) -> RegimeChoice:
    if regime not in Regime.values:
        raise Problem("contact_regime_unknown", regime=regime)
    if regime == Regime.CONSUMER:
        raise Problem("regime_is_default")
    if not signed_name.strip() or not reason.strip():
        raise Problem("regime_unsigned")
    with scope(creditor=creditor), transaction.atomic():
        choice: RegimeChoice = RegimeChoice.objects.create(
            creditor=creditor,
            regime=regime,
            is_granted=is_granted,
            signed_name=signed_name.strip(),
            reason=reason.strip(),
            by=by,
        )
        record_change(
            "regime_granted" if is_granted else "regime_revoked",
            creditor=creditor,
            by=by,
            origin=origin,
            subject="contact_regime_choice",
            subject_id=choice.pk,
            regime=regime,
        )
    return choice
