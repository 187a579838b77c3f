"""Preparing, running, checking and keeping an installation."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from recaudo.cli import output
from recaudo.core.problems import Problem

Json = Annotated[bool, typer.Option("--json", help="Imprime el resultado como JSON.")]

MARKS = {"ok": "[green]✓[/]", "warn": "[yellow]![/]", "error": "[bold red]✗[/]"}
STOP_SECONDS_MAX = 20


def register(app: typer.Typer) -> None:
    app.command("init")(init)
    app.command("serve")(serve)
    app.command("worker")(worker)
    app.command("stop")(stop)
    app.command("check")(check)
    app.command("backup")(backup)
    app.command("restore")(restore)


def prepare() -> None:
    """Secrets, database, tables: everything a new or upgraded installation needs. Repeatable."""
    from recaudo.config import environment

    environment.write_secrets()
    environment.load()
    output.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("createcachetable", verbosity=0)


def init() -> None:
    """Prepara la instalación (clave, base de datos, tablas). Repetirla no daña nada."""
    prepare()
    from recaudo.database import home

    output.console.print(f"Listo. Todo queda en {home()}", soft_wrap=True)
    output.console.print(
        "Siga con: recaudo creditor add …, recaudo user add …, recaudo serve", soft_wrap=True
    )


def serve(
    port: Annotated[int, typer.Option(help="Puerto de la página.")] = 8000,
    host: Annotated[str, typer.Option(help="Dirección en la que escucha.")] = "127.0.0.1",
    workers: Annotated[int, typer.Option(help="Procesos que atienden páginas.")] = 2,
) -> None:
    """Sirve la página y corre los trabajos; Ctrl-C detiene todo."""
    prepare()
    output.console.print(f"Recaudo en http://localhost:{port} · Ctrl-C para detener")
    run_web_and_worker(host, port, workers)


def run_web_and_worker(host: str, port: int, workers: int = 2) -> None:
    """Both as children until one ends or somebody asks us to stop; then both are ended.

    Raises Problem ``port_taken``.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Problem("port_taken", port=port) from error
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host]
    web += ["--port", str(port), "--workers", str(workers), "--blocking-threads", "4"]
    web += ["--log-level", "warning", "--workers-kill-timeout", "5"]
    web += ["recaudo.config.wsgi:application"]
    jobs = [sys.executable, "-m", "recaudo", "worker"]
    # Sessions of their own: Ctrl-C reaches only us, and we end them in order.
    children = [subprocess.Popen(command, start_new_session=True) for command in (web, jobs)]

    def leave(signum: int, frame: object) -> None:
        raise KeyboardInterrupt

    # SIGINT as well: a shell that starts us in the background lets us inherit that it is ignored.
    for asked in (signal.SIGINT, signal.SIGTERM):
        signal.signal(asked, leave)
    try:
        while all(child.poll() is None for child in children):
            time.sleep(0.3)
    except KeyboardInterrupt:
        output.console.print("\nDeteniendo…")
    finally:
        _end(children)


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    until = time.monotonic() + STOP_SECONDS_MAX
    for child in children:
        try:
            child.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def worker() -> None:
    """Corre los trabajos programados y los que piden las páginas."""
    output.setup()
    from procrastinate.contrib.django import app as jobs

    with jobs.replace_connector(jobs.connector.get_worker_connector()):
        jobs.run_worker(concurrency=2, install_signal_handlers=True)


def stop() -> None:
    """Detiene la base de datos incorporada."""
    from recaudo import database

    stopped = database.stop()
    output.console.print(
        "Base de datos detenida." if stopped else "La base de datos no estaba corriendo."
    )


def check(
    ledger: Annotated[bool, typer.Option("--ledger", help="Vuelve a sumar todo el libro.")] = False,
    as_json: Json = False,
) -> None:
    """Dice qué anda mal y qué hacer. Con --ledger vuelve a sumar cada saldo."""
    output.setup()
    findings = _findings()
    disagreements = _ledger() if ledger else None
    result: dict[str, object] = {
        "findings": [{"code": f.code, "level": f.level, **f.facts} for f in findings]
    }
    if disagreements is not None:
        result["ledger"] = disagreements
    from recaudo.words import sentence

    lines = [f"{MARKS[f.level]} {sentence(f.code, f.facts)}" for f in findings]
    if disagreements is not None:
        lines += [
            f"{MARKS['error']} {sentence(str(row['code']), row)}" for row in disagreements
        ] or [f"{MARKS['ok']} {sentence('ledger_agrees')}"]
    output.emit(result, as_json=as_json, text="\n".join(lines))
    if disagreements or any(f.level == "error" for f in findings):
        raise typer.Exit(1)


def _findings() -> list:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.utils import Error

    from recaudo.access.models import Creditor
    from recaudo.database import check as look
    from recaudo.database import ensure_running

    pending, zones = [], []
    try:
        executor = MigrationExecutor(connection)
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
        pending = [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
        if not pending:
            zones = list(Creditor.objects.values_list("timezone", flat=True).distinct())
    except Error:
        pending = []  # `look` says in words why the database does not answer
    return look(ensure_running(), zones=zones, pending=pending)


def _ledger() -> list[dict[str, object]]:
    from recaudo.access.models import Creditor
    from recaudo.payments.queries.check import check_ledger

    return [row for creditor in Creditor.objects.order_by("id") for row in check_ledger(creditor)]


def backup(file: Annotated[Path, typer.Argument(help="Archivo que se escribe.")]) -> None:
    """Guarda toda la base de datos en un archivo."""
    from recaudo.database import ensure_running
    from recaudo.database.backup import backup as write

    write(ensure_running(), file)
    size = file.stat().st_size / 1e6
    output.console.print(f"Copia escrita en {file} ({size:.1f} MB).", soft_wrap=True)


def restore(
    file: Annotated[Path, typer.Argument(help="Archivo que escribió `recaudo backup`.")],
    force: Annotated[bool, typer.Option("--force", help="Reemplaza los datos que haya.")] = False,
) -> None:
    """Vuelve a poner los datos de una copia; se niega si ya hay datos y no dice --force."""
    from recaudo.database import ensure_running
    from recaudo.database.backup import restore as read

    read(ensure_running(), file, force=force)
    prepare()
    from django.utils import timezone

    from recaudo.contact.outbox import mistrust_restored

    doubtful = mistrust_restored(now=timezone.now())
    output.console.print(f"Datos restaurados de {file}.", soft_wrap=True)
    output.console.print(
        "Nada sale hasta que una persona revise: después de `recaudo run` hay que soltar cada "
        "acreedor con `recaudo release`, porque lo enviado después de la copia aquí no se conoce.",
        soft_wrap=True,
    )
    if doubtful:
        output.console.print(
            f"Mensajes que esperaban y quizá ya salieron: {doubtful}. Quedan inciertos: dígalo de "
            "cada uno en la bandeja de salida.",
            soft_wrap=True,
        )
