"""The API's addresses. Its description is at ``/api/v1/openapi.json``.

There is no page to try it out: ninja's needs scripts that our content policy refuses.
"""

from __future__ import annotations

from typing import NoReturn

from django.http import Http404, HttpRequest
from django.urls import URLPattern, URLResolver, path
from ninja import NinjaAPI

from recaudo.api.answers import dressed, tell_refusals
from recaudo.api.payments import router
from recaudo.api.reading import StrictParser

api = NinjaAPI(
    title="Recaudo",
    version="1",
    description="Payments that other systems bring. Guide: docs/how-to/api.md",
    urls_namespace="api",
    docs_url=None,
    parser=StrictParser(),
)
tell_refusals(api)
api.add_router("/payments", router)


def unknown(request: HttpRequest, rest: str) -> NoReturn:
    """Under our address answers are JSON, also to a mistyped one."""
    raise Http404


def _addresses() -> tuple[list[URLPattern | URLResolver], str, str]:
    routes, app, namespace = api.urls
    for route in routes:
        assert isinstance(route, URLPattern)
        route.callback = dressed(route.callback)
    return [*routes, path("<path:rest>", dressed(unknown), name="api-unknown")], app, namespace


urlpatterns: list[URLPattern | URLResolver] = [path("api/v1/", _addresses())]
