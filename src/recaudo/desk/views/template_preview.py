"""What a template says to a real customer that this user may see, on a desk and on a telephone.

The page of the message is a document of its own address, shut off from the desk: no script, no
form, nothing loaded from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.decorators import csp_update
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django_scopes import scope

from recaudo import words
from recaudo.contact.models import Template, TemplateVersion
from recaudo.contact.texts.gather import read_book
from recaudo.contact.texts.lint.sample import example_extra
from recaudo.contact.texts.sms import segments
from recaudo.contact.texts.writing import Ask, Source, Written, write
from recaudo.core.problems import Problem
from recaudo.desk.cases import customer_or_404
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.views.templates import (
    chosen_language,
    current_version,
    frame_of,
    template_or_404,
)
from recaudo.portfolio.models import Customer
from recaudo.portfolio.queries.customers import visible_customers

#: Of the message's own page. It is somebody's text: nothing in it may run, load or send.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox"
)
MATCHES = 8

framed: Callable[[Any], Any] = csp_update({"frame-src": ["'self'"]})


@open_to()
@framed
def preview(request: DeskRequest, template_id: int) -> HttpResponse:
    template = template_or_404(request, template_id)
    language = chosen_language(request, template)
    found = _matches(request, request.GET.get("q", "").strip())
    customer = _chosen(request, found)
    context = frame_of(template, language) | {
        "matches": found,
        "q": request.GET.get("q", ""),
        "customer": customer,
        "is_mail": template.channel == "email",
    }
    version = current_version(template, language)
    if customer is not None and version is not None:
        context |= _shown(request, template, version, customer)
    return render(request, "desk/template_preview.html", context)


@open_to()
@xframe_options_sameorigin
def page(request: DeskRequest, template_id: int, customer_id: int) -> HttpResponse:
    """The message's page alone, for the frame."""
    template = template_or_404(request, template_id)
    customer = customer_or_404(request, customer_id)
    version = current_version(template, chosen_language(request, template))
    if version is None or not version.html:
        raise Http404
    try:
        html = _written(request, template, version, customer).html
    except Problem as problem:
        raise Http404 from problem
    response = HttpResponse(html)
    response["Content-Security-Policy"] = POLICY
    return response


def _shown(
    request: DeskRequest, template: Template, version: TemplateVersion, customer: Customer
) -> dict[str, Any]:
    try:
        written = _written(request, template, version, customer)
    except Problem as problem:
        return {"refusal": words.sentence(problem)}
    return {
        "written": written,
        "warnings": [
            words.sentence(code, {"currency": written.currency}) for code in written.warnings
        ],
        "needs_ways": "pay_ways_missing" in written.warnings,
        "segments": segments(written.text) if template.channel == "sms" else 0,
        "version": version,
    }


def _written(
    request: DeskRequest, template: Template, version: TemplateVersion, customer: Customer
) -> Written:
    """From the balances of now; what a message itself brings (a payment, a promise) is made up."""
    now = timezone.now()
    creditor = request.creditor
    with scope(creditor=creditor):
        files = [customer.pk] if template.attaches_documents else []
        book = read_book(creditor, [customer.pk], at=now, files_of=files)
        ask = Ask(
            customer.pk,
            template.key,
            template.channel,
            purpose=template.purpose,
            extra=example_extra(book.today, now),
        )
        return write(book, ask, Source.of(version), template, is_preview=True)


def _matches(request: DeskRequest, typed: str) -> list[Customer]:
    """Customers by name or code; without words, some that owe. The newest number last."""
    seen = visible_customers(request.user, request.creditor, request.today)
    if typed:
        seen = seen.filter(Q(name__icontains=typed) | Q(code__iexact=typed))
    else:
        seen = seen.filter(documents__open_amount__gt=0).distinct()
    return list(seen.order_by("pk")[:MATCHES])


def _chosen(request: DeskRequest, found: list[Customer]) -> Customer | None:
    asked = request.GET.get("customer", "")
    if asked.isdecimal() and len(asked) < 18:
        return customer_or_404(request, int(asked))
    return found[0] if found else None
