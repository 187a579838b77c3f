"""How is it going, and what is there to do today?"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.access.queries import grants
from recaudo.core.problems import Problem
from recaudo.desk import charts, tasks
from recaudo.desk.book import Titles, titles
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.names import REASONS, TASK_KINDS, called, sent_by
from recaudo.insights.queries.home import Home, Point, as_json, freshness, from_json, stamp
from recaudo.insights.queries.home import home as read_figures
from recaudo.portfolio.queries.customers import visible_customers
from recaudo.strategy.actions.runs import release
from recaudo.strategy.queries.tasks import unattended
from recaudo.strategy.queries.today import Today, today

KEPT_SECONDS = 3600


@open_to()
def home(request: DeskRequest) -> HttpResponse:
    work = today(request.creditor, request.seer, as_of=request.today)
    fresh = freshness(request.creditor, request.today)
    running = tasks.run_state(request.creditor)
    names = titles()
    context = {
        "work": work,
        "fresh": fresh,
        "running": running,
        "refusal": words.sentence(running.problem) if running.problem else "",
        "needs_run": work.last_run is None or work.last_run.as_of < request.today,
        "has_portfolio": bool(work.customers) or fresh.as_of is not None,
        "unattended_count": unattended().count() if grants(request.membership, "lead") else 0,
        **_work_context(work, names),
        **_figures_context(request, names),
    }
    return render(request, "desk/home.html", context)


@open_to("lead")
@require_POST
def start_run(request: DeskRequest) -> HttpResponse:
    if not tasks.start_run(request.creditor, request.user):
        messages.info(request, _("El proceso del día ya está en marcha."))
    return redirect("desk:home", request.creditor.code)


@open_to("lead")
@require_POST
def release_run(request: DeskRequest) -> HttpResponse:
    """Let the first run's proposal out (F9)."""
    try:
        released = release(request.creditor, today=request.today, by=request.user, origin="web")
        text = _("Propuesta aprobada. Quedan en firme: tareas, %(tasks)s; mensajes, %(messages)s.")
        messages.success(request, text % released)
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:home", request.creditor.code)


@open_to()
def run_state(request: DeskRequest) -> HttpResponse:
    """Asked for every two seconds while a run waits or runs; the page reloads when it is over."""
    running = tasks.run_state(request.creditor)
    response = render(request, "desk/parts/run_state.html", {"running": running})
    if not running.state:
        response["HX-Refresh"] = "true"
    return response


def _work_context(work: Today, names: Titles) -> dict[str, Any]:
    return {
        "task_rows": [(each, called(TASK_KINDS, each.code)) for each in work.tasks],
        "message_rows": [(each, sent_by(each.code)) for each in work.messages],
        "segment_rows": [(each, names.segment(each.code)) for each in work.segments],
        "reason_rows": [(each, called(REASONS, each.code)) for each in work.reasons],
    }


def _figures_context(request: DeskRequest, names: Titles) -> dict[str, Any]:
    """Ageing and trend, over the customers that this user may see."""
    try:
        figures = _figures(request)
    except Problem as problem:
        return {"figures_refusal": words.sentence(problem)}
    return {"figures": figures, "bars": _bars(figures, names)} | _trend_context(figures.trend)


def _figures(request: DeskRequest) -> Home:
    """The whole portfolio's are kept as a photo; a collector's for an hour, while nothing came in
    or ran."""
    if request.seer is None:
        return read_figures(request.creditor, request.today)
    seen = visible_customers(request.user, request.creditor, request.today)
    customers = sorted(seen.values_list("pk", flat=True))
    mine = hashlib.sha256(repr(customers).encode()).hexdigest()[:16]
    key = f"desk:figures:{request.creditor.pk}:{request.today}:{mine}:{stamp(request.creditor)}"
    kept = cache.get(key)
    if kept is not None:
        return from_json(kept)
    figures = read_figures(request.creditor, request.today, customers=customers)
    cache.set(key, as_json(figures), KEPT_SECONDS)
    return figures


def _bars(figures: Home, names: Titles) -> list[charts.Bar]:
    """Each leads to its customers, where the facts are cut by the same table."""
    same_table = [slot.code for slot in names.buckets().slots] == [bar.code for bar in figures.bars]
    english = (get_language() or "").startswith("en")
    longest = max((bar.balance for bar in figures.bars), default=Decimal(0))
    return [
        charts.Bar(
            label=bar.name_en if english else bar.name_es,
            documents=bar.documents,
            value=bar.balance,
            length=charts.length(bar.balance, longest),
            share=bar.balance * 100 / figures.gross if figures.gross > 0 else Decimal(0),
            step=_step(place, len(figures.bars)),
            query=urlencode({"condition": f"balance_slot_{place + 1} > 0"}) if same_table else "",
        )
        for place, bar in enumerate(figures.bars)
    ]


def _step(place: int, count: int) -> int:
    """The colour of a bucket: the eight steps spread over as many buckets as there are."""
    return 0 if place == 0 else min(7, round(place * 7 / max(1, count - 1)))


def _trend_context(points: list[Point]) -> dict[str, Any]:
    shares = [point.percent_overdue or Decimal(0) for point in points]
    return {
        "trend": points,
        "line": charts.line(shares),
        "chart": (charts.WIDTH, charts.HEIGHT, charts.HEIGHT // 2),
        "has_trend": sum(1 for point in points if point.gross) > 1,
    }
