"""What the commands about payments read: whom, which payment, how much, and from which file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from recaudo.cli import output
from recaudo.core.problems import Problem
from recaudo.core.written import money_written

if TYPE_CHECKING:
    from recaudo.access.models import Creditor
    from recaudo.core.application import Stated
    from recaudo.core.money import Money
    from recaudo.intake.reading.payer_lists import PayerRow
    from recaudo.payments.models import Credit
    from recaudo.portfolio.models import Customer

CREDITOR = typer.Option("--creditor", "-c", help="Código del acreedor.")
JSON = typer.Option("--json", help="Imprime JSON.")
ON = typer.Option(help="Fecha valor: AAAA-MM-DD; si no, hoy.")
CURRENCY = typer.Option(help="Moneda; si no, la del acreedor.")
REFERENCE = typer.Option(help="Referencia o número del comprobante.")
EXTERNAL = typer.Option(help="Identificador único en su origen: dos veces es una.")


def find_customer(creditor: str, code: str) -> tuple[Creditor, Customer, datetime]:
    output.setup()
    owner = output.find_creditor(creditor)
    from django.utils import timezone

    return owner, customer_with(owner, code), timezone.now()


def customer_with(owner: Creditor, code: str) -> Customer:
    from django_scopes import scope

    from recaudo.portfolio.models import Customer

    with scope(creditor=owner):
        found: Customer | None = (
            Customer.objects.select_related("creditor").filter(code=code).first()
        )
    if found is None:
        raise Problem("unknown_customer", customer=code, creditor=owner.code)
    return found


def group_with(owner: Creditor, code: str) -> Any:
    from django_scopes import scope

    from recaudo.portfolio.models import CustomerGroup

    with scope(creditor=owner):
        found = CustomerGroup.objects.filter(code=code).first()
    if found is None:
        raise Problem("lot_without_customers", group=code)
    return found


def payment_with(owner: Creditor, pk: int) -> Credit:
    from django_scopes import scope

    from recaudo.payments.models import Credit

    with scope(creditor=owner):
        found: Credit | None = (
            Credit.objects.select_related("creditor", "customer").filter(pk=pk).first()
        )
    if found is None:
        raise Problem("payment_unknown", payment=pk)
    return found


def lot_with(owner: Creditor, pk: int) -> Any:
    from django_scopes import scope

    from recaudo.payments.models import PaymentLot

    with scope(creditor=owner):
        found = PaymentLot.objects.select_related("creditor").filter(pk=pk).first()
    if found is None:
        raise Problem("lot_unknown", lot=pk)
    return found


def document_with(owner: Creditor, number: str, customer: int | None = None) -> int:
    from django_scopes import scope

    from recaudo.payments.queries.naming import documents_named

    with scope(creditor=owner):
        found = documents_named(owner, [number], customer)[number.strip()]
    if len(found) != 1:
        raise Problem("stated_unknown", document=number, customer=customer or "")
    return found[0][0]


def stated(owner: Creditor, customer: Customer, typed: str, currency: str) -> list[Stated]:
    """``FV-1=500,FV-2``."""
    from recaudo.core.application import Stated

    wishes = []
    for each in (part.strip() for part in typed.split(",")):
        if each:
            number, _, amount = each.partition("=")
            pk = document_with(owner, number, customer.pk)
            wishes.append(Stated(pk, money_of(owner, amount, currency) if amount else None))
    return wishes


def money_of(owner: Creditor, typed: str, currency: str = "") -> Money:
    """Of the creditor's currency where none is named. Raises Problem ``reply_amount_unreadable``,
    ``currency_unknown``."""
    found = money_written(typed, currency or owner.currency)
    if found is None:
        raise Problem("reply_amount_unreadable", typed=typed[:40])
    return found


def list_in(file: Path) -> list[PayerRow]:
    """A list that a payer sent: CSV or a workbook, read as the page reads it."""
    from recaudo.intake.reading.payer_lists import rows_of, text_of

    rows = rows_of(text_of(_content_of(file)))
    if not rows:
        raise Problem("payer_list_empty")
    return rows


def _content_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Problem("file_missing", file=str(file), detail=str(error)) from error
