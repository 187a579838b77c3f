"""Tasks that nobody attended by their deadline: the supervisor takes them or hands them over."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.access.models import Membership, User
from recaudo.access.queries import BY_ROLE
from recaudo.core.problems import Problem
from recaudo.desk.book import titles
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.names import TASK_KINDS, called
from recaudo.strategy.actions.unattended import hand_over
from recaudo.strategy.models import Task
from recaudo.strategy.queries.tasks import unattended

SHOWN = 50


@open_to("lead")
def unattended_list(request: DeskRequest) -> HttpResponse:
    names = titles()
    waiting = unattended().select_related("customer", "assigned_to")
    page = Paginator(waiting, SHOWN).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [
            {
                "task": each,
                "kind": called(TASK_KINDS, each.kind),
                "step": names.step(each.step_key),
                "days": (request.today - each.due_on).days,
            }
            for each in page
        ],
        "people": people_of(request),
    }
    return render(request, "desk/unattended.html", context)


@open_to("lead")
@require_POST
def assign(request: DeskRequest, task_id: int) -> HttpResponse:
    """The supervisor takes the task, or hands it over."""
    task = Task.objects.select_related("customer").filter(pk=task_id).first()
    if task is None:
        raise Http404
    task.creditor = request.creditor
    to = request.POST.get("to", "")
    person = next((each for each in people_of(request) if str(each.pk) == to), None)
    if person is None:
        messages.error(request, _("Elija a quién le queda la tarea."))
        return redirect("desk:unattended", request.creditor.code)
    try:
        hand_over(task, to=person, now=timezone.now(), by=request.user)
        messages.success(request, _("La tarea quedó a cargo de %(name)s.") % {"name": person.name})
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    if person == request.user:
        return redirect("desk:customer", request.creditor.code, task.customer_id)
    return redirect("desk:unattended", request.creditor.code)


def people_of(request: DeskRequest) -> list[User]:
    """Who may work here, by name."""
    held = Membership.objects.filter(
        creditor=request.creditor, role__in=BY_ROLE["work"], user__is_active=True
    )
    return [each.user for each in held.select_related("user").order_by("user__name", "user_id")]
