"""A pack in words: what it says, where it says so, and what of it is no law or not verified.

Knows no catalogue: ``say`` translates a sentence of words.py (gettext, where the caller has it).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date

from recaudo.core.contact_rules import CHANNELS, Channel, Source
from recaudo.core.problems import N_
from recaudo.countries import words
from recaudo.countries.packs import HousePolicy, Pack
from recaudo.countries.schema import (
    REGIMES,
    About,
    CapRow,
    ChannelsRow,
    HoursRow,
    RuleRow,
    SpacingRow,
    Text,
    Window,
)
from recaudo.countries.telling_charges import day_count_said, fees_said, order_said, rate_said

Say = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that holds. ``mark``: '' for verified law, else what it is instead."""

    text: str
    article: str
    grade: str
    mark: str
    is_law: bool
    is_verified: bool
    reviewed_on: date
    addresses: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class Section:
    """``subject`` is a key of words.SUBJECTS, ``title`` what it is called."""

    subject: str
    title: str
    lines: tuple[Line, ...]


def told(pack: Pack, regime: str, say: Say, language: str) -> list[Section]:
    """All that the pack says about debts of ``regime``, by subject; no empty subjects."""
    teller = _Teller(pack, regime, say, language)
    found = {
        "hours": teller.hours(),
        "caps": teller.caps(),
        "channels": teller.channels(),
        "zone": teller.zone(),
        "conduct": teller.conduct(),
        "negative_report": teller.negative_report(),
        "imputation": teller.imputation(),
        "default_interest": teller.default_interest(),
        "fees": teller.fees(),
    }
    return [
        Section(subject, say(words.SUBJECTS[subject]), tuple(lines))
        for subject, lines in found.items()
        if lines
    ]


def house_told(house: HousePolicy, regime: str, say: Say, language: str) -> list[str]:
    """The creditor's own limits for ``regime``, a sentence each."""
    phrases, row = _Phrases(say, language), house.row
    said: list[tuple[RuleRow, str]] = [
        *((one, phrases.hours_said(one)) for one in row.hours),
        *((one, phrases.cap_said(one)) for one in row.caps),
        *((one, phrases.spacing_said(one)) for one in row.spacings),
        *((one, phrases.forbidden_said(one)) for one in row.forbidden),
        *((one, phrases.one_channel_said()) for one in row.one_channel_a_week),
    ]
    return [text for one, text in said if regime in (one.regimes or REGIMES)]


def mark_of(source: Source, say: Say) -> str:
    """'' for law that somebody read; else plainly what it is."""
    if source.is_law:
        return "" if source.is_verified else say(N_("sin verificar"))
    match source.grade:
        case "house":
            return say(N_("regla propia, no es ley"))
        case "memory":
            return say(N_("de memoria, sin verificar"))
        case "bill":
            return say(N_("proyecto, no es ley"))
        case "none":
            return say(N_("no se halló ley"))
    return say(N_("no es ley"))


class _Phrases:
    """One rule in a sentence."""

    def __init__(self, say: Say, language: str) -> None:
        self.say, self.language = say, language

    def hours_said(self, row: HoursRow) -> str:
        days = [
            f"{self.say(words.DAYS[day])} {self._windows(windows)}"
            for day, windows in (
                ("weekday", row.weekday),
                ("saturday", row.saturday),
                ("sunday", row.sunday),
                ("holiday", row.holiday),
            )
        ]
        return f"{self.named(row.every_channel)}: {'; '.join(days)}."

    def _windows(self, windows: Iterable[Window]) -> str:
        shown = [f"{start:%H:%M}–{end:%H:%M}" for start, end in windows]
        if shown == ["00:00–00:00"]:
            return self.say(N_("a cualquier hora"))
        shown = [one.replace("–00:00", "–24:00") for one in shown]
        return ", ".join(shown) or self.say(N_("nunca"))

    def cap_said(self, row: CapRow) -> str:
        channels = self.named(row.every_channel)
        if row.kind == "after_conversation":
            text = self.say(
                N_("{channels}: después de una conversación, como máximo {max} más {per}, {scope}.")
                if row.max
                else N_(
                    "{channels}: después de una conversación, ninguno más {per} (el día de la "
                    "conversación es el primero), {scope}."
                )
            )
            counts = ""
        else:
            text = self.say(N_("{channels}: como máximo {max} {per}, {scope}; {counts}."))
            counts = self.say(words.COUNTS[row.kind])
        return text.format(
            channels=channels,
            max=row.max,
            per=self.say(words.PER[row.per]),
            scope=self.say(words.SCOPES[row.scope]),
            counts=counts,
        )

    def named(self, channels: frozenset[Channel]) -> str:
        if channels == frozenset(CHANNELS):
            return self.say(N_("Todos los canales"))
        names = ", ".join(self.say(words.CHANNELS[one]) for one in CHANNELS if one in channels)
        return names[:1].upper() + names[1:]

    def spacing_said(self, row: SpacingRow) -> str:
        text = self.say(N_("{channels}: al menos {days} días entre uno y otro."))
        return text.format(channels=self.named(row.every_channel), days=row.days)

    def forbidden_said(self, row: ChannelsRow) -> str:
        text = self.say(N_("Prohibido: {channels}."))
        return text.format(channels=self.named(row.every_channel))

    def one_channel_said(self) -> str:
        return self.say(N_("Un solo canal por semana: el primer contacto lo fija."))


class _Teller(_Phrases):
    def __init__(self, pack: Pack, regime: str, say: Say, language: str) -> None:
        super().__init__(say, language)
        self.pack, self.regime = pack, regime

    def hours(self) -> list[Line]:
        rows = [row for rows in self.pack.contact_rows() for row in rows.hours]
        return self._bound((row, self.hours_said(row)) for row in rows)

    def caps(self) -> list[Line]:
        every = self.pack.contact_rows()
        said: list[tuple[RuleRow, str]] = []
        said += [(row, self.cap_said(row)) for rows in every for row in rows.caps]
        said += [(row, self.spacing_said(row)) for rows in every for row in rows.spacings]
        said += [(row, self.one_channel_said()) for r in every for row in r.one_channel_a_week]
        lines = self._bound(said)
        if not lines:
            none = Source("", "none", is_law=False, is_verified=False)
            lines.append(self._line(self.say(N_("No se halló ningún tope en la ley.")), none))
        return lines

    def channels(self) -> list[Line]:
        every = self.pack.contact_rows()
        lines = self._bound(
            (row, self.forbidden_said(row)) for rows in every for row in rows.forbidden
        )
        about = self.pack.channels
        parts = [about.allowed.in_language(self.language)]
        if about.is_consent_required:
            parts.append(self.say(N_("Hace falta autorización.")))
        if about.is_opt_out_required:
            where = about.opt_out_channels or CHANNELS
            parts.append(
                self.say(N_("Siempre con una forma de darse de baja ({channels}).")).format(
                    channels=self.named(frozenset(where))
                )
            )
        return [*lines, self._about(" ".join(parts), about, about.notes)]

    def zone(self) -> list[Line]:
        rule, days = self.pack.zone_rule, self.pack.row.holidays
        local = self.say(N_("Vale la hora del lugar donde está el deudor."))
        single = self.say(N_("Una sola hora en todo el país ({zone}).")).format(
            zone=next(iter(rule.zones), "")
        )
        holiday = self.say(N_("Los festivos son los del calendario del país y de su región."))
        note = (days.note,) if days.note else ()
        return [
            self._named(local if rule.is_local else single, rule.source),
            self._named(holiday, days.source, note),
        ]

    def conduct(self) -> list[Line]:
        about = self.pack.conduct
        parts = []
        if about.is_third_party_forbidden:
            roles = self._list(words.ROLES, about.third_party_allowed)
            parts.append(
                self.say(N_("No se habla con terceros, salvo: {roles}.")).format(roles=roles)
                if roles
                else self.say(N_("No se habla con terceros."))
            )
        if about.forbidden:
            acts = self._list(words.CONDUCT, about.forbidden)
            parts.append(self.say(N_("Prohibido: {acts}.")).format(acts=acts))
        if about.must_say:
            what = self._list(words.MUST_SAY, about.must_say)
            parts.append(self.say(N_("Hay que decir: {what}.")).format(what=what))
        return [self._about(" ".join(parts), about, about.notes)]

    def negative_report(self) -> list[Line]:
        about = self.pack.negative_report
        if about is None:
            return []
        text = self.say(
            N_("Aviso {days} días antes, contados desde: {counted_from} Permanencia: {retention}")
        ).format(
            days=about.prior_notice_days,
            counted_from=about.counted_from.in_language(self.language),
            retention=about.retention.in_language(self.language),
        )
        notes = (about.small_debt,) if about.small_debt else ()
        return [self._about(text, about, notes)]

    def imputation(self) -> list[Line]:
        about = self.pack.imputation
        parts = order_said(about, self.say)
        notes = [about.rule] if about.rule else []
        if about.override:
            parts.append(
                self.say(N_("Otro orden: {override}")).format(
                    override=about.override.in_language(self.language)
                )
            )
        parts += [note.in_language(self.language) for note in notes]
        return [self._about(" ".join(parts), about)]

    def default_interest(self) -> list[Line]:
        about = self.pack.default_interest
        lines = [self._about(about.rule.in_language(self.language), about, about.notes)]
        for row in about.rates:
            is_for_all = bool(row.regimes or row.by_prudence)
            source = self.pack.source_for(row, self.regime) if is_for_all else None
            if is_for_all and source is None:
                continue  # somebody else's rate
            source = source or self.pack.source(row.source)
            source = replace(source, is_verified=source.is_verified and row.is_verified)
            text = rate_said(row, is_for_all, self.say, self.language)
            lines.append(self._line(text, source, self.pack.row.sources[row.source].addresses))
        ours = Source("", "house", is_law=False, is_verified=False)
        lines.append(self._line(day_count_said(about.day_count, self.say), ours))
        return lines

    def fees(self) -> list[Line]:
        about = self.pack.fees
        parts = fees_said(self.pack, self.regime, self.say, self.language)
        return [self._about(" ".join(parts), about, about.notes)]

    def _list(self, catalogue: dict[str, str], codes: Iterable[str]) -> str:
        return ", ".join(self.say(catalogue[code]) for code in codes)

    def _bound(self, said: Iterable[tuple[RuleRow, str]]) -> list[Line]:
        lines = []
        for row, text in said:
            source = self.pack.source_for(row, self.regime)
            if source is not None:
                own = self.pack.row.sources[row.source]
                notes = (own.note,) if own.note else ()
                lines.append(self._line(text, source, own.addresses, notes))
        return lines

    def _about(self, text: str, about: About, notes: Iterable[Text] = ()) -> Line:
        return self._named(text, about.source, notes, self.pack.source_of(about, self.regime))

    def _named(
        self, text: str, name: str, notes: Iterable[Text] = (), source: Source | None = None
    ) -> Line:
        own = self.pack.row.sources[name]
        every = (*notes, own.note) if own.note else tuple(notes)
        return self._line(text, source or self.pack.source(name), own.addresses, every)

    def _line(
        self,
        text: str,
        source: Source,
        addresses: tuple[str, ...] = (),
        notes: Iterable[Text] = (),
    ) -> Line:
        return Line(
            text=text,
            article=source.article,
            grade=source.grade,
            mark=mark_of(source, self.say),
            is_law=source.is_law,
            is_verified=source.is_verified,
            reviewed_on=source.reviewed_on or self.pack.reviewed,
            addresses=addresses,
            note=" ".join(note.in_language(self.language) for note in notes),
        )
