"""`recaudo keys`: with what other systems call the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from recaudo.cli import output

if TYPE_CHECKING:
    from recaudo.access.models import ApiKey

CREDITOR = typer.Option("--creditor", "-c", help="Código del acreedor.")
JSON = typer.Option("--json", help="Imprime JSON.")


def register(app: typer.Typer) -> None:
    keys = typer.Typer(
        no_args_is_help=True, help="Claves con las que otros sistemas usan la interfaz (API)."
    )
    keys.command("create")(create)
    keys.command("list")(list_keys)
    keys.command("revoke")(revoke)
    app.add_typer(keys, name="keys")


def create(
    name: Annotated[str, typer.Argument(help="El sistema que la usa: erp, pasarela …")],
    creditor: Annotated[str, CREDITOR],
    rights: Annotated[
        list[str] | None,
        typer.Option("--right", help="payments:write o payments:read; si no se dice, los dos."),
    ] = None,
    takes_over: Annotated[
        bool, typer.Option(help="Reemplaza a otra del mismo sistema, que sigue hasta revocarla.")
    ] = False,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Hace una clave. El secreto se muestra ahora y nunca más."""
    output.setup()
    from recaudo.access.models import KeyRight
    from recaudo.api.keys import create_key

    owner = output.find_creditor(creditor)
    key, secret = create_key(owner, name, rights=rights or KeyRight.values, takes_over=takes_over)
    text = f"Clave {key.prefix} de {key.name} para {owner.code}: {', '.join(key.rights)}.\n"
    text += f"Secreto, que solo se muestra ahora: {secret}"
    output.emit(_told(key) | {"secret": secret}, as_json=as_json, text=text)


def list_keys(creditor: Annotated[str, CREDITOR], as_json: Annotated[bool, JSON] = False) -> None:
    """Las claves que hay y las que hubo."""
    output.setup()
    from recaudo.api.keys import keys_of

    rows = [_told(key) for key in keys_of(output.find_creditor(creditor))]
    table = Table("Sistema", "Clave", "Derechos", "Creada", "Usada", "Revocada")
    table.box = None
    for row in rows:
        days = (row[name] for name in ("created_at", "last_used_at", "revoked_at"))
        shown = [f"{day:%Y-%m-%d %H:%M}" if day else "" for day in days]
        table.add_row(row["name"], row["prefix"], ", ".join(row["rights"]), *shown)
    output.emit(rows, as_json=as_json, text=table)


def revoke(
    key: Annotated[str, typer.Argument(help="El sistema, o el comienzo de la clave.")],
    creditor: Annotated[str, CREDITOR],
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Revoca una clave: desde ya no abre nada. Dos veces es una."""
    output.setup()
    from django.utils import timezone

    from recaudo.api.keys import revoke_key

    ended, was_in_force = revoke_key(output.find_creditor(creditor), key, now=timezone.now())
    text = f"Clave {ended.prefix} de {ended.name} revocada."
    if not was_in_force:
        text = f"La clave {ended.prefix} de {ended.name} ya estaba revocada: nada cambió."
    output.emit(_told(ended) | {"changed": was_in_force}, as_json=as_json, text=text)


def _told(key: ApiKey) -> dict[str, Any]:
    return {
        "name": key.name,
        "prefix": key.prefix,
        "rights": key.rights,
        "by": key.by.email if key.by else None,
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }
