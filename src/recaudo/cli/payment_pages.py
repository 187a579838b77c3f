"""One payment, or one for many, as the terminal and scripts are told of it."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from rich.table import Table

from recaudo.cli import output

if TYPE_CHECKING:
    from recaudo.access.models import Creditor
    from recaudo.payments.actions.lots import LotPaid
    from recaudo.payments.models import Credit
    from recaudo.payments.queries.payments import PaymentStory

STATES = {
    "open": "sin aplicar",
    "partly": "aplicado en parte",
    "applied": "aplicado",
    "refunded": "devuelto al cliente",
    "taken_back": "reversado",
}


def shown(amount: Decimal, currency: str) -> str:
    from recaudo.core.money import Money
    from recaudo.words import show as shown

    return shown(Money(amount, currency), "es")


def emit_payment(owner: Creditor, credit: Credit, *, is_new: bool | None, as_json: bool) -> None:
    from django_scopes import scope

    from recaudo.payments.queries.payments import payment_story

    with scope(creditor=owner):
        story = payment_story(credit)
        told = _told(story)
        text = None if as_json else _page(story, is_new)
    if is_new is not None:
        told["new"] = is_new
    output.emit(told, as_json=as_json, text=text)


def _told(story: PaymentStory) -> dict[str, Any]:
    credit = story.credit
    return {
        **_credit(credit),
        "customer": credit.customer.code,
        "state": story.state,
        "why": story.why,
        "by": credit.by.name if credit.by else "",
        "recorded_at": credit.recorded_at,
        "bank_lines": [each.line_id for each in story.lines],
        "lot": credit.lot_id,
        "uses": [asdict(use) for use in story.paid],
        "changes": [
            {"amount": each.delta, "on": each.value_on, "reason": each.reason}
            for each in story.adjustments
        ],
        "conversions": [
            {
                "paid": each.paid_amount,
                "bought": each.bought.original_amount,
                "currency": each.bought.currency,
                "rate": each.rate,
                "rate_on": each.rate_on,
                "source": each.rate_source,
                "undone_at": each.undone_at,
            }
            for each in story.conversions
        ],
        "refunds": [
            {"amount": each.amount, "on": each.paid_on, "reference": each.reference}
            for each in story.refunds
        ],
        "caused": [_credit(each) for each in story.caused],
    }


def _credit(credit: Credit) -> dict[str, Any]:
    return {
        "id": credit.pk,
        "kind": credit.kind,
        "value_on": credit.value_on,
        "currency": credit.currency,
        "amount": credit.original_amount,
        "unapplied": credit.unapplied,
        "method": credit.method,
        "reference": credit.reference,
        "payer": credit.payer,
        "source": credit.source,
        "external_id": credit.external_id,
    }


def _page(story: PaymentStory, is_new: bool | None) -> Any:
    from rich.console import Group

    row = story.credit
    amount, left = shown(row.original_amount, row.currency), shown(row.unapplied, row.currency)
    title = f"Pago {row.pk} · {row.customer.code} · {row.value_on} · {amount}: "
    title += STATES[story.state]
    if is_new is False:
        title += " (ya estaba registrado)"
    table = Table("Documento", "Componente", "Pagado", "Desde", "Reversado")
    table.box = None
    for use in story.paid:
        paid = shown(use.amount, use.currency)
        table.add_row(use.label, use.component, paid, str(use.value_on), str(use.undone_on or ""))
    rest = f"Por aplicar: {left}"
    return Group(title, table, rest) if story.paid else Group(title, rest)


def emit_lot(done: LotPaid, *, as_json: bool) -> None:
    from recaudo.words import sentence

    told = {
        "lot": done.lot.pk,
        "new": done.is_new,
        "amount": done.lot.amount,
        "currency": done.lot.currency,
        "customers": done.customers,
        "documents": done.documents,
        "applied": done.applied,
        "unapplied": done.unapplied,
        "unassigned": done.unassigned,
        "problems": [
            {"row": row, "code": code, "problem": problem} for row, code, problem in done.problems
        ],
    }
    currency = done.lot.currency
    lines = [
        f"Lote {done.lot.pk}: {done.customers} clientes, {done.documents} documentos · aplicado "
        f"{shown(done.applied, currency)} · por aplicar {shown(done.unapplied, currency)} · sin "
        f"asignar {shown(done.unassigned, currency)}"
    ]
    if not done.is_new:
        lines = [f"El lote {done.lot.pk} ya estaba registrado: nada cambió."]
    for row, code, problem in done.problems:
        lines.append(f"  ! fila {row} ({code}): {sentence(f'share_{problem}', {})}")
    output.emit(told, as_json=as_json, text="\n".join(lines))
