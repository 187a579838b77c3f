"""The made-up books as the files that a creditor's own system would export.

Every file is written the way that creditor writes (``Plan.writing``) and read by the same import as
any other: nothing goes round it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from recaudo.demo.creditors import Plan, Writing
from recaudo.demo.world import Client, Debit, World

Cell = str | Decimal | date | int | None

COMPONENTS = {
    "capital": "Capital",
    "interest": "Interés corriente",
    "insurance": "Seguro",
    "default_interest": "Interés de mora",
}


@dataclass(frozen=True)
class Export:
    """One file: its day (``as_of``: what it knows) and whether it is a corte."""

    name: str
    as_of: date
    mode: str = "incremental"


def write_all(world: World, plan: Plan, folder: Path, cut: date) -> list[Export]:
    """The files in the order in which they come in.

    The distributor also sends cortes: its papers stop at ``cut``, and two cortes follow, of that
    day and of yesterday. The others' papers go up to yesterday.
    """
    folder.mkdir(parents=True, exist_ok=True)
    yesterday = world.ago(1)
    sends_cortes = plan.code == "andina"
    until = cut if sends_cortes else yesterday
    debits = [debit for debit in world.debits if debit.issued_on <= until]
    exports = [Export("1_clientes.csv", until)]
    _write(folder / exports[-1].name, plan.writing, _clients(world.clients))
    if world.rates:
        exports.append(Export("2_tasas.csv", until))
        rows = [("Fecha tasa", "Moneda", "Tasa de cambio"), *world.rates]
        _write(folder / exports[-1].name, plan.writing, rows)
    name = "3_cuotas.csv" if plan.preset == "consumer" else "3_facturas.csv"
    exports.append(Export(name, until))
    rows = _instalments(debits) if plan.preset == "consumer" else _invoices(world, debits, until)
    _write(folder / name, plan.writing, rows)
    exports.append(Export("4_pagos.csv", until))
    _write(folder / exports[-1].name, plan.writing, _payments(debits, until))
    if sends_cortes:
        for number, day in ((5, cut), (6, yesterday)):
            exports.append(Export(f"{number}_corte_{day.isoformat()}.csv", day, "snapshot"))
            rows = _corte(world, plan, day, with_mistakes=day == cut)
            _write(folder / exports[-1].name, plan.writing, rows)
    if plan.code == "austral":
        exports.append(Export("7_arriendos.csv", until))
        _write(folder / exports[-1].name, plan.writing, _rents(world))
    return exports


def _rents(world: World) -> Iterable[Sequence[Cell]]:
    """Three shops inside the stores pay their rent in UF; one of them is late."""
    yield (
        "Código cliente", "Tipo documento", "Factura", "Fecha emisión", "Fecha vencimiento",
        "Valor factura", "Moneda", "Producto",
    )  # fmt: skip
    plain = [client for client in world.clients if not client.code.startswith("H-")]
    for n, client in enumerate(plain[:3]):
        for month in range(2):
            due = world.ago(30 * month + 12 * n - 8)
            issued = due - timedelta(days=20)
            amount = Decimal("18.5") + n
            number = f"AR-{n + 1}{month + 1}"
            yield client.code, "Arriendo", number, issued, due, amount, "UF", "arriendo"


def _clients(clients: Iterable[Client]) -> Iterable[Sequence[Cell]]:
    """A row for each client, with who is asked there; another for each person behind them."""
    yield (
        "Código cliente", "Identificación", "Razón social", "Clase cliente", "Código grupo",
        "Grupo económico", "Vendedor", "Gestor", "Sucursal", "Zona", "Cupo", "Plazo días",
        "Cliente desde", "Días de pago", "No contactar", "Correo", "Teléfono", "Celular",
        "WhatsApp", "Dirección", "Ciudad", "Contacto", "Cargo", "Identificación contacto",
    )  # fmt: skip
    for client in clients:
        who: list[Cell] = [
            client.code, client.person.tax_id, client.person.name, client.class_name,
            client.group.removeprefix("Grupo ").upper(), client.group, client.seller,
            client.collector, client.branch, client.zone, client.credit_limit,
            client.terms_days, client.since_on, client.pay_days,
            "Sí" if client.do_not_contact else "No",
        ]  # fmt: skip
        asked = next((party for party in client.parties if party.is_of_client), None)
        yield [
            *who, client.email, client.phone, client.mobile, client.whatsapp, client.address,
            client.city, asked.person.name if asked else "", asked.role if asked else "", "",
        ]  # fmt: skip
        for party in client.parties:
            if not party.is_of_client:
                person = party.person
                yield [
                    *who, person.email, "", person.mobile, "", "", "", person.name, party.role,
                    person.tax_id,
                ]  # fmt: skip


def _invoices(world: World, debits: list[Debit], until: date) -> Iterable[Sequence[Cell]]:
    yield (
        "Código cliente", "Tipo documento", "Prefijo", "Factura", "Fecha emisión",
        "Fecha vencimiento", "Valor factura", "Moneda", "Estado factura", "Fecha radicación",
        "Orden de compra", "Vendedor", "Sucursal", "Zona", "Régimen",
    )  # fmt: skip
    for debit in debits:
        client = debit.client
        yield (
            client.code, debit.doc_type, debit.prefix, debit.number, debit.issued_on, debit.due_on,
            debit.amount, debit.currency, debit.state, debit.filed_on, debit.purchase_order,
            client.seller, client.branch, client.zone, debit.regime,
        )  # fmt: skip
    for credit in world.credits:
        if credit.on <= until:
            client = credit.client
            yield (
                client.code, credit.doc_type, "", credit.number, credit.on, credit.on,
                -credit.amount, credit.currency, "", None, "", client.seller, client.branch,
                client.zone, "",
            )  # fmt: skip


def _instalments(debits: list[Debit]) -> Iterable[Sequence[Cell]]:
    yield (
        "Código cliente", "Tipo documento", "Número de documento", "Número obligación", "Producto",
        "Régimen", "Cuota", "Fecha desembolso", "Fecha vencimiento", "Valor cuota",
        *COMPONENTS.values(), "Sucursal",
    )  # fmt: skip
    for debit in debits:
        yield (
            debit.client.code, debit.doc_type, debit.number, debit.obligation, debit.product,
            debit.regime, debit.instalment, debit.issued_on, debit.due_on, debit.amount,
            *(debit.parts.get(name) for name in COMPONENTS), debit.client.branch,
        )  # fmt: skip


def _payments(debits: list[Debit], until: date) -> Iterable[Sequence[Cell]]:
    yield (
        "Código cliente", "Tipo documento", "Prefijo", "Factura", "Cuota", "Moneda", "Fecha pago",
        "Valor pagado", "Recibo de caja", "Forma de pago",
    )  # fmt: skip
    paid = [(each, debit) for debit in debits for each in debit.payments if each.on <= until]
    for each, debit in sorted(paid, key=lambda pair: (pair[0].on, pair[0].reference)):
        yield (
            debit.client.code, debit.doc_type, debit.prefix, debit.number, debit.instalment,
            debit.currency, each.on, each.amount, each.reference, each.method,
        )  # fmt: skip


def _corte(world: World, plan: Plan, day: date, *, with_mistakes: bool) -> Iterable[Sequence[Cell]]:
    """Open balances at the end of ``day``, as reports print them: a title, then the total below."""
    yield (f"{plan.name}",)
    yield (f"Cartera por cliente · corte al {day:%d/%m/%Y}",)
    yield ()
    headings = (
        "Código cliente", "Razón social", "Tipo documento", "Prefijo", "Factura", "Fecha emisión",
        "Fecha vencimiento", "Valor factura", "Saldo", "Moneda", "Régimen",
    )  # fmt: skip
    yield headings
    for debit in world.debits:
        owed = debit.open_on(day)
        if owed > 0:
            yield (
                debit.client.code, debit.client.person.name, debit.doc_type, debit.prefix,
                debit.number, debit.issued_on, debit.due_on, debit.amount, owed, debit.currency,
                debit.regime,
            )  # fmt: skip
    for credit in world.credits:
        if credit.on <= day:
            yield (
                credit.client.code, credit.client.person.name, credit.doc_type, "", credit.number,
                credit.on, credit.on, -credit.amount, -credit.amount, credit.currency,
            )  # fmt: skip
    if with_mistakes:
        name, code = world.clients[-1].person.name, world.clients[-1].code
        yield (code, name, "Factura", "FE", "99001", day, "31/02/2026", Decimal(1_250_000),
               Decimal(1_250_000), "COP")  # fmt: skip
        yield (code, name, "Factura", "FE", "99002", day, day, Decimal(840_000), "por definir",
               "COP")  # fmt: skip


def _write(path: Path, writing: Writing, rows: Iterable[Sequence[Cell]]) -> None:
    with path.open("w", encoding=writing.encoding, errors="replace", newline="") as file:
        out = csv.writer(file, delimiter=writing.delimiter)
        out.writerows([[_cell(cell, writing) for cell in row] for row in rows])


def _cell(cell: Cell, writing: Writing) -> str:
    match cell:
        case None:
            return ""
        case Decimal():
            digits = next((n for n in (0, 2) if cell == round(cell, n)), 4)
            text = f"{cell:,.{digits}f}"
            swap = str.maketrans({",": writing.thousands, ".": writing.decimal})
            return text.translate(swap)
        case date():
            return cell.strftime(writing.dates)
    return str(cell)
