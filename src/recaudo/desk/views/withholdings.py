"""What a customer withholds of what we invoice: by kind, from a day to a day (F16)."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.core.problems import Problem
from recaudo.desk.cases import customer_or_404
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.inbox import typed_amount, typed_day
from recaudo.desk.money_forms import day_asked
from recaudo.payments.actions.withholding_profiles import BASES, KINDS, Rule, add_profile
from recaudo.payments.actions.withholding_profiles import end_profile as end_rule
from recaudo.payments.models import PendingPaper, WithholdingProfile

BASE_NAMES = {
    "subtotal": gettext_lazy("antes de impuesto"),
    "tax": gettext_lazy("el impuesto"),
    "total": gettext_lazy("el total"),
}
#: What each kind is called where it is withheld.
KIND_NAMES = {
    "retefuente": gettext_lazy("Retención en la fuente"),
    "reteiva": gettext_lazy("Retención de IVA (ReteIVA)"),
    "reteica": gettext_lazy("Retención de ICA (ReteICA)"),
    "isr": gettext_lazy("Retención de ISR"),
    "iva": gettext_lazy("Retención de IVA"),
    "retencion": gettext_lazy("Retención sobre el total"),
    "detraccion": gettext_lazy("Detracción"),
}
#: Those of a country; elsewhere all are offered.
KINDS_OF = {
    "CO": ("retefuente", "reteiva", "reteica"),
    "MX": ("isr", "iva"),
    "PE": ("retencion", "detraccion"),
}


@open_to("lead")
def withholdings(request: DeskRequest, customer_id: int) -> HttpResponse:
    """What is withheld, and one more."""
    customer = customer_or_404(request, customer_id)
    refused = ""
    if request.method == "POST":
        sent = request.POST
        try:
            rule = Rule(
                kind=sent.get("kind", ""),
                base=sent.get("base") or KINDS.get(sent.get("kind", ""), "subtotal"),
                per_cent=_per_cent(sent.get("per_cent", "")),
                from_on=day_asked(sent.get("from_on", "")),
                until_on=typed_day(sent.get("until_on", "")),
                minimum=typed_amount(sent.get("minimum", "")) or Decimal(0),
                assumed_tax_per_cent=_per_cent(sent.get("tax", "") or "0"),
                source=sent.get("source", "")[:200],
            )
            add_profile(customer, rule, by=request.user, origin="web")
            messages.success(request, _("Retención guardada."))
            return redirect("desk:withholdings", request.creditor.code, customer.pk)
        except Problem as problem:
            refused = words.sentence(problem)
    context = {
        "customer": customer,
        "rules": [
            {
                "row": each,
                "kind": KIND_NAMES.get(each.kind, each.kind),
                "base": BASE_NAMES[each.base],
                "is_over": each.until_on is not None and each.until_on <= request.today,
            }
            for each in WithholdingProfile.objects.filter(customer=customer).order_by(
                "kind", "from_on", "id"
            )
        ],
        "kinds": [
            (code, KIND_NAMES[code]) for code in KINDS_OF.get(request.creditor.country, KINDS)
        ],
        "pending": PendingPaper.objects.filter(customer=customer, state="pending").count(),
        "bases": [(code, BASE_NAMES[code]) for code in BASES],
        "typed": request.POST,
        "refused": refused,
    }
    status = 400 if refused else 200
    return render(request, "desk/withholdings.html", context, status=status)


@open_to("lead")
@require_POST
def end_profile(request: DeskRequest, customer_id: int, profile_id: int) -> HttpResponse:
    """It counts no more from the day."""
    customer = customer_or_404(request, customer_id)
    found = WithholdingProfile.objects.filter(customer=customer, pk=profile_id).first()
    if found is None:
        raise Http404
    found.creditor = request.creditor
    try:
        on = day_asked(request.POST.get("day", ""))
        end_rule(found, on=on, by=request.user, origin="web")
        messages.success(request, _("La retención termina ese día."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:withholdings", request.creditor.code, customer.pk)


def _per_cent(typed: str) -> Decimal:
    try:
        found = Decimal(typed.strip().removesuffix("%").strip().replace(",", "."))
    except ArithmeticError as error:
        raise Problem("withholding_out_of_range", kind="", pct=typed) from error
    if not found.is_finite():
        raise Problem("withholding_out_of_range", kind="", pct=typed)
    return found
