"""What messages say: the ready texts, and what today's rules make of every template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from recaudo.cli import given, output

if TYPE_CHECKING:
    from recaudo.contact.texts.lint import Finding
    from recaudo.contact.texts.versions import Checked

Json = Annotated[bool, typer.Option("--json", help="Imprime el resultado como JSON.")]
Code = Annotated[str, typer.Option("--creditor", "-c", help="Código del acreedor.")]

templates = typer.Typer(no_args_is_help=True, help="Plantillas: lo que dicen los mensajes.")


def register(app: typer.Typer) -> None:
    app.add_typer(templates, name="templates")


@templates.command("install")
def install(creditor: Code, as_json: Json = False) -> None:
    """Pone las plantillas listas que falten; las que usted cambió no se tocan."""
    output.setup()
    from recaudo.contact.texts import install_ready

    found, _ = given.creditor_and_day(creditor, None)
    count = install_ready(found, origin="cli")
    output.emit({"installed": count}, as_json=as_json, text=f"Plantillas nuevas: {count}.")


@templates.command("check")
def check(creditor: Code, as_json: Json = False) -> None:
    """Revisa todas las plantillas con las reglas de hoy: qué falta, qué sobra y dónde.

    Sale con 1 si alguna no se puede enviar.
    """
    output.setup()
    from recaudo.contact.texts import install_ready, recheck
    from recaudo.contact.texts.lint import tone_findings
    from recaudo.strategy.queries.templates import steps_by_template

    found, _ = given.creditor_and_day(creditor, None)
    install_ready(found, origin="cli")
    steps = steps_by_template(found)
    rows, errors = [], 0
    for checked in recheck(found):
        uses = steps.get(checked.template.key, [])
        findings = [
            *checked.findings,
            *tone_findings(checked.template.tone, [(use.title, use.tone) for use in uses]),
        ]
        errors += any(each.is_error for each in findings)
        rows.append(_row(checked, findings))
    told = {"templates": rows, "refused": errors}
    output.emit(told, as_json=as_json, text=_table(rows, errors))
    if errors:
        raise typer.Exit(1)


def _row(checked: Checked, findings: list[Finding]) -> dict[str, Any]:
    from recaudo.words import sentence

    return {
        "template": checked.template.key,
        "channel": checked.template.channel,
        "language": checked.version.language,
        "version": checked.version.version,
        "findings": [
            {
                "code": each.code,
                "level": each.level,
                "where": each.where,
                "line": each.line,
                "sentence": sentence(each.code, each.facts, "es"),
                **each.facts,
            }
            for each in findings
        ],
    }


def _table(rows: list[dict[str, Any]], errors: int) -> Table:
    title = f"{len(rows)} textos revisados; {errors} no se pueden enviar"
    table = Table("Plantilla", "Canal", "Idioma", "Dónde", "Hallazgo", title=title)
    for row in rows:
        for each in row["findings"]:
            where = f"{each['where']}:{each['line']}" if each["line"] else each["where"]
            mark = "✗ " if each["level"] == "error" else ""
            table.add_row(
                row["template"], row["channel"], row["language"], where, mark + each["sentence"]
            )
    return table
