"""Legal rates, ceilings and rates between currencies: what holds today, and what is missing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext, ngettext, to_locale
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.core.interest import Rate
from recaudo.core.problems import Problem
from recaudo.countries import words as law_words
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.money_names import source_name
from recaudo.payments.actions.rates import Loaded, load_rates
from recaudo.payments.queries.rates import SeriesTold, exchange_told, series_told
from recaudo.payments.rate_files import BYTES_MAX

#: Of each series, the newest; `recaudo rates show` has all.
SHOWN = 36
REFUSALS_SHOWN = 50
#: A rate that ends so soon is announced.
ENDS_SOON_DAYS = 7


@open_to("see_all")
def rates(request: DeskRequest) -> HttpResponse:
    return _page(request)


@open_to("lead")
@require_POST
def load(request: DeskRequest) -> HttpResponse:
    """A file, whole or not at all. ``check``: only tell what it would do."""
    file = request.FILES.get("file")
    if file is None:
        return _page(request, said=_("Elija un archivo antes de continuar."))
    try:
        loaded = load_rates(
            request.creditor,
            file.read(BYTES_MAX + 1),
            by=request.user,
            origin="web",
            replace=request.POST.get("replace") == "yes",
            reason=request.POST.get("reason", ""),
            dry_run=request.POST.get("check") == "yes",
        )
    except Problem as problem:
        return _page(request, said=words.sentence(problem))
    if loaded.refused:
        return _page(request, loaded)
    messages.success(request, _told(loaded))
    return redirect("desk:rates", request.creditor.code)


def _told(loaded: Loaded) -> str:
    count = loaded.new + loaded.replaced
    if loaded.is_dry_run:
        said = ngettext("Se cargaría {n} tasa.", "Se cargarían {n} tasas.", count)
    else:
        said = ngettext("Se cargó {n} tasa.", "Se cargaron {n} tasas.", count)
    told = said.format(n=count)
    if loaded.unchanged:
        known = ngettext("{n} ya estaba igual.", "{n} ya estaban iguales.", loaded.unchanged)
        told = f"{told} {known.format(n=loaded.unchanged)}"
    return told


def _page(request: DeskRequest, loaded: Loaded | None = None, said: str = "") -> HttpResponse:
    """``loaded``, ``said``: why a file was not taken, told beside its form."""
    rows = [_row(request, one) for one in series_told(request.creditor, request.today)]
    refused = loaded.refused if loaded else ()
    context = {
        "rows": rows,
        "missing": [row for row in rows if row["warning"] and row["told"].is_needed],
        "exchange": [
            {"told": one, "rate": _number(one.rate), "source": source_name(one.source)}
            for one in exchange_told(request.creditor, request.today)
        ],
        "said": said,
        "typed": request.POST,
        "refused_count": len(refused),
        "refused": [
            {"line": one.line, "sentence": words.sentence(one.code, one.facts)}
            for one in refused[:REFUSALS_SHOWN]
        ],
    }
    status = 400 if said or refused else 200
    return render(request, "desk/rates.html", context, status=status)


def _row(request: DeskRequest, one: SeriesTold) -> dict[str, Any]:
    language = get_language() or "es"
    return {
        "told": one,
        "name": one.series.name.in_language(language) if one.series else "",
        "now": _rate(one.now) if one.now else None,
        "warning": _warning(request, one),
        "rates": [_rate(rate) for rate in reversed(one.rates[-SHOWN:])],
        "gaps": [
            (first, until - timedelta(days=1)) for first, until in one.gaps if until is not None
        ],
    }


def _rate(rate: Rate) -> dict[str, Any]:
    """``last``: the last day on which it holds."""
    return {
        "value": _number(rate.per_cent),
        "quote": gettext(law_words.QUOTES[rate.quote.value]),
        "from_on": rate.from_on,
        "last": rate.until_on - timedelta(days=1) if rate.until_on else None,
        "source": rate.source,
    }


def _warning(request: DeskRequest, one: SeriesTold) -> dict[str, Any] | None:
    """Missing already, never loaded, or about to be missing."""
    if one.missing_since is not None:
        return {"kind": "missing", "day": one.missing_since}
    if one.now is None:
        return {"kind": "later" if one.rates else "never", "day": None}
    ends = one.now.until_on
    is_last = one.now == one.rates[-1]
    if is_last and ends and ends <= request.today + timedelta(days=ENDS_SOON_DAYS):
        return {"kind": "soon", "day": ends - timedelta(days=1)}
    return None


def _number(value: Decimal) -> str:
    return words.show(value, to_locale(get_language() or "es"))
