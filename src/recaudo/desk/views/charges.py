"""Charges: the list, one with how it came about, waiving, and the preview of a posting."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.access.queries import grants
from recaudo.contact.reminders import record_reminders
from recaudo.core.problems import Problem
from recaudo.desk import figures
from recaudo.desk.charge_words import BECAUSE, HOW_PARTS, QUOTES, SCALES
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.money_forms import amount_seen, typed_money
from recaudo.payments.actions.month_end import month_end_before, post_charges
from recaudo.payments.actions.waivers import undo_waiver
from recaudo.payments.actions.waivers import waive as let_go
from recaudo.payments.models import Charge, ChargeKind, ChargeWaiver
from recaudo.payments.queries import charges as reads
from recaudo.portfolio.queries.customers import visible_customers

SHOWN = 50
#: Of a preview; the command prints them all.
PREVIEW_SHOWN = 100
#: Of the interest of one stretch: it is rounded once, in the sum.
UNROUNDED_DIGITS = 4
STATES = ("open", "waived", "corrected", "closed")


@open_to()
def charges(request: DeskRequest) -> HttpResponse:
    """The newest first; the next page begins after the last one shown."""
    rows = reads.charges(_seen(request), request.GET.dict())
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: SHOWN + 1])
    page = found[:SHOWN]
    context = {
        "rows": [_row(charge) for charge in page],
        "after": page[-1].pk if len(found) > SHOWN else None,
        "is_first": not after,
        "kinds": ChargeKind.choices,
        "states": [(state, _state_title(state)) for state in STATES],
        "reasons": [(code, _(title)) for code, title in BECAUSE.items()],
        "given": request.GET,
    }
    return render(request, "desk/charges.html", context)


@open_to()
def charge(request: DeskRequest, charge_id: int) -> HttpResponse:
    return _page(request, _charge_or_404(request, charge_id))


@open_to("waive")
@require_POST
def waive(request: DeskRequest, charge_id: int) -> HttpResponse:
    row = _charge_or_404(request, charge_id)
    try:
        typed = typed_money(request.POST.get("amount", ""), row.document.currency)
        amount = None if typed is None else typed.amount
        let_go(
            row,
            amount,
            seen=amount_seen(request),
            reason=request.POST.get("reason", ""),
            by=request.user,
            now=timezone.now(),
        )
    except Problem as problem:
        return _page(request, row, refused={"waive": words.sentence(problem)})
    messages.success(request, _("Condonado. El cargo y su condonación quedan a la vista."))
    return redirect("desk:charges_one", request.creditor.code, charge_id)


@open_to("waive")
@require_POST
def unwaive(request: DeskRequest, charge_id: int, waiver_id: int) -> HttpResponse:
    row = _charge_or_404(request, charge_id)
    waiver = ChargeWaiver.objects.filter(pk=waiver_id, charge=row).first()
    if waiver is None:
        raise Http404
    try:
        day = max(request.today, waiver.credit.value_on)
        undo_waiver(waiver, value_on=day, reason=request.POST.get("reason", ""), by=request.user)
    except Problem as problem:
        return _page(request, row, refused={"undo": words.sentence(problem), "waiver": waiver_id})
    messages.success(request, _("La condonación se deshizo: el cargo se vuelve a deber."))
    return redirect("desk:charges_one", request.creditor.code, charge_id)


@open_to("lead")
def preview(request: DeskRequest) -> HttpResponse:
    """What posting on a day would do; nothing is written by looking."""
    day = _day(request.GET.get("al", ""), month_end_before(request.today))
    found = reads.preview(request.creditor, day)
    shown = found.lines[:PREVIEW_SHOWN]
    stopped = found.stopped[:PREVIEW_SHOWN]
    names = reads.customers_of(request.creditor, [each.customer for each in (*shown, *stopped)])
    context = {
        "day": day,
        "is_future": day > request.today,
        "rows": [
            {
                "line": each,
                "customer": names[each.customer],
                "kind": ChargeKind(each.kind).label,
                "is_less": each.amount < 0,
            }
            for each in shown
        ],
        "count": len(found.lines),
        "hidden": len(found.lines) - len(shown),
        "customers": len({each.customer for each in found.lines}),
        "totals": sorted(found.totals().items()),
        "missing": sorted(found.missing().items()),
        "stopped": [
            {"line": each, "customer": names[each.customer], "why": _why(each)} for each in stopped
        ],
        "stopped_count": len(found.stopped),
    }
    return render(request, "desk/charges_preview.html", context)


@open_to("lead")
@require_POST
def post(request: DeskRequest) -> HttpResponse:
    """Post what the preview of the day says; twice is as once."""
    day = _day(request.POST.get("al", ""), month_end_before(request.today))
    if day > request.today:
        messages.error(request, words.sentence("charges_day_ahead", {"day": day}))
        return redirect("desk:charges_preview", request.creditor.code)
    record_reminders(request.creditor)
    posted = post_charges(
        request.creditor, day, because="hand", by=request.user, now=timezone.now()
    )
    said = ngettext("Se fijó {n} cargo.", "Se fijaron {n} cargos.", posted.charges)
    messages.success(request, said.format(n=posted.charges))
    if posted.corrected:
        fewer = ngettext(
            "{n} documento tenía intereses de más y se corrigió.",
            "{n} documentos tenían intereses de más y se corrigieron.",
            posted.corrected,
        )
        messages.info(request, fewer.format(n=posted.corrected))
    for failed in posted.failed[:5]:
        code = {"code": failed.code}
        messages.error(request, words.sentence("charge_account_failed", code))
    return redirect("desk:charges", request.creditor.code)


def _page(request: DeskRequest, row: Charge, refused: dict[str, Any] | None = None) -> HttpResponse:
    """``refused``: what was not done, said beside its own form, with what was typed."""
    row = _charge_or_404(request, row.pk)
    currency = row.document.currency
    how: dict[str, Any] = row.how if isinstance(row.how, dict) else {}
    context = {
        **_row(row),
        "how": how,
        "stretches": [_stretch(part, currency) for part in how.get("stretches", [])],
        "parts": [_part(part) for part in how.get("parts", [])],
        "accrued": Decimal(how.get("accrued") or 0),
        "posted_before": Decimal(how.get("posted_before") or 0),
        "overdue": Decimal(how.get("overdue") or 0),
        "because": _(BECAUSE[row.because]),
        "adjustments": reads.adjustments_of(row.document),
        "waivers": reads.waivers_of(row),
        "may_waive": grants(request.membership, "waive") and row.document.open_amount > 0,
        "may_undo": grants(request.membership, "waive"),
        "typed": request.POST,
        "refused": refused or {},
    }
    return render(request, "desk/charge.html", context, status=400 if refused else 200)


def _seen(request: DeskRequest) -> Any:
    return visible_customers(request.user, request.creditor, request.today)


def _charge_or_404(request: DeskRequest, charge_id: int) -> Charge:
    """Not there, another creditor's and of a customer who is not yours are the same answer."""
    found = reads.charges(_seen(request), {}).filter(pk=charge_id).first()
    if found is None:
        raise Http404
    found.creditor = request.creditor
    return found


def _row(charge: Charge) -> dict[str, Any]:
    rate = reads.rate_of(charge)
    document = charge.document
    return {
        "charge": charge,
        "document": document,
        "customer": document.customer,
        "base": charge.base,
        "kind": ChargeKind(charge.kind).label,
        "days": reads.days_of(charge),
        "rate": _number(rate[0]) if rate else "",
        "quote": _(QUOTES[rate[1]]) if rate else "",
        "waived": charge.waived,  # type: ignore[attr-defined]
        "state": _state(charge),
    }


def _state(charge: Charge) -> tuple[str, str]:
    document = charge.document
    if document.open_amount:
        return "open", _("abierto")
    if not document.amount:
        return "corrected", _("corregido a cero")
    waived: Decimal = charge.waived  # type: ignore[attr-defined]
    return ("waived", _("condonado")) if waived else ("closed", _("pagado"))


def _state_title(state: str) -> str:
    return {
        "open": _("Abiertos"),
        "waived": _("Con condonación"),
        "corrected": _("Corregidos"),
        "closed": _("Cerrados"),
    }[state]


def _stretch(part: dict[str, Any], currency: str) -> dict[str, Any]:
    """One stretch in words; ``until`` is the first day that is not in it."""
    ceiling = part.get("ceiling")
    return {
        "from_on": date.fromisoformat(part["from"]),
        "until_on": date.fromisoformat(part["until"]),
        "days": part["days"],
        "capital": Decimal(part["capital"]),
        "rate": _number(part["per_cent"]),
        "quote": _(QUOTES[part["quote"]]),
        "basis": _(SCALES[part["basis"]]),
        "is_capped": part["basis"] == "ceiling",
        "series": part["series"],
        "source": part["source"],
        "amount": figures.money(Decimal(part["amount"]), currency, digits=UNROUNDED_DIGITS),
        "ceiling": _number(ceiling["per_cent"]) if ceiling else "",
    }


def _part(part: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": _(HOW_PARTS[part["kind"]]),
        "amount": Decimal(part["amount"] or 0),
        "base": Decimal(part["base"]) if part["base"] else None,
        "rate": _number(part["per_cent"]),
        "above": _number(part["above"]),
        "up_to": _number(part["up_to"]),
        "unit": part["unit"],
        "is_verified": part["is_verified"],
    }


def _number(text: str | None) -> str:
    """As the reader writes it, with the decimals that it has (no more than ten)."""
    if text is None:
        return ""
    return format_decimal(Decimal(text), format="#,##0.##########", locale=figures.locale())


def _why(line: reads.StoppedLine) -> str:
    if line.code == "rate_missing":
        return words.sentence("charge_rate_missing", {"series": line.series, "day": line.on})
    return words.sentence(line.code)


def _day(typed: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return otherwise
