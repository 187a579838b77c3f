"""People from the command line: who may come in, see and do what."""

from __future__ import annotations

import os
import secrets
from typing import Annotated, Any

import typer
from rich.table import Table as Grid

from recaudo.cli import output

Json = Annotated[bool, typer.Option("--json", help="Imprime el resultado como JSON.")]
Export = Annotated[bool, typer.Option("--export", help="Puede exportar listas e informes.")]
Identifiers = Annotated[
    bool, typer.Option("--identifiers", help="Puede ver teléfonos e identificaciones completos.")
]

creditors = typer.Typer(
    no_args_is_help=True, help="Acreedores: las empresas a las que se les debe."
)
users = typer.Typer(no_args_is_help=True, help="Personas: quién entra y qué puede ver y hacer.")

#: Where a password may stand so that it is in no shell history.
PASSWORD_VARIABLE = "RECAUDO_PASSWORD"


def register(app: typer.Typer) -> None:
    app.add_typer(users, name="user")


@users.command("add")
def add_user(
    email: Annotated[str, typer.Argument(help="Correo con el que entra.")],
    name: Annotated[str, typer.Option(help="Nombre de la persona.")],
    creditor: Annotated[str | None, typer.Option(help="Código del acreedor.")] = None,
    role: Annotated[
        str, typer.Option(help="collector, supervisor, manager, administrator o auditor.")
    ] = "collector",
    export: Export = False,
    identifiers: Identifiers = False,
    language: Annotated[str, typer.Option(help="Idioma: es, en.")] = "es",
    as_json: Json = False,
) -> None:
    """Agrega una persona. La contraseña se lee de RECAUDO_PASSWORD; si no está, se hace una."""
    output.setup()
    from django.db import transaction

    from recaudo.access import actions

    given = os.environ.get(PASSWORD_VARIABLE)
    password = given or secrets.token_urlsafe(12)
    with transaction.atomic():
        user = actions.add_user(email, name=name, password=password, language=language)
        if creditor is not None:
            _give(user, creditor, role, export=export, identifiers=identifiers)
    told: dict[str, Any] = {"user": user.email, "name": user.name, "creditor": creditor}
    told |= {"role": role if creditor else None}
    text = f"{user.email} puede entrar."
    if given is None:
        told["password"] = password
        text += f" Contraseña, que solo se muestra ahora: {password}"
    output.emit(told, as_json=as_json, text=text)


@users.command("role")
def role(
    email: Annotated[str, typer.Argument(help="Correo de la persona.")],
    creditor: Annotated[str, typer.Option(help="Código del acreedor.")],
    role: Annotated[
        str, typer.Option(help="collector, supervisor, manager, administrator, auditor o none.")
    ],
    export: Export = False,
    identifiers: Identifiers = False,
    as_json: Json = False,
) -> None:
    """Cambia lo que una persona es para un acreedor; con «none» deja de verlo."""
    output.setup()
    from recaudo.access import actions

    user = actions.find_user(email)
    _give(user, creditor, role, export=export, identifiers=identifiers)
    told = {"user": user.email, "creditor": creditor, "role": role}
    output.emit(told, as_json=as_json, text=f"{user.email} es {role} para {creditor}.")


@users.command("list")
def list_users(
    creditor: Annotated[str | None, typer.Option(help="Solo los de este acreedor.")] = None,
    as_json: Json = False,
) -> None:
    """Quién entra, para qué acreedor y con qué derechos."""
    output.setup()
    from recaudo.access.models import User

    rows = []
    chosen = output.find_creditor(creditor) if creditor else None
    for user in User.objects.order_by("email").prefetch_related("memberships__creditor"):
        held = [m for m in user.memberships.all() if chosen is None or m.creditor == chosen]
        rows += [
            {
                "user": user.email,
                "name": user.name,
                "creditor": each.creditor.code,
                "role": each.role,
                "export": each.can_export,
                "identifiers": each.can_see_identifiers,
                "active": user.is_active,
            }
            for each in held
        ]
        if not held and chosen is None:
            rows.append(
                {"user": user.email, "name": user.name, "creditor": None, "role": None}
                | {"export": False, "identifiers": False, "active": user.is_active}
            )
    headings = ("Correo", "Nombre", "Acreedor", "Rol", "Exporta", "Ve datos completos", "Activo")
    output.emit(rows, as_json=as_json, text=_grid(headings, rows))


def _give(user: Any, code: str, role: str, *, export: bool, identifiers: bool) -> None:
    from recaudo.access import actions
    from recaudo.audit.actions import record_change

    creditor = output.find_creditor(code)
    if role == "none":
        actions.take_role(user, creditor)
    else:
        actions.give_role(user, creditor, role, can_export=export, can_see_identifiers=identifiers)
    record_change(
        "role_changed",
        creditor=creditor,
        origin="cli",
        subject="user",
        subject_id=user.pk,
        role=role,
        can_export=export and role != "none",
        can_see_identifiers=identifiers and role != "none",
    )


def _grid(headings: tuple[str, ...], rows: list[dict[str, Any]]) -> Grid:
    drawn = Grid(*headings)
    for row in rows:
        drawn.add_row(*(_shown(value) for value in row.values()))
    return drawn


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "sí" if value else "no"
    return "" if value is None else str(value)
