"""`recaudo report …`: what the portfolio looks like, on the screen or in a file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD as SIMPLE
from rich.table import Table as Grid

from recaudo.cli import given, output
from recaudo.core.problems import Problem

if TYPE_CHECKING:
    from recaudo.access.models import Creditor
    from recaudo.insights.export import Cell, Table

FORMATS = ("table", "json", "csv", "xlsx")
#: Lines of a long table that a screen shows; the files have them all.
SCREEN_ROWS = 60
#: A table with more columns than this is told shorter on a screen.
WIDE_COLUMNS = 8

Code = Annotated[str, typer.Option("--creditor", "-c", help="Código del acreedor.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="Día, 2026-03-31; si no, hoy.")]
Format = Annotated[str, typer.Option("--format", help="table, json, csv o xlsx.")]
Out = Annotated[Path | None, typer.Option("--out", help="Archivo que se escribe.")]
Json = Annotated[bool, typer.Option("--json", help="Lo mismo que --format json.")]

report = typer.Typer(
    no_args_is_help=True, help="Informes: cartera por edades, indicadores, trabajo."
)


def register(app: typer.Typer) -> None:
    app.add_typer(report, name="report")


@report.command("aging")
def aging(
    creditor: Code,
    as_of: AsOf = None,
    by: Annotated[
        str | None, typer.Option(help="customer, seller, branch, zone o product.")
    ] = None,
    buckets: Annotated[str | None, typer.Option(help="Otra tabla de edades, p. ej. b2b.")] = None,
    form: Format = "table",
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Cartera por edades de cualquier día: cuánto se debe y con qué mora."""
    output.setup()
    from recaudo.core.buckets import PRESETS
    from recaudo.insights.queries.ageing import ageing
    from recaudo.insights.reports import ageing_json, ageing_tables

    if buckets is not None and buckets not in PRESETS:
        raise Problem("bucket_table_unknown", table=buckets, known=sorted(PRESETS))
    form = _form(form, as_json)
    who, day = given.creditor_and_day(creditor, as_of)
    found = ageing(
        who,
        day,
        by=by,  # type: ignore[arg-type]
        with_customers=form == "xlsx" and by not in {None, "customer"},
        table=PRESETS[buckets] if buckets else None,
    )
    deliver(who, "aging", day, form, out, told=ageing_json(found), tables=ageing_tables(who, found))


@report.command("kpis")
def kpis(
    creditor: Code,
    as_of: AsOf = None,
    days: Annotated[int, typer.Option(help="Días de ventas que cuentan para el DSO.")] = 90,
    rows: Annotated[str | None, typer.Option(help="Las filas detrás de este indicador.")] = None,
    limit: Annotated[int, typer.Option(help="Cuántas filas.")] = 100,
    form: Format = "table",
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Indicadores con su numerador, su denominador y su periodo."""
    output.setup()
    from recaudo.insights.queries.kpis import kpis as work_out
    from recaudo.insights.reports import kpis_json, kpis_lines, kpis_table

    form = _form(form, as_json)
    who, day = given.creditor_and_day(creditor, as_of)
    if rows is not None:
        told, table = _rows_behind(who, day, rows, limit)
    else:
        found = work_out(who, day, days=days)
        told, table = kpis_json(found), kpis_table(who, found)
        if form == "table" and out is None:
            output.console.print("\n".join(kpis_lines(found)), soft_wrap=True)
            return
    deliver(who, "kpis", day, form, out, told=told, tables=[table])


@report.command("worklist")
def worklist(
    creditor: Code,
    where: Annotated[str, typer.Option(help="Condición sobre los hechos: max_dpd > 30.")] = "",
    segment: Annotated[str, typer.Option(help="Solo este segmento.")] = "",
    form: Format = "table",
    out: Out = None,
    as_json: Json = False,
) -> None:
    """A quién trabajar ahora, en orden."""
    output.setup()
    from recaudo.insights.reports import worklist_json, worklist_table
    from recaudo.strategy.queries.worklist import Filter, every_line

    form = _form(form, as_json)
    who, day = given.creditor_and_day(creditor, None)
    lines = every_line(who, None, as_of=day, where=Filter(condition=where, segment=segment))
    told, table = worklist_json(who, lines), worklist_table(who, lines)
    deliver(who, "worklist", day, form, out, told=told, tables=[table])


@report.command("status")
def status(
    creditor: Code,
    form: Format = "table",
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Cuántos clientes y cuánto saldo hay en cada segmento y en cada próximo paso."""
    output.setup()
    from recaudo.insights.queries.status import by_status
    from recaudo.insights.reports import status_json, status_table

    form = _form(form, as_json)
    who, day = given.creditor_and_day(creditor, None)
    found = by_status(who)
    deliver(
        who, "status", day, form, out, told=status_json(found), tables=[status_table(who, found)]
    )


@report.command("methods")
def methods(
    creditor: Code,
    as_of: AsOf = None,
    days: Annotated[int, typer.Option(min=1, help="Cuántos días hacia atrás.")] = 90,
    form: Format = "table",
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Por qué medio pagan y qué tan pronto: días desde la emisión y desde el vencimiento."""
    output.setup()
    from recaudo.insights.method_report import methods_json, methods_table
    from recaudo.insights.queries.methods import by_method

    form = _form(form, as_json)
    who, day = given.creditor_and_day(creditor, as_of)
    since = day - timedelta(days=days - 1)
    found = by_method(who, since, day)
    table = methods_table(who, since, day, found)
    deliver(who, "methods", day, form, out, told=methods_json(found), tables=[table])


def _rows_behind(who: Creditor, day: date, kpi: str, limit: int) -> tuple[Any, Table]:
    from recaudo.insights.queries.rows import KPI_PARTS, documents_behind, left_out
    from recaudo.insights.reports import documents_table, left_out_table, rows_json

    if kpi == "coverage":
        left = left_out(who, day, limit=limit)
        return rows_json(left), left_out_table(who, left)
    if kpi not in KPI_PARTS:
        raise Problem("rows_without", kpi=kpi, known=[*KPI_PARTS, "coverage"])
    found = documents_behind(who, day, KPI_PARTS[kpi], limit=limit)
    return rows_json(found), documents_table(who, kpi, found)


def _form(form: str, as_json: bool) -> str:
    chosen = "json" if as_json else form
    if chosen not in FORMATS:
        raise Problem("format_unknown", format=chosen, known=list(FORMATS))
    return chosen


def deliver(
    who: Creditor,
    name: str,
    day: date,
    form: str,
    out: Path | None,
    *,
    told: Any,
    tables: list[Table],
) -> None:
    """Show the report, or write it to ``out`` (else to a pipe, else beside, under a name that says
    what it is). What leaves as a file is written down (F35)."""
    if form == "table" and out is None:
        for table in tables:
            output.console.print(grid(table))
        return
    if form == "json" and out is None:
        output.emit(told, as_json=True)
        return
    content = _content(form, told, tables)
    _log(who, name, day, form, sum(len(table.rows) for table in tables))
    if out is None and (form == "csv" or not sys.stdout.isatty()):
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
        return
    path = out or Path(f"{name}-{who.code}-{day}.{form}")
    path.write_bytes(content)
    output.errors.print(f"Escrito en {path}", soft_wrap=True)


def _content(form: str, told: Any, tables: list[Table]) -> bytes:
    import json

    from recaudo.insights.export import as_csv, as_xlsx

    if form == "xlsx":
        return as_xlsx(tables)
    if form == "csv":
        return as_csv(tables[0])
    if form == "json":
        return json.dumps(told, ensure_ascii=False, default=str).encode()
    raise Problem("format_of_file", format=form, known=["json", "csv", "xlsx"])


def _log(who: Creditor, name: str, day: date, form: str, rows: int) -> None:
    from recaudo.audit.actions import record_change

    record_change(
        "report_exported",
        creditor=who,
        origin="cli",
        report=name,
        as_of=day.isoformat(),
        format=form,
        rows=rows,
    )


def grid(table: Table) -> Grid:
    """The table for a terminal; a long one is cut and says so."""
    from recaudo.insights.reports import shown

    drawn = Grid(title=" · ".join([table.title, *table.about]), title_justify="left", box=SIMPLE)
    figures = [
        any(not isinstance(row.cells[place], str | None) for row in table.rows)
        for place in range(len(table.headings))
    ]
    places = _places(table, figures)
    for place in places:
        if figures[place]:
            drawn.add_column(table.headings[place], justify="right", overflow="fold")
        else:
            drawn.add_column(table.headings[place], max_width=28)
    plain = [row for row in table.rows if row.level == 0]
    kept = set(map(id, plain[:SCREEN_ROWS]))
    for row in table.rows:
        if row.level or id(row) in kept:
            style = "bold" if row.level else None
            drawn.add_row(
                *(_cell(row.cells[place], shown, places) for place in places), style=style
            )
    if len(plain) > SCREEN_ROWS:
        drawn.caption = f"{SCREEN_ROWS} de {len(plain)} líneas; todas con --format csv o xlsx"
    return drawn


def _places(table: Table, figures: list[bool]) -> list[int]:
    """The columns worth a terminal's width: a wide table leaves out those that are all zero, and a
    code that only repeats the name beside it."""
    every = list(range(len(table.headings)))
    if len(every) <= WIDE_COLUMNS:
        return every
    plain = [row for row in table.rows if row.level == 0]
    kept = [
        place for place in every if not figures[place] or any(row.cells[place] for row in plain)
    ]
    repeats = not (figures[0] or figures[1]) and all(r.cells[0] == r.cells[1] for r in plain)
    return kept[1:] if repeats else kept


def _cell(value: Cell, shown: Callable[[Cell], str], places: list[int]) -> str:
    """In a wide table whole units do; the files have every decimal."""
    if len(places) > WIDE_COLUMNS and isinstance(value, Decimal):
        value = value.quantize(Decimal(1), ROUND_HALF_UP)
    return shown(value)
