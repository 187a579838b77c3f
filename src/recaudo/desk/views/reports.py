"""Reports of today: the ageing by whom or what, and the indicators; on the page and as a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from recaudo import words
from recaudo.audit.actions import record_change
from recaudo.core.problems import N_, Problem
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.views.exports import TYPES, download
from recaudo.insights.export import Cell, Table, as_csv, as_xlsx
from recaudo.insights.method_report import methods_table
from recaudo.insights.queries.ageing import GROUPINGS, By, ageing
from recaudo.insights.queries.kpis import kpis
from recaudo.insights.queries.methods import by_method
from recaudo.insights.reports import BY_TITLES, ageing_tables, kpis_table
from recaudo.portfolio.queries.customers import visible_customers

#: Reports that are not an ageing: name → title.
OTHERS = {"kpis": N_("Indicadores"), "methods": N_("Medios de pago")}
#: Days back that the ways of paying are counted over.
METHOD_DAYS = 90
#: Lines that the page shows; the file has all of them.
SHOWN = 200


@open_to()
def report(request: DeskRequest, name: str) -> HttpResponse:
    """``name`` is one of ``GROUPINGS`` or ``OTHERS``."""
    context = {
        "name": name,
        "ageings": [(each, _(BY_TITLES[each])) for each in GROUPINGS],
        "others": [(each, _(title)) for each, title in OTHERS.items()],
    }
    try:
        table = _tables(request, name)[0]
        rows = [row.cells for row in table.rows]
        skip = 1 if name not in OTHERS and all(_says_twice(cells) for cells in rows) else 0
        context |= {
            "table": table,
            "headings": table.headings[skip:],
            "rows": [(row.level, row.cells[skip:]) for row in table.rows[:SHOWN]],
            "left": len(rows) - SHOWN,
            "total": rows[-1][skip:] if len(rows) > SHOWN and table.rows[-1].level == 2 else None,
        }
    except Problem as problem:
        context["refusal"] = words.sentence(problem)
    return render(request, "desk/report.html", context)


@open_to("export")
def export(request: DeskRequest, name: str, kind: str) -> HttpResponse:
    """The whole report; XLSX has the customers of each group on a second sheet."""
    if kind not in TYPES:
        raise Http404
    tables = _tables(
        request, name, with_customers=kind == "xlsx" and name not in ("customer", *OTHERS)
    )
    record_change(
        "report_exported",
        creditor=request.creditor,
        by=request.user,
        origin="web",
        report=name,
        format=kind,
        rows=sum(len(table.rows) for table in tables),
    )
    content = as_csv(tables[0]) if kind == "csv" else as_xlsx(tables)
    return download(f"{name}-{request.creditor.code}-{request.today}", content, kind)


def _says_twice(cells: Sequence[Cell]) -> bool:
    """The code is the name, as where people are only known by their name."""
    return cells[0] in (cells[1], "")


def _tables(request: DeskRequest, name: str, *, with_customers: bool = False) -> list[Table]:
    """Over the customers that this user may see. Raises Problem ``rate_missing``; 404 for a name
    that is no report."""
    customers: Sequence[int] | None = None
    if request.seer is not None:
        seen = visible_customers(request.user, request.creditor, request.today)
        customers = list(seen.values_list("pk", flat=True))
    if name == "kpis":
        told = kpis(request.creditor, request.today, customers=customers)
        return [kpis_table(request.creditor, told)]
    if name == "methods":
        since = request.today - timedelta(days=METHOD_DAYS - 1)
        used = by_method(request.creditor, since, request.today, customers=customers)
        return [methods_table(request.creditor, since, request.today, used)]
    by: By | None = next((each for each in GROUPINGS if each == name), None)
    if by is None:
        raise Http404
    found = ageing(
        request.creditor,
        request.today,
        by=by,
        with_customers=with_customers,
        customers=customers,
    )
    return ageing_tables(request.creditor, found)
