"""In which language a page speaks: the reader's choice, else the creditor's Spanish."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from recaudo.access.models import Creditor

CHOICES = (("es", "Español"), ("en", "English"))


class LanguageMiddleware:
    """The signed-in user's language, else the cookie's, else Spanish. Never the browser's guess."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        chosen = request.user.language if request.user.is_authenticated else cookie
        speak(request, chosen, settings.LANGUAGE_CODE)
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or "es")
        return response


def speak(request: HttpRequest, chosen: str, country: str) -> None:
    """Activate ``chosen``; plain ``es`` becomes the ``country``'s Spanish where there is one."""
    known = dict(settings.LANGUAGES)
    language = chosen if chosen in known else settings.LANGUAGE_CODE
    if language == "es" and country.startswith("es") and country in known:
        language = country
    translation.activate(language)
    request.LANGUAGE_CODE = language  # type: ignore[attr-defined]


def language_of(creditor: Creditor) -> str:
    """The creditor's language; its country's Spanish where it only says Spanish."""
    spoken = f"{creditor.language}-{creditor.country.lower()}"
    return spoken if spoken in dict(settings.LANGUAGES) else creditor.language
