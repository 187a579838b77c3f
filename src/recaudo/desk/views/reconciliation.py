"""The reconciliation workbench: one line after the other, by keyboard; statements; claims."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.core.problems import Problem
from recaudo.desk.cases import customer_or_404
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.shares import SPLIT_ROWS, shares_of
from recaudo.intake.actions.statements import import_statement
from recaudo.intake.banks.layouts import own_layouts
from recaudo.intake.banks.reading import LARGEST_BYTES
from recaudo.payments.actions import workbench as acts
from recaudo.payments.actions.matching import match_lines
from recaudo.payments.models import BankAccount, BankLine, LineClaim, LineState, LineWork
from recaudo.payments.queries import workbench as reads
from recaudo.portfolio.models import Customer
from recaudo.portfolio.queries.customers import visible_customers
from recaudo.strategy.actions.arrivals import CUSTOMERS_MAX
from recaudo.strategy.actions.runs import refresh_customers

SHOWN = 50
FOUND_MAX = 8
#: More lines than this take longer than a page may: the command does them.
INLINE_MAX = 5_000


@open_to("lead")
def lines(request: DeskRequest) -> HttpResponse:
    """What waits, the oldest first, with the ages of what nobody identified."""
    state = _state(request)
    states = [state] if state else list(reads.WAITING)
    page = Paginator(reads.waiting(states), SHOWN).get_page(request.GET.get("page"))
    count = reads.counts()
    context = {
        "rows": [_row(work, request) for work in page],
        "page": page,
        "state": state,
        "states": [(each, LineState(each).label, count[each]) for each in reads.WAITING],
        "waiting": sum(count.values()),
        "ages": reads.unidentified_by_age(request.today),
        "last_day": reads.last_day(),
    }
    return render(request, "desk/reconciliation.html", context)


@open_to("lead")
@require_POST
def match(request: DeskRequest) -> HttpResponse:
    """Judge what waits, now."""
    count = reads.counts()
    asked = count["new"] + count["offered"] + count["unidentified"]
    if asked > INLINE_MAX:
        messages.warning(
            request, _("Son muchos movimientos para esta página. Use `recaudo bank match`.")
        )
        return redirect("desk:reconciliation", request.creditor.code)
    outcome = match_lines(
        request.creditor, today=request.today, now=timezone.now(), by=request.user, origin="web"
    )
    if len(outcome.customers) <= CUSTOMERS_MAX:
        refresh_customers(request.creditor, sorted(outcome.customers), today=request.today)
    told = outcome.as_dict()
    messages.success(
        request,
        _("{applied} aplicados · {offered} con propuestas · {unidentified} sin identificar").format(
            **{name: told[name] for name in ("applied", "offered", "unidentified")}
        ),
    )
    return redirect("desk:reconciliation", request.creditor.code)


@open_to("lead")
def line(request: DeskRequest, line_id: int) -> HttpResponse:
    """One line: what the bank said, who it may be, and the acts."""
    work = _work(line_id)
    chosen = _chosen(request)
    typed = request.GET.get("q", "").strip()
    following = reads.next_after(work, reads.WAITING)
    context = {
        "work": work,
        "line": work.line,
        "days": (request.today - work.line.value_on).days,
        "state_title": LineState(work.state).label,
        "why": words.sentence(f"match_{work.reason}") if work.reason else "",
        "offers": [_offered(each) for each in reads.offers(work)],
        "claims": reads.claims_of(work),
        "credits": list(work.line.credits.select_related("credit", "credit__customer")),
        "chosen": chosen,
        "documents": reads.open_documents(chosen, work.line.currency) if chosen else [],
        "typed": typed,
        "found": _found(request, typed),
        "split_rows": range(1, SPLIT_ROWS + 1),
        "next": following,
        "is_open": work.state in reads.WAITING,
    }
    return render(request, "desk/reconciliation_line.html", context)


@open_to("lead")
@require_POST
def accept(request: DeskRequest, line_id: int) -> HttpResponse:
    work = _work(line_id)
    try:
        shares = shares_of(request, work)
    except Problem as problem:
        messages.error(request, words.sentence(problem))
        return redirect("desk:reconciliation_line", request.creditor.code, line_id)
    return _act(
        request,
        work,
        lambda: acts.accept(
            work, shares, seen_version=_seen(request), by=request.user, now=timezone.now()
        ),
        _("Aplicado. Siga con este."),
    )


@open_to("lead")
@require_POST
def park(request: DeskRequest, line_id: int) -> HttpResponse:
    work = _work(line_id)
    note = request.POST.get("note", "")
    return _act(
        request,
        work,
        lambda: acts.park(
            work, seen_version=_seen(request), note=note, by=request.user, now=timezone.now()
        ),
        _("Apartado. Siga con este."),
    )


@open_to("lead")
@require_POST
def bring_back(request: DeskRequest, line_id: int) -> HttpResponse:
    work = _work(line_id)
    return _act(
        request,
        work,
        lambda: acts.bring_back(
            work, seen_version=_seen(request), by=request.user, now=timezone.now()
        ),
        _("Vuelve a esperar la conciliación."),
    )


@open_to("lead")
@require_POST
def undo(request: DeskRequest, line_id: int) -> HttpResponse:
    work = _work(line_id)
    try:
        acts.undo(
            work,
            seen_version=_seen(request),
            by=request.user,
            now=timezone.now(),
            today=request.today,
        )
        messages.success(request, _("Deshecho: los documentos vuelven a estar abiertos."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:reconciliation_line", request.creditor.code, line_id)


@open_to("lead")
def statements(request: DeskRequest) -> HttpResponse:
    """Statements that came in, and the way to bring one."""
    if request.method == "POST":
        return _upload(request)
    rows = [
        {
            "statement": each,
            "notices": [words.sentence(n["code"], n["facts"]) for n in each.notices],
        }
        for each in reads.statements()
    ]
    context = {
        "rows": rows,
        "accounts": list(BankAccount.objects.order_by("bank", "number")),
        "layouts": [(name, each.title) for name, each in own_layouts().items()],
    }
    return render(request, "desk/reconciliation_statements.html", context)


@open_to("work")
def unidentified(request: DeskRequest) -> HttpResponse:
    """*Consignaciones sin identificar*: what a collector may claim with the receipt."""
    found = reads.waiting(("unidentified", "conflict"))
    page = Paginator(found, SHOWN).get_page(request.GET.get("page"))
    context = {"rows": [_row(work, request) for work in page], "page": page}
    return render(request, "desk/reconciliation_unidentified.html", context)


@open_to("work")
@require_POST
def claim(request: DeskRequest, line_id: int) -> HttpResponse:
    """Say whose the line is, with the receipt. Only for customers whom this member sees."""
    found = BankLine.objects.select_related("creditor").filter(pk=line_id).first()
    work = LineWork.objects.filter(line_id=line_id).first()
    if found is None or work is None or work.state not in ("unidentified", "conflict"):
        raise Http404
    seen = visible_customers(request.user, request.creditor, request.today)
    code = request.POST.get("customer", "").strip()
    customer = seen.filter(code__iexact=code).first() if code else None
    file = request.FILES.get("receipt")
    try:
        if customer is None:
            raise Problem("claim_customer_unknown", customer=code)
        if file is not None and file.size > acts.RECEIPT_BYTES_MAX:
            raise Problem("receipt_too_large", limit=acts.RECEIPT_BYTES_MAX // 1_000_000)
        made = acts.claim(
            found,
            customer,
            receipt=file.read() if file is not None else b"",
            receipt_name=file.name if file is not None else "",
            by=request.user,
            now=timezone.now(),
        )
        messages.success(request, _("Reclamada. El jefe de cobranza la revisa."))
        if made.repeats:
            messages.warning(request, _("Ojo: ese comprobante ya se había usado antes."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:reconciliation_unidentified", request.creditor.code)


@open_to("lead")
def receipt(request: DeskRequest, line_id: int, claim_id: int) -> HttpResponse | FileResponse:
    found = LineClaim.objects.filter(pk=claim_id, line_id=line_id).first()
    if found is None or not default_storage.exists(found.receipt_path):
        raise Http404
    file = default_storage.open(found.receipt_path)
    return FileResponse(file, as_attachment=True, filename=found.receipt_name or "comprobante")


def _act(request: DeskRequest, work: LineWork, act: Any, said: str) -> HttpResponse:
    """Do it and go on to the next line; or say why not, on the same one."""
    following = reads.next_after(work, reads.WAITING)
    try:
        act()
    except Problem as problem:
        messages.error(request, words.sentence(problem))
        return redirect("desk:reconciliation_line", request.creditor.code, work.line_id)
    messages.success(request, said)
    if following is None:
        return redirect("desk:reconciliation", request.creditor.code)
    return redirect("desk:reconciliation_line", request.creditor.code, following.line_id)


def _upload(request: DeskRequest) -> HttpResponse:
    here = reverse("desk:reconciliation_statements", args=[request.creditor.code])
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, _("Elija un archivo antes de continuar."))
        return redirect(here)
    try:
        if file.size > LARGEST_BYTES:
            raise Problem("statement_too_large", size=file.size, limit=LARGEST_BYTES)
        taken = import_statement(
            request.creditor,
            file.read(),
            file_name=file.name,
            account=request.POST.get("account", ""),
            layout=_known_layout(request.POST.get("layout", "")),
            today=request.today,
            by=request.user,
            origin="web",
        )
    except Problem as problem:
        messages.error(request, words.sentence(problem))
        return redirect(here)
    new = sum(each.new for each in taken)
    said = ngettext("{n} movimiento nuevo.", "{n} movimientos nuevos.", new).format(n=new)
    messages.success(request, said)
    for notice in (notice for each in taken for notice in each.notices):
        messages.warning(request, words.sentence(notice.code, notice.facts))
    return redirect(here)


def _known_layout(typed: str) -> str:
    """Only saved layouts by name: a page never reads a file of the server."""
    return typed if typed in own_layouts() else ""


def _work(line_id: int) -> LineWork:
    found = (
        LineWork.objects.select_related("line", "line__account", "creditor", "by", "customer")
        .filter(line_id=line_id)
        .first()
    )
    if found is None or found.state == "no_payment":
        raise Http404
    return found


def _state(request: DeskRequest) -> str:
    asked = request.GET.get("state", "")
    return asked if asked in reads.WAITING else ""


def _seen(request: DeskRequest) -> int:
    sent = request.POST.get("version", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else 0


def _chosen(request: DeskRequest) -> Customer | None:
    sent = request.GET.get("customer", "")
    if not sent.isdecimal() or len(sent) > 18:
        return None
    return customer_or_404(request, int(sent))


def _found(request: DeskRequest, typed: str) -> list[Customer]:
    if len(typed) < 2:
        return []
    seen = visible_customers(request.user, request.creditor, request.today)
    return list(
        (
            seen.filter(name__icontains=typed)
            | seen.filter(code__iexact=typed)
            | seen.filter(tax_id=typed)
        ).order_by("name", "id")[:FOUND_MAX]
    )


def _row(work: LineWork, request: DeskRequest) -> dict[str, Any]:
    return {
        "work": work,
        "line": work.line,
        "days": (request.today - work.line.value_on).days,
        "state": LineState(work.state).label,
        "why": words.sentence(f"match_{work.reason}") if work.reason else "",
    }


def _offered(offer: reads.Offer) -> dict[str, Any]:
    return {
        "offer": offer,
        "why": words.sentence(f"match_{offer.reason}"),
        "fit": words.sentence(f"fit_{offer.fit}"),
    }
