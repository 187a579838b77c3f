"""Views of the worklist that somebody wants to find again."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo.access.queries import grants
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.forms import WorklistForm
from recaudo.desk.models import SavedView

KEPT = frozenset(WorklistForm.base_fields)


@open_to()
@require_POST
def save_view(request: DeskRequest) -> HttpResponse:
    """Keep the filter under a name; the same name again replaces it."""
    name = request.POST.get("name", "").strip()[:60]
    query = kept_query(request.POST.get("query", ""))
    if not name:
        messages.error(request, _("Escriba un nombre para guardar la vista."))
    else:
        shared = bool(request.POST.get("shared")) and grants(request.membership, "lead")
        SavedView.objects.update_or_create(
            creditor=request.creditor,
            user=request.user,
            name=name,
            defaults={"query": query, "is_shared": shared},
        )
        messages.success(request, _("Vista guardada: %(name)s.") % {"name": name})
    return _to_worklist(request, query)


@open_to()
@require_POST
def drop_view(request: DeskRequest, view_id: int) -> HttpResponse:
    """Only one's own."""
    view = SavedView.objects.filter(pk=view_id, user=request.user).first()
    if view is None:
        raise Http404
    view.delete()
    messages.success(request, _("Vista borrada: %(name)s.") % {"name": view.name})
    return _to_worklist(request, "")


def kept_query(query: str) -> str:
    """Only the names that the worklist knows, in one order."""
    pairs = parse_qsl(query.lstrip("?"))
    return urlencode(sorted((name, value) for name, value in pairs if name in KEPT))


def _to_worklist(request: DeskRequest, query: str) -> HttpResponse:
    address = reverse("desk:worklist", args=[request.creditor.code])
    return redirect(f"{address}?{query}" if query else address)
