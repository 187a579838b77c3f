"""Who may open which page: the creditor in the address, the membership behind it, the role.

Every page of a creditor lives under ``/<creditor_code>/``. Whoever has no membership there gets the
same answer as for a creditor that does not exist. A page that does not say to whom it is open is
open to nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone
from django_scopes import scope

from recaudo.access.models import Creditor, Membership, User
from recaudo.access.queries import Right, grants
from recaudo.core.calendar import local_day
from recaudo.desk.language import language_of, speak

View = Callable[..., HttpResponse]


class SignsMiddleware:
    """A NUL sign, which no person types and no database keeps, is refused on every page of the
    desk. Other rooms answer it in their own way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> None:
        if request.resolver_match is None or request.resolver_match.app_name != "desk":
            return
        told = [request.path, *(value for _, values in request.GET.lists() for value in values)]
        told += [value for _, values in request.POST.lists() for value in values]
        if any("\x00" in value for value in told):
            raise BadRequest("NUL")


class DeskRequest(HttpRequest):
    """A request inside one creditor: what ``CreditorMiddleware`` adds."""

    user: User
    creditor: Creditor
    membership: Membership
    memberships: list[Membership]
    #: The creditor's local day.
    today: date
    #: Whose customers to show: None where this member sees the whole portfolio.
    seer: User | None
    htmx: Any


def open_to(*rights: Right) -> Callable[[View], View]:
    """Mark a view as open to the creditor's members who hold all of ``rights``; none: to all.

    Anybody else who may see the creditor gets 403.
    """

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not all(grants(request.membership, right) for right in rights):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.rights = rights  # type: ignore[attr-defined]
        return guarded

    return mark


class CreditorMiddleware:
    """Put the creditor named in the address, its scope and the user's membership on the request."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: DeskRequest) -> HttpResponse:
        code = _creditor_code(request)
        if code is None:
            return self.get_response(request)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        request.memberships = memberships_of(request.user)
        held = next((each for each in request.memberships if each.creditor.code == code), None)
        if held is None:
            raise Http404
        request.membership, request.creditor = held, held.creditor
        request.seer = None if grants(held, "see_all") else request.user
        request.today = local_day(timezone.now(), held.creditor.timezone)
        speak(request, request.user.language, language_of(held.creditor))
        with scope(creditor=held.creditor):
            response = self.get_response(request)
        # Debts and telephone numbers stay out of the caches of shared computers.
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: View, args: list[Any], kwargs: dict[str, Any]
    ) -> None:
        """Views need not repeat the code: it stands on the request as ``creditor``."""
        if kwargs.pop("creditor_code", None) is not None and not hasattr(view, "rights"):
            raise PermissionDenied


def memberships_of(user: User) -> list[Membership]:
    """What the user is, for each active creditor, by the creditor's name."""
    return list(
        Membership.objects.filter(user=user, creditor__is_active=True)
        .select_related("creditor")
        .order_by("creditor__name", "creditor_id")
    )


def _creditor_code(request: HttpRequest) -> str | None:
    try:
        return resolve(request.path_info).kwargs.get("creditor_code")
    except Resolver404:
        return None
