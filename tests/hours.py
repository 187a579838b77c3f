"""Places where it is some hour right now: the gate reads the real clock, and so do these tests."""

from __future__ import annotations

from datetime import UTC, datetime

from django_scopes import scope

from recaudo.portfolio.models import Customer


def zone_where_it_is(hour: int) -> str:
    """A zone in which the clock shows ``hour`` and some minutes."""
    ahead = (hour - datetime.now(UTC).hour + 12) % 24 - 12
    return "Etc/GMT" if ahead == 0 else f"Etc/GMT{'-' if ahead > 0 else '+'}{abs(ahead)}"


def live_where_it_is(customer: Customer, hour: int, *, country: str = "") -> None:
    """The customer lives there; in ``country``, where its days and hours matter."""
    with scope(creditor=customer.creditor):
        customer.timezone = zone_where_it_is(hour)
        customer.country = country or customer.country
        customer.save(update_fields=["timezone", "country"])


def may_be_contacted_now(customer: Customer) -> None:
    """Noon, in a country whose law knows no day off: allowed on whatever day the tests run."""
    live_where_it_is(customer, 12, country="US")


def may_not_be_contacted_now(customer: Customer) -> None:
    """Late in the evening in Colombia."""
    live_where_it_is(customer, 22, country="CO")
