"""Pages for what cannot be shown: what happened and what to do."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The same answer for what does not exist and for what belongs to somebody else."""
    return _page(
        request,
        404,
        _("No encontramos esa página"),
        _("Puede que la dirección esté incompleta, o que usted no tenga acceso a lo que nombra."),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request,
        403,
        _("Su usuario no tiene permiso para esto"),
        _("Si lo necesita para su trabajo, pídale el permiso al administrador de su empresa."),
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request,
        400,
        _("No entendimos esa petición"),
        _("Vuelva a la página anterior e inténtelo de nuevo."),
    )


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF refused: mostly a form left open through a logout."""
    return _page(
        request,
        403,
        _("El formulario caducó"),
        _("Por seguridad no se guardó. Vuelva a la página anterior, recárguela y repítalo."),
    )


def _page(request: HttpRequest, status: int, heading: str, advice: str) -> HttpResponse:
    facts = {"status": status, "heading": heading, "advice": advice}
    return render(request, "desk/error.html", facts, status=status)
