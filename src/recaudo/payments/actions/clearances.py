"""Giving a certificate that a customer owes nothing, and taking it back (F30).

Numbered without gaps per creditor: the creditor's row is locked from the number to the commit. The
customer's row is locked against new debts meanwhile.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from pathlib import Path
from secrets import token_hex, token_urlsafe
from typing import Any

import segno
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.core.calendar import local_day
from recaudo.core.problems import Problem
from recaudo.payments.clearance_words import COME_BACK, title_of
from recaudo.payments.models import Clearance, Credit
from recaudo.payments.queries.clearances import has_ceded, what_lacks
from recaudo.payments.statement.figures import Figures
from recaudo.payments.statement.language import language_of, locale_of, paper_of
from recaudo.payments.statement.press import pdf_of
from recaudo.portfolio.actions.files import write_whole
from recaudo.portfolio.models import Customer

#: Days for which the paper asks to be taken at its word: the house's choice, no law's.
VALID_DAYS = 30
#: Of the token: 192 random bits, far beyond guessing.
TOKEN_BYTES = 24


def issue_clearance(
    customer: Customer, as_of: date, *, by: User | None, now: datetime, origin: str = "web"
) -> Clearance:
    """The certificate that nothing was owed on ``as_of``; the same again gives back the first.

    Raises Problem ``clearance_owes`` (with the codes of what is missing), ``clearance_in_future``.
    Nothing is written then.
    """
    creditor = customer.creditor
    today = local_day(now, creditor.timezone)
    with scope(creditor=creditor), transaction.atomic():
        # Whoever writes a document for this customer waits until the paper is out.
        Customer.objects.select_for_update().get(pk=customer.pk)
        standing = Clearance.objects.filter(customer=customer, as_of=as_of, voided_on=None)
        known: Clearance | None = standing.first()
        if known is not None:
            return known
        _refuse(customer, as_of, today)
        number = _next_number(creditor)
        token = token_urlsafe(TOKEN_BYTES)
        body = pdf_of("clearance.typ", _sheet(customer, as_of, number, token, today), at=now)
        path = f"clearances/{creditor.pk}/{number:06d}-{token_hex(4)}.pdf"
        made: Clearance = Clearance.objects.create(
            creditor=creditor,
            customer=customer,
            number=number,
            token=token,
            as_of=as_of,
            sha256=hashlib.sha256(body).hexdigest(),
            path=path,
            issued_at=now,
            by=by,
        )
        _record("clearance_issued", made, by, origin, as_of=as_of.isoformat())
        write_whole(Path(default_storage.path(path)), body)
    return made


def void_clearance(
    clearance: Clearance, *, on: date, reason: str, by: User | None, origin: str = "web"
) -> Clearance:
    """From ``on`` it no longer stands. Twice is the same as once: the first reason stays.

    Raises Problem ``clearance_reason_missing``.
    """
    if not reason.strip():
        raise Problem("clearance_reason_missing")
    with scope(creditor=clearance.creditor), transaction.atomic():
        locked: Clearance = Clearance.objects.select_for_update(no_key=True).get(pk=clearance.pk)
        if locked.voided_on is None:
            locked.voided_on, locked.void_reason = on, reason.strip()[:300]
            locked.save(update_fields=["voided_on", "void_reason"])
            _record("clearance_voided", locked, by, origin, reason=locked.void_reason)
    return locked


def void_resting_on(
    creditor: Creditor,
    credit_id: int,
    *,
    on: date,
    reason: str = COME_BACK,
    by: User | None = None,
    origin: str = "worker",
) -> list[Clearance]:
    """A credit was taken back: the certificates of its customer that it came before fall, where
    they are not true any more. One given since, on what was paid instead, stands."""
    with scope(creditor=creditor):
        credit = Credit.objects.filter(pk=credit_id).first()
        if credit is None:
            return []
        resting = Clearance.objects.select_related("creditor", "customer").filter(
            customer=credit.customer_id, as_of__gte=credit.value_on, voided_on=None
        )
        return [
            void_clearance(each, on=on, reason=reason, by=by, origin=origin)
            for each in resting.order_by("id")
            if what_lacks(each.customer, each.as_of, today=each.as_of)
        ]


def read_clearance(clearance: Clearance) -> bytes:
    """The PDF as it was given. Raises Problem ``clearance_gone``, also where it was altered."""
    try:
        body = Path(default_storage.path(clearance.path)).read_bytes()
    except OSError as error:
        raise Problem("clearance_gone", number=clearance.number) from error
    if hashlib.sha256(body).hexdigest() != clearance.sha256:
        raise Problem("clearance_gone", number=clearance.number)
    return body


def public_address(token: str) -> str:
    """Where anybody who holds the paper sees whether it stands."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("portal:clearance", args=[token])


def _refuse(customer: Customer, as_of: date, today: date) -> None:
    lacks = what_lacks(customer, as_of, today=today)
    if not lacks:
        return
    if lacks[0].code == "clearance_in_future":
        raise Problem(lacks[0].code, **lacks[0].facts)
    missing = [each.code.removeprefix("clearance_") for each in lacks]
    raise Problem("clearance_owes", day=as_of, count=len(lacks), missing=missing)


def _next_number(creditor: Creditor) -> int:
    Creditor.objects.select_for_update(no_key=True).get(pk=creditor.pk)
    highest = Clearance.objects.aggregate(highest=Max("number"))["highest"]
    return (highest or 0) + 1


def _sheet(customer: Customer, as_of: date, number: int, token: str, today: date) -> dict[str, Any]:
    """The words of the paper, in the customer's language."""
    creditor, spoken = customer.creditor, language_of(customer)
    figures = Figures(locale_of(spoken, creditor.country))
    with translation.override(spoken):
        title = title_of(creditor.country)
        day = figures.long_day(as_of)
        names = {
            "creditor": creditor.name,
            "customer": customer.name,
            "tax_id": f"{customer.tax_id_kind.upper()} {customer.tax_id}".strip(),
            "code": customer.code,
            "day": day,
        }
        who = (
            _("%(customer)s, con identificación %(tax_id)s (código %(code)s)")
            if customer.tax_id
            else _("%(customer)s (código %(code)s)")
        ) % names
        ceded = _("No incluye obligaciones que fueron cedidas a terceros.")
        address = public_address(token)
        return {
            "language": spoken.split("-")[0],
            "paper": paper_of(creditor.country),
            "title": title,
            "day": _("N.º %(number)s") % {"number": number},
            "cut": f"{title} · {_('N.º %(number)s') % {'number': number}}",
            "creditor": {"name": creditor.name},
            "creditor_lines": [line for line in (creditor.tax_id, creditor.address) if line],
            "body": [
                _("%(creditor)s certifica que") % names,
                who,
                _(
                    "no le debía nada el %(day)s: ni documentos, ni intereses, ni gastos de "
                    "cobranza, ni cheques o títulos por cobrar."
                )
                % names,
            ],
            "notes": [ceded] if has_ceded(customer, as_of) else [],
            "issued": _("Expedido el %(day)s.") % {"day": figures.long_day(today)},
            "valid": _("Vigente hasta el %(day)s.")
            % {"day": figures.long_day(as_of + timedelta(days=VALID_DAYS))},
            "verify": _(
                "Si un pago se devuelve, queda sin efecto. Compruebe si está vigente con el código "
                "o en esta dirección:"
            ),
            "address": address,
            "qr": segno.make(address, error="m").svg_inline(border=2, omitsize=True),
            "words": {"page": _("Página"), "of": _("de")},
        }


def _record(kind: str, clearance: Clearance, by: User | None, origin: str, **facts: str) -> None:
    record_change(
        kind,
        creditor=clearance.creditor,
        by=by,
        origin=origin,
        subject="customer",
        subject_id=clearance.customer_id,
        number=clearance.number,
        **facts,
    )
