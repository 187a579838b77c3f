"""`recaudo contacts import`: what an agency, a dialler or a seller did counts too (F21)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from django.utils import timezone

from recaudo.cli import output

contacts = typer.Typer(
    no_args_is_help=True, help="Contactos hechos por otros: agencia, marcador, vendedor."
)


def register(app: typer.Typer) -> None:
    app.add_typer(contacts, name="contacts")


@contacts.command("import")
def import_contacts(
    file: Annotated[Path, typer.Argument(help="CSV o Excel: cliente o NIT, fecha, canal …")],
    creditor: Annotated[str, typer.Option("--creditor", "-c", help="Código del acreedor.")],
    source: Annotated[
        str, typer.Option(help="Quién los hizo: agencia, marcador, vendedor …")
    ] = "agencia",
    as_json: Annotated[bool, typer.Option("--json", help="Imprime JSON.")] = False,
) -> None:
    """Carga contactos hechos por otros para que cuenten en los topes. Dos veces no cambia nada."""
    output.setup()
    from recaudo.intake.actions.outside import import_contacts as bring_in

    owner = output.find_creditor(creditor)
    told = bring_in(owner, file, source=source, now=timezone.now(), origin="cli")
    output.emit(told, as_json=as_json, text=None if as_json else _text(file.name, told))


@contacts.callback()
def _group() -> None:
    """Keeps ``import`` a command of its own, although it is the only one so far."""


def _text(name: str, told: dict[str, Any]) -> str:
    from recaudo.words import sentence

    lines = [
        f"{name}: {told['rows']} filas, {told['accepted']} contactos nuevos, "
        f"{told['unchanged']} ya estaban, {told['rejected']} rechazadas."
    ]
    lines += [f"  {count} × {sentence(code)}" for code, count in told["codes"].items()]
    if told["unknown_results"]:
        lines.append(
            "  Resultados desconocidos, contados como conversación: "
            + ", ".join(told["unknown_results"])
        )
    return "\n".join(lines)
