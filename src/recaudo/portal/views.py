"""The page behind the link in every mail: stop writing to me here (RFC 8058, and by hand).

No login, no cookie, nothing about any debt: the link may be opened by a mail scanner, a relative or
an office. Opening it changes nothing; only the button does, or the mail program's own one-click.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from django_scopes import scope, scopes_disabled

from recaudo.contact.models import Message
from recaudo.core.calendar import local_day
from recaudo.portal.pages import TOKEN, page, unknown
from recaudo.portfolio.actions.consents import withdraw_consent

PAGE = "portal/unsubscribe.html"


@csrf_exempt  # the mail program's POST (RFC 8058) carries no cookie; the token is the secret
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    message = _message(token)
    if message is None:
        return unknown(request, PAGE)
    is_done = False
    if request.method == "POST":
        _withdraw(message)
        is_done = True
    facts = {"creditor_name": message.creditor.name, "is_done": is_done, "is_known": True}
    return page(PAGE, facts, language=_language(message), status=200)


def _message(token: str) -> Message | None:
    """The message of whatever creditor: nobody is logged in here, the token says whose it is."""
    if not TOKEN.fullmatch(token):
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


def _language(message: Message) -> str:
    """The customer's, else the creditor's; with the country's words where there are any."""
    known = dict(settings.LANGUAGES)
    for spoken in (message.customer.language, message.creditor.language):
        plain = spoken.lower()
        for each in (f"{plain}-{message.creditor.country.lower()}", plain, plain.split("-")[0]):
            if each in known:
                return each
    return settings.LANGUAGE_CODE
