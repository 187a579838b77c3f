"""`recaudo dispatch`: send what the gate allows now."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from types import FrameType
from typing import Annotated, Any

import typer
from rich.table import Table

from recaudo.cli import output
from recaudo.core.problems import Problem

Json = Annotated[bool, typer.Option("--json", help="Imprime el resultado como JSON.")]
Code = Annotated[str, typer.Option("--creditor", "-c", help="Código del acreedor.")]

#: Wide enough for the sentence under the table.
WIDTH = 60
ENDED = {
    "done": "No queda nada por enviar ahora.",
    "no_account": "No hay un correo de salida configurado: los mensajes esperan en la bandeja.",
    "not_released": "El primer proceso no se ha liberado: use `recaudo release`.",
    "paced": "El ritmo del correo de salida pide esperar; lo que falta sale después.",
    "server_away": "El servidor de correo no responde; se intentará de nuevo.",
    "limit": "Se llegó al límite pedido.",
    "stopped": "Interrumpido: lo que no salió sigue planeado.",
}

#: Why a message does not leave now, in few words; others show their code.
WHY = {
    "hours": "fuera de la hora permitida",
    "closed_day": "hoy no se permite",
    "cap": "tope de contactos",
    "spacing": "muy seguido del anterior",
    "one_channel_a_week": "otro canal esta semana",
    "ledger_stale": "saldos desactualizados",
    "paid": "ya no debe",
    "ceded": "documentos cedidos",
    "credits_cover": "saldo a favor que lo cubre",
    "reported_paid": "dijo que ya pagó",
    "disputed": "en objeción",
    "on_hold": "en pausa",
    "small_balance": "saldo menor",
    "do_not_contact": "no contactar",
    "consent_withdrawn": "pidió que no",
    "consent_missing": "sin autorización",
    "channel_forbidden": "canal prohibido",
    "channel_on_hold": "canal en pausa",
    "contact_point_invalid": "dato de contacto errado",
    "no_channel": "sin dato de contacto",
    "pay_ways_missing": "falta decir cómo pagan",
    "template_off": "plantilla apagada",
    "template_missing": "sin plantilla",
    "template_unlawful": "plantilla fuera de regla",
}


def register(app: typer.Typer) -> None:
    app.command("dispatch")(dispatch)


def dispatch(
    creditor: Code,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Cuenta qué saldría y por qué no; no cambia nada.")
    ] = False,
    at: Annotated[
        str, typer.Option(help="Con --dry-run: otro momento, 2026-11-30T09:00 (hora del acreedor).")
    ] = "",
    limit: Annotated[int | None, typer.Option(min=1, help="Cuántos mensajes como máximo.")] = None,
    as_json: Json = False,
) -> None:
    """Envía lo que la ley, los hechos y las reglas de la casa permiten ahora."""
    output.setup()
    from django.utils import timezone

    from recaudo.contact.outbox import dispatch as send
    from recaudo.contact.outbox import rehearse

    found = output.find_creditor(creditor)
    if at and not dry_run:
        raise Problem("at_needs_dry_run")
    if dry_run:
        told = rehearse(found, at=_moment(at, found.timezone) if at else timezone.now())
        output.emit(told, as_json=as_json, text=_rehearsal(told))
        return
    with _interruptible() as asked_to_stop, output.progress("Enviando", quiet=as_json) as advance:
        figures = send(
            found,
            now=timezone.now(),
            limit=limit,
            stop=lambda: bool(asked_to_stop),
            progress=lambda done: advance(done.sent),
        )
    output.emit(figures, as_json=as_json, text=_told(figures))
    if figures["ended"] == "stopped":
        raise typer.Exit(130)


def _moment(typed: str, zone: str) -> datetime:
    from zoneinfo import ZoneInfo

    try:
        moment = datetime.fromisoformat(typed)
    except ValueError as error:
        raise Problem("moment_unreadable", typed=typed) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


@contextmanager
def _interruptible() -> Iterator[list[int]]:
    """Ctrl-C ends after the message in hand; a second one, at once."""
    asked: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    before = {each: signal.signal(each, note) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _told(figures: Mapping[str, Any]) -> Table:
    table = Table(caption=ENDED[figures["ended"]], show_header=False, min_width=WIDTH)
    for title, name in (
        ("Enviados", "sent"),
        ("Inciertos: vea la bandeja de salida", "uncertain"),
        ("Se intentan de nuevo", "retried"),
        ("Su plazo pasó sin poder salir", "window_passed"),
        ("Esperan", "waiting"),
    ):
        table.add_row(title, str(figures[name]))
    for title, name in (
        ("Quedan para después", "put_off"),
        ("Retirados", "withdrawn"),
        ("Fallidos", "failed"),
    ):
        for code, count in sorted(figures[name].items()):
            table.add_row(f"{title}: {WHY.get(code, code)}", str(count))
    return table


def _rehearsal(told: Mapping[str, Any]) -> Table:
    table = Table(
        caption=ENDED[told["ended"]] if told["ended"] != "done" else None,
        show_header=False,
        min_width=WIDTH,
    )
    table.add_row("Les toca ahora", str(told["due"]))
    table.add_row("Saldrían", str(told["allowed"]))
    for code, count in told["refused"].items():
        table.add_row(f"No saldrían: {WHY.get(code, code)}", str(count))
    table.add_row("Su plazo ya pasó", str(told["window_passed"]))
    return table
