"""Which customers may this user see, and how much of their identifiers? (F35)

A collector sees the customers assigned to them on the day; every other role sees all of the
creditor; whoever has no membership sees nobody.
"""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.access.queries import may, membership_of, sees_whole_portfolio
from recaudo.portfolio.models import Assignment, Customer

__all__ = [
    "in_force",
    "mask_email",
    "mask_phone",
    "mask_tax_id",
    "may",
    "visible",
    "visible_customers",
]

SHOWN_DIGITS = 4
HIDDEN = "•"


def visible_customers(user: User, creditor: Creditor, as_of: date) -> QuerySet[Customer]:
    """The customers of ``creditor`` that ``user`` may see on ``as_of``; lazy, no order."""
    membership = membership_of(user, creditor)
    with scope(creditor=creditor):
        customers: QuerySet[Customer] = Customer.objects.all()
        if membership is None:
            return customers.none()
        if sees_whole_portfolio(membership.role):
            return customers
        mine = Assignment.objects.filter(
            in_force(as_of), customer=OuterRef("pk"), role="collector", user=user
        )
        return customers.filter(Exists(mine))


def in_force(as_of: date, prefix: str = "") -> Q:
    """Dated rows that count on ``as_of``: from_on included, until_on excluded, empty is open."""
    started = Q(**{f"{prefix}from_on__lte": as_of})
    return started & (Q(**{f"{prefix}until_on": None}) | Q(**{f"{prefix}until_on__gt": as_of}))


def visible(user: User, creditor: Creditor, code: str, as_of: date) -> Customer | None:
    """The customer with this code, or None: not there and not yours are the same answer."""
    return visible_customers(user, creditor, as_of).filter(code=code).first()


def mask_tax_id(value: str) -> str:
    """The last four characters; the rest hidden, so that two of them can still be told apart."""
    return _tail(value)


def mask_phone(value: str) -> str:
    """The last four digits of a telephone number."""
    return _tail(value)


def mask_email(value: str) -> str:
    """``m•••@empresa.com``: the first letter and the domain."""
    name, at, domain = value.partition("@")
    return f"{name[:1]}{HIDDEN * 3}@{domain}" if at else _tail(value)


def _tail(value: str) -> str:
    """Never more than half of a short value."""
    shown = min(SHOWN_DIGITS, len(value) // 2)
    return HIDDEN * (len(value) - shown) + value[len(value) - shown :]
