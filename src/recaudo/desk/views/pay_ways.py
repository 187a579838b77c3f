"""How the creditor is paid, and who it is to those who owe: what every message tells (F11)."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.access.queries import grants
from recaudo.audit.actions import record_change
from recaudo.core.problems import N_, Problem
from recaudo.core.references import in_groups, make_reference
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.names import called
from recaudo.payments.actions.ways import add_way, change_way, switch_way
from recaudo.payments.models import PaymentWay

KINDS: dict[str, str] = {
    "account": N_("Cuenta bancaria"),
    "agreement": N_("Convenio de recaudo"),
    "clabe": N_("CLABE"),
    "link": N_("Enlace de pago"),
    "cash": N_("Efectivo o punto de pago"),
}
IDENTITY = ("address", "phone", "website")
LINE_MAX = 160
_WEBSITE = re.compile(r"(https?://)?[\w-]+(\.[\w-]+)+(/[^\s]*)?", re.ASCII)


@open_to()
def pay_ways(request: DeskRequest) -> HttpResponse:
    rows = PaymentWay.objects.order_by("-is_active", "currency", "position", "id")
    context = {
        "rows": [{"way": each, "kind": called(KINDS, each.kind)} for each in rows],
        "kinds": [(code, _(name)) for code, name in KINDS.items()],
        "can_write": grants(request.membership, "administer"),
        "example": in_groups(make_reference(104_258)),
    }
    return render(request, "desk/pay_ways.html", context)


@open_to("administer")
@require_POST
def add(request: DeskRequest) -> HttpResponse:
    try:
        add_way(request.creditor, **_fields(request), by=request.user)
        messages.success(request, _("Forma de pago agregada. Los mensajes ya la llevan."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return _back(request)


@open_to("administer")
@require_POST
def change(request: DeskRequest, way_id: int) -> HttpResponse:
    try:
        change_way(_way(request, way_id), **_fields(request), by=request.user)
        messages.success(request, _("Cambios guardados."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return _back(request)


@open_to("administer")
@require_POST
def switch(request: DeskRequest, way_id: int) -> HttpResponse:
    """Off, or on again."""
    way = _way(request, way_id)
    switch_way(way, is_active=request.POST.get("to") == "on", by=request.user)
    messages.success(request, _("Cambios guardados."))
    return _back(request)


@open_to("administer")
@require_POST
def identity(request: DeskRequest) -> HttpResponse:
    """Address, telephone and website of the creditor, as messages show them."""
    given = {name: " ".join(request.POST.get(name, "").split())[:LINE_MAX] for name in IDENTITY}
    website = given["website"]
    if website and not _WEBSITE.fullmatch(website):
        messages.error(request, words.sentence("pay_website_invalid", {"website": website}))
        return _back(request)
    creditor = request.creditor
    changed = [name for name, value in given.items() if getattr(creditor, name) != value]
    for name in changed:
        setattr(creditor, name, given[name])
    if changed:
        creditor.save(update_fields=changed)
        record_change(
            "creditor_identity_changed",
            creditor=creditor,
            by=request.user,
            origin="web",
            subject="creditor",
            subject_id=creditor.pk,
            fields=changed,
        )
    messages.success(request, _("Cambios guardados."))
    return _back(request)


def _fields(request: DeskRequest) -> dict[str, object]:
    position = request.POST.get("position", "")
    return {
        "kind": request.POST.get("kind", ""),
        "title": request.POST.get("title", ""),
        "details": request.POST.get("details", ""),
        "currency": request.POST.get("currency", "") or request.creditor.currency,
        "position": int(position) if position.isdecimal() and len(position) < 4 else 0,
    }


def _way(request: DeskRequest, way_id: int) -> PaymentWay:
    found = PaymentWay.objects.filter(pk=way_id).first()
    if found is None:
        raise Http404
    found.creditor = request.creditor
    return found


def _back(request: DeskRequest) -> HttpResponse:
    return redirect("desk:pay_ways", request.creditor.code)
