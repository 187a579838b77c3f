"""`recaudo mail`: the accounts that write and are read."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer
from rich.table import Table as Grid

from recaudo.cli import output

SECRET_VARIABLES = {
    "smtp_secret": "RECAUDO_SMTP_PASSWORD",
    "imap_secret": "RECAUDO_IMAP_PASSWORD",
}

PARTS = {"smtp": "Envío", "imap": "Buzón"}
HEALTH = {
    "good": "bien",
    "warn": "por mejorar",
    "bad": "con problemas",
    "unknown": "sin revisar",
}

mail = typer.Typer(no_args_is_help=True, help="Cuentas de correo: agregar, probar, leer.")

Code = Annotated[str, typer.Option("--creditor", help="Código del acreedor.")]
Named = Annotated[str, typer.Argument(help="Nombre de la cuenta.")]
Json = Annotated[bool, typer.Option("--json", help="Imprime JSON.")]


def register(app: typer.Typer) -> None:
    app.add_typer(mail, name="mail")


@mail.command("add")
def add(
    name: Named,
    creditor: Code,
    from_address: Annotated[str, typer.Option(help="Dirección de quien escribe.")],
    smtp_host: Annotated[str, typer.Option(help="Servidor de envío.")],
    from_name: Annotated[str, typer.Option(help="Nombre de quien escribe.")] = "",
    reply_to: Annotated[str, typer.Option(help="Dirección para respuestas.")] = "",
    bounce_address: Annotated[str, typer.Option(help="Para rebotes, con {token} si cabe.")] = "",
    smtp_port: int = 587,
    smtp_security: Annotated[str, typer.Option(help="starttls, tls o none.")] = "starttls",
    smtp_user: str = "",
    imap_host: Annotated[str, typer.Option(help="Servidor del buzón; vacío: no se lee.")] = "",
    imap_port: int = 993,
    imap_security: Annotated[str, typer.Option(help="tls, starttls o none.")] = "tls",
    imap_user: str = "",
    imap_folder: str = "INBOX",
    per_minute: Annotated[int | None, typer.Option(help="Mensajes por minuto.")] = None,
    as_json: Json = False,
) -> None:
    """Agrega una cuenta. Las contraseñas se leen de RECAUDO_SMTP_PASSWORD y
    RECAUDO_IMAP_PASSWORD."""
    output.setup()
    from recaudo.contact.actions.accounts import save_account

    found = output.find_creditor(creditor)
    values: dict[str, Any] = {
        "name": name,
        "from_name": from_name or found.name,
        "from_address": from_address,
        "reply_to": reply_to,
        "bounce_address": bounce_address,
        "smtp_host": smtp_host,
        "smtp_port": smtp_port,
        "smtp_security": smtp_security,
        "smtp_user": smtp_user,
        "imap_host": imap_host,
        "imap_port": imap_port,
        "imap_security": imap_security,
        "imap_user": imap_user,
        "imap_folder": imap_folder,
        "per_minute": per_minute,
    }
    values |= {field: os.environ.get(name, "") for field, name in SECRET_VARIABLES.items()}
    saved = save_account(found, values, origin="cli")
    told = _told(saved)
    output.emit(
        told,
        as_json=as_json,
        text=f"Cuenta «{saved.name}» guardada. Pruébela con "
        f"`recaudo mail test '{saved.name}' --creditor {creditor}`.",
    )


@mail.command("list")
def list_accounts(creditor: Code, as_json: Json = False) -> None:
    """Las cuentas de un acreedor, cómo van y qué les falta."""
    output.setup()
    from django_scopes import scope

    from recaudo.contact.models import MailAccount

    found = output.find_creditor(creditor)
    with scope(creditor=found):
        rows = [_told(each) for each in MailAccount.objects.order_by("name")]
    grid = Grid("Cuenta", "Escribe", "Envío", "Buzón", "Dominio", "Último error")
    for row in rows:
        grid.add_row(
            row["name"],
            row["from"],
            row["smtp"],
            row["imap"],
            HEALTH[row["health"]],
            row["last_error"],
        )
    nothing = f"Todavía no hay cuentas. Agregue una: `recaudo mail add … --creditor {creditor}`."
    output.emit(rows, as_json=as_json, text=grid if rows else nothing)


@mail.command("test")
def test(name: Named, creditor: Code, as_json: Json = False) -> None:
    """Entra a los servidores de la cuenta y sale. No envía ni lee nada."""
    output.setup()
    from recaudo.contact.actions.accounts import try_account
    from recaudo.words import sentence

    tried = try_account(_found(name, creditor))
    told = [
        {
            "part": each.part,
            "ok": each.is_good,
            "error": each.code or None,
            "sentence": sentence(each.code, each.facts) if each.code else "La conexión funciona.",
        }
        for each in tried
    ]
    text = "\n".join(f"{PARTS[str(each['part'])]}: {each['sentence']}" for each in told)
    output.emit(told, as_json=as_json, text=text)
    if not all(each.is_good for each in tried):
        raise typer.Exit(1)


@mail.command("read")
def read(name: Named, creditor: Code, as_json: Json = False) -> None:
    """Lee ahora lo nuevo del buzón de la cuenta."""
    output.setup()
    from django.utils import timezone

    from recaudo.contact.mail.reading import read_mailbox

    done = read_mailbox(_found(name, creditor), now=timezone.now())
    told = {
        "seen": done.seen,
        "new": done.kept,
        "unreadable": done.unreadable,
        "more": done.is_more,
    }
    text = f"{done.kept} correos nuevos, {done.unreadable} de ellos ilegibles."
    output.emit(told, as_json=as_json, text=text)


def _found(name: str, creditor: str) -> Any:
    from django_scopes import scope

    from recaudo.contact.models import MailAccount
    from recaudo.core.problems import Problem

    owner = output.find_creditor(creditor)
    with scope(creditor=owner):
        known = {each.name: each for each in MailAccount.objects.select_related("creditor")}
    if name not in known:
        raise Problem("mail_account_unknown", name=name, known=", ".join(sorted(known)) or "–")
    return known[name]


def _told(account: Any) -> dict[str, Any]:
    """Never a secret."""
    from recaudo.contact.mail.health import worst_state

    return {
        "name": account.name,
        "from": account.from_address,
        "smtp": f"{account.smtp_host}:{account.smtp_port} ({account.smtp_security})",
        "imap": f"{account.imap_host}:{account.imap_port}" if account.imap_host else "",
        "default": account.is_default,
        "active": account.is_active,
        "health": worst_state(account.health),
        "last_read_at": account.last_read_at,
        "last_error": account.last_error,
    }
