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
from recaudo.core.contact_rules import Rules, Source
from recaudo.countries import (
    HousePolicy as House,
)
from recaudo.countries import Pack, holiday_check, pack_for, stricter, zones_of
from recaudo.portfolio.models import Regime

#: Between companies nobody has to have allowed a channel; every other debt is a person's.
BETWEEN_COMPANIES = frozenset({"company", "small_company"})


@dataclass(slots=True)
class Laws:
    """``granted``: the regimes that the creditor has signed for; any other counts as consumer."""

    creditor: Creditor
    granted: frozenset[str]
    house: House | None
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
        rules = together([pack.rules(regime) for regime in order])
        both = rules
        if self.house is not None:
            both = stricter(rules, together([self.house.rules(regime) for regime in order]))
        answering = without_caps(rules)
        answering_both = answering if both is rules else without_caps(both)
        return Law(
            pack=f"{pack.code}@{pack.fingerprint}",
            regime=order[0],
            rules=rules,
            both=both,
            answering=answering,
            answering_both=answering_both,
            zones=self._zones(pack, subdivision, zone),
            is_holiday=holiday_check(pack, subdivision),
            consent=_consent(pack, regimes),
        )

    def _zones(self, pack: Pack, subdivision: str, zone: str) -> tuple[str, ...]:
        """The customer's own; where nobody knows it, all that they may be in if the debtor's time
        counts there, else the creditor's or the country's."""
        zones = zones_of(pack.country, subdivision)
        if zone or not zones:
            return (zone or self.creditor.timezone,)
        if pack.zone_rule.is_local:
            return zones
        at_home = pack.country == self.creditor.country
        return (self.creditor.timezone,) if at_home else zones[:1]


def _consent(pack: Pack, regimes: frozenset[str]) -> Source | None:
    if not pack.channels.is_consent_required or regimes <= BETWEEN_COMPANIES:
        return None
    return pack.source(pack.channels.source)


def laws_of(creditor: Creditor, today: date) -> Laws:
    """Two small statements. Raises Problem ``policy_unreadable`` for a kept one."""
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


def house_of(creditor: Creditor, today: date) -> House | None:
    policy = policy_in_force(creditor, today)
    return read_policy(policy.toml) if policy is not None and policy.toml.strip() else None


def together(several: list[Rules]) -> Rules:
    """All of them bind; each rule once, the first ones named first."""
    if len(several) == 1:
        return several[0]
    return Rules(
        several[0].pack,
        hours=tuple(dict.fromkeys(each for rules in several for each in rules.hours)),
        caps=tuple(dict.fromkeys(each for rules in several for each in rules.caps)),
        spacings=tuple(dict.fromkeys(each for rules in several for each in rules.spacings)),
        forbidden={
            channel: source
            for rules in reversed(several)
            for channel, source in rules.forbidden.items()
        },
        one_channel_a_week=next(
            (r.one_channel_a_week for r in several if r.one_channel_a_week is not None), None
        ),
    )


def without_caps(rules: Rules) -> Rules:
    """What still binds an answer to the customer's own message: hours and forbidden channels."""
    return replace(rules, caps=(), spacings=(), one_channel_a_week=None)
