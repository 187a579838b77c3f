"""`recaudo import`: files in, with their control total, their questions and their rejected rows."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Table

from recaudo.cli import given, output
from recaudo.core.problems import Problem

if TYPE_CHECKING:
    from recaudo.access.models import Creditor
    from recaudo.intake.queries.previews import Preview

#: Rows with a problem that the terminal lists before it points to the file.
SHOWN = 10


def register(app: typer.Typer) -> None:
    app.command("import")(import_files)


def import_files(
    files: Annotated[list[Path], typer.Argument(help="Excel, CSV u ODS; varios, en orden.")],
    creditor: Annotated[str, typer.Option("--creditor", "-c", help="Código del acreedor.")],
    mapping: Annotated[
        Path | None, typer.Option(help="Archivo TOML que dice qué es cada columna.")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option(help="Qué trae el archivo: documents, customers, payments o rates."),
    ] = None,
    mode: Annotated[
        str | None, typer.Option(help="incremental, o snapshot si el archivo es un corte completo.")
    ] = None,
    control_total: Annotated[
        str | None, typer.Option(help="Total que debe dar la suma de los saldos.")
    ] = None,
    accept_difference: Annotated[
        str, typer.Option(help="Motivo para aceptar que el cuadre no dé.")
    ] = "",
    accept_partial: Annotated[
        str, typer.Option(help="Motivo para aceptar un corte que cierra mucho saldo.")
    ] = "",
    answer: Annotated[
        list[str] | None, typer.Option(help="Respuesta a una pregunta: 'clave=valor'.")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="Día de los saldos: AAAA-MM-DD.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Muestra qué haría, sin escribir nada.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Imprime JSON, uno por archivo.")] = False,
) -> None:
    """Carga cartera, clientes, contactos y pagos. La misma carga dos veces no cambia nada."""
    output.setup()
    owner = output.find_creditor(creditor)
    if mode not in (None, "incremental", "snapshot"):
        raise Problem("import_mode_unknown", mode=mode)
    common: dict[str, Any] = {
        "mapping": _text(mapping) if mapping else None,
        "mode": mode,
        "control_total": _total(control_total) if control_total else None,
        "answers": _answers(answer or []),
        "as_of": given.day(as_of) if as_of else None,
    }
    from recaudo.insights.actions import take_photo
    from recaudo.intake.actions.imports import import_file
    from recaudo.intake.queries.previews import preview
    from recaudo.strategy.actions.arrivals import decide_after_import

    for file in files:
        if dry_run:
            seen = preview(owner, file, **common)
            output.emit(_as_dict(seen), as_json=as_json, text=_previewed(seen))
            continue
        with output.progress(f"Cargando {file.name}", quiet=as_json) as advance:
            try:
                result = import_file(
                    owner,
                    file,
                    kind=kind,
                    accept_difference=accept_difference,
                    accept_partial=accept_partial,
                    origin="cli",
                    on_progress=advance,
                    **common,
                )
            except Problem as problem:
                _show_differences(problem, quiet=as_json)
                raise
        today = given.creditor_and_day(creditor, None)[1]
        decided = decide_after_import(owner, result["batch"], today=today)
        take_photo(owner, today)
        text = None if as_json else _loaded(file.name, result, _noticed(owner, result["batch"]))
        output.emit(result, as_json=as_json, text=text)
        if not decided and not as_json:
            output.console.print(f"  Corra el proceso del día: recaudo run --creditor {creditor}")


def _show_differences(problem: Problem, *, quiet: bool) -> None:
    """Whose rows were not taken, where a file does not add up (F3)."""
    from recaudo.words import show

    rows = problem.facts.get("by_customer")
    if quiet or problem.code != "cuadre_no_cuadra" or not isinstance(rows, list) or not rows:
        return
    table = Table("Cliente", "Filas no tomadas", "Importe", box=None, header_style="dim")
    for row in rows[:SHOWN]:
        table.add_row(row["customer"] or "?", str(row["rows"]), show(row["amount"], "es"))
    output.errors.print(table)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem("file_missing", file=str(path), detail=str(error)) from error


def _total(typed: str) -> Decimal:
    """``1999900.50``, ``1.999.900,50`` or ``1,999,900.50``.

    ``499.000`` is 499000, as the preview prints it: no currency here has three decimals.
    """
    from recaudo.intake.reading.amounts import parse_amount

    read = parse_amount(typed, "")
    if isinstance(read, str):
        read = parse_amount(typed, "," if "." in typed else ".")
    if isinstance(read, str):
        raise Problem("control_total_unreadable", typed=typed)
    return read


def _answers(typed: list[str]) -> dict[str, str]:
    found = {}
    for each in typed:
        key, sign, value = each.rpartition("=")
        if not sign or not key:
            raise Problem("answer_unreadable", typed=each)
        found[key.strip()] = value.strip()
    return found


def _noticed(owner: Creditor, batch_id: int) -> list[str]:
    """What the person should know although the rows went in, as sentences."""
    from django_scopes import scope

    from recaudo.intake.models import ImportBatch
    from recaudo.words import sentence

    with scope(creditor=owner):
        kept = ImportBatch.objects.get(pk=batch_id).result
    return [sentence(each["code"], each["facts"]) for each in kept.get("notices", [])]


def _loaded(name: str, result: Mapping[str, Any], notices: list[str]) -> RenderableType:
    from recaudo.words import show

    lines = [
        f"[bold]{name}[/]: {result['rows']} filas en {result['seconds']} s (carga "
        f"{result['batch']})",
        f"  {result['accepted']} nuevas · {result['updated']} cambiadas · "
        f"{result['unchanged']} iguales · {result['rejected']} rechazadas",
        f"  {result['customers']} clientes, {result['documents']} documentos y "
        f"{result['credits']} créditos nuevos",
    ]
    if result["control_total"] is not None:
        total = show(Decimal(result["control_total"]), "es")
        difference = Decimal(result["difference"])
        cuadra = "cuadra" if not difference else f"diferencia {show(difference, 'es')}"
        lines.append(f"  Cuadre: contra {total}, {cuadra}")
    lines += [f"  [yellow]![/] {notice}" for notice in notices]
    if result["rejects_file"]:
        lines.append(
            f"  Filas rechazadas, para corregir y volver a cargar: {result['rejects_file']}"
        )
    return "\n".join(lines)


def _previewed(seen: Preview) -> RenderableType:
    from recaudo.words import sentence, show

    table = Table("Columna", "Se toma como", "Ejemplos", box=None, header_style="dim")
    for column in seen.columns:
        table.add_row(
            column.heading, column.field or "[dim]no se usa[/]", " · ".join(column.examples[:3])
        )
    parts: list[RenderableType] = [f"[bold]{seen.file_name}[/]: nada se ha escrito", table]
    for question in seen.questions:
        facts = {"column": question.column, "examples": list(question.examples)}
        parts.append(f"[yellow]?[/] {sentence(question.code, facts)}")
        parts += [f"    --answer '{question.key}={choice}'" for choice in question.choices]
    if not seen.questions:
        parts.append(
            f"{seen.rows} filas: {seen.new} nuevas · {seen.updated} cambian · "
            f"{seen.unchanged} iguales · {seen.rejected} se rechazan"
        )
    if seen.cuadre is not None:
        parts.append(f"Suma de saldos: {show(seen.cuadre.imported, 'es')}")
        if len(seen.cuadre.totals) > 1:
            each = (f"{show(total, 'es')} {code}" for code, total in seen.cuadre.totals.items())
            parts.append(f"  de varias monedas, sumadas sin convertir: {' · '.join(each)}")
        if seen.cuadre.difference:
            parts.append(f"[yellow]No cuadra:[/] diferencia {show(seen.cuadre.difference, 'es')}")
    for closing in seen.closings:
        parts.append(
            f"El corte cierra {closing.documents} documentos por "
            f"{show(closing.amount, 'es')} {closing.currency} ({closing.pct} %)"
        )
    parts += [f"  {sentence(notice.code, notice.told)}" for notice in seen.notices]
    for each in seen.problems[:SHOWN]:
        told = sentence(each.code, {"column": each.column, "value": each.value, **each.facts})
        parts.append(f"  fila {each.row_no}, {each.column}: {told}")
    return Group(*parts)


def _as_dict(seen: Preview) -> dict[str, Any]:
    """What a script needs of a preview."""
    cuadre = seen.cuadre
    return {
        "batch": None,
        "dry_run": True,
        "file": seen.file_name,
        "mode": seen.mode,
        "as_of": seen.as_of,
        "rows": seen.rows,
        "accepted": seen.new,
        "unchanged": seen.unchanged,
        "updated": seen.updated,
        "rejected": seen.rejected,
        "customers": seen.new_customers,
        "documents": seen.new_documents,
        "credits": seen.new_credits,
        "imported": cuadre.imported if cuadre else None,
        "control_total": cuadre.control_total if cuadre else None,
        "difference": cuadre.difference if cuadre else None,
        "columns": {column.heading: column.field for column in seen.columns},
        "questions": [
            {"key": each.key, "code": each.code, "choices": list(each.choices)}
            for each in seen.questions
        ],
        "problems": [
            {"row": each.row_no, "column": each.column, "value": each.value, "code": each.code}
            for each in seen.problems
        ],
        "notices": {notice.code: notice.count for notice in seen.notices},
        "closes": [
            {"currency": each.currency, "documents": each.documents, "amount": each.amount}
            for each in seen.closings
        ],
        "looks_partial": seen.looks_partial,
    }
