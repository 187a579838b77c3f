"""Calls and visits: the gate's answer, then the number, then what came of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.access.queries import grants
from recaudo.audit.actions import record_change
from recaudo.contact.gate import admit, sentence_of
from recaudo.contact.hand.outcomes import find
from recaudo.core.problems import Problem
from recaudo.desk import work
from recaudo.desk.cases import customer_or_404, point_or_404
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.portfolio.actions.customers import touch
from recaudo.portfolio.models import Channel, ContactPoint, Customer
from recaudo.strategy.actions.tasks import contact_channel, finish_task, record_work
from recaudo.strategy.models import Task
from recaudo.strategy.queries.tasks import next_customer

#: What the form keeps when something in it is refused.
KEPT = (
    "task",
    "contact",
    "channel",
    "outcome",
    "note",
    "callback_at",
    "promise_on",
    "override_reason",
)


@open_to("work")
@require_POST
def call(request: DeskRequest, customer_id: int, contact_id: int) -> HttpResponse:
    """The number to call, if the gate lets the call happen now; the verdict is kept either way.

    A supervisor may set house policy aside with a reason. The number itself is a right (F35):
    whoever does not hold it calls through their switchboard and records what came of it here.
    """
    customer = customer_or_404(request, customer_id)
    point = point_or_404(customer, contact_id)
    if work.is_reference(point):
        raise Http404
    task = _task(customer, request.POST.get("task", "")) or _call_task(customer)
    reason = request.POST.get("override_reason", "").strip()
    if reason and not grants(request.membership, "lead"):
        reason = ""
    now = timezone.now()
    with transaction.atomic():
        asked = work.request_for(customer, point, task=task)
        word = admit(request.creditor, [asked], at=now, by=request.user, override_reason=reason)[
            0
        ].word
        shown = word.is_allowed and grants(request.membership, "see_identifiers")
        if shown:
            _log_reveal(request, customer, point)
    console = {
        "answer": work.Answer(point, word, sentence_of(word)),
        "number": point.value if shown else "",
        "task": task,
        "override_reason": reason if word.is_allowed else "",
    }
    return _page(request, customer, console=console)


@open_to("work")
@require_POST
def record(request: DeskRequest, customer_id: int) -> HttpResponse:
    """What came of a contact, of a task or of none. Nobody reached: on to the next customer."""
    customer = customer_or_404(request, customer_id)
    return record_for(request, customer, _task(customer, request.POST.get("task", "")))


def record_for(request: DeskRequest, customer: Customer, task: Task | None) -> HttpResponse:
    """A contact that was made is never lost to somebody else's change of the same customer: it is
    added, and takes nothing of theirs away."""
    now = timezone.now()
    outcome = request.POST.get("at_once") or request.POST.get("outcome", "")
    try:
        channel = _channel(request, task)
        node = find(request.creditor, outcome, channel)
        with transaction.atomic():
            _record(request, customer, task, outcome, channel, now)
            touch(customer)
    except Problem as problem:
        kept: dict[str, Any] = {name: request.POST.get(name, "") for name in KEPT}
        kept |= {"of": task, "refused": words.sentence(problem)} | _offered(request, problem)
        return _page(request, customer, kept=kept, status=422)
    messages.success(request, _("Gestión registrada."))
    if node.reach not in work.AT_ONCE or node.effect == "callback":
        return redirect("desk:customer", request.creditor.code, customer.pk)
    following = next_customer(
        request.creditor, request.seer, as_of=request.today, but=customer.pk, now=now
    )
    if following is None:
        return redirect("desk:worklist", request.creditor.code)
    return redirect("desk:customer", request.creditor.code, following)


def _record(
    request: DeskRequest,
    customer: Customer,
    task: Task | None,
    outcome: str,
    channel: str,
    now: datetime,
) -> None:
    given: dict[str, Any] = {
        "outcome": outcome,
        "now": now,
        "by": request.user,
        "note": request.POST.get("note", ""),
        "contact_point": _point(customer, request.POST.get("contact", "")),
        "callback_at": _moment(request),
        "promise_on": _day(request),
        "override_reason": request.POST.get("override_reason", "")
        if grants(request.membership, "lead")
        else "",
    }
    if task is not None and task.state == "open":
        finish_task(task, **given)
        return
    if task is not None:
        messages.info(request, _("La tarea ya estaba cerrada; la gestión quedó registrada."))
    record_work(customer, channel=channel, **given)


def _channel(request: DeskRequest, task: Task | None) -> str:
    if task is not None and contact_channel(task):
        return contact_channel(task)
    given = request.POST.get("channel", "") or Channel.PHONE.value
    if given not in (Channel.PHONE, Channel.ADDRESS):
        raise Problem("contact_channel_unknown", channel=given)
    return given


def _moment(request: DeskRequest) -> datetime | None:
    """The agreed hour, as typed: local to the creditor. An unreadable one is a missing one."""
    typed = request.POST.get("callback_at", "").strip()
    if not typed:
        return None
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=ZoneInfo(request.creditor.timezone))
    except ValueError:
        return None


def _day(request: DeskRequest) -> date | None:
    """The promised day, where one was said."""
    try:
        return date.fromisoformat(request.POST.get("promise_on", ""))
    except ValueError:
        return None


def _offered(request: DeskRequest, problem: Problem) -> dict[str, str]:
    """The nearest hour that is allowed takes the place of the one that was not."""
    earliest = problem.facts.get("earliest")
    if problem.code != "callback_not_allowed" or not isinstance(earliest, datetime):
        return {}
    local = earliest.astimezone(ZoneInfo(request.creditor.timezone))
    return {"callback_at": local.strftime("%Y-%m-%dT%H:%M")}


def _log_reveal(request: DeskRequest, customer: Customer, point: ContactPoint) -> None:
    record_change(
        "identifier_revealed",
        creditor=request.creditor,
        by=request.user,
        origin="web",
        subject="contact_point",
        subject_id=point.pk,
        customer=customer.pk,
        channel=point.channel,
        why="call",
    )


def _task(customer: Customer, given: str) -> Task | None:
    if not given.isdecimal() or len(given) > 18:
        return None
    found: Task | None = Task.objects.filter(pk=int(given), customer=customer).first()
    return found


def _call_task(customer: Customer) -> Task | None:
    """Whoever calls without saying for what does what is to be done first."""
    found: Task | None = (
        Task.objects.filter(customer=customer, state="open", kind="call")
        .order_by("due_at", "-priority", "id")
        .first()
    )
    return found


def _point(customer: Customer, given: str) -> ContactPoint | None:
    return point_or_404(customer, int(given)) if given.isdecimal() and len(given) < 19 else None


def _page(
    request: DeskRequest,
    customer: Customer,
    *,
    console: dict[str, Any] | None = None,
    kept: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    from recaudo.desk.views.customer import page_of

    context = page_of(request, customer) | {"console": console, "kept": kept or {}}
    return render(request, "desk/customer.html", context, status=status)
