"""`recaudo payments`: payments in, what they paid, and back again; one for many; receipts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table

from recaudo.cli import given, output, payment_lots
from recaudo.cli.payment_given import (
    CREDITOR,
    CURRENCY,
    EXTERNAL,
    JSON,
    ON,
    REFERENCE,
    customer_with,
    document_with,
    find_customer,
    lot_with,
    money_of,
    payment_with,
    stated,
)
from recaudo.cli.payment_pages import STATES, emit_payment, shown
from recaudo.core.problems import Problem


def register(app: typer.Typer) -> None:
    payments = typer.Typer(no_args_is_help=True, help="Pagos: registrar, ver, reversar, devolver.")
    payments.command("add")(add)
    payments.command("list")(list_payments)
    payments.command("show")(show)
    payments.command("reverse")(reverse)
    payments.command("refund")(refund)
    payments.command("round")(round_off)
    payment_lots.register(payments)
    app.add_typer(payments, name="payments")


def add(
    customer: Annotated[str, typer.Argument(help="Código del cliente.")],
    amount: Annotated[str, typer.Argument(help="Valor, como 1500000 o 1.500.000,50.")],
    creditor: Annotated[str, CREDITOR],
    on: Annotated[str | None, ON] = None,
    reference: Annotated[str, REFERENCE] = "",
    currency: Annotated[str, CURRENCY] = "",
    documents: Annotated[
        str, typer.Option(help="Facturas que nombra, con comas; con valor: FV-1=500,FV-2.")
    ] = "",
    keep_rest: Annotated[
        bool, typer.Option(help="Lo que sobra de las nombradas queda sin aplicar.")
    ] = False,
    method: Annotated[str, typer.Option(help="Medio: transferencia, cheque, efectivo …")] = "",
    payer: Annotated[str, typer.Option(help="Quién pagó, si no es el cliente.")] = "",
    kind: Annotated[
        str, typer.Option(help="payment, advance, credit_note, adjustment o rounding.")
    ] = "payment",
    external_id: Annotated[str, EXTERNAL] = "",
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Registra un pago y lo aplica en su orden. El mismo dos veces es uno."""
    owner, who, now = find_customer(creditor, customer)
    day = given.creditor_and_day(creditor, on)[1]
    money = money_of(owner, amount, currency)
    from recaudo.payments.actions.receiving import receive

    received = receive(
        who,
        money,
        kind=kind,
        value_on=day,
        source="cli",
        external_id=external_id or reference or f"{who.code}|{day}|{money}",
        method=method,
        reference=reference,
        payer=payer,
        stated=stated(owner, who, documents, money.currency),
        keep_rest=keep_rest,
        now=now,
    )
    emit_payment(owner, received.credit, is_new=received.is_new, as_json=as_json)


def list_payments(
    creditor: Annotated[str, CREDITOR],
    customer: Annotated[str, typer.Option(help="Solo de este cliente.")] = "",
    since: Annotated[str | None, typer.Option("--from", help="Desde este día.")] = None,
    until: Annotated[str | None, typer.Option(help="Hasta este día.")] = None,
    kind: Annotated[str, typer.Option(help="Solo de esta clase: payment, credit_note…")] = "",
    state: Annotated[str, typer.Option(help="open, applied, refunded o taken_back.")] = "",
    method: Annotated[str, typer.Option(help="Medio de pago.")] = "",
    text: Annotated[str, typer.Option(help="Referencia, identificador, pagador, cliente.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Los pagos, el más reciente primero."""
    output.setup()
    owner = output.find_creditor(creditor)
    from django_scopes import scope

    from recaudo.payments.queries.payments import STATES as KNOWN
    from recaudo.payments.queries.payments import PaymentFilter, payments_page
    from recaudo.portfolio.models import Customer

    if state and state not in KNOWN:
        raise Problem("payment_state_unknown", state=state, known=list(KNOWN))
    filters = PaymentFilter(
        from_on=given.day(since) if since else None,
        until_on=given.day(until) if until else None,
        kind=kind,
        state=state,
        method=method,
        text=text,
    )
    with scope(creditor=owner):
        only = None
        if customer:
            only = Customer.objects.filter(pk=customer_with(owner, customer).pk)
        page = payments_page(owner, filters, None, limit, only)
    told = {"payments": [asdict(row) for row in page.rows], "more": page.next is not None}
    table = Table("Pago", "Fecha", "Cliente", "Valor", "Por aplicar", "Estado", "Referencia")
    table.box = None
    for row in page.rows:
        amount, left = shown(row.amount, row.currency), shown(row.unapplied, row.currency)
        name = f"{row.code} {row.name}"
        table.add_row(
            str(row.id), str(row.value_on), name, amount, left, STATES[row.state], row.reference
        )
    output.emit(told, as_json=as_json, text=table)


def show(
    payment: Annotated[int, typer.Argument(help="Número del pago.")],
    creditor: Annotated[str, CREDITOR],
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Un pago: qué pagó, parte por parte, y por qué."""
    output.setup()
    owner = output.find_creditor(creditor)
    emit_payment(owner, payment_with(owner, payment), is_new=None, as_json=as_json)


def reverse(
    payment: Annotated[int, typer.Argument(help="Número del pago; con --lot, del lote.")],
    creditor: Annotated[str, CREDITOR],
    reason: Annotated[str, typer.Option(help="Por qué: «Cheque devuelto».")],
    on: Annotated[str | None, ON] = None,
    lot: Annotated[bool, typer.Option("--lot", help="Reversa un pago de grupo entero.")] = False,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Deshace lo que un pago hizo: sus documentos vuelven a deber. Dos veces es una."""
    output.setup()
    owner, day = given.creditor_and_day(creditor, on)
    from django.utils import timezone

    from recaudo.payments.actions.lots import reverse_lot
    from recaudo.payments.actions.reversing import reverse_payment

    how: dict[str, Any] = {"value_on": day, "reason": reason, "now": timezone.now()}
    if lot:
        back = reverse_lot(lot_with(owner, payment), **how)
    else:
        back = reverse_payment(payment_with(owner, payment), **how)
    told = asdict(back)
    text = f"{len(back.credits)} abonos reversados; {len(back.documents)} documentos deben otra vez"
    if not back.credits:
        text = "Ya estaba reversado: nada cambió"
    if back.refunded:
        text += ". Ojo: parte de ese dinero ya se le había devuelto al cliente"
    output.emit(told, as_json=as_json, text=text + ".")


def refund(
    payment: Annotated[int, typer.Argument(help="Número del pago.")],
    amount: Annotated[str, typer.Argument(help="Cuánto se devuelve.")],
    creditor: Annotated[str, CREDITOR],
    reason: Annotated[str, typer.Option(help="Por qué.")],
    on: Annotated[str | None, ON] = None,
    method: Annotated[str, typer.Option(help="Medio.")] = "",
    reference: Annotated[str, REFERENCE] = "",
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Devuelve al cliente lo que un pago tiene sin aplicar."""
    output.setup()
    owner, day = given.creditor_and_day(creditor, on)
    from django.utils import timezone

    from recaudo.payments.actions.refunds import refund as give_back

    credit = payment_with(owner, payment)
    made = give_back(
        credit,
        money_of(owner, amount, credit.currency),
        paid_on=day,
        reason=reason,
        method=method,
        reference=reference,
        now=timezone.now(),
    )
    told = {"refund": made.pk, "payment": credit.pk, "amount": made.amount, "paid_on": made.paid_on}
    text = f"Devolución de {shown(made.amount, credit.currency)} registrada."
    output.emit(told, as_json=as_json, text=text)


def round_off(
    document: Annotated[str, typer.Argument(help="Número del documento.")],
    creditor: Annotated[str, CREDITOR],
    reason: Annotated[str, typer.Option(help="Por qué.")],
    on: Annotated[str | None, ON] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Cierra los centavos que un pago dejó en un documento."""
    output.setup()
    owner, day = given.creditor_and_day(creditor, on)
    from django.utils import timezone
    from django_scopes import scope

    from recaudo.payments.actions.refunds import close_by_rounding
    from recaudo.portfolio.models import Document

    with scope(creditor=owner):
        found = Document.objects.select_related("creditor").get(pk=document_with(owner, document))
    credit = close_by_rounding(found, value_on=day, reason=reason, now=timezone.now())
    emit_payment(owner, credit, is_new=True, as_json=as_json)
