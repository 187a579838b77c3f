"""Adding a creditor, with its preset's book in force, the ready texts and the tree of results."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from django.db import transaction
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.contact.hand.outcomes import install_default
from recaudo.contact.texts import install_ready
from recaudo.core.calendar import Place, is_business_day, local_day
from recaudo.core.money import currency_code
from recaudo.core.problems import Problem
from recaudo.strategy.actions.books import activate_preset

CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
#: First parts of addresses that are not a creditor's: its pages could never be reached.
RESERVED = frozenset({"api", "baja", "cuenta", "idioma", "paz-y-salvo", "static"})
ANY_INSTANT = datetime(2026, 1, 1, tzinfo=UTC)


def add_creditor(
    code: str,
    *,
    name: str,
    country: str,
    currency: str,
    timezone: str,
    preset: str = "b2b",
    tax_id: str = "",
    by: User | None = None,
    origin: str = "cli",
) -> Creditor:
    """The creditor, ready for its first import. All of it or nothing.

    Raises Problem ``creditor_exists``, ``creditor_code_invalid``, ``creditor_code_reserved``,
    ``country_unknown``, ``currency_unknown``, ``zone_unknown``, ``preset_unknown``.
    """
    code, country = code.strip().lower(), country.strip().upper()
    if not CODE.fullmatch(code):
        raise Problem("creditor_code_invalid", creditor=code)
    if code in RESERVED:
        raise Problem("creditor_code_reserved", creditor=code)
    money = currency_code(currency)
    today = local_day(ANY_INSTANT, timezone)
    try:
        is_business_day(today, Place(country))
    except Problem as problem:
        raise Problem("country_unknown", country=country) from problem
    with transaction.atomic():
        if Creditor.objects.filter(code=code).exists():
            raise Problem("creditor_exists", creditor=code)
        creditor = Creditor.objects.create(
            code=code,
            name=name.strip(),
            country=country,
            currency=money,
            timezone=timezone,
            preset=preset,
            tax_id=tax_id.strip(),
            bucket_table="default",
        )
        activate_preset(creditor, by=by, origin=origin)
        install_ready(creditor, by=by, origin=origin)
        with scope(creditor=creditor):
            install_default(creditor)
        record_change(
            "creditor_added",
            creditor=creditor,
            by=by,
            origin=origin,
            subject="creditor",
            subject_id=creditor.pk,
        )
    return creditor
