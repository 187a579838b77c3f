"""What every page of the desk shows around its content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_scopes import scope

from recaudo.access.models import Role
from recaudo.access.queries import Right, grants
from recaudo.desk.inbox import seen_inbound, waiting
from recaudo.desk.language import CHOICES


@dataclass(frozen=True)
class Place:
    """One entry of the navigation."""

    name: str
    title: str
    icon: str
    right: Right | None = None
    arguments: tuple[str, ...] = ()
    #: On a phone: in the bar (under this shorter name) or behind «Más».
    short: str = ""


def places() -> tuple[Place, ...]:
    return (
        Place("home", _("Inicio"), "home", short=_("Inicio")),
        Place("worklist", _("Trabajo"), "list", short=_("Trabajo")),
        Place("inbox", _("Buzón"), "mail", short=_("Buzón")),
        Place("messages", _("Bandeja de salida"), "message", short=_("Salida")),
        Place("templates", _("Plantillas"), "template"),
        Place("strategy", _("Estrategia"), "path"),
        Place("reports", _("Informes"), "chart", arguments=("customer",)),
        Place("imports", _("Cargas"), "upload", "see_all"),
        Place("reconciliation", _("Conciliación"), "check", "lead"),
        Place("mail", _("Correo"), "server", "lead"),
        Place("help", _("Ayuda"), "help"),
    )


def frame(request: HttpRequest) -> dict[str, Any]:
    """Navigation, languages and rights; nothing of a creditor where the address names none."""
    language = get_language() or "es"
    shared = {"languages": CHOICES, "language": language.split("-")[0], "locale_code": language}
    membership = getattr(request, "membership", None)
    if membership is None:
        return shared
    creditor = membership.creditor
    here = request.resolver_match.view_name.removeprefix("desk:") if request.resolver_match else ""
    return shared | {
        "creditor": creditor,
        "currency": creditor.currency,
        "zone": creditor.timezone,
        "today": request.today,  # type: ignore[attr-defined]
        "role_title": Role(membership.role).label,
        "may": {right: grants(membership, right) for right in get_args(Right)},
        "other_creditors": [
            {"name": each.creditor.name, "url": reverse("desk:home", args=[each.creditor.code])}
            for each in request.memberships  # type: ignore[attr-defined]
            if each.creditor_id != creditor.id
        ],
        "navigation": [
            {
                "name": place.name,
                "title": place.title,
                "short": place.short,
                "icon": place.icon,
                "url": reverse(f"desk:{place.name}", args=[creditor.code, *place.arguments]),
                "count": _waiting(request) if place.name == "inbox" else 0,
                "is_here": here == place.name or here.startswith(f"{place.name}_"),
            }
            for place in places()
            if place.right is None or grants(membership, place.right)
        ],
    }


def _waiting(request: HttpRequest) -> int:
    """Replies that this user sees and nobody has read yet: one query, by a small index."""
    creditor, user = request.creditor, request.user  # type: ignore[attr-defined]
    role, today = request.membership.role, request.today  # type: ignore[attr-defined]
    with scope(creditor=creditor):
        return seen_inbound(user, creditor, role, today).filter(waiting()).count()
