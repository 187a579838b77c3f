"""`recaudo bank`: accounts, statements in, and what they pay."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from recaudo.cli import given, output
from recaudo.core.problems import Problem

if TYPE_CHECKING:
    from recaudo.payments.actions.statements import Taken

CREDITOR = typer.Option("--creditor", "-c", help="Código del acreedor.")
JSON = typer.Option("--json", help="Imprime JSON.")


def register(app: typer.Typer) -> None:
    bank = typer.Typer(no_args_is_help=True, help="Extractos del banco y conciliación.")
    bank.command("account")(account)
    bank.command("import")(import_statements)
    bank.command("match")(match)
    bank.command("layouts")(layouts)
    app.add_typer(bank, name="bank")


def account(
    number: Annotated[str, typer.Argument(help="Número de la cuenta, como lo escribe el banco.")],
    creditor: Annotated[str, CREDITOR],
    currency: Annotated[str, typer.Option(help="Moneda de la cuenta, como COP.")],
    bank: Annotated[str, typer.Option(help="Nombre del banco.")] = "",
    layout: Annotated[str, typer.Option(help="Formato de sus archivos.")] = "",
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Abre una cuenta cuyos extractos se van a cargar. Dos veces es lo mismo que una."""
    output.setup()
    from recaudo.intake.banks.layouts import layout_named
    from recaudo.payments.actions.statements import open_account

    if layout:
        layout_named(layout)
    made = open_account(
        output.find_creditor(creditor),
        number,
        currency=currency,
        bank=bank,
        layout=layout,
        origin="cli",
    )
    told = {"account": made.number, "currency": made.currency, "bank": made.bank}
    told["tolerance"] = f"{made.tolerance_amount.normalize():f}"
    output.emit(told, as_json=as_json, text=f"Cuenta {made} en {made.currency}: abierta.")


def import_statements(
    files: Annotated[list[Path], typer.Argument(help="Extractos o archivos de recaudo.")],
    creditor: Annotated[str, CREDITOR],
    account: Annotated[str, typer.Option(help="La cuenta, si el archivo no la dice.")] = "",
    layout: Annotated[
        str, typer.Option(help="Un formato guardado (`recaudo bank layouts`) o un archivo TOML.")
    ] = "",
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Carga extractos. El mismo archivo dos veces no cambia nada."""
    output.setup()
    owner, today = given.creditor_and_day(creditor, None)
    from recaudo.intake.actions.statements import import_statement

    for file in files:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise Problem("file_missing", file=str(file), detail=str(error)) from error
        taken = import_statement(
            owner,
            content,
            file_name=file.name,
            account=account,
            layout=layout,
            today=today,
            origin="cli",
        )
        told = {"file": file.name, "statements": [_as_dict(each) for each in taken]}
        output.emit(told, as_json=as_json, text=_shown(file.name, taken))


def match(
    creditor: Annotated[str, CREDITOR],
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Concilia lo que espera: aplica lo seguro y propone lo demás. Dos veces es como una."""
    output.setup()
    from django.utils import timezone

    owner, today = given.creditor_and_day(creditor, None)
    from recaudo.payments.actions.matching import match_lines
    from recaudo.strategy.actions.arrivals import CUSTOMERS_MAX
    from recaudo.strategy.actions.runs import refresh_customers
    from recaudo.words import sentence

    with output.progress("Conciliando", quiet=as_json) as advance:
        outcome = match_lines(
            owner, today=today, now=timezone.now(), origin="cli", on_progress=advance
        )
    decided = len(outcome.customers) <= CUSTOMERS_MAX
    if decided:
        refresh_customers(owner, sorted(outcome.customers), today=today)
    told = outcome.as_dict() | {"decided_anew": decided}
    table = Table("Por qué", "Movimientos", box=None, header_style="dim")
    for reason, count in told["reasons"].items():
        table.add_row(sentence(f"match_{reason}"), str(count))
    output.emit(told, as_json=as_json, text=_outcome(told))
    if not as_json and told["reasons"]:
        output.console.print(table)
    if not as_json and not decided:
        output.console.print(f"  Corra el proceso del día: recaudo run --creditor {creditor}")


def layouts(as_json: Annotated[bool, JSON] = False) -> None:
    """Los formatos de archivos de bancos que se conocen."""
    from recaudo.intake.banks.layouts import own_layouts

    found = [
        {"name": name, "title": each.title, "kind": each.kind, "checked": each.is_checked}
        for name, each in own_layouts().items()
    ]
    table = Table("Formato", "Banco", "Confirmado", box=None, header_style="dim")
    for row in found:
        table.add_row(str(row["name"]), str(row["title"]), "sí" if row["checked"] else "no")
    output.emit(found, as_json=as_json, text=table)


def _outcome(told: dict[str, Any]) -> str:
    return (
        f"{told['lines']} movimientos: {told['applied']} aplicados · {told['offered']} con "
        f"propuestas · {told['unidentified']} sin identificar"
    )


def _as_dict(taken: Taken) -> dict[str, Any]:
    return {
        "account": taken.account.number,
        "currency": taken.account.currency,
        "repeated": taken.statement is None,
        "lines": taken.told,
        "new": taken.new,
        "notices": [{"code": n.code, **n.facts} for n in taken.notices],
    }


def _shown(name: str, taken: list[Taken]) -> str:
    from recaudo.words import sentence

    lines = []
    for each in taken:
        lines.append(
            f"[bold]{name}[/] · {each.account}: {each.told} movimientos, {each.new} nuevos"
        )
        lines += [f"  [yellow]![/] {sentence(n.code, n.facts)}" for n in each.notices]
    return "\n".join(lines)
