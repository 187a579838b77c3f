"""Which law holds where the customer lives? Packs are read once, checked, and kept.

Every value comes from the country's TOML file, with article, source, date and grade.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from importlib.resources import files

import holidays
from pydantic import ValidationError

from recaudo.core.calendar import Place, is_holiday
from recaudo.core.contact_rules import Cap, Channel, Hours, Rules, Source, Spacing
from recaudo.core.problems import Problem
from recaudo.countries.schema import (
    REGIMES,
    ChannelPolicy,
    Conduct,
    ContactRows,
    DefaultInterest,
    Fees,
    Imputation,
    NegativeReport,
    PackRow,
    RuleRow,
    Text,
    ZoneRule,
)

DEFAULT = "default"
_CODE = re.compile(r"[A-Z0-9]{1,3}")
#: A rule of the pack for one regime, and where its value comes from.
_Bound = tuple[RuleRow, Source]


@dataclass(frozen=True, eq=False)
class Pack:
    """The law of ``country`` for one place in it.

    ``subdivision``: the second half of ISO 3166-2; '' where nobody knows it: then all of the
    subdivisions' rules hold together, the strictest; None: only what holds in the whole country.
    ``fingerprint``: of the file's content, so that a verdict names what it was judged by.
    """

    country: str
    subdivision: str | None
    row: PackRow
    fingerprint: str
    _rules: dict[str, Rules] = field(default_factory=dict, init=False, repr=False)

    @property
    def code(self) -> str:
        """``CO``, ``BR-SP``, ``default``."""
        own = self.subdivision if self.subdivision in self.row.states else ""
        return f"{self.row.code}-{own}" if own else self.row.code

    @property
    def is_default(self) -> bool:
        """Nobody researched this country."""
        return self.row.code == DEFAULT

    @property
    def name(self) -> Text:
        return self.row.name

    @property
    def applies_to(self) -> Text:
        return self.row.applies_to

    @property
    def reviewed(self) -> date:
        return self.row.reviewed

    @property
    def zone_rule(self) -> ZoneRule:
        return self.row.zone_rule

    @property
    def channels(self) -> ChannelPolicy:
        return self.row.channels

    @property
    def conduct(self) -> Conduct:
        return self.row.conduct

    @property
    def imputation(self) -> Imputation:
        return self.row.imputation

    @property
    def default_interest(self) -> DefaultInterest:
        return self.row.default_interest

    @property
    def fees(self) -> Fees:
        return self.row.fees

    @property
    def negative_report(self) -> NegativeReport | None:
        return self.row.negative_report

    @property
    def holiday_source(self) -> Source:
        return self.source(self.row.holidays.source)

    def source(self, name: str) -> Source:
        return self.row.sources[name].source(self.row.reviewed)

    def addresses(self, name: str) -> tuple[str, ...]:
        return self.row.sources[name].addresses

    def contact_rows(self) -> tuple[ContactRows, ...]:
        """What binds contacts here: the subdivision's rows before the country's."""
        states = self.row.states
        if self.subdivision is None:
            return (self.row,)
        if self.subdivision == "":
            return (*states.values(), self.row)
        own = states.get(self.subdivision)
        return (self.row,) if own is None else (own, self.row)

    def source_for(self, rule: RuleRow, regime: str) -> Source | None:
        """Where ``rule`` comes from for ``regime``; None where it does not bind it."""
        if regime in rule.regimes:
            return self.source(rule.source)
        if regime in rule.by_prudence:
            return _by_prudence(self.source(rule.source))
        return None

    def rules(self, regime: str) -> Rules:
        """What binds contacts about debts of ``regime``. Raises Problem ``regime_unknown``."""
        if regime not in REGIMES:
            raise Problem("regime_unknown", regime=regime, known=list(REGIMES))
        made = self._rules.get(regime)
        if made is None:
            made = _merged(
                f"{self.code}@{self.fingerprint}",
                self.contact_rows(),
                lambda rule: self.source_for(rule, regime),
            )
            self._rules[regime] = made
        return made


@dataclass(frozen=True, eq=False)
class HousePolicy:
    """The creditor's own limits, read from the TOML that they wrote."""

    row: ContactRows
    note: str = ""

    def rules(self, regime: str) -> Rules:
        ours = Source(article="", grade="house", is_law=False, is_verified=False, note=self.note)
        return _merged(
            "house",
            (self.row,),
            lambda rule: ours if regime in (rule.regimes or REGIMES) else None,
        )


def pack_for(country: str, subdivision: str = "") -> Pack:
    """The pack for a customer who lives there. ``subdivision``: ``SP`` or ``BR-SP``; '' or a word
    that is no code: unknown, so the strictest of the country. Any other country: the default."""
    return _pack(country.strip().upper(), _subdivision(country, subdivision))


def national_pack(country: str) -> Pack:
    """What holds in the whole country, whatever its states add."""
    return _pack(country.strip().upper(), None)


@cache
def pack_codes() -> tuple[str, ...]:
    """Codes of all packs, the default last; states beside their country (``BR-SP``)."""
    found: list[str] = []
    for country in _countries():
        found += [country, *(f"{country}-{state}" for state in _file(country)[0].states)]
    return (*found, DEFAULT)


def zones_of(country: str, subdivision: str = "") -> tuple[str, ...]:
    """Every zone that a customer there may live in; empty where the country has no pack."""
    rule = pack_for(country, subdivision).zone_rule
    own = _subdivision(country, subdivision)
    if own and rule.by_subdivision:
        return rule.by_subdivision.get(own) or rule.by_subdivision.get("*") or rule.zones
    return rule.zones


def holiday_check(pack: Pack, subdivision: str | None = "") -> Callable[[date], bool]:
    """Is a local day a holiday there? ``subdivision`` as in ``Pack``; one that the calendar does
    not tell apart has the national ones. A country without a calendar has none."""
    own = None if subdivision is None else _subdivision(pack.country, subdivision)
    return _check(pack.row.holidays.calendar or pack.country, own, pack.row.holidays.where_unknown)


def stricter(rules: Rules, house: Rules) -> Rules:
    """``house`` laid over ``rules``: hours intersect, the rest adds up. It can loosen nothing,
    and of two alike the law's is named."""
    return Rules(
        pack=f"{rules.pack}+{house.pack}",
        hours=rules.hours + house.hours,
        caps=rules.caps + house.caps,
        spacings=rules.spacings + house.spacings,
        forbidden={**house.forbidden, **rules.forbidden},
        one_channel_a_week=rules.one_channel_a_week or house.one_channel_a_week,
    )


def read_house(toml: str, note: str = "") -> HousePolicy:
    """A house policy: the contact part of a pack (hours, caps, spacings, forbidden,
    one_channel_a_week), without sources. Raises Problem ``house_policy_unreadable``."""
    try:
        return HousePolicy(ContactRows.model_validate(tomllib.loads(toml)), note)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Problem("house_policy_unreadable", place=place, detail=first["msg"]) from error
    except tomllib.TOMLDecodeError as error:
        raise Problem("house_policy_unreadable", place="", detail=str(error)) from error


@cache
def _countries() -> tuple[str, ...]:
    names = (entry.name for entry in files("recaudo.countries").iterdir())
    codes = (name.removesuffix(".toml").upper() for name in names if name.endswith(".toml"))
    return tuple(sorted(code for code in codes if code != DEFAULT.upper()))


@cache
def _file(country: str) -> tuple[PackRow, str]:
    text = (files("recaudo.countries") / f"{country.lower()}.toml").read_text("utf-8")
    raw = tomllib.loads(text)
    canonical = json.dumps(raw, sort_keys=True, default=str, ensure_ascii=False)
    return PackRow.model_validate(raw), hashlib.sha256(canonical.encode()).hexdigest()[:8]


@cache
def _pack(country: str, subdivision: str | None) -> Pack:
    row, fingerprint = _file(country if country in _countries() else DEFAULT)
    return Pack(country, subdivision, row, fingerprint)


def _subdivision(country: str, typed: str) -> str:
    code = typed.strip().upper().removeprefix(f"{country.strip().upper()}-")
    return code if _CODE.fullmatch(code) else ""


@cache
def _check(country: str, subdivision: str | None, where_unknown: str) -> Callable[[date], bool]:
    try:
        known = holidays.country_holidays(country).subdivisions
    except NotImplementedError:
        return lambda day: False
    if subdivision == "" and where_unknown == "all":
        places = [Place(country, one) for one in known] or [Place(country)]
    else:
        places = [Place(country, subdivision if subdivision in known else None)]
    seen: dict[date, bool] = {}

    def check(day: date) -> bool:
        found = seen.get(day)
        if found is None:
            found = seen[day] = any(is_holiday(day, place) for place in places)
        return found

    return check


def _by_prudence(source: Source) -> Source:
    """What is law for others: ours here."""
    article = f"Por analogía: {source.article}" if source.is_law else source.article
    return replace(source, article=article, grade="house", is_law=False, is_verified=False)


def _merged(
    pack: str, rows: Iterable[ContactRows], source_for: Callable[[RuleRow], Source | None]
) -> Rules:
    hours: list[Hours] = []
    caps: list[Cap] = []
    spacings: list[Spacing] = []
    forbidden: dict[Channel, Source] = {}
    one_channel: Source | None = None
    for row in rows:
        for h in row.hours:
            if (source := source_for(h)) is not None:
                days = (h.weekday, h.saturday, h.sunday, h.holiday)
                hours.append(Hours(h.rule, h.every_channel, *days, source))
        for c in row.caps:
            if (source := source_for(c)) is not None:
                caps.append(Cap(c.rule, c.every_channel, c.max, c.per, c.kind, c.scope, source))
        for s in row.spacings:
            if (source := source_for(s)) is not None:
                spacings.append(Spacing(s.rule, s.every_channel, s.days, source))
        for f in row.forbidden:
            if (source := source_for(f)) is not None:
                forbidden |= {one: source for one in f.every_channel if one not in forbidden}
        for one in row.one_channel_a_week:
            one_channel = one_channel or source_for(one)
    return Rules(pack, tuple(hours), tuple(caps), tuple(spacings), forbidden, one_channel)
