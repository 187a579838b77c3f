"""Files of a customer's documents: add one, open one (F26)."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.core.problems import Problem
from recaudo.desk.cases import customer_or_404
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.portfolio.actions.files import store_file
from recaudo.portfolio.models import Document, DocumentFile
from recaudo.portfolio.queries.files import file_path


@open_to("work")
@require_POST
def add(request: DeskRequest, customer_id: int, document_id: int) -> HttpResponse:
    customer = customer_or_404(request, customer_id)
    document = Document.objects.filter(pk=document_id, customer=customer).first()
    if document is None:
        raise Http404
    document.creditor = request.creditor
    sent = request.FILES.get("file")
    if sent is None:
        messages.error(request, _("Elija un archivo para adjuntarlo."))
    else:
        try:
            store_file(
                document,
                kind=request.POST.get("kind", ""),
                name=sent.name or "",
                chunks=sent.chunks(),
                by=request.user,
            )
            messages.success(request, _("Archivo adjuntado al documento."))
        except Problem as problem:
            messages.error(request, words.sentence(problem))
    return redirect("desk:customer", request.creditor.code, customer.pk)


@open_to()
def show(request: DeskRequest, customer_id: int, file_id: int) -> HttpResponse:
    """The file, to be saved or opened by the browser; never as a page of ours."""
    customer = customer_or_404(request, customer_id)
    file = DocumentFile.objects.filter(pk=file_id, document__customer=customer).first()
    if file is None:
        raise Http404
    try:
        body = file_path(file).open("rb")
    except (Problem, OSError) as error:
        raise Http404 from error
    response = FileResponse(
        body,
        as_attachment=file.content_type != "application/pdf",
        filename=file.name,
        content_type=file.content_type,
    )
    response["Content-Security-Policy"] = (
        "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
    )
    response["Cache-Control"] = "no-store"
    return response
