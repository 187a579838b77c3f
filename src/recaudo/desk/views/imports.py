"""Bringing a file in: file, columns, review with its cuadre, import, result."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.audit.actions import record_change
from recaudo.core.problems import Problem
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.mapping import reassigned
from recaudo.desk.names import QUESTION_CHOICES, called
from recaudo.desk.rejects import rejects_file
from recaudo.desk.tasks import photo_soon
from recaudo.intake.actions import discard_upload, preview_upload, receive_upload, start_import
from recaudo.intake.actions.uploads import choices, choose, stored_path
from recaudo.intake.models import ContactConflict, ImportBatch
from recaudo.intake.queries.opening import Opened, open_for
from recaudo.intake.reading.contract import FIELDS

SHOWN = 50
#: States in which the worker has not finished.
MOVING = frozenset({"queued", "reading", "writing"})


@open_to("see_all")
def batches(request: DeskRequest) -> HttpResponse:
    """What came in, newest first."""
    before = request.GET.get("before", "")
    found = ImportBatch.objects.exclude(state="discarded").select_related("by").order_by("-id")
    if before.isdecimal():
        found = found.filter(id__lt=int(before))
    shown = list(found[: SHOWN + 1])
    context = {
        "batches": shown[:SHOWN],
        "next": shown[SHOWN - 1].id if len(shown) > SHOWN else None,
        "conflicts": ContactConflict.objects.filter(resolved_at=None).count(),
    }
    return render(request, "desk/imports.html", context)


@open_to("lead")
def upload(request: DeskRequest) -> HttpResponse:
    file = request.FILES.get("file")
    if request.method != "POST":
        return render(request, "desk/imports_new.html")
    if file is None:
        messages.error(request, _("Elija un archivo antes de continuar."))
        return render(request, "desk/imports_new.html", status=400)
    try:
        received = receive_upload(request.creditor, file.name, file.chunks(), by=request.user)
    except Problem as problem:
        messages.error(request, words.sentence(problem))
        return render(request, "desk/imports_new.html", status=400)
    return redirect("desk:imports_columns", request.creditor.code, received.id)


@open_to("lead")
def columns(request: DeskRequest, batch_id: int) -> HttpResponse:
    """What each column means, and what the file leaves open. Only the beginning is read."""
    found = _pending(batch_id)
    if found is None:
        return redirect("desk:imports_batch", request.creditor.code, batch_id)
    try:
        seen = _opened(found)
    except Problem as problem:
        return _unreadable(request, found, problem)
    if request.method == "POST":
        try:
            with transaction.atomic():  # a choice that makes the file unreadable is not kept
                choose(found, **_choices(request, seen.reading.mapping_toml))
                seen = _opened(found)
            if not seen.reading.questions:
                return redirect("desk:imports_preview", request.creditor.code, found.id)
            messages.warning(request, _("Falta responder lo que el archivo deja en duda."))
        except Problem as problem:
            messages.error(request, words.sentence(problem))
    fields = [(field.name, _(field.title)) for field in FIELDS]
    context = {
        "batch": found,
        "seen": seen,
        "fields": sorted(fields, key=lambda pair: pair[1].lower()),
        "questions": [
            (each, [(choice, _choice(choice)) for choice in each.choices])
            for each in seen.reading.questions
        ],
    }
    return render(request, "desk/imports_columns.html", context)


def _opened(found: ImportBatch) -> Opened:
    chosen = choices(found)
    return open_for(
        found.creditor,
        stored_path(found),
        mapping=chosen["mapping"],
        answers=chosen["answers"],
        mode=chosen["mode"],
        file_name=found.file_name,
    )


def _choices(request: DeskRequest, toml: str) -> dict[str, Any]:
    """From the columns page: ``column.N`` beside ``heading.N``, ``answer.KEY``, ``mode``."""
    sent = request.POST
    chosen = {
        sent[f"heading.{place}"]: sent.get(f"column.{place}", "")
        for place in (name.partition(".")[2] for name in sent if name.startswith("heading."))
    }
    answers = {
        name.partition(".")[2]: value
        for name, value in sent.items()
        if name.startswith("answer.") and value
    }
    changed = sent.get("changed") == "yes"
    return {
        "mapping": reassigned(toml, chosen) if changed else None,
        "answers": answers,
        "mode": sent.get("mode") or None,
    }


def _choice(choice: str) -> str:
    return called(QUESTION_CHOICES, choice) if choice in QUESTION_CHOICES else choice


@open_to("lead")
def preview(request: DeskRequest, batch_id: int) -> HttpResponse:
    """Does it add up, and what would it do? The same page starts the import."""
    found = _pending(batch_id)
    if found is None:
        return redirect("desk:imports_batch", request.creditor.code, batch_id)
    typed = request.POST.get("control_total", "").strip()
    total = _amount(typed)
    if typed and total is None:
        messages.error(
            request, _("El total de control no es una cifra: «%(typed)s».") % {"typed": typed}
        )
    try:
        seen = preview_upload(found, control_total=total)
        if seen.questions:
            return redirect("desk:imports_columns", request.creditor.code, found.id)
        if request.method == "POST" and "start" in request.POST:
            refused = _reason_missing(request, seen)
            if not refused:
                start_import(
                    found,
                    control_total=total,
                    accept_difference=request.POST.get("accept_difference", "").strip(),
                    accept_partial=request.POST.get("accept_partial", "").strip(),
                    by=request.user,
                )
                return redirect("desk:imports_batch", request.creditor.code, found.id)
            messages.error(request, refused)
    except Problem as problem:
        return _unreadable(request, found, problem)
    context = {
        "batch": found,
        "seen": seen,
        "typed": typed,
        "by_code": sorted(seen.by_code.items(), key=lambda pair: -pair[1]),
        "difference_reason": request.POST.get("accept_difference", ""),
        "partial_reason": request.POST.get("accept_partial", ""),
    }
    return render(request, "desk/imports_preview.html", context)


def _reason_missing(request: DeskRequest, seen) -> str:  # type: ignore[no-untyped-def]
    if (
        seen.cuadre
        and not seen.cuadre.adds_up
        and not request.POST.get("accept_difference", "").strip()
    ):
        return _("No cuadra: escriba por qué se acepta la diferencia, o corrija el archivo.")
    if seen.looks_partial and not request.POST.get("accept_partial", "").strip():
        return _(
            "El corte parece parcial: escriba por qué se acepta, o cargue el archivo completo."
        )
    return ""


def _amount(typed: str) -> Decimal | None:
    """A figure as people type it: 1.234.567,89 or 1,234,567.89 or 1234567.89."""
    bare = typed.replace("$", "").replace(" ", "").replace("\u00a0", "")
    comma, point = bare.rfind(","), bare.rfind(".")
    if comma >= 0 and point >= 0:
        thousands = "." if comma > point else ","
        bare = bare.replace(thousands, "").replace(",", ".")
    elif bare.count(",") > 1 or (comma >= 0 and len(bare) - comma - 1 == 3):
        bare = bare.replace(",", "")
    elif bare.count(".") > 1 or (point >= 0 and len(bare) - point - 1 == 3):
        bare = bare.replace(".", "")
    else:
        bare = bare.replace(",", ".")
    try:
        value = Decimal(bare)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


@open_to("see_all")
def batch(request: DeskRequest, batch_id: int) -> HttpResponse:
    found = _found(batch_id)
    if found.state == "uploaded":
        return redirect("desk:imports_columns", request.creditor.code, found.id)
    return render(request, "desk/imports_batch.html", _progress_context(found))


@open_to("see_all")
def progress(request: DeskRequest, batch_id: int) -> HttpResponse:
    """Asked for every second while the worker is at it."""
    found = _found(batch_id)
    response = render(request, "desk/parts/import_state.html", _progress_context(found))
    if found.state not in MOVING:
        response["HX-Refresh"] = "true"
        photo_soon(request.creditor, found.id)
    return response


def _progress_context(found: ImportBatch) -> dict[str, object]:
    refused = Problem(found.error_code, **found.error_facts) if found.error_code else None
    return {
        "batch": found,
        "is_moving": found.state in MOVING,
        "refusal": words.sentence(refused) if refused else "",
        "rejected_rows": list(found.rejected_rows.order_by("row_no", "id")[:SHOWN])
        if found.rejected
        else [],
    }


@open_to("lead")
def rejects(request: DeskRequest, batch_id: int) -> HttpResponse:
    """The rejected rows with their reasons, in a file that can be mended and brought in again."""
    found = _found(batch_id)
    record_change(
        "rejects_downloaded",
        creditor=request.creditor,
        by=request.user,
        origin="web",
        subject="import_batch",
        subject_id=found.id,
        rows=found.rejected,
    )
    response = HttpResponse(rejects_file(found), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rechazos-{found.id}.csv"'
    response["Cache-Control"] = "no-store"
    return response


@open_to("lead")
@require_POST
def discard(request: DeskRequest, batch_id: int) -> HttpResponse:
    try:
        discard_upload(_found(batch_id), by=request.user)
        messages.success(request, _("Archivo descartado. Nada cambió en la cartera."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:imports", request.creditor.code)


def _found(batch_id: int) -> ImportBatch:
    found = ImportBatch.objects.select_related("by", "creditor").filter(pk=batch_id).first()
    if found is None:
        raise Http404
    return found


def _pending(batch_id: int) -> ImportBatch | None:
    """The batch where it still waits for a person, else None."""
    found = _found(batch_id)
    return found if found.state in {"uploaded", "failed"} else None


def _unreadable(request: DeskRequest, found: ImportBatch, problem: Problem) -> HttpResponse:
    context = {"batch": found, "refusal": words.sentence(problem)}
    return render(request, "desk/imports_refused.html", context, status=400)
