"""`recaudo payments group | payroll | receipt | deposit | held`: one sum for many customers."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from recaudo.cli import given, output
from recaudo.cli.payment_given import (
    CREDITOR,
    CURRENCY,
    EXTERNAL,
    JSON,
    ON,
    REFERENCE,
    find_customer,
    group_with,
    list_in,
    money_of,
    stated,
)
from recaudo.cli.payment_pages import emit_lot, emit_payment, shown


def register(payments: typer.Typer) -> None:
    payments.command("group")(group)
    payments.command("payroll")(payroll)
    payments.command("receipt")(receipt)
    payments.command("deposit")(deposit)
    payments.command("held")(held)


def group(
    creditor: Annotated[str, CREDITOR],
    amount: Annotated[str, typer.Option(help="Lo que llegó.")],
    external_id: Annotated[str, EXTERNAL],
    file: Annotated[
        Path | None, typer.Argument(help="CSV o XLSX con documento o cliente, y valor.")
    ] = None,
    group_code: Annotated[str, typer.Option("--group", help="Código del grupo.")] = "",
    on: Annotated[str | None, ON] = None,
    currency: Annotated[str, CURRENCY] = "",
    reference: Annotated[str, REFERENCE] = "",
    method: Annotated[str, typer.Option(help="Medio.")] = "",
    payer: Annotated[str, typer.Option(help="Quién pagó.")] = "",
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Un pago por muchos clientes: de un grupo, o según una lista."""
    output.setup()
    owner, day = given.creditor_and_day(creditor, on)
    from django.utils import timezone

    from recaudo.payments.actions.lots import receive_group

    done = receive_group(
        owner,
        money_of(owner, amount, currency),
        group=group_with(owner, group_code) if group_code else None,
        listed=[row.as_listed() for row in list_in(file)] if file else (),
        value_on=day,
        source="cli",
        external_id=external_id,
        method=method,
        reference=reference,
        payer=payer,
        now=timezone.now(),
    )
    emit_lot(done, as_json=as_json)


def payroll(
    file: Annotated[Path, typer.Argument(help="CSV o XLSX: cliente, valor, novedad.")],
    creditor: Annotated[str, CREDITOR],
    total: Annotated[str, typer.Option(help="El total que dice la planilla.")],
    external_id: Annotated[str, EXTERNAL],
    on: Annotated[str | None, ON] = None,
    currency: Annotated[str, CURRENCY] = "",
    payer: Annotated[str, typer.Option(help="La empresa que descuenta.")] = "",
    reference: Annotated[str, REFERENCE] = "",
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Una libranza: lo que una empresa descontó a sus empleados, con sus novedades."""
    output.setup()
    owner, day = given.creditor_and_day(creditor, on)
    from django.utils import timezone

    from recaudo.payments.actions.lots import receive_payroll

    done = receive_payroll(
        owner,
        [row.as_payroll() for row in list_in(file)],
        stated_total=money_of(owner, total, currency),
        value_on=day,
        source="cli",
        external_id=external_id,
        payer=payer,
        reference=reference,
        now=timezone.now(),
    )
    emit_lot(done, as_json=as_json)


def receipt(
    customer: Annotated[str, typer.Argument(help="Código del cliente.")],
    amount: Annotated[str, typer.Argument(help="Valor.")],
    creditor: Annotated[str, CREDITOR],
    seller: Annotated[str, typer.Option(help="Vendedor.")],
    number: Annotated[str, typer.Option(help="Número del recibo.")],
    on: Annotated[str | None, ON] = None,
    currency: Annotated[str, CURRENCY] = "",
    method: Annotated[str, typer.Option(help="Medio.")] = "cash",
    documents: Annotated[str, typer.Option(help="Facturas que nombra.")] = "",
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Un recibo de caja de un vendedor: paga al momento y queda por consignar."""
    owner, who, now = find_customer(creditor, customer)
    day = given.creditor_and_day(creditor, on)[1]
    money = money_of(owner, amount, currency)
    from recaudo.payments.actions.receipts import record_receipt

    made, is_new = record_receipt(
        who,
        money,
        seller=seller,
        number=number,
        received_on=day,
        method=method,
        stated=stated(owner, who, documents, money.currency),
        now=now,
    )
    emit_payment(owner, made.credit, is_new=is_new, as_json=as_json)


def deposit(
    creditor: Annotated[str, CREDITOR],
    seller: Annotated[str, typer.Option(help="Vendedor.")],
    receipts: Annotated[str, typer.Option(help="Números de los recibos, con comas.")],
    amount: Annotated[str, typer.Option(help="Lo que se consignó.")],
    external_id: Annotated[str, EXTERNAL],
    on: Annotated[str | None, ON] = None,
    currency: Annotated[str, CURRENCY] = "",
    reference: Annotated[str, REFERENCE] = "",
    accept_short: Annotated[
        bool, typer.Option(help="Acepta que falte; queda abierta y a la vista.")
    ] = False,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """La planilla con que un vendedor consigna sus recibos."""
    output.setup()
    owner, day = given.creditor_and_day(creditor, on)
    from django.utils import timezone

    from recaudo.payments.actions.receipts import deposit as hand_in

    done = hand_in(
        owner,
        seller=seller,
        numbers=receipts.split(","),
        amount=money_of(owner, amount, currency),
        deposited_on=day,
        external_id=external_id,
        reference=reference,
        accept_short=accept_short,
        now=timezone.now(),
    )
    told = {
        "lot": done.lot.pk,
        "new": done.is_new,
        "receipts": done.receipts.amount,
        "amount": done.lot.amount,
        "difference": done.difference.amount,
        "state": done.lot.state,
    }
    text = f"Planilla {done.lot.pk}: recibos por {shown(done.receipts.amount, done.lot.currency)}"
    text += f", diferencia {shown(done.difference.amount, done.lot.currency)}."
    output.emit(told, as_json=as_json, text=text)


def held(
    creditor: Annotated[str, CREDITOR],
    as_of: Annotated[str | None, typer.Option(help="El día; si no, hoy.")] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Recibos que los vendedores no han consignado, por antigüedad."""
    output.setup()
    owner, day = given.creditor_and_day(creditor, as_of)
    from django_scopes import scope

    from recaudo.payments.queries.lots import receipts_held

    with scope(creditor=owner):
        found = receipts_held(owner, day)
    table = Table("Vendedor", "Recibos", "Valor", "Hasta 1 día", "2 a 7", "Más", "El más viejo")
    table.box = None
    for row in found:
        ages = [shown(each, row.currency) for each in row.by_age]
        amount = shown(row.amount, row.currency)
        table.add_row(row.seller, str(row.receipts), amount, *ages, f"{row.days} días")
    output.emit([asdict(row) for row in found], as_json=as_json, text=table)
