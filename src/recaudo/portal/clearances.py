"""The page behind the code on a certificate: whether it stands, and nothing of anybody's debt.

Whoever holds the paper may open it: an employer, a bank, a notary. No name of a customer, no
amount; an unknown link gets the answer of every unknown link.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe

from recaudo.payments.clearance_words import title_of
from recaudo.payments.queries.clearances import clearance_of_token
from recaudo.payments.statement.figures import Figures
from recaudo.payments.statement.language import language_of, locale_of
from recaudo.portal.pages import TOKEN, page, unknown

PAGE = "portal/clearance.html"


@require_safe
def clearance(request: HttpRequest, token: str) -> HttpResponse:
    found = clearance_of_token(token) if TOKEN.fullmatch(token) else None
    if found is None:
        return unknown(request, PAGE)
    found.customer.creditor = found.creditor
    language = language_of(found.customer)
    figures = Figures(locale_of(language, found.creditor.country))
    with translation.override(language):
        facts: dict[str, object] = {
            "is_known": True,
            "is_valid": found.voided_on is None,
            "creditor_name": found.creditor.name,
            "title": title_of(found.creditor.country),
            "number": found.number,
            "day": figures.long_day(found.as_of),
            "voided": figures.long_day(found.voided_on) if found.voided_on else "",
        }
    return page(PAGE, facts, language=language, status=200)
