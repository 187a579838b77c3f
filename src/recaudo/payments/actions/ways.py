"""Adding, changing and switching off how a creditor is paid."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.db import transaction
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.audit.actions import record_change
from recaudo.core.money import currency_code
from recaudo.core.problems import Problem
from recaudo.payments.models import PaymentWay
from recaudo.payments.queries.ways import PLACE

KINDS = ("account", "agreement", "clabe", "link", "cash")
TITLE_MAX, DETAILS_MAX = 80, 300
POSITION_MAX = 999
_BRACES = re.compile(r"\{[^}]*\}|[{}]")


def add_way(
    creditor: Creditor,
    *,
    kind: str,
    title: str,
    details: str,
    currency: str,
    position: int = 0,
    by: User | None = None,
    origin: str = "web",
) -> PaymentWay:
    """A new way to pay, in use at once. Raises as ``checked``."""
    fields = checked(kind, title, details, currency, position)
    with scope(creditor=creditor), transaction.atomic():
        way = PaymentWay.objects.create(creditor=creditor, **fields)
        _record("payment_way_added", way, by, origin)
    return way


def change_way(
    way: PaymentWay,
    *,
    kind: str,
    title: str,
    details: str,
    currency: str,
    position: int,
    by: User | None = None,
    origin: str = "web",
) -> None:
    """Messages written from now on say it so. Raises as ``checked``."""
    fields = checked(kind, title, details, currency, position)
    with scope(creditor=way.creditor), transaction.atomic():
        locked = PaymentWay.objects.select_for_update().get(pk=way.pk)
        changed = [name for name, value in fields.items() if getattr(locked, name) != value]
        if not changed:
            return
        for name in changed:
            setattr(locked, name, fields[name])
        locked.save(update_fields=changed)
        _record("payment_way_changed", locked, by, origin, fields=changed)


def switch_way(
    way: PaymentWay, *, is_active: bool, by: User | None = None, origin: str = "web"
) -> None:
    """Out of use, or in use again. Twice is the same as once."""
    with scope(creditor=way.creditor), transaction.atomic():
        rows = PaymentWay.objects.filter(pk=way.pk).exclude(is_active=is_active)
        if rows.update(is_active=is_active):
            kind = "payment_way_switched_on" if is_active else "payment_way_switched_off"
            _record(kind, way, by, origin)


def checked(
    kind: str, title: str, details: str, currency: str, position: int
) -> dict[str, str | int]:
    """The fields as they are kept: each on one line.

    A link must be https, with nothing in braces but ``{reference}``; a CLABE has eighteen digits
    whose last is the right check digit. Raises Problem ``way_kind_unknown``, ``way_title_missing``,
    ``way_details_missing``, ``way_too_long``, ``way_link_invalid``, ``way_placeholder_unknown``,
    ``way_clabe_invalid``, ``currency_unknown``.
    """
    title, details = " ".join(title.split()), " ".join(details.split())
    if kind not in KINDS:
        raise Problem("way_kind_unknown", kind=kind)
    if not title:
        raise Problem("way_title_missing")
    if not details:
        raise Problem("way_details_missing")
    if len(title) > TITLE_MAX or len(details) > DETAILS_MAX:
        raise Problem("way_too_long", title=TITLE_MAX, details=DETAILS_MAX)
    for found in _BRACES.findall(details):
        if found != PLACE:
            raise Problem("way_placeholder_unknown", found=found)
    if kind == "link" and not _is_link(details):
        raise Problem("way_link_invalid", link=details)
    if kind == "clabe" and not is_clabe(details):
        raise Problem("way_clabe_invalid", clabe=details)
    return {
        "kind": kind,
        "title": title,
        "details": details,
        "currency": currency_code(currency),
        "position": min(max(position, 0), POSITION_MAX),
    }


def is_clabe(text: str) -> bool:
    """Are the digits in ``text`` a CLABE: eighteen, the last one checking the rest (weights 3 7 1)?

    Source: Banxico, standardised bank account number.
    """
    plain = re.sub(r"[\s\-]", "", text)
    if not re.fullmatch(r"[0-9]{18}", plain):
        return False
    weights = (3, 7, 1) * 6
    weighed = sum(
        int(digit) * weight % 10 for digit, weight in zip(plain[:17], weights, strict=False)
    )
    return (10 - weighed % 10) % 10 == int(plain[17])


def _is_link(details: str) -> bool:
    try:
        parts = urlsplit(details.replace(PLACE, "1"))
    except ValueError:
        return False
    plain = not re.search(r"[\s\"'<>\\]", details)
    return (
        plain and parts.scheme == "https" and "." in (parts.hostname or "") and not parts.username
    )


def _record(kind: str, way: PaymentWay, by: User | None, origin: str, **facts: object) -> None:
    record_change(
        kind,
        creditor=way.creditor,
        by=by,
        origin=origin,
        subject="payment_way",
        subject_id=way.pk,
        way=way.kind,
        currency=way.currency,
        **facts,
    )
