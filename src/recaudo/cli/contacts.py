"""`recaudo contacts`: what others did counts too (F21), and what customers authorised elsewhere."""

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


@contacts.command("consents")
def import_consents(
    file: Annotated[
        Path, typer.Argument(help="CSV o Excel: cliente o NIT, canal, autoriza sí/no, fecha …")
    ],
    creditor: Annotated[str, typer.Option("--creditor", "-c", help="Código del acreedor.")],
    as_json: Annotated[bool, typer.Option("--json", help="Imprime JSON.")] = False,
) -> None:
    """Carga autorizaciones de contacto y retiros, con su día y su fuente. Dos veces no cambia
    nada."""
    output.setup()
    from recaudo.core.calendar import local_day
    from recaudo.intake.actions.consents import import_consents as bring_in
    from recaudo.strategy.actions.runs import refresh_customers

    owner, now = output.find_creditor(creditor), timezone.now()
    told = bring_in(owner, file, now=now, origin="cli")
    changed = told.pop("customers")
    if changed:
        refresh_customers(owner, changed, today=local_day(now, owner.timezone))
    output.emit(told, as_json=as_json, text=None if as_json else _consents_text(file.name, told))


def _consents_text(name: str, told: dict[str, Any]) -> str:
    return "\n".join(
        [
            f"{name}: {told['rows']} filas, {told['accepted']} autorizaciones o retiros nuevos, "
            f"{told['unchanged']} ya estaban, {told['rejected']} rechazadas.",
            *_rejected(told),
        ]
    )


def _rejected(told: dict[str, Any]) -> list[str]:
    from recaudo.words import sentence

    return [f"  {count} × {sentence(code)}" for code, count in told["codes"].items()]


def _text(name: str, told: dict[str, Any]) -> str:
    lines = [
        f"{name}: {told['rows']} filas, {told['accepted']} contactos nuevos, "
        f"{told['unchanged']} ya estaban, {told['rejected']} rechazadas."
    ]
    lines += _rejected(told)
    if told["unknown_results"]:
        lines.append(
            "  Resultados desconocidos, contados como conversación: "
            + ", ".join(told["unknown_results"])
        )
    return "\n".join(lines)
