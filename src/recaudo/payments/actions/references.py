"""The payment reference of each customer: made once, never changed, never given to another."""

from __future__ import annotations

from collections.abc import Iterable

from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.core.references import make_reference
from recaudo.payments.models import PaymentReference
from recaudo.portfolio.models import Customer


def reference_of(customer: Customer) -> str:
    """The customer's reference; made now where there is none yet."""
    return references_of(customer.creditor, [customer.pk])[customer.pk]


def references_of(creditor: Creditor, customer_ids: Iterable[int]) -> dict[int, str]:
    """References of these customers of ``creditor``, those missing made: three queries at most.

    The serial is the customer's own number, which no other customer of the installation has ever
    had; the database refuses a reference that is not unique, and whoever was quicker wins.
    """
    wanted = set(customer_ids)
    with scope(creditor=creditor):
        known = _known(wanted)
        missing = sorted(wanted - known.keys())
        if missing:
            PaymentReference.objects.bulk_create(
                (
                    PaymentReference(
                        creditor=creditor, customer_id=pk, reference=make_reference(pk)
                    )
                    for pk in missing
                ),
                ignore_conflicts=True,
            )
            known |= _known(missing)
    return known


def _known(customer_ids: Iterable[int]) -> dict[int, str]:
    rows = PaymentReference.objects.filter(customer__in=list(customer_ids))
    return dict(rows.values_list("customer_id", "reference"))
