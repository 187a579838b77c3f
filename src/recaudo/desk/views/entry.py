"""Before a creditor is chosen: which one, and in which language."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from recaudo.access.models import Role
from recaudo.desk.doors import memberships_of
from recaudo.desk.language import CHOICES


@login_required
def choose_creditor(request: HttpRequest) -> HttpResponse:
    """Straight to the only creditor; a list where there are several."""
    held = memberships_of(request.user)
    if len(held) == 1:
        return redirect("desk:home", held[0].creditor.code)
    choices = [(each.creditor, Role(each.role).label) for each in held]
    return render(request, "desk/choose_creditor.html", {"choices": choices})


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the language: with the user where there is one, in a cookie always."""
    back = request.POST.get("next", "/")
    hosts = {request.get_host()}
    if not url_has_allowed_host_and_scheme(back, hosts, require_https=request.is_secure()):
        back = "/"
    response = redirect(back)
    chosen = request.POST.get("language", "")
    if chosen in dict(CHOICES):
        if request.user.is_authenticated:
            request.user.language = chosen
            request.user.save(update_fields=["language"])
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=365 * 24 * 3600,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response
