"""What a pack file may say. A word that is not here, or a value without a source, is refused."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from recaudo.core.contact_rules import CHANNELS, Channel, Grade, Source

Regime = Literal["consumer", "company", "small_company", "supervised_lender", "guarantor"]
REGIMES: tuple[Regime, ...] = (
    "consumer",
    "company",
    "small_company",
    "supervised_lender",
    "guarantor",
)
#: Evidence that somebody could check. The others never are the law's word.
SEEN: frozenset[Grade] = frozenset({"official", "quoted", "secondary"})
Window = tuple[time, time]


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Row):
    """A sentence of the pack in both languages."""

    es: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language.startswith("en") else self.es


class SourceRow(Row):
    """``is_law``: a rule in force says so, as far as ``grade`` goes. ``is_verified``: nothing known
    contradicts it and somebody read at least a paraphrase."""

    article: str = ""
    grade: Grade
    is_law: bool
    is_verified: bool
    addresses: tuple[str, ...] = ()
    reviewed: date | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _honest(self) -> Self:
        if self.is_law and (self.grade not in SEEN or not self.article):
            raise ValueError(f"law needs an article and evidence that was seen: {self.article!r}")
        if self.is_verified and self.grade not in SEEN:
            raise ValueError(f"{self.grade} is not verified: {self.article!r}")
        return self

    def source(self, reviewed: date) -> Source:
        return Source(
            article=self.article,
            grade=self.grade,
            is_law=self.is_law,
            is_verified=self.is_verified,
            reviewed_on=self.reviewed or reviewed,
            note=self.note.es if self.note else "",
            address=self.addresses[0] if self.addresses else "",
        )


class RuleRow(Row):
    """``regimes`` are bound by it as the source says; to ``by_prudence`` we apply the same though
    the source does not speak of them: ours, never law. In a house policy both may be left out,
    which means everybody, and ``source`` too."""

    source: str = ""
    regimes: tuple[Regime, ...] = ()
    by_prudence: tuple[Regime, ...] = ()

    @model_validator(mode="after")
    def _once(self) -> Self:
        if set(self.regimes) & set(self.by_prudence):
            raise ValueError("a regime stands in regimes and by_prudence")
        return self


class ChannelsRow(RuleRow):
    channels: tuple[Channel | Literal["*"], ...]

    @property
    def every_channel(self) -> frozenset[Channel]:
        found: set[Channel] = set()
        for channel in self.channels:
            found.update(CHANNELS if channel == "*" else (channel,))
        return frozenset(found)


class HoursRow(ChannelsRow):
    rule: str = "hours"
    weekday: tuple[Window, ...]
    saturday: tuple[Window, ...]
    sunday: tuple[Window, ...]
    holiday: tuple[Window, ...]

    @model_validator(mode="after")
    def _windows(self) -> Self:
        for windows in (self.weekday, self.saturday, self.sunday, self.holiday):
            for start, end in windows:
                if start.second or end.second or start.microsecond or end.microsecond:
                    raise ValueError(f"whole minutes only: {start} … {end}")
                if end != time(0) and start >= end:
                    raise ValueError(f"ends before it starts: {start} … {end}")
        return self


class CapRow(ChannelsRow):
    rule: str = "cap"
    max: Annotated[int, Field(ge=0)]
    per: Literal["day", "week", "7days"]
    kind: Literal["attempt", "contact", "after_conversation"]
    scope: Literal["debt", "debtor"]
    is_scope_verified: bool = True


class SpacingRow(ChannelsRow):
    rule: str = "spacing"
    days: Annotated[int, Field(ge=1)]


class ContactRows(Row):
    """What binds a contact; the shape of a house policy as well."""

    hours: tuple[HoursRow, ...] = ()
    caps: tuple[CapRow, ...] = ()
    spacings: tuple[SpacingRow, ...] = ()
    forbidden: tuple[ChannelsRow, ...] = ()
    one_channel_a_week: tuple[RuleRow, ...] = ()

    def every_rule(self) -> tuple[RuleRow, ...]:
        return (
            *self.hours,
            *self.caps,
            *self.spacings,
            *self.forbidden,
            *self.one_channel_a_week,
        )


class ZoneRule(Row):
    """``zones``: all that a debtor there may live in, by subdivision where they differ.
    ``is_local``: the debtor's own zone counts, by law or by ``source``'s strict default."""

    zones: tuple[str, ...]
    by_subdivision: dict[str, tuple[str, ...]] = {}
    is_local: bool = False
    source: str


class Holidays(Row):
    """``calendar``: country of the ``holidays`` package; empty: that of the country asked about.
    ``where_unknown``: which holidays count where nobody knows the debtor's region."""

    calendar: str
    where_unknown: Literal["national", "all"] = "national"
    source: str
    note: Text | None = None


class About(Row):
    """What the pack says of a subject. ``regimes``: whose debts the source speaks of; for the
    others it is at most an example to follow, never law."""

    source: str
    regimes: tuple[Regime, ...] = REGIMES


class ChannelPolicy(About):
    """``opt_out_channels`` empty with ``is_opt_out_required``: every channel."""

    allowed: Text
    is_consent_required: bool = False
    is_opt_out_required: bool = False
    opt_out_channels: tuple[Channel, ...] = ()
    caller_prefix: str = ""
    notes: tuple[Text, ...] = ()


class Conduct(About):
    """Codes of countries/words.py. ``third_party_allowed``: roles that may be spoken to."""

    is_third_party_forbidden: bool
    third_party_allowed: tuple[str, ...] = ()
    is_third_party_verified: bool = True
    forbidden: tuple[str, ...] = ()
    must_say: tuple[str, ...] = ()
    notes: tuple[Text, ...] = ()


class Imputation(About):
    """Only what the text ranks; ``costs`` says where it leaves the rest. Empty: the contract.

    ``is_interest_by_maturity``: all kinds of interest alike, the oldest first. ``is_agreeable``:
    a contract may say otherwise. ``is_never_to_disputed``: nothing goes by itself to a document in
    dispute. The payer may say which document a payment is for in every pack (in Spain that is
    debated for court debts); inside it, interest still comes first.
    """

    order: tuple[
        Literal["default_interest", "ordinary_interest", "overdue_interest", "interest"]
        | Literal["costs", "capital"],
        ...,
    ]
    costs: Literal["unspecified", "after_interest"] = "unspecified"
    rule: Text | None = None
    override: Text | None = None
    is_interest_by_maturity: bool = False
    is_agreeable: bool = True
    is_never_to_disputed: bool = False


class RateRow(RuleRow):
    """A published series that is the legal rate or a ceiling: its value times ``multiple`` plus
    ``spread`` points. With ``value`` the law itself is the number: nobody loads such a series.

    ``regimes`` and ``by_prudence``: whose debts it is for unless a contract names another series;
    neither: only for contracts that name it. ``currency``: of the debts it is for; '' any.
    ``is_verified``: multiple, spread and value are.
    """

    use: Literal["legal", "ceiling"]
    series: Annotated[str, Field(pattern=r"^[A-Z]{2}(\.[a-z0-9_]+)+$")]
    name: Text
    multiple: Annotated[Decimal, Field(gt=0)] = Decimal(1)
    spread: Decimal = Decimal(0)
    fixed_for: Literal["day", "half_year"] = "day"
    currency: str = ""
    value: Annotated[Decimal, Field(ge=0)] | None = None
    quoted_as: Literal["effective_annual", "nominal_annual", "nominal_monthly"]
    is_verified: bool = True


class DefaultInterest(About):
    """``numbers``: points and per cent a year by name. ``rates``: the same, to reckon with; moving
    rates themselves are dated series that the creditor loads. ``day_count``: ours, where the text
    seen does not say how days are counted."""

    rule: Text
    rate_source: str = ""
    numbers: dict[str, Decimal] = {}
    is_numbers_verified: bool = True
    rates: tuple[RateRow, ...] = ()
    day_count: Literal["actual_365", "actual_360", "thirty_360"] = "actual_365"
    is_day_count_law: bool = False
    notes: tuple[Text, ...] = ()


class FeeBracket(Row):
    """``up_to`` is not in it; empty: no end. Either a per cent or an amount. ``is_known``: False
    for a cell whose limits nobody has seen: told, never charged."""

    up_to: Decimal | None = None
    pct: Decimal | None = None
    amount: Decimal | None = None
    days_from: int | None = None
    days_to: int | None = None
    is_known: bool = True


class Fees(About):
    """``regimes``: whose debts the scale is for. ``agreed_for``: others with whom a contract may
    agree a fee; the rest are charged nothing. ``forbidden_for``: no fee at all.
    ``missed_notice``: units off where the first free notice was not given."""

    kind: Literal[
        "none_fixed",
        "none_found",
        "not_researched",
        "progressive_brackets",
        "forbidden_for_supervised",
        "late_fine_pct",
        "tariff_table",
        "pct_capped",
        "fixed_plus_costs",
        "fixed_brackets_plus_costs",
        "only_if_authorised",
    ]
    rule: Text
    unit: str = ""
    brackets: tuple[FeeBracket, ...] = ()
    is_complete: bool = True
    charge_after_days: int | None = None
    missed_notice: Decimal = Decimal(0)
    is_missed_notice_verified: bool = True
    agreed_for: tuple[Regime, ...] = ()
    forbidden_for: tuple[Regime, ...] = ()
    numbers: dict[str, Decimal] = {}
    notes: tuple[Text, ...] = ()


class NegativeReport(About):
    """Before a debt is reported to a credit bureau."""

    prior_notice_days: int
    day_kind: Literal["calendar", "business"]
    counted_from: Text
    small_debt_notices: int = 1
    small_debt: Text | None = None
    report_within_months: int | None = None
    retention: Text


class State(ContactRows):
    """A subdivision's own rules, looked at before the country's."""

    name: str


class PackRow(ContactRows):
    """One file of countries/."""

    schema_version: Annotated[Literal[1], Field(alias="schema")]
    code: str
    name: Text
    reviewed: date
    currency: str
    applies_to: Text
    zone_rule: ZoneRule
    holidays: Holidays
    sources: dict[str, SourceRow]
    states: dict[str, State] = {}
    channels: ChannelPolicy
    conduct: Conduct
    imputation: Imputation
    default_interest: DefaultInterest
    fees: Fees
    negative_report: NegativeReport | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        states = [rule for state in self.states.values() for rule in state.every_rule()]
        for rule in (*self.every_rule(), *states):
            if not rule.regimes and not rule.by_prudence:
                raise ValueError(f"a rule of {rule.source} binds nobody")
        named = [rule.source for rule in self.every_rule()]
        named += [rule.source for rule in states]
        named += [self.zone_rule.source, self.holidays.source, self.channels.source]
        named += [self.conduct.source, self.imputation.source, self.default_interest.source]
        named += [self.fees.source, *(rate.source for rate in self.default_interest.rates)]
        named += [self.negative_report.source] if self.negative_report else []
        unknown, idle = set(named) - set(self.sources), set(self.sources) - set(named)
        if unknown or idle:
            raise ValueError(f"sources missing {sorted(unknown)}, unused {sorted(idle)}")
        for regime in REGIMES:
            if not any(regime in rule.regimes or regime in rule.by_prudence for rule in self.hours):
                raise ValueError(f"no hours for {regime}")
        return self
