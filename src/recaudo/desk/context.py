"""What every page of the desk shows around its content."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django_scopes import scope

from recaudo.access.models import Membership, Role
from recaudo.access.queries import Right, grants
from recaudo.core.problems import N_
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
    #: Other pages that stand in this place, by the beginning of their names.
    area: tuple[str, ...] = ()

    def fit(self, here: str) -> int:
        """How much of the page's name this place names; 0: it does not hold it."""
        names = (self.name, *self.area)
        return max(len(each) if f"{here}_".startswith(f"{each}_") else 0 for each in names)


#: The pages of money, as tabs: (names of their addresses, the first that there is and that the
#: user may open; title). One that no address has is left out.
MONEY: tuple[tuple[tuple[str, ...], str], ...] = (
    (("payments",), N_("Pagos")),
    (("reconciliation", "reconciliation_unidentified"), N_("Conciliación")),
    (("lots",), N_("Lotes")),
    (("instruments",), N_("Títulos")),
    (("charges",), N_("Cargos")),
    (("charge_terms",), N_("Condiciones")),
    (("papers",), N_("Certificados")),
    (("write_downs",), N_("Castigos y ajustes")),
    (("rates",), N_("Tasas")),
)
#: What else begins the name of a page of a tab.
ALSO = {
    "payments": ("payment", "customer_pay"),
    "lots": ("lot", "receipts"),
    "charges": ("charge",),
}


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
        Place(
            "payments",
            _("Dinero"),
            "money",
            area=tuple(name for names, _title in MONEY for name in (names[0], *_also(names))),
        ),
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
                "is_here": bool(place.fit(here)),
            }
            for place in places()
            if place.right is None or grants(membership, place.right)
        ],
        "money_tabs": _money_tabs(membership, here),
    }


def _money_tabs(membership: Membership, here: str) -> list[dict[str, Any]]:
    """What of MONEY this member may open; nothing on pages of other places."""
    money = next(place for place in places() if place.name == "payments")
    if not money.fit(here):
        return []
    tabs = []
    for names, title in MONEY:
        url = next(filter(None, (_open_page(membership, name) for name in names)), "")
        fit = Place(names[0], "", "", area=_also(names)).fit(here)
        tabs.append({"title": _(title), "url": url, "fit": fit})
    # «charge_terms» is a name of the terms, though it begins like one of the charges.
    best = max(tab["fit"] for tab in tabs)
    return [tab | {"is_here": bool(best) and tab["fit"] == best} for tab in tabs if tab["url"]]


def _open_page(membership: Membership, name: str) -> str:
    """The page's address, where there is one and its view is open to the member."""
    try:
        url = reverse(f"desk:{name}", args=[membership.creditor.code])
    except NoReverseMatch:
        return ""
    rights = getattr(resolve(url).func, "rights", None)
    is_open = rights is not None and all(grants(membership, right) for right in rights)
    return url if is_open else ""


def _also(names: tuple[str, ...]) -> tuple[str, ...]:
    return ALSO.get(names[0], ())


def _waiting(request: HttpRequest) -> int:
    """Replies that this user sees and nobody has read yet: one query, by a small index."""
    creditor, user = request.creditor, request.user  # type: ignore[attr-defined]
    role, today = request.membership.role, request.today  # type: ignore[attr-defined]
    with scope(creditor=creditor):
        return seen_inbound(user, creditor, role, today).filter(waiting()).count()
