"""Bringing files in from the command line."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from recaudo.cli import given, output
from recaudo.core.problems import Problem

if TYPE_CHECKING:
    from recaudo.intake.queries import Preview

Json = Annotated[bool, typer.Option("--json", help="Imprime el resultado como JSON.")]

LABELS = {
    "rows": "Filas",
    "accepted": "Nuevas",
    "updated": "Actualizadas",
    "unchanged": "Sin cambios",
    "rejected": "Rechazadas",
    "customers": "Clientes nuevos",
    "documents": "Documentos nuevos",
    "credits": "Pagos y créditos nuevos",
    "imported": "Total importado",
    "control_total": "Total de control",
    "difference": "Diferencia",
    "rejects_file": "Archivo de rechazos",
    "seconds": "Segundos",
}


def register(app: typer.Typer) -> None:
    app.command("import")(import_files)


def import_files(
    files: Annotated[list[Path], typer.Argument(help="Archivos: CSV, XLSX, XLS u ODS.")],
    creditor: Annotated[str, typer.Option("--creditor", "-c", help="Código del acreedor.")],
    mapping: Annotated[
        Path | None, typer.Option(help="Mapeo (TOML): qué significa cada columna.")
    ] = None,
    mode: Annotated[
        str | None, typer.Option(help="incremental, o snapshot si es un corte completo.")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="Día de los saldos, AAAA-MM-DD.")] = None,
    control_total: Annotated[
        str | None, typer.Option(help="Total con el que debe cuadrar, p. ej. 1234567.89.")
    ] = None,
    accept_difference: Annotated[
        str, typer.Option(help="Motivo por el que se acepta que no cuadre.")
    ] = "",
    accept_partial: Annotated[
        str, typer.Option(help="Motivo por el que se acepta un corte que cierra mucha cartera.")
    ] = "",
    answer: Annotated[
        list[str] | None, typer.Option(help="Respuesta a una pregunta: CLAVE=VALOR.")
    ] = None,
    dry_run: Annotated[bool, typer.Option(help="Muestra qué haría, sin escribir nada.")] = False,
    as_json: Json = False,
) -> None:
    """Carga cartera, clientes, contactos y pagos."""
    output.setup()
    from recaudo.intake.actions import import_file
    from recaudo.intake.queries import preview

    owner = output.find_creditor(creditor)
    total = _total(control_total, files)
    choices: dict[str, Any] = {
        "mapping": _mapping(mapping),
        "answers": _answers(answer or []),
        "mode": mode,
        "as_of": given.day(as_of) if as_of else None,
        "control_total": total,
    }
    results = []
    for file in files:
        if dry_run:
            results.append(_told(preview(owner, file, **choices)))
            continue
        with output.progress(file.name, quiet=as_json) as advance:
            results.append(
                import_file(
                    owner,
                    file,
                    **choices,
                    accept_difference=accept_difference,
                    accept_partial=accept_partial,
                    origin="cli",
                    on_progress=advance,
                )
            )
        if not as_json:
            output.console.print(_table(file.name, results[-1]))
    if as_json:
        output.emit(results[0] if len(results) == 1 else results, as_json=True)
    elif dry_run:
        for file, result in zip(files, results, strict=True):
            output.console.print(_table(f"{file.name} (prueba: nada se escribió)", result))


def _total(typed: str | None, files: list[Path]) -> Decimal | None:
    if typed is None:
        return None
    if len(files) > 1:
        raise Problem("control_total_one_file", files=len(files))
    try:
        total = Decimal(typed)
    except InvalidOperation as error:
        raise Problem("control_total_unreadable", typed=typed) from error
    if not total.is_finite():
        raise Problem("control_total_unreadable", typed=typed)
    return total


def _mapping(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem("mapping_unreadable", detail=str(error)) from error


def _answers(typed: list[str]) -> dict[str, str]:
    answers = {}
    for each in typed:
        key, sign, value = each.rpartition("=")
        if not sign or not key:
            raise Problem("answer_unreadable", typed=each)
        answers[key.strip()] = value.strip()
    return answers


def _told(seen: Preview) -> dict[str, Any]:
    """A preview with the same names as a result, and what only a preview tells."""
    from recaudo.intake.actions.imports import refuse_questions
    from recaudo.words import sentence

    refuse_questions(seen.file_name, seen.questions)
    cuadre = seen.cuadre
    return {
        "batch": None,
        "dry_run": True,
        "mode": seen.mode,
        "as_of": seen.as_of,
        "rows": seen.rows,
        "accepted": seen.new,
        "unchanged": seen.unchanged,
        "updated": seen.updated,
        "rejected": seen.rejected,
        "rejects_file": None,
        "imported": cuadre.imported if cuadre else None,
        "control_total": cuadre.control_total if cuadre else None,
        "difference": cuadre.difference if cuadre else None,
        "customers": seen.new_customers,
        "documents": seen.new_documents,
        "credits": seen.new_credits,
        "columns": {each.heading: each.field for each in seen.columns},
        "closes": [
            {"currency": each.currency, "documents": each.documents, "amount": each.amount}
            for each in seen.closings
        ],
        "looks_partial": seen.looks_partial,
        "notices": [sentence(each.code, each.told) for each in seen.notices],
        "problems": [
            {
                "row": each.row_no,
                "column": each.column,
                "value": each.value,
                "code": each.code,
                "sentence": sentence(
                    each.code, {"column": each.column, "value": each.value, **each.facts}
                ),
            }
            for each in seen.problems
        ],
    }


def _table(title: str, result: dict[str, Any]) -> Table:
    from recaudo.words import show

    table = Table(title=title, show_header=False, title_justify="left")
    for name, label in LABELS.items():
        value = result.get(name)
        if value is None:
            continue
        if name in ("imported", "control_total", "difference"):
            value = Decimal(value)
        table.add_row(label, value if isinstance(value, str) else show(value, "es"))
    for told in result.get("notices", ()):
        table.add_row("Aviso", told)
    for problem in result.get("problems", ()):
        table.add_row(f"Fila {problem['row']}", problem["sentence"])
    return table
