"""Files that leave: a right of its own, and each one is written down (F35)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from recaudo import words
from recaudo.audit.actions import record_change
from recaudo.core.problems import Problem
from recaudo.desk import figures
from recaudo.desk.book import titles
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.views.worklist import Row as WorkRow
from recaudo.desk.views.worklist import chosen_order, row_of, worklist_form
from recaudo.insights.export import Cell, Row, Table, as_csv, as_xlsx
from recaudo.strategy.queries.worklist import every_line

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@open_to("export")
def worklist(request: DeskRequest, kind: str) -> HttpResponse:
    """The whole list as filtered, in its order."""
    if kind not in TYPES:
        raise Http404
    book = titles()
    form = worklist_form(request, book)
    if not form.is_valid():
        return _back(request)
    try:
        lines = every_line(
            request.creditor,
            request.seer,
            as_of=request.today,
            where=form.as_filter(),
            order=chosen_order(form),
        )
    except Problem as problem:
        messages.error(request, words.sentence(problem))
        return _back(request)
    record_change(
        "worklist_exported",
        creditor=request.creditor,
        by=request.user,
        origin="web",
        rows=len(lines),
        format=kind,
        filter=request.GET.urlencode(),
    )
    table = Table(
        title=_("Lista de trabajo"),
        about=[f"{request.creditor.name} · {figures.day(request.today)}"],
        headings=headings(request.creditor.currency),
        rows=[Row(_cells(row_of(line, book))) for line in lines],
    )
    content = as_csv(table) if kind == "csv" else as_xlsx([table])
    return download(f"trabajo-{request.creditor.code}-{request.today}", content, kind)


def headings(currency: str) -> list[str]:
    return [
        _("Código"),
        _("Cliente"),
        _("Segmento"),
        _("Motivo"),
        _("Tarea"),
        _("Límite de la tarea"),
        _("Próximo paso"),
        _("Fecha del próximo paso"),
        _("Días de mora"),
        _("Vencimiento más antiguo"),
        _("Vencido (%(currency)s)") % {"currency": currency},
        _("Saldo (%(currency)s)") % {"currency": currency},
        _("Sin aplicar (%(currency)s)") % {"currency": currency},
        _("Prioridad"),
    ]


def _cells(row: WorkRow) -> list[Cell]:
    line = row.line
    return [
        line.code,
        line.name,
        row.segment,
        row.reason,
        row.task,
        line.task_due_on,
        row.step,
        line.next_on,
        line.max_dpd,
        line.oldest_due_on,
        line.overdue,
        line.balance,
        line.unapplied,
        line.priority,
    ]


def download(name: str, content: bytes, kind: str) -> HttpResponse:
    """A file of ``kind`` (csv, xlsx) that no cache keeps."""
    response = HttpResponse(content, content_type=TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return response


def _back(request: DeskRequest) -> HttpResponse:
    address = reverse("desk:worklist", args=[request.creditor.code])
    return redirect(f"{address}?{request.GET.urlencode()}")
