"""Every refusal of the API: a status, a code, the sentence, the facts. Nothing of it is logged."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from recaudo import words
from recaudo.api.doors import language_for
from recaudo.api.reading import BODY_MAX, fields_refused
from recaudo.core.money import Money
from recaudo.core.problems import Problem

log = logging.getLogger(__name__)

View = Callable[..., HttpResponse]

#: What is not here is 422: understood, and not possible.
STATUS = {
    "api_body_unreadable": 400,
    "api_field_twice": 400,
    "api_key_refused": 401,
    "api_right_missing": 403,
    "api_payment_of_another": 403,
    "api_address_unknown": 404,
    "api_external_unknown": 404,
    "api_tax_id_unknown": 404,
    "payment_unknown": 404,
    "unknown_customer": 404,
    "api_method_unknown": 405,
    "credit_differs": 409,
    "api_length_missing": 411,
    "api_body_too_large": 413,
    "api_body_not_json": 415,
    "try_again": 503,
}


def refusal(request: HttpRequest, problem: Problem, status: int | None = None) -> HttpResponse:
    """``{"code", "message", "facts"}`` in the caller's language."""
    language = language_for(request)
    told = {
        "code": problem.code,
        "message": words.sentence(problem, language=language),
        "facts": plain(problem.facts),
    }
    response = JsonResponse(
        told,
        status=status or STATUS.get(problem.code, 422),
        json_dumps_params={"ensure_ascii": False},
    )
    response["Content-Language"] = language
    if response.status_code == 401:
        response["WWW-Authenticate"] = "Bearer"
    if response.status_code == 503:
        response["Retry-After"] = "1"
    return response


def plain(value: object) -> Any:
    """A fact as JSON: amounts as strings, days as ISO."""
    match value:
        case Money():
            return {"amount": format(value.amount, "f"), "currency": value.currency}
        case Decimal():
            return format(value, "f") if value.is_finite() else str(value)
        case date():
            return value.isoformat()
        case dict():
            return {str(name): plain(each) for name, each in value.items()}
        case list() | tuple() | set() | frozenset():
            return [plain(each) for each in value]
        case bool() | int() | str() | None:
            return value
    return str(value)


def tell_refusals(api: NinjaAPI) -> None:
    """Whatever goes wrong in ``api`` is answered in our words."""

    def problem(request: HttpRequest, error: Any) -> HttpResponse:
        return refusal(request, error)

    def nobody(request: HttpRequest, error: Any) -> HttpResponse:
        return refusal(request, Problem("api_key_refused"))

    def unread(request: HttpRequest, error: Any) -> HttpResponse:
        cause = error.__cause__  # what the parser refused
        return refusal(
            request, cause if isinstance(cause, Problem) else Problem("api_body_unreadable")
        )

    def too_large(request: HttpRequest, error: Any) -> HttpResponse:
        return refusal(request, Problem("api_body_too_large", limit=BODY_MAX))

    def wrong(request: HttpRequest, error: Any) -> HttpResponse:
        return refusal(request, _fields(request, error))

    def away(request: HttpRequest, error: Any) -> HttpResponse:
        _log_bare(error)
        return refusal(request, Problem("api_failed"), 503)

    def failed(request: HttpRequest, error: Any) -> HttpResponse:
        _log_bare(error)
        return refusal(request, Problem("api_failed"), 500)

    api.add_exception_handler(Problem, problem)
    api.add_exception_handler(AuthenticationError, nobody)
    api.add_exception_handler(HttpError, unread)
    api.add_exception_handler(RequestDataTooBig, too_large)
    api.add_exception_handler(UnreadablePostError, unread)
    api.add_exception_handler(ValidationError, wrong)
    api.add_exception_handler(OperationalError, away)
    api.add_exception_handler(InterfaceError, away)
    api.add_exception_handler(Exception, failed)


def _fields(request: HttpRequest, error: ValidationError) -> Problem:
    """One Problem for all fields: their sentences are its fact, in the caller's language."""
    if any((each["type"], each["loc"]) == ("missing", ("body", "sent")) for each in error.errors):
        # Nothing was sent; or in pieces without a length, which no WSGI server passes on.
        is_piecewise = "Transfer-Encoding" in request.headers
        return Problem("api_length_missing" if is_piecewise else "api_body_unreadable")
    language = language_for(request)
    found = fields_refused(error.errors)
    return Problem(
        "api_request_wrong",
        wrong=" ".join(words.sentence(code, facts, language) for code, facts in found),
        fields=[{"code": code, **facts} for code, facts in found],
    )


def _log_bare(error: Exception) -> None:
    """Where it failed and of what kind, without the message: the database's has amounts in it."""
    where = "".join(traceback.format_tb(error.__traceback__))
    log.error("the API failed with %s\n%s", type(error).__name__, where)


def dressed(view: View) -> View:
    """A view of ninja with what every answer of ours has: JSON also where ninja and Django answer
    by themselves, and no place in a cache."""

    @csrf_exempt  # nobody is let in by a cookie
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            response = view(request, *args, **kwargs)
        except Http404:
            response = refusal(request, Problem("api_address_unknown"))
        if response.status_code == 405:
            allowed = response["Allow"]
            response = refusal(request, Problem("api_method_unknown", known=allowed), 405)
            response["Allow"] = allowed
        response["Cache-Control"] = "no-store"
        response["Vary"] = "Authorization, Accept-Language"
        return response

    return answer
