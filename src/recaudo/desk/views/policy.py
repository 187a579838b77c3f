"""What binds contact here: the law, the creditor's own rules, and the regimes that they signed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from recaudo import words
from recaudo.contact.actions.policy import grant_regime, revoke_regime, save_policy
from recaudo.contact.gate.house import compare, read_policy
from recaudo.contact.gate.laws import granted_regimes, policy_in_force
from recaudo.contact.models import HousePolicy, RegimeChoice
from recaudo.core.problems import Problem
from recaudo.countries import Pack, pack_for
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.house_rules import told
from recaudo.portfolio.models import Regime

#: Shown beside the form, never in it: an example saved by mistake would be a policy.
EXAMPLE = """# Solo puede ser más estricta que la ley; lo que sea más amplio no cambia nada.
# Canales: call visit sms chat email letter, o "*" para todos.

[[hours]]
channels = ["call"]
weekday = [["08:00", "18:00"]]
saturday = []
sunday = []
holiday = []

[[caps]]
channels = ["*"]
max = 3
per = "week"
kind = "attempt"
scope = "debtor"
"""


@open_to()
@require_GET
def policy(request: DeskRequest) -> HttpResponse:
    return _page(request)


@open_to("administer")
@require_POST
def save(request: DeskRequest) -> HttpResponse:
    """Compare a draft with the law, or save it as a new version."""
    draft = {
        "toml": request.POST.get("toml", "").replace("\r\n", "\n"),
        "from_on": request.POST.get("from_on", ""),
        "reason": request.POST.get("reason", ""),
    }
    try:
        read_policy(draft["toml"])
        if request.POST.get("act") != "save":
            return _page(request, draft=draft)
        saved = save_policy(
            request.creditor,
            draft["toml"],
            from_on=_day(draft["from_on"], request.today),
            today=request.today,
            reason=draft["reason"],
            by=request.user,
        )
    except Problem as problem:
        return _page(request, draft=draft, error=words.sentence(problem))
    messages.success(
        request, _("Política guardada: versión %(version)s.") % {"version": saved.version}
    )
    return redirect("desk:policy", request.creditor.code)


@open_to("administer")
@require_POST
def regime(request: DeskRequest) -> HttpResponse:
    """Sign that a kind of debt is truly that, or take it back."""
    given: dict[str, Any] = {
        "signed_name": request.POST.get("signed_name", ""),
        "reason": request.POST.get("reason", ""),
        "by": request.user,
    }
    chosen = request.POST.get("regime", "")
    try:
        if request.POST.get("act") == "revoke":
            revoke_regime(request.creditor, chosen, **given)
            messages.success(request, _("Firma retirada. Esas deudas se juzgan como de consumo."))
        else:
            grant_regime(request.creditor, chosen, **given)
            messages.success(request, _("Régimen firmado. Se aplica desde el próximo contacto."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:policy", request.creditor.code)


def _page(
    request: DeskRequest, *, draft: dict[str, str] | None = None, error: str = ""
) -> HttpResponse:
    creditor = request.creditor
    pack = pack_for(creditor.country, creditor.subdivision)
    granted = granted_regimes(creditor)
    current = policy_in_force(creditor, request.today)
    newest = HousePolicy.objects.order_by("-version").first()
    choices = list(RegimeChoice.objects.select_related("by").order_by("-id"))
    context = {
        "law_name": pack.name.in_language(get_language() or "es"),
        "law_reviewed": pack.reviewed,
        "current": current,
        "rules": _compared(pack, current.toml if current else ""),
        "coming": newest if newest is not None and newest.from_on > request.today else None,
        "regimes": [
            {
                "code": code,
                "title": title,
                "is_granted": code in granted,
                "newest": next((each for each in choices if each.regime == code), None),
            }
            for code, title in Regime.choices
            if code != Regime.CONSUMER
        ],
        "choices": choices,
        "draft": draft
        or {
            "toml": newest.toml if newest else "",
            "from_on": request.today.isoformat(),
            "reason": "",
        },
        "draft_rules": _compared(pack, draft["toml"]) if draft and not error else None,
        "error": error,
        "example": EXAMPLE,
    }
    return render(request, "desk/policy.html", context, status=422 if error else 200)


def _compared(pack: Pack, toml: str) -> list[dict[str, object]]:
    """Each house rule in words, and whether it asks more than the law does of a consumer's debt."""
    house = read_policy(toml).rules(Regime.CONSUMER)
    law = pack.rules(Regime.CONSUMER)
    return [{"told": told(each), "is_stricter": each.is_stricter} for each in compare(house, law)]


def _day(typed: str, today: date) -> date:
    """Empty: today. Raises Problem ``day_unreadable``."""
    try:
        return date.fromisoformat(typed) if typed else today
    except ValueError as error:
        raise Problem("day_unreadable", typed=typed) from error
