"""What binds this creditor's contacts now: the countries' packs, the regimes signed, the house."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from django.db import connection
from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.contact.gate.case import REGIMES, Law
from recaudo.contact.gate.house import read_policy
from recaudo.contact.models import HousePolicy
from recaudo.core.contact_rules.shapes import Rules
from recaudo.countries import holiday_check, pack_for, stricter
from recaudo.portfolio.models import Regime

#: Between companies nobody has to have allowed a channel; every other debt is a person's.
BETWEEN_COMPANIES = frozenset({"company", "small_company"})


@dataclass(slots=True)
class Laws:
    """``granted``: the regimes that the creditor has signed for; any other counts as consumer."""

    creditor: Creditor
    granted: frozenset[str]
    house: Rules | None
    known: dict[tuple[str, str, frozenset[str]], Law] = field(default_factory=dict)

    def effective(self, regime: str) -> str:
        return regime if regime in self.granted else Regime.CONSUMER.value

    def of(self, country: str, zone: str) -> Callable[[frozenset[str]], Law]:
        """The law over a customer of ``country`` whose own zone is ``zone`` (empty: not known)."""

        def law_of(regimes: frozenset[str]) -> Law:
            key = (country, zone, regimes)
            if key not in self.known:
                self.known[key] = self._make(*key)
            return self.known[key]

        return law_of

    def _make(self, country: str, zone: str, regimes: frozenset[str]) -> Law:
        """Where several regimes bind, all of their rules do."""
        subdivision = self.creditor.subdivision if country == self.creditor.country else ""
        pack = pack_for(country, subdivision)
        order = [regime for regime in REGIMES if regime in regimes] or ["consumer"]
        rules = pack.rules(order[0])
        for regime in order[1:]:
            rules = together(rules, pack.rules(regime))
        both = stricter(rules, self.house) if self.house is not None else rules
        needs_consent = pack.channels.is_consent_required and not regimes <= BETWEEN_COMPANIES
        return Law(
            pack=f"{pack.code}@{pack.fingerprint[:8]}",
            regime=order[0],
            rules=rules,
            both=both,
            answering=without_caps(rules),
            answering_both=without_caps(both),
            zones=self._zones(pack, country, zone),
            is_holiday=holiday_check(pack, subdivision),
            consent=pack.consent_source if needs_consent else None,
        )

    def _zones(self, pack: object, country: str, zone: str) -> tuple[str, ...]:
        """The customer's own; else the creditor's, where the law does not ask for the debtor's."""
        if zone:
            return (zone,)
        return (self.creditor.timezone,)


def laws_of(creditor: Creditor, today: date) -> Laws:
    """Two small statements. Raises Problem ``policy_unreadable`` where a kept one no longer reads."""
    return Laws(creditor, granted_regimes(creditor), house_of(creditor, today))


def granted_regimes(creditor: Creditor) -> frozenset[str]:
    """The newest word on each regime counts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT regime FROM (SELECT DISTINCT ON (regime) regime, is_granted "
            "FROM contact_regimechoice WHERE creditor_id = %s ORDER BY regime, id DESC) newest "
            "WHERE is_granted",
            [creditor.pk],
        )
        return frozenset(regime for (regime,) in cursor.fetchall())


def policy_in_force(creditor: Creditor, today: date) -> HousePolicy | None:
    with scope(creditor=creditor):
        found: HousePolicy | None = (
            HousePolicy.objects.filter(from_on__lte=today).order_by("-version").first()
        )
    return found


def house_of(creditor: Creditor, today: date) -> Rules | None:
    policy = policy_in_force(creditor, today)
    return read_policy(policy.toml) if policy is not None and policy.toml.strip() else None


def together(one: Rules, other: Rules) -> Rules:
    """Both bind; each rule once."""
    return Rules(
        one.pack,
        hours=tuple(dict.fromkeys((*one.hours, *other.hours))),
        caps=tuple(dict.fromkeys((*one.caps, *other.caps))),
        spacings=tuple(dict.fromkeys((*one.spacings, *other.spacings))),
        forbidden={**other.forbidden, **one.forbidden},
        one_channel_a_week=one.one_channel_a_week or other.one_channel_a_week,
    )


def without_caps(rules: Rules) -> Rules:
    """What still binds an answer to the customer's own message: hours and forbidden channels."""
    return replace(rules, caps=(), spacings=(), one_channel_a_week=None)
