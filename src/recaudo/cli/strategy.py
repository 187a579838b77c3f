"""Running the day, and what it runs by: creditors, strategies, runs, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from recaudo.cli import given, output
from recaudo.core.problems import Problem

if TYPE_CHECKING:
    from recaudo.access.models import Creditor
    from recaudo.strategy.book import Book

Json = Annotated[bool, typer.Option("--json", help="Imprime el resultado como JSON.")]
Code = Annotated[str, typer.Option("--creditor", "-c", help="Código del acreedor.")]

creditors = typer.Typer(no_args_is_help=True, help="Acreedores: las empresas a las que se debe.")
strategies = typer.Typer(no_args_is_help=True, help="Segmentos y estrategias de un acreedor.")


def register(app: typer.Typer) -> None:
    app.command("run")(run)
    app.command("release")(release)
    app.command("explain")(explain)
    app.add_typer(creditors, name="creditor")
    app.add_typer(strategies, name="strategy")


# -- creditors -----------------------------------------------------------------------------------


@creditors.command("add")
def creditor_add(
    code: Annotated[str, typer.Argument(help="Código corto: letras sin tilde, números, guiones.")],
    name: Annotated[str, typer.Option(help="Nombre de la empresa.")],
    country: Annotated[str, typer.Option(help="País, dos letras: CO, CL, MX, PE …")],
    currency: Annotated[str, typer.Option(help="Moneda, tres letras: COP, CLP, MXN, PEN …")],
    timezone: Annotated[str, typer.Option(help="Zona horaria: America/Bogota …")],
    preset: Annotated[str, typer.Option(help="Estrategia de partida: b2b o consumer.")] = "b2b",
    tax_id: Annotated[str, typer.Option(help="Identificación tributaria.")] = "",
    as_json: Json = False,
) -> None:
    """Crea un acreedor con una estrategia de partida."""
    output.setup()
    from recaudo.strategy.actions.creditors import add_creditor

    creditor = add_creditor(
        code,
        name=name,
        country=country,
        currency=currency,
        timezone=timezone,
        preset=preset,
        tax_id=tax_id,
    )
    output.emit(
        _creditor(creditor),
        as_json=as_json,
        text=f"Acreedor «{creditor.code}» creado con la estrategia «{creditor.preset}».\n"
        f"Siga con: recaudo import ARCHIVO --creditor {creditor.code}",
    )


@creditors.command("list")
def creditor_list(as_json: Json = False) -> None:
    """Los acreedores de esta instalación."""
    output.setup()
    from recaudo.access.models import Creditor

    rows = [_creditor(creditor) for creditor in Creditor.objects.order_by("code")]
    table = Table("Código", "Nombre", "País", "Moneda", "Zona", "Liberado")
    for row in rows:
        table.add_row(
            row["code"],
            row["name"],
            row["country"],
            row["currency"],
            row["timezone"],
            "sí" if row["released"] else "no",
        )
    output.emit({"creditors": rows}, as_json=as_json, text=table)


def _creditor(creditor: Creditor) -> dict[str, Any]:
    return {
        "code": creditor.code,
        "name": creditor.name,
        "country": creditor.country,
        "currency": creditor.currency,
        "timezone": creditor.timezone,
        "preset": creditor.preset,
        "active": creditor.is_active,
        "released": creditor.released_at is not None,
    }


# -- the run -------------------------------------------------------------------------------------


def run(
    creditor: Code,
    as_of: Annotated[str | None, typer.Option(help="Día, 2026-03-31; si no, hoy.")] = None,
    engine: Annotated[str, typer.Option(help="Motor: duckdb o postgres.")] = "duckdb",
    what_if: Annotated[bool, typer.Option("--what-if", help="Simula y no escribe nada.")] = False,
    as_json: Json = False,
) -> None:
    """Hace el proceso del día. Otro día distinto de hoy es una simulación."""
    output.setup()
    from recaudo.insights.actions import take_photo
    from recaudo.strategy.actions.runs import run_day

    found, today = given.creditor_and_day(creditor, None)
    day = given.day(as_of) if as_of else today
    result = run_day(found, day, today=today, engine=engine, what_if=what_if)
    if result["state"] != "what_if":
        take_photo(found, today)
    output.emit(result, as_json=as_json, text=_run_text(found, result))


def _run_text(creditor: Creditor, result: Mapping[str, Any]) -> Table:
    states = {
        "what_if": "simulación: no se escribió nada",
        "proposal": "propuesta: nada sale hasta `recaudo release`",
        "done": "hecho",
    }
    table = Table(
        title=f"Proceso del {result['as_of']} · {states[result['state']]}", show_header=False
    )
    for title, name in (
        ("Clientes evaluados", "customers"),
        ("Documentos abiertos", "documents_open"),
        ("Tareas", "tasks"),
        ("Mensajes", "messages"),
        ("Apartados por error", "quarantined"),
        ("Documentos sin próximo paso", "without_next_action"),
    ):
        table.add_row(title, f"{result[name]:,}".replace(",", "."))
    table.add_section()
    book = _book(creditor)
    for segment, count in sorted(result["by_segment"].items(), key=lambda pair: -pair[1]):
        table.add_row(book.segment_title(segment), f"{count:,}".replace(",", "."))
    table.add_section()
    table.add_row("Segundos", str(result["seconds"]))
    return table


def release(creditor: Code, as_json: Json = False) -> None:
    """Libera la propuesta del primer proceso: las tareas se abren y los mensajes se planean."""
    output.setup()
    from recaudo.strategy.actions.runs import release as let_out

    found, today = given.creditor_and_day(creditor, None)
    counts = let_out(found, today=today, by=None)
    text = f"Liberado: {counts['tasks']} tareas y {counts['messages']} mensajes."
    if counts["later"]:
        text += f" {counts['later']} salen en los días siguientes, por el tope diario."
    output.emit(counts, as_json=as_json, text=text)


def explain(
    customer: Annotated[str, typer.Argument(help="Código del cliente.")],
    creditor: Code,
    now: Annotated[bool, typer.Option("--now", help="Lo evalúa de nuevo antes de contar.")] = False,
    as_json: Json = False,
) -> None:
    """Cuenta por qué este segmento, este paso y esta prioridad, y qué sigue."""
    output.setup()
    from dataclasses import asdict

    from django.utils import translation
    from django_scopes import scope

    from recaudo.portfolio.models import Customer
    from recaudo.strategy.actions.runs import refresh_customers
    from recaudo.strategy.queries.explain import explain as look
    from recaudo.strategy.words import tell

    found, today = given.creditor_and_day(creditor, None)
    with scope(creditor=found), translation.override(found.language):
        row = Customer.objects.filter(code=customer).first()
        if row is None:
            raise Problem("unknown_customer", customer=customer, creditor=creditor)
        if now:
            refresh_customers(found, [row.pk], today=today, may_wait=False)
        why = look(found, row)
        sentences = tell(why)
    output.emit(asdict(why) | {"sentences": sentences}, as_json=as_json, text="\n".join(sentences))


# -- strategies ----------------------------------------------------------------------------------


@strategies.command("show")
def strategy_show(creditor: Code, as_json: Json = False) -> None:
    """Muestra la estrategia vigente y cuántos clientes hay en cada segmento."""
    output.setup()
    from recaudo.strategy.books import active_book

    found = output.find_creditor(creditor)
    row, book = active_book(found)
    shares = _shares(found, book)
    result = {"version": row.version, "toml": row.toml, "segments": shares}
    output.emit(result, as_json=as_json, text=_shares_table(found, book, shares, row.version))


@strategies.command("check")
def strategy_check(
    file: Annotated[Path, typer.Argument(help="Archivo TOML de la estrategia.")],
    creditor: Annotated[str, typer.Option("--creditor", "-c", help="Para ver los segmentos.")] = "",
    as_json: Json = False,
) -> None:
    """Revisa una estrategia sin guardarla; con --creditor dice quién quedaría en cada segmento."""
    output.setup()
    from recaudo.strategy.book import read_book

    with _telling_problems():
        book = read_book(_text(file))
    found = output.find_creditor(creditor) if creditor else None
    shares = _shares(found, book) if found else []
    notes = _notes(book, shares)
    result = {"warnings": [{"code": p.code, **p.facts} for p in notes], "segments": shares}
    if as_json or found is None:
        output.emit(result, as_json=as_json, text="\n".join(["Sin problemas.", *_said(notes)]))
        return
    output.emit(result, as_json=False, text=_shares_table(found, book, shares))
    output.emit(result, as_json=False, text="\n".join(["Sin problemas.", *_said(notes)]))


@strategies.command("load")
def strategy_load(
    file: Annotated[Path, typer.Argument(help="Archivo TOML de la estrategia.")],
    creditor: Code,
    as_json: Json = False,
) -> None:
    """Revisa una estrategia y la pone en vigor como versión nueva."""
    output.setup()
    from recaudo.strategy.actions.books import save_book
    from recaudo.strategy.books import book_of

    found = output.find_creditor(creditor)
    with _telling_problems():
        row = save_book(found, _text(file), by=None)
    book = book_of(row)
    notes = _notes(book, _shares(found, book))
    result = {"version": row.version, "warnings": [{"code": p.code, **p.facts} for p in notes]}
    text = [f"Estrategia en vigor: versión {row.version}.", *_said(notes)]
    output.emit(result, as_json=as_json, text="\n".join(text))


@strategies.command("preset")
def strategy_preset(
    name: Annotated[str, typer.Argument(help="b2b o consumer.")],
    country: Annotated[str, typer.Option(help="País, dos letras.")] = "CO",
    currency: Annotated[str, typer.Option(help="Moneda, tres letras.")] = "COP",
) -> None:
    """Escribe un modelo de estrategia en TOML, para editarlo y cargarlo."""
    output.setup()
    from recaudo.strategy.preset import preset_toml

    typer.echo(preset_toml(name, country=country.upper(), currency=currency.upper()), nl=False)


@contextmanager
def _telling_problems() -> Iterator[None]:
    """A refused book: a line for each of its problems before the refusal itself."""
    from recaudo.words import sentence

    try:
        yield
    except Problem as refusal:
        if refusal.code != "book_refused":
            raise
        problems: list[Problem] = refusal.facts["problems"]  # type: ignore[assignment]
        told = [{"code": p.code, "sentence": sentence(p), **p.facts} for p in problems]
        for each in told:
            output.errors.print(f"[red]✗[/] {each['sentence']}", soft_wrap=True)
        raise Problem("book_refused", count=len(told), problems=told) from refusal


def _shares(creditor: Creditor, book: Book) -> list[dict[str, Any]]:
    from recaudo.strategy.queries.facts import shares

    return [
        {"segment": share.segment, "customers": share.customers, "balance": share.balance}
        for share in shares(creditor, book)
    ]


def _notes(book: Book, shares: list[dict[str, Any]]) -> list[Problem]:
    from recaudo.strategy.queries.facts import share_warnings

    return [*book.warnings, *share_warnings(shares)]


def _said(problems: list[Problem]) -> list[str]:
    from recaudo.words import sentence

    return [f"[yellow]![/] {sentence(problem)}" for problem in problems]


def _shares_table(
    creditor: Creditor, book: Book, shares: list[dict[str, Any]], version: int | None = None
) -> Table:
    from recaudo.strategy.telling import Teller

    say = Teller(creditor.country, creditor.currency)
    title = book.text.es + (f" · versión {version}" if version else "")
    table = Table("Segmento", "Estrategia", "Clientes", "Saldo", title=title)
    strategy_of = {segment.code: segment.strategy for segment in book.text.segments}
    for share in shares:
        code = share["segment"]
        strategy = book.text.strategies[strategy_of.get(code, book.text.default_strategy)]
        table.add_row(
            book.segment_title(code),
            strategy.es,
            say.number(share["customers"]),
            say.money(Decimal(share["balance"])),
        )
    return table


def _book(creditor: Creditor) -> Book:
    from django_scopes import scope

    from recaudo.strategy.books import active_book

    with scope(creditor=creditor):
        return active_book(creditor)[1]


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Problem("file_missing", file=str(file), detail=str(error)) from error
