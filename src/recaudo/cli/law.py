"""`recaudo law`: the law of a country in words, and whether a contact may happen by it.

Needs no installation: neither a database nor a key.
"""

from __future__ import annotations

import csv
import os
import secrets
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, get_args
from zoneinfo import ZoneInfo

import typer

from recaudo.cli import output
from recaudo.core.contact_rules import (
    CHANNELS,
    LAW_CHANNEL,
    Ask,
    Channel,
    Contact,
    Kind,
    Said,
    judge,
    judge_everywhere,
)
from recaudo.core.contact_rules.days import zone as known_zone
from recaudo.core.problems import N_, Problem
from recaudo.countries import (
    REGIMES,
    Pack,
    holiday_check,
    national_pack,
    pack_codes,
    pack_for,
    zones_of,
)

#: What people say for the channels, beside the words of the law.
SPOKEN: dict[str, Channel] = {**LAW_CHANNEL, **{channel: channel for channel in CHANNELS}}
KINDS: tuple[Kind, ...] = get_args(Kind)
COLUMNS = ("at", "channel", "kind")


def register(app: typer.Typer) -> None:
    app.command("law")(law)


def law(
    country: Annotated[str, typer.Argument(help="CO, MX, BR-SP …; sin país, los que hay.")] = "",
    may: Annotated[
        str, typer.Option(help="¿Se puede? call, visit, sms, chat, email o letter.")
    ] = "",
    at: Annotated[
        str, typer.Option(help="Cuándo: 2026-11-20T18:59, hora local de allá; si no, ahora.")
    ] = "",
    regime: Annotated[str, typer.Option(help=", ".join(REGIMES))] = "consumer",
    zone: Annotated[str, typer.Option(help="Zona del deudor, p. ej. America/Tijuana.")] = "",
    history: Annotated[
        Path | None, typer.Option(help="CSV de contactos: at, channel, kind, debt.")
    ] = None,
    debt: Annotated[
        list[str] | None, typer.Option(help="De qué deuda se trata; se puede repetir.")
    ] = None,
    language: Annotated[str, typer.Option(help="es o en.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Imprime JSON.")] = False,
) -> None:
    """La ley de un país en palabras, o si un contacto se permite según ella."""
    _words_ready()
    from django.utils import translation

    with translation.override(language or translation.get_language() or "es"):
        if not country:
            _list(as_json)
            return
        pack = _pack(country)
        pack.rules(regime)
        if may:
            _answer(pack, may, at, regime, zone, history, frozenset(debt or ()), as_json)
        else:
            _tell(pack, regime, as_json)


def _words_ready() -> None:
    """The sentences of the product, and nothing else of it.

    Nothing here is signed and no row is read, so a key that nobody knows and an address that nobody
    answers do: without them Django would not start, or would start the database's server.
    """
    from django.apps import apps

    if apps.ready:
        return
    os.environ.setdefault("RECAUDO_SECRET_KEY", secrets.token_urlsafe(50))
    os.environ.setdefault("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    output.setup()


def _pack(typed: str) -> Pack:
    """Without a state only what holds in the whole country."""
    country, _, state = typed.strip().upper().partition("-")
    return pack_for(country, state) if state else national_pack(country)


def _list(as_json: bool) -> None:
    from django.utils.translation import get_language

    packs = [_pack(code) for code in pack_codes()]
    language = get_language() or "es"
    rows = [
        {
            "code": pack.code,
            "name": _name(pack, language),
            "reviewed": pack.reviewed,
            "fingerprint": pack.fingerprint,
        }
        for pack in packs
    ]
    lines = [f"{row['code']:<8} {row['name']} · {row['reviewed']}" for row in rows]
    output.emit(rows, as_json=as_json, text="\n".join(lines))


def _name(pack: Pack, language: str) -> str:
    name = pack.name.in_language(language)
    state = pack.row.states.get(pack.subdivision or "")
    return f"{name}, {state.name}" if state else name


def _tell(pack: Pack, regime: str, as_json: bool) -> None:
    from django.utils.translation import get_language, gettext

    from recaudo.countries import words
    from recaudo.countries.telling import told

    language = get_language() or "es"
    sections = told(pack, regime, gettext, language)
    if as_json:
        output.emit(_as_json(pack, regime, sections), as_json=True)
        return
    lines = [
        f"[bold]{_name(pack, language)}[/] · {gettext(words.REGIMES[regime])} · "
        f"{pack.code}@{pack.fingerprint}",
        pack.applies_to.in_language(language),
        gettext(N_("Revisado el {day}. No es asesoría legal.")).format(day=pack.reviewed),
    ]
    if pack.is_default:
        lines.append(
            gettext(
                N_("No hay marco legal de {country}: se aplica el prudente, y nada de él es ley.")
            ).format(country=pack.country)
        )
    for section in sections:
        lines += ["", f"[bold]{section.title}[/]"]
        for line in section.lines:
            grade = gettext(words.GRADES[line.grade])
            where = " · ".join(part for part in (line.article, grade) if part)
            mark = f" [yellow]({line.mark})[/]" if line.mark else ""
            lines.append(f"  {line.text}{mark}")
            lines.append(f"    [dim]{where}[/]")
            lines += [f"    [dim]{line.note}[/]"] if line.note else []
    if pack.subdivision is None and pack.row.states:
        states = ", ".join(f"{pack.row.code}-{state}" for state in pack.row.states)
        lines += ["", gettext(N_("Con reglas propias: {states}.")).format(states=states)]
    output.console.print("\n".join(lines), soft_wrap=True)


def _as_json(pack: Pack, regime: str, sections: list[Any]) -> dict[str, Any]:
    return {
        "code": pack.code,
        "country": pack.country,
        "is_default": pack.is_default,
        "name": pack.name.model_dump(),
        "fingerprint": pack.fingerprint,
        "reviewed": pack.reviewed,
        "regime": regime,
        "applies_to": pack.applies_to.model_dump(),
        "zones": list(zones_of(pack.country, pack.subdivision or "")),
        "sections": [asdict(section) for section in sections],
        "pack": pack.row.model_dump(mode="json", by_alias=True),
    }


def _answer(
    pack: Pack,
    may: str,
    at: str,
    regime: str,
    zone: str,
    history: Path | None,
    debts: frozenset[str],
    as_json: bool,
) -> None:
    zones = (zone,) if zone else zones_of(pack.country, pack.subdivision or "")
    if not zones:
        raise Problem("law_zone_needed", country=pack.country)
    here = known_zone(zones[0]).info
    moment = _moment(at, here) if at else datetime.now(UTC)
    if at and datetime.fromisoformat(at).tzinfo is None:
        zones = zones[:1]  # a local hour is asked about: it is the same hour in each of them
    ask = Ask(moment, _channel(may), zones[0], holiday_check(pack, pack.subdivision), debts)
    had = _history(history, here) if history else []
    rules = pack.rules(regime)
    said = judge(rules, ask, had) if len(zones) == 1 else judge_everywhere(rules, ask, zones, had)
    answer = _in_json(said, here)
    output.emit(answer, as_json=as_json, text=_in_words(pack, said, here))


def _in_json(said: Said, here: ZoneInfo) -> dict[str, object]:
    return {
        "allowed": said.allowed,
        "rule": said.rule,
        "article": said.source.article if said.source else "",
        "grade": said.source.grade if said.source else "none",
        "earliest": said.earliest.astimezone(here).isoformat() if said.earliest else None,
    }


def _in_words(pack: Pack, said: Said, here: ZoneInfo) -> str:
    from django.utils.translation import gettext

    from recaudo.countries import words
    from recaudo.countries.telling import mark_of

    source = said.source
    if source is None:
        why = gettext(N_("ninguna regla lo limita"))
    else:
        grade = gettext(words.GRADES[source.grade])
        parts = (source.article, grade, mark_of(source, gettext))
        why = " · ".join(dict.fromkeys(part for part in parts if part))
    if said.allowed:
        text = gettext(N_("Se puede ({why})."))
    elif said.earliest is None:
        text = gettext(N_("No se puede: {rule} ({why}). El tiempo no lo cambia."))
    else:
        text = gettext(N_("No se puede: {rule} ({why}). Desde el {earliest}."))
    told = text.format(
        why=why,
        rule=gettext(words.RULES.get(said.rule, said.rule)),
        earliest=said.earliest.astimezone(here).isoformat() if said.earliest else "",
    )
    if not pack.is_default:
        return told
    return f"{told} " + gettext(
        N_("No hay marco legal de {country}: se aplica el prudente, y nada de él es ley.")
    ).format(country=pack.country)


def _moment(typed: str, here: ZoneInfo) -> datetime:
    """ISO; without an offset a local hour, of two alike the first.

    Raises Problem ``law_moment_unreadable``, ``law_moment_skipped`` for an hour that clocks jump.
    """
    try:
        moment = datetime.fromisoformat(typed.strip())
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
        local = moment.replace(tzinfo=here)
        found = local.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Problem("law_moment_unreadable", typed=typed) from error
    if found.astimezone(here).replace(tzinfo=None) != moment:
        raise Problem("law_moment_skipped", typed=typed, zone=here.key)
    return found


def _channel(typed: str) -> Channel:
    channel = SPOKEN.get(typed.strip().lower())
    if channel is None:
        raise Problem("law_channel_unknown", channel=typed, known=list(SPOKEN))
    return channel


def _history(path: Path, here: ZoneInfo) -> list[Contact]:
    """Raises Problem ``law_history_unreadable``, ``law_history_columns``, ``law_history_row``."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem("law_history_unreadable", file=path.name, detail=str(error)) from error
    lines = text.splitlines()
    delimiter = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
    try:
        rows = [
            (number, [cell.strip() for cell in cells])
            for number, cells in enumerate(csv.reader(lines, delimiter=delimiter), 1)
        ]
    except csv.Error as error:
        raise Problem("law_history_unreadable", file=path.name, detail=str(error)) from error
    heading = [cell.lower() for cell in rows[0][1]] if rows else []
    missing = [name for name in COLUMNS if name not in heading]
    if missing:
        raise Problem("law_history_columns", file=path.name, missing=missing)
    return [_had(number, cells, heading, here) for number, cells in rows[1:] if any(cells)]


def _had(number: int, cells: list[str], heading: list[str], here: ZoneInfo) -> Contact:
    """One row; what is wrong with it is told with its number, the heading's being 1."""
    if len(cells) > len(heading):
        raise Problem("law_history_row", row=number, column="", detail=f"> {len(heading)}")
    row = dict(zip(heading, cells, strict=False))
    try:
        at = _moment(row.get("at", ""), here)
        channel = _channel(row.get("channel", ""))
    except Problem as problem:
        column = "channel" if problem.code == "law_channel_unknown" else "at"
        value = row.get(column, "")
        raise Problem("law_history_row", row=number, column=column, detail=value) from problem
    kind = next((each for each in KINDS if each == row.get("kind", "").lower()), None)
    if kind is None:
        raise Problem("law_history_row", row=number, column="kind", detail=row.get("kind", ""))
    debts = frozenset(part.strip() for part in row.get("debt", "").split("|") if part.strip())
    return Contact(at, channel, kind, debts)
