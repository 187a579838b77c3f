"""What happens to a told customer after the files are in: by the product's own acts, once each."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.core.money import Money
from recaudo.payments.actions.applications import auto_apply
from recaudo.payments.actions.credits import record_credit, take_back_credit
from recaudo.payments.models import Credit
from recaudo.portfolio.models import Customer, Document, DocumentEvent
from recaudo.strategy.actions.holds import place_hold


def bounce_cheque(creditor: Creditor, code: str, today: date) -> None:
    """The bank gives every cheque of the customer back; what they paid is owed again."""
    with scope(creditor=creditor):
        cheques = list(Credit.objects.filter(customer__code=code, method__startswith="Cheque"))
    for cheque in cheques:
        take_back_credit(
            cheque,
            value_on=today - timedelta(days=2),
            reason="Cheque devuelto por el banco",
            origin="demo",
        )


def write_off_and_recover(creditor: Creditor, code: str, today: date) -> None:
    """All that is open was written off five months ago; three days ago a little came in."""
    with scope(creditor=creditor):
        write_off(creditor, [code], today - timedelta(days=150))
        customer = Customer.objects.get(creditor=creditor, code=code)
        record_credit(
            customer,
            Money(Decimal(60_000), creditor.currency),
            kind="payment",
            value_on=today - timedelta(days=3),
            source="demo",
            external_id=f"recuperacion-{code}",
            method="Depósito",
        )
        auto_apply(customer)


def pause_rejected(creditor: Creditor, code: str, today: date) -> None:
    """What the customer rejected waits until it is settled; the rest goes on."""
    with scope(creditor=creditor):
        rejected = Document.objects.filter(customer__code=code, state="rejected")
        for document in rejected.filter(hold=None).select_related("customer"):
            place_hold(
                creditor,
                document.customer,
                kind="disputed",
                reason="Precio distinto al de la orden de compra",
                today=today,
                document=document,
                origin="demo",
            )


def write_off(creditor: Creditor, codes: list[str], on: date) -> None:
    """Everything open of these customers leaves the ageing and stays claimable (F12)."""
    with scope(creditor=creditor):
        documents = Document.objects.filter(
            customer__code__in=codes, open_amount__gt=0, written_off_on=None
        )
        DocumentEvent.objects.bulk_create(
            DocumentEvent(
                creditor=creditor,
                document=document,
                kind="written_off",
                happened_on=on,
                reason="Castigada por antigüedad",
            )
            for document in documents.order_by("id")
        )
