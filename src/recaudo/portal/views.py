"""The page behind the link in every mail: stop writing to me here (RFC 8058, and by hand).

No login, no cookie, nothing about any debt: the link may be opened by a mail scanner, a relative or
an office. Opening it changes nothing; only the button does, or the mail program's own one-click.
"""

from __future__ import annotations

import re

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from django_scopes import scope, scopes_disabled

from recaudo.contact.models import Message
from recaudo.core.calendar import local_day
from recaudo.portfolio.actions.consents import withdraw_consent

#: Unknown links that one visitor may try in a minute. Real ones are never counted: the large mail
#: providers send the one-click of all their customers from a few addresses.
UNKNOWN_A_MINUTE = 30
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,32}")
_POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@csrf_exempt  # the mail program's POST (RFC 8058) carries no cookie; the token is the secret
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    message = _message(token)
    if message is None:
        return _unknown(request)
    is_done = False
    if request.method == "POST":
        _withdraw(message)
        is_done = True
    facts = {"creditor_name": message.creditor.name, "is_done": is_done, "is_known": True}
    return _page(facts, language=_language(message), status=200)


def _message(token: str) -> Message | None:
    """The message of whatever creditor: nobody is logged in here, the token says whose it is."""
    if not _TOKEN.fullmatch(token):
        return None
    with scopes_disabled():
        found = Message.objects.select_related("creditor", "customer", "contact_point")
        return found.filter(token=token).first()


def _withdraw(message: Message) -> None:
    with scope(creditor=message.creditor):
        withdraw_consent(
            message.customer,
            channel=message.channel,
            contact_point=message.contact_point,
            on=local_day(timezone.now(), message.creditor.timezone),
            purposes=sorted({"collection", message.purpose}),
            source="unsubscribe_link",
        )


def _unknown(request: HttpRequest) -> HttpResponse:
    """The same page, whatever is wrong with the link."""
    key = f"portal:unknown:{_visitor(request)}"
    cache.add(key, 0, timeout=60)
    try:
        tried = cache.incr(key)
    except ValueError:  # the minute ended between the two
        tried = 1
    status = 404 if tried <= UNKNOWN_A_MINUTE else 429
    language = translation.get_language() or settings.LANGUAGE_CODE
    return _page({"is_known": False}, language=language, status=status)


def _visitor(request: HttpRequest) -> str:
    """The address the request came from, behind as many proxies as the deployment says."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    passed = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",")]
    if proxies and len(passed) >= proxies:
        return passed[-proxies]
    return request.META.get("REMOTE_ADDR", "")


def _language(message: Message) -> str:
    """The customer's, else the creditor's; with the country's words where there are any."""
    known = dict(settings.LANGUAGES)
    for spoken in (message.customer.language, message.creditor.language):
        plain = spoken.lower()
        for each in (f"{plain}-{message.creditor.country.lower()}", plain, plain.split("-")[0]):
            if each in known:
                return each
    return settings.LANGUAGE_CODE


def _page(facts: dict[str, object], *, language: str, status: int) -> HttpResponse:
    with translation.override(language):
        # Without the request: no session, no user, no navigation can get in.
        text = render_to_string("portal/unsubscribe.html", facts | {"language": language})
    response = HttpResponse(text, status=status)
    response["Content-Language"] = language
    response["Content-Security-Policy"] = _POLICY
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
