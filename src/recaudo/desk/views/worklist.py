"""Whom to work now, in order."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from recaudo import words
from recaudo.access.queries import grants
from recaudo.core.problems import Problem
from recaudo.desk.book import Titles, titles
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.forms import ORDERS, WorklistForm
from recaudo.desk.models import SavedView
from recaudo.desk.names import REASONS, TASK_KINDS, called
from recaudo.engine.facts import facts_about
from recaudo.portfolio.models import Customer
from recaudo.portfolio.queries.customers import visible_customers
from recaudo.strategy.models import Decision
from recaudo.strategy.queries.tasks import callbacks_of, unattended
from recaudo.strategy.queries.worklist import Filter, Line, Page, worklist_count
from recaudo.strategy.queries.worklist import worklist as read_page

SIZE = 50
OTHERS = 20


@dataclass(frozen=True)
class Row:
    """One line with its words; ``reason`` is today's step where there is one."""

    line: Line
    segment: str
    reason: str
    step: str
    task: str


@open_to()
def worklist(request: DeskRequest) -> HttpResponse:
    book = titles()
    form = worklist_form(request, book)
    after = request.GET.get("after") or None
    page, count, refused = Page([], None), None, ""
    if form.is_valid():
        where, order = form.as_filter(), chosen_order(form)
        scope = {"as_of": request.today, "where": where}
        try:
            page = read_page(
                request.creditor, request.seer, order=order, after=after, size=SIZE, **scope
            )
            count = _count_at_once(request, page, where, first=after is None)
        except Problem as problem:
            refused = words.sentence(problem)
    context = {
        "others": _others(request, form)
        if form.is_valid() and not page.lines and not after
        else [],
        "form": form,
        "rows": [row_of(line, book) for line in page.lines],
        "next": page.next,
        "is_first": after is None,
        "count": count,
        "refused": refused,
        "order": chosen_order(form),
        "orders": ORDERS,
        "views": views_of(request),
        "has_run": Decision.objects.exists(),
        "callbacks": callbacks_of(request.creditor, request.seer, request.today)
        if after is None
        else [],
        "unattended_count": unattended().count() if grants(request.membership, "lead") else 0,
    }
    return render(request, "desk/worklist.html", context)


def _count_at_once(request: DeskRequest, page: Page, where: Filter, *, first: bool) -> int | None:
    """How many there are, where that costs little; None: the page asks for it once it is shown."""
    if first and page.next is None:
        return len(page.lines)
    if where.condition or where.search:
        return None
    return worklist_count(request.creditor, request.seer, as_of=request.today, where=where)


@open_to()
def how_many(request: DeskRequest) -> HttpResponse:
    """The number of customers behind the list."""
    form = worklist_form(request, titles())
    count = None
    if form.is_valid():
        with contextlib.suppress(Problem):
            count = worklist_count(
                request.creditor, request.seer, as_of=request.today, where=form.as_filter()
            )
    return render(request, "desk/parts/how_many.html", {"count": count})


def worklist_form(request: DeskRequest, book: Titles) -> WorklistForm:
    return WorklistForm(
        request.GET,
        segments=[*book.segments(), ("unassigned", _("Sin segmento"))],
        slots=book.slots(),
        kinds=[(code, called(TASK_KINDS, code)) for code in TASK_KINDS],
        reasons=[(code, called(REASONS, code)) for code in REASONS if code],
    )


def chosen_order(form: WorklistForm) -> Any:
    given = form.data.get("order") or "priority"
    return given if given in dict(ORDERS) else "priority"


def row_of(line: Line, book: Titles) -> Row:
    return Row(
        line,
        segment=book.segment(line.segment),
        reason=book.step(line.step_key)
        if line.reason == "step_due"
        else called(REASONS, line.reason),
        step=book.step(line.next_step),
        task=called(TASK_KINDS, line.task_kind) if line.task_kind else "",
    )


def _others(request: DeskRequest, form: WorklistForm) -> list[Customer]:
    """Customers that the search means and that have nothing to be worked: up to date, or new."""
    piece = form.cleaned_data.get("q", "").strip()
    if len(piece) < 2:
        return []
    seen = visible_customers(request.user, request.creditor, request.today)
    meant = Q(name__icontains=piece) | Q(code__istartswith=piece) | Q(tax_id__startswith=piece)
    return list(seen.filter(meant).order_by("name", "id")[:OTHERS])


@open_to()
def facts(request: DeskRequest) -> HttpResponse:
    """The names that a condition may use, asked for when somebody opens the help."""
    return render(
        request, "desk/parts/facts.html", {"facts": list(facts_about("customer").values())}
    )


def house_views() -> list[tuple[str, str]]:
    """(name, query string) of the lists that every creditor needs."""
    return [
        (_("Todos, por prioridad"), ""),
        (_("Por hacer"), urlencode({"work": "task"})),
        (_("Con mensaje planeado"), urlencode({"work": "message"})),
        (_("Ruedan antes del cierre"), urlencode({"condition": "rolls_this_month > 0"})),
        (_("Difícil cobro"), urlencode({"condition": "critical_balance > 0"})),
        (_("Saldos a favor por aplicar"), urlencode({"kind": "apply_credit"})),
        (_("Sin canal de contacto"), urlencode({"condition": "reachable_channels = 0"})),
        (_("Sin gestor"), urlencode({"condition": "collector = ''"})),
    ]


def views_of(request: DeskRequest) -> list[dict[str, Any]]:
    """House views, then shared ones, then the user's own; which of them is shown now."""
    now = sorted((name, value) for name, value in request.GET.items() if value and name != "after")
    shown = [(name, query, None) for name, query in house_views()]
    saved = SavedView.objects.filter(Q(user=request.user) | Q(is_shared=True))
    shown += [(each.name, each.query, each) for each in saved.order_by("-is_shared", "name")]
    return [
        {
            "name": name,
            "query": query,
            "is_on": sorted(parse_qsl(query)) == now,
            "id": view.id if view and view.user_id == request.user.id else None,
            "is_saved": view is not None,
        }
        for name, query, view in shown
    ]
