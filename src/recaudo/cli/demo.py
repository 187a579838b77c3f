"""`recaudo demo`: four made-up creditors, a released run, and where to look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from recaudo.cli import output
from recaudo.cli.server import prepare, run_web_and_worker

if TYPE_CHECKING:
    from decimal import Decimal

    from rich.console import RenderableType

    from recaudo.demo.summary import CreditorNow, RoomNow, StoryNow

#: Messages of `recaudo demo` are in Spanish, as its books are.
LOCALE = "es"


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Al terminar, sirve la página.")
    ] = True,
    port: Annotated[int, typer.Option(help="Puerto de la página.")] = 8000,
    as_json: Annotated[
        bool, typer.Option("--json", help="Imprime el resultado como JSON, sin servir la página.")
    ] = False,
) -> None:
    """Prepara la demostración: cuatro acreedores inventados, un año de historia y el día de hoy.

    Todo es inventado y nada sale de esta máquina. Repetirla no cambia nada.
    """
    prepare()
    from recaudo.config import environment
    from recaudo.demo import summary
    from recaudo.demo.build import MESSY, build

    folder = environment.home() / "demo"
    with output.progress("Preparando la demostración", quiet=as_json) as advance:
        build(folder, on_progress=advance)
    creditors, stories = summary.creditors_now(), summary.stories_now()
    rooms = summary.rooms_now()
    messy = str(folder / MESSY)
    address = f"http://localhost:{port}"
    output.emit(
        summary.as_dict(creditors, stories, rooms, messy),
        as_json=as_json,
        text=None if as_json else told(creditors, stories, rooms, messy, address),
    )
    if serve and not as_json:
        output.console.print(f"\nRecaudo en [bold]{address}[/] · Ctrl-C detiene todo.")
        run_web_and_worker("127.0.0.1", port)


def told(
    creditors: list[CreditorNow],
    stories: list[StoryNow],
    rooms: list[RoomNow],
    messy: str,
    address: str,
) -> RenderableType:
    """All of it for a person, top to bottom in the order in which they will want it."""
    from rich.console import Group

    return Group(
        "",
        "[bold]La demostración está lista:[/] cuatro acreedores inventados, un año de historia.",
        "Nada sale de esta máquina: los mensajes se planean y se leen, no se envían.",
        "",
        _creditors(creditors),
        "",
        "[bold]Entrar[/]",
        _logins(address),
        "",
        "[bold]Diez historias[/]  (el nombre, qué pasó y qué ver; la nota está en su historia)",
        _stories(stories, address),
        "",
        "[bold]Lo que sale y lo que responden[/]",
        _rooms(rooms, address),
        "",
        "[bold]Para probar[/]",
        _tries(messy, address),
    )


def _creditors(creditors: list[CreditorNow]) -> RenderableType:
    from rich.table import Table

    table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("Acreedor")
    for heading in ("Clientes", "Saldo", "Vencido", "Tareas", "Mensajes"):
        table.add_column(heading, justify="right")
    for each in creditors:
        share = each.overdue / each.balance if each.balance else 0
        table.add_row(
            each.name,
            str(each.customers),
            _money(each.balance, each.currency),
            f"{share:.0%}".replace("%", " %"),
            str(each.tasks),
            str(each.messages),
        )
    return table


def _logins(address: str) -> RenderableType:
    from rich.table import Table

    from recaudo.demo.creditors import LOGINS, PASSWORD

    table = Table.grid(padding=(0, 2))
    table.add_row("Dirección", f"[bold]{address}[/]")
    table.add_row(
        "Clave", f"[bold]{PASSWORD}[/]  (la misma para todos; solo para esta demostración)"
    )
    for login in LOGINS:
        table.add_row(login.email, f"{login.name}, {login.shown}")
    return table


def _stories(stories: list[StoryNow], address: str) -> RenderableType:
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    for number, story in enumerate(stories, start=1):
        table.add_row(
            f"[dim]{number:>2}[/]", f"[bold]{story.title}[/] · {story.customer} ({story.creditor})"
        )
        table.add_row("", story.see)
        table.add_row("", f"[dim]{address}{story.path}[/]")
    return table


def _rooms(rooms: list[RoomNow], address: str) -> RenderableType:
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    for room in rooms:
        table.add_row(f"[bold]{room.title}[/]", room.see)
        table.add_row("", f"[dim]{address}{room.path}[/]")
    return table


def _tries(messy: str, address: str) -> RenderableType:
    from rich.table import Table

    table = Table.grid(padding=(0, 1))
    for text in (
        f"Suba un Excel desordenado como jefe de cobranza en {address}/andina/cargas/:\n{messy}\n"
        "El total impreso no cuadra por dos renglones dañados; véalos y acepte con un motivo.",
        "Entre como gestora y como jefe: la misma lista, otra cartera.",
        "recaudo explain H-7 --creditor austral     por qué ese paso y no otro",
        "recaudo report aging --creditor andina --by seller     cartera por vendedor",
    ):
        table.add_row("·", text)
    return table


def _money(amount: Decimal, currency: str) -> str:
    from babel.numbers import format_decimal

    return f"{format_decimal(amount, format='#,##0', locale=LOCALE)} {currency}"
