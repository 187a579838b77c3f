"""`recaudo rates`: legal rates, ceilings and rates between currencies, with their source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from recaudo.cli import given, output
from recaudo.core.problems import Problem

if TYPE_CHECKING:
    from recaudo.core.interest import Rate
    from recaudo.payments.actions.rates import Loaded
    from recaudo.payments.queries.rates import SeriesTold

CREDITOR = typer.Option("--creditor", "-c", help="Código del acreedor.")
JSON = typer.Option("--json", help="Imprime JSON.")
AS_OF = typer.Option(help="El día; si no, hoy.")


def register(app: typer.Typer) -> None:
    rates = typer.Typer(no_args_is_help=True, help="Tasas legales, topes y tasas de cambio.")
    rates.command("load")(load)
    rates.command("list")(list_rates)
    rates.command("show")(show)
    app.add_typer(rates, name="rates")


def load(
    files: Annotated[
        list[Path],
        typer.Argument(help="CSV: series, valid_from, valid_until, value, quoted_as, source."),
    ],
    creditor: Annotated[str, CREDITOR],
    dry_run: Annotated[bool, typer.Option(help="Dice qué haría y no escribe nada.")] = False,
    replace: Annotated[
        bool, typer.Option(help="Otro valor para un día ya cargado reemplaza al anterior.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Por qué se reemplaza.")] = "",
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Carga tasas. De cada archivo, todas o ninguna; dos veces es lo mismo que una."""
    output.setup()
    from recaudo.payments.actions.rates import load_rates

    owner = output.find_creditor(creditor)
    told: list[dict[str, Any]] = []
    is_refused = False
    for file in files:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise Problem("file_missing", file=str(file), detail=str(error)) from error
        loaded = load_rates(
            owner, content, origin="cli", replace=replace, reason=reason, dry_run=dry_run
        )
        is_refused = is_refused or bool(loaded.refused)
        told.append(_loaded(file.name, loaded))
        if not as_json:
            output.console.print(_loaded_in_words(told[-1]), soft_wrap=True)
    if as_json:
        output.emit(
            {**_refusal(told), "files": told} if is_refused else {"files": told}, as_json=True
        )
    if is_refused:
        raise typer.Exit(1)


def list_rates(
    creditor: Annotated[str, CREDITOR],
    as_of: Annotated[str, AS_OF] = "",
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Las series con su valor del día, de dónde sale y desde cuándo falta."""
    output.setup()
    from recaudo.payments.queries.rates import exchange_told, series_told

    owner, day = given.creditor_and_day(creditor, as_of or None)
    series, pairs = series_told(owner, day), exchange_told(owner, day)
    if as_json:
        rows = [_series(one) for one in series]
        exchange = [
            {
                "pair": one.pair,
                "rate": one.rate,
                "valid_on": one.valid_on,
                "source": one.source,
                "count": one.count,
            }
            for one in pairs
        ]
        output.emit({"as_of": day, "series": rows, "exchange": exchange}, as_json=True)
        return
    table = Table("Serie", "Valor", "Expresada", "Desde", "Hasta", "Fuente", "Falta")
    for one in series:
        row = _series(one)
        table.add_row(one.code, *(_cell(row[name]) for name in SHOWN), _missing_in_words(one))
    for pair in pairs:
        table.add_row(
            pair.pair, f"{pair.rate.normalize():f}", "cambio", str(pair.valid_on), "", pair.source
        )
    output.console.print(table)


SHOWN = ("per_cent", "quoted_as", "valid_from", "valid_until", "source")


def show(
    series: Annotated[str, typer.Argument(help="CO.ibc.consumo_ordinario …")],
    creditor: Annotated[str, CREDITOR],
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Todas las tasas de una serie, de la más vieja a la más nueva."""
    output.setup()
    from recaudo.payments.queries.rates import rates_of

    owner = output.find_creditor(creditor)
    found = rates_of(owner, [series], given.day("9999-12-31"))[series]
    if not found:
        raise Problem("rates_series_unknown", series=series)
    rows = [_rate(rate) for rate in found]
    if as_json:
        output.emit({"series": series, "rates": rows}, as_json=True)
        return
    table = Table("Valor", "Expresada", "Desde", "Hasta", "Fuente")
    for row in rows:
        table.add_row(*(_cell(row[name]) for name in SHOWN))
    output.console.print(table)


def _loaded(name: str, loaded: Loaded) -> dict[str, Any]:
    from recaudo.words import sentence

    return {
        "file": name,
        "new": loaded.new,
        "unchanged": loaded.unchanged,
        "replaced": loaded.replaced,
        "series": list(loaded.series),
        "is_dry_run": loaded.is_dry_run,
        "refused": [
            {"line": one.line, "error": one.code, "sentence": sentence(one.code, one.facts)}
            for one in loaded.refused
        ],
    }


def _refusal(told: list[dict[str, Any]]) -> dict[str, Any]:
    from recaudo.words import sentence

    count = sum(len(one["refused"]) for one in told)
    said = sentence("rates_refused", {"count": count})
    return {"error": "rates_refused", "count": count, "sentence": said}


def _loaded_in_words(told: dict[str, Any]) -> str:
    if told["refused"]:
        lines = [f"{told['file']}: no se cargó nada."]
        lines += [f"  Línea {one['line']}: {one['sentence']}" for one in told["refused"]]
        return "\n".join(lines)
    would = "se cargarían" if told["is_dry_run"] else "cargadas"
    return (
        f"{told['file']}: {told['new']} tasas {would}, {told['replaced']} reemplazadas, "
        f"{told['unchanged']} ya estaban ({', '.join(told['series'])})."
    )


def _series(one: SeriesTold) -> dict[str, Any]:
    now = _rate(one.now) if one.now else dict.fromkeys(SHOWN)
    return {
        "series": one.code,
        "name": one.series.name.es if one.series else "",
        **now,
        "is_needed": one.is_needed,
        "missing_since": one.missing_since,
        "gaps": [{"from": first, "until": until} for first, until in one.gaps],
    }


def _rate(rate: Rate) -> dict[str, Any]:
    """``valid_until``: the last day on which it holds, as in the file."""
    from datetime import timedelta

    last = rate.until_on - timedelta(days=1) if rate.until_on else None
    return {
        "per_cent": rate.per_cent.normalize(),
        "quoted_as": rate.quote.value,
        "valid_from": rate.from_on,
        "valid_until": last,
        "source": rate.source,
    }


def _cell(value: object) -> str:
    from decimal import Decimal

    if isinstance(value, Decimal):
        return f"{value:f}"
    return "" if value is None else str(value)


def _missing_in_words(one: SeriesTold) -> str:
    if one.missing_since:
        return f"falta desde {one.missing_since}"
    if one.now is None and not one.rates:
        return "sin cargar"
    return ""
