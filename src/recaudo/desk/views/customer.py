"""Everything about one customer on one screen, and what a collector does there."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.audit.actions import record_change
from recaudo.core.calendar import ONE_DAY
from recaudo.core.problems import Problem
from recaudo.desk import account, work
from recaudo.desk.book import Titles, titles
from recaudo.desk.cases import customer_or_404, seen_version
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.names import FILE_KINDS
from recaudo.desk.story import tell_entries
from recaudo.desk.views.byhand import of_customer
from recaudo.desk.views.calls import record_for
from recaudo.desk.views.consents import SOURCES
from recaudo.desk.views.holds import BY_HAND
from recaudo.insights.queries.home import freshness
from recaudo.insights.queries.statement import Statement, statement
from recaudo.insights.queries.timeline import timeline
from recaudo.portfolio.actions.customers import claim
from recaudo.portfolio.models import Channel, Customer, HoldKind
from recaudo.portfolio.queries.customers import mask_tax_id
from recaudo.strategy.actions.tasks import contact_channel, finish_task
from recaudo.strategy.models import Task
from recaudo.strategy.queries.explain import explain
from recaudo.strategy.words import tell


@open_to()
def customer(request: DeskRequest, customer_id: int) -> HttpResponse:
    found = customer_or_404(request, customer_id)
    return render(request, "desk/customer.html", page_of(request, found))


def page_of(request: DeskRequest, found: Customer) -> dict[str, Any]:
    """Everything that the page shows."""
    now, names = timezone.now(), titles()
    told = statement(found, request.today)
    page = Paginator(told.documents, account.DOCUMENTS_SHOWN).get_page(request.GET.get("page"))
    why = explain(request.creditor, found, held=(request.today, told.holds))
    answers = work.answers_to(request.creditor, found, told.reach, at=now)
    tasks = work.task_rows(request.creditor, found, names, request.today, answers)
    has_contact_task = any(row["channel"] for row in tasks)
    return {
        "customer": found,
        "tax_id": mask_tax_id(found.tax_id),
        "statement": told,
        "fresh": freshness(request.creditor, request.today),
        "dpd": account.most_days(told),
        "limit_use": _limit_use(found, told),
        "page": page,
        "documents": account.document_rows(list(page), names, request.today),
        "credits": account.credit_rows(told),
        "parties": account.party_rows(told.parties),
        "contacts": account.contact_rows(told, request.creditor.country, answers),
        "consent_sources": SOURCES,
        "holds": account.hold_rows(told.holds),
        "tasks": tasks,
        "has_contact_task": has_contact_task,
        "phones": [] if has_contact_task else work.phones(answers),
        "call_results": None if has_contact_task else work.call_results(request.creditor),
        "bars_why": work.bars_why(request.creditor.country),
        "by_hand": of_customer(found),
        "resend": min(told.documents, key=lambda each: each.due_on, default=None),
        "console": None,
        "kept": {},
        "why": why,
        "sentences": tell(why) if why.as_of else [],
        "story": _story(found, names, None),
        "channels": Channel.choices,
        "hold_kinds": [(code, HoldKind(code).label) for code in BY_HAND],
        "file_kinds": [(code, _(name)) for code, name in FILE_KINDS.items()],
        "tomorrow": request.today + ONE_DAY,
    }


@open_to()
def older(request: DeskRequest, customer_id: int) -> HttpResponse:
    """The next page of the customer's story."""
    found = customer_or_404(request, customer_id)
    try:
        story = _story(found, titles(), request.GET.get("after"))
    except Problem as problem:
        raise Http404 from problem
    return render(request, "desk/parts/story.html", {"customer": found, "story": story})


def _story(customer: Customer, names: Titles, after: str | None) -> dict[str, Any]:
    page = timeline(customer, after=after)
    return {"entries": tell_entries(page.entries, names), "next": page.next}


def _limit_use(customer: Customer, told: Statement) -> Any:
    """Balance by limit, in percent; None where there is no limit."""
    if not customer.credit_limit:
        return None
    return told.totals.gross * 100 / customer.credit_limit


@open_to()
def changed(request: DeskRequest, customer_id: int) -> HttpResponse:
    """Has somebody changed this customer since the page was made (S1-23)?"""
    found = customer_or_404(request, customer_id)
    if request.GET.get("seen") == str(found.version):
        return HttpResponse(status=204)
    return render(request, "desk/parts/customer_changed.html", {"customer": found})


@open_to("see_identifiers")
@require_POST
def reveal_tax_id(request: DeskRequest, customer_id: int) -> HttpResponse:
    """The whole tax id, written down with who looked (F35)."""
    found = customer_or_404(request, customer_id)
    record_change(
        "identifier_revealed",
        creditor=request.creditor,
        by=request.user,
        origin="web",
        subject="customer",
        subject_id=found.id,
        field="tax_id",
    )
    response = HttpResponse(found.tax_id, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response


@open_to("work")
@require_POST
def finish(request: DeskRequest, customer_id: int, task_id: int) -> HttpResponse:
    """What came of a task."""
    found = customer_or_404(request, customer_id)
    task = Task.objects.filter(pk=task_id, customer=found).first()
    if task is None:
        raise Http404
    if contact_channel(task):
        return record_for(request, found, task)
    try:
        with transaction.atomic():
            claim(found, seen_version(request))
            finish_task(
                task,
                outcome=request.POST.get("outcome", ""),
                note=request.POST.get("note", "").strip(),
                now=timezone.now(),
                by=request.user,
            )
        messages.success(request, _("Tarea registrada."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:customer", request.creditor.code, found.id)
