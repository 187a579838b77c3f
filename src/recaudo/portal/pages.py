"""What every page of a customer is: no session, no caches, no robots, nothing fetched elsewhere."""

from __future__ import annotations

import re

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import translation

#: Unknown links that one visitor may try in a minute. Real ones are never counted: the large mail
#: providers send the one-click of all their customers from a few addresses.
UNKNOWN_A_MINUTE = 30
TOKEN = re.compile(r"[A-Za-z0-9_-]{16,32}")
_POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def unknown(request: HttpRequest, template: str) -> HttpResponse:
    """The same page, whatever is wrong with the link."""
    key = f"portal:unknown:{_visitor(request)}"
    cache.add(key, 0, timeout=60)
    try:
        tried = cache.incr(key)
    except ValueError:  # the minute ended between the two
        tried = 1
    status = 404 if tried <= UNKNOWN_A_MINUTE else 429
    language = translation.get_language() or settings.LANGUAGE_CODE
    return page(template, {"is_known": False}, language=language, status=status)


def _visitor(request: HttpRequest) -> str:
    """The address the request came from, behind as many proxies as the deployment says."""
    proxies = settings.ALLAUTH_TRUSTED_PROXY_COUNT
    passed = [each.strip() for each in request.headers.get("X-Forwarded-For", "").split(",")]
    if proxies and len(passed) >= proxies:
        return passed[-proxies]
    return request.META.get("REMOTE_ADDR", "")


def page(template: str, facts: dict[str, object], *, language: str, status: int) -> HttpResponse:
    with translation.override(language):
        # Without the request: no session, no user, no navigation can get in.
        text = render_to_string(template, facts | {"language": language})
    response = HttpResponse(text, status=status)
    response["Content-Language"] = language
    response["Content-Security-Policy"] = _POLICY
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    return response
