"""`recaudo charges`: interest and fees: what a day would post, posting it, waiving, the terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from recaudo.cli import given, output
from recaudo.cli.payment_given import money_of
from recaudo.core.problems import Problem

if TYPE_CHECKING:
    from recaudo.access.models import Creditor, User
    from recaudo.payments.models import Charge, ChargeTerms
    from recaudo.portfolio.models import Customer

CREDITOR = typer.Option("--creditor", "-c", help="Código del acreedor.")
JSON = typer.Option("--json", help="Imprime JSON.")
AS_OF = typer.Option(help="El día; si no, hoy.")
BY = typer.Option(help="Correo de quien lo decide.")
SHOWN = 50


def register(app: typer.Typer) -> None:
    charges = typer.Typer(no_args_is_help=True, help="Intereses de mora y gastos de cobranza.")
    charges.command("preview")(preview)
    charges.command("post")(post)
    charges.command("list")(list_charges)
    charges.command("show")(show)
    charges.command("waive")(waive)
    charges.command("terms")(terms)
    app.add_typer(charges, name="charges")


def preview(
    creditor: Annotated[str, CREDITOR],
    as_of: Annotated[str, AS_OF] = "",
    customer: Annotated[str, typer.Option(help="Solo este cliente.")] = "",
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Qué cargos se fijarían ese día, cuánto suman y cuáles están detenidos. No escribe nada."""
    output.setup()
    from recaudo.payments.queries import charges as reads

    owner, day = given.creditor_and_day(creditor, as_of or None)
    only = [_customer(owner, customer).pk] if customer else None
    found = reads.preview(owner, day, only)
    codes = reads.customers_of(owner, [each.customer for each in (*found.lines, *found.stopped)])
    told = {
        "as_of": day,
        "count": len(found.lines),
        "totals": found.totals(),
        "missing": found.missing(),
        "lines": [_named(line, codes) for line in found.lines],
        "stopped": [_named(line, codes) for line in found.stopped],
    }
    if as_json:
        output.emit(told, as_json=True)
        return
    table = Table("Cliente", "Documento", "Vence", "Cargo", "Valor", "Ya fijado")
    for line in found.lines[:SHOWN]:
        cells = (codes[line.customer][0], line.label, line.due_on, line.kind, line.amount)
        table.add_row(*map(str, cells), str(line.posted))
    output.console.print(table)
    if len(found.lines) > SHOWN:
        output.console.print(f"… y {len(found.lines) - SHOWN} más.")
    for currency, total in found.totals().items():
        output.console.print(f"Total: {total:f} {currency}")
    for series, since in found.missing().items():
        output.console.print(f"Falta la tasa {series} desde {since}: no se cobra desde ese día.")


def post(
    creditor: Annotated[str, CREDITOR],
    as_of: Annotated[str, AS_OF] = "",
    customer: Annotated[str, typer.Option(help="Solo este cliente.")] = "",
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Fija los cargos de ese día. Dos veces es lo mismo que una."""
    output.setup()
    from django.utils import timezone

    from recaudo.contact.reminders import record_reminders
    from recaudo.payments.actions.month_end import codes_of, post_charges

    owner, day = given.creditor_and_day(creditor, as_of or None)
    only = [_customer(owner, customer).pk] if customer else None
    record_reminders(owner)
    posted = post_charges(owner, day, because="hand", now=timezone.now(), customers=only)
    codes = codes_of(owner, [each.customer for each in (*posted.failed, *posted.stopped)])
    told = {
        "as_of": day,
        "customers": posted.customers,
        "charges": posted.charges,
        "corrected": posted.corrected,
        "failed": [{"customer": codes[each.customer], "code": each.code} for each in posted.failed],
        "stopped": [
            {
                "customer": codes[each.customer],
                "document": each.label,
                "since": each.on,
                "series": each.series,
            }
            for each in posted.stopped
        ],
    }
    text = (
        f"Cargos fijados al {day}: {posted.charges} nuevos, {posted.corrected} corregidos, "
        f"{len(posted.stopped)} detenidos por falta de tasa, {len(posted.failed)} con error."
    )
    output.emit(told, as_json=as_json, text=text)
    if posted.failed:
        raise typer.Exit(1)


def list_charges(
    creditor: Annotated[str, CREDITOR],
    customer: Annotated[str, typer.Option(help="Solo este cliente.")] = "",
    kind: Annotated[str, typer.Option(help="default_interest, collection_fee …")] = "",
    state: Annotated[str, typer.Option(help="open, closed, waived o corrected.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 200,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Los cargos, del más nuevo al más viejo."""
    output.setup()
    from django_scopes import scope

    from recaudo.payments.queries import charges as reads
    from recaudo.portfolio.models import Customer

    owner = output.find_creditor(creditor)
    if state and state not in reads.STATES:
        raise Problem("charge_state_unknown", state=state, known=list(reads.STATES))
    with scope(creditor=owner):
        whose = Customer.objects.filter(creditor=owner)
        if customer:
            whose = whose.filter(pk=_customer(owner, customer).pk)
        rows = list(reads.charges(whose, {"kind": kind, "state": state})[:limit])
        told = [_charge(row) for row in rows]
    if as_json:
        output.emit({"charges": told}, as_json=True)
        return
    table = Table("Cargo", "Cliente", "Documento", "Días", "Valor", "Abierto", "Condonado", "Por")
    names = ("number", "customer", "base", "days", "amount", "open", "waived", "because")
    for row in told:
        table.add_row(*(str(row[name]) for name in names))
    output.console.print(table)


def show(
    number: Annotated[str, typer.Argument(help="Número del cargo, por ejemplo INT-FV-12-1.")],
    creditor: Annotated[str, CREDITOR],
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Un cargo y cómo se llegó a su valor, centavo a centavo."""
    output.setup()
    from django_scopes import scope

    owner = output.find_creditor(creditor)
    with scope(creditor=owner):
        row = _find(owner, number)
        told = {**_charge(row), "how": row.how, "rule": row.rule, "article": row.article}
    if as_json:
        output.emit(told, as_json=True)
        return
    output.console.print(
        f"{told['number']} sobre {told['base']}: {told['amount']} {told['currency']} "
        f"(abierto {told['open']}, condonado {told['waived']})"
    )
    table = Table("Desde", "Hasta", "Días", "Capital", "Tasa", "Base", "Fuente", "Interés")
    for part in row.how.get("stretches", []):
        names = ("from", "until", "days", "capital", "per_cent", "basis", "source", "amount")
        table.add_row(*(str(part[name]) for name in names))
    if table.rows:
        output.console.print(table)
        output.console.print(
            f"Suma redondeada {row.how['accrued']} - ya fijado {row.how['posted_before']}"
        )
    for part in row.how.get("parts", []):
        output.console.print(f"{part['kind']}: {part['amount']}")


def waive(
    number: Annotated[str, typer.Argument(help="Número del cargo.")],
    creditor: Annotated[str, CREDITOR],
    reason: Annotated[str, typer.Option(help="Por qué no se cobra.")],
    by: Annotated[str, BY],
    amount: Annotated[str, typer.Option(help="Cuánto; si no, todo lo abierto.")] = "",
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Condona un cargo o una parte. Las dos filas quedan: el cargo y su condonación."""
    output.setup()
    from django.utils import timezone
    from django_scopes import scope

    from recaudo.payments.actions.waivers import waive as let_go

    owner = output.find_creditor(creditor)
    with scope(creditor=owner):
        row = _find(owner, number)
        some = money_of(owner, amount, row.document.currency).amount if amount else None
        made = let_go(row, some, reason=reason, by=_user(by), now=timezone.now())
    told = {"charge": number, "waived": made.amount, "reason": made.reason}
    output.emit(told, as_json=as_json, text=f"{number}: se condonaron {made.amount:f}.")


def terms(
    creditor: Annotated[str, CREDITOR],
    source: Annotated[
        str, typer.Option(help="Dónde está pactado. Con esto se ponen condiciones nuevas.")
    ] = "",
    from_on: Annotated[str, typer.Option("--from", help="Desde qué día; si no, hoy.")] = "",
    customer: Annotated[str, typer.Option(help="Solo de este cliente.")] = "",
    product: Annotated[str, typer.Option(help="Solo de este producto.")] = "",
    interest: Annotated[str, typer.Option(help="none, imported o computed.")] = "none",
    rate: Annotated[str, typer.Option(help="Tasa pactada en %; si no, la legal.")] = "",
    quote: Annotated[str, typer.Option(help="effective_annual …")] = "effective_annual",
    grace_days: Annotated[int, typer.Option(help="Días de gracia.")] = 0,
    fee: Annotated[str, typer.Option(help="none, legal, per_reminder u once.")] = "none",
    fee_amount: Annotated[str, typer.Option(help="Suma pactada por gastos.")] = "",
    fee_per_cent: Annotated[str, typer.Option(help="O un % de lo vencido.")] = "",
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Las condiciones de cobro, de la más nueva a la más vieja; con --source se ponen otras."""
    output.setup()
    from django_scopes import scope

    from recaudo.payments.actions.terms import Wanted, as_decimal, set_terms
    from recaudo.payments.queries.charges import terms_rows

    owner, day = given.creditor_and_day(creditor, from_on or None)
    if source:
        wanted = Wanted(
            from_on=day,
            source=source,
            customer=_customer(owner, customer) if customer else None,
            product=product,
            interest=interest,
            annual_rate=as_decimal(rate),
            rate_quote=quote,
            grace_days=grace_days,
            fee=fee,
            fee_amount=money_of(owner, fee_amount).amount if fee_amount else None,
            fee_per_cent=as_decimal(fee_per_cent),
            fee_currency=owner.currency if fee_amount else "",
        )
        set_terms(owner, wanted, by=None, origin="cli")
    with scope(creditor=owner):
        told = [_terms(row) for row in terms_rows({})]
    if as_json:
        output.emit({"terms": told}, as_json=True)
        return
    table = Table("Desde", "De", "Intereses", "Tasa", "Gastos", "Fuente")
    for row in told:
        names = ("from_on", "scope", "interest", "annual_rate", "fee", "source")
        table.add_row(*("" if row[name] is None else str(row[name]) for name in names))
    output.console.print(table)


def _terms(row: ChargeTerms) -> dict[str, Any]:
    whose = (
        f"obligación {row.obligation.number}"
        if row.obligation
        else f"cliente {row.customer.code}"
        if row.customer
        else f"producto {row.product}"
        if row.product
        else "acreedor"
    )
    names = (
        *("from_on", "interest", "annual_rate", "rate_quote", "legal_series", "ceiling_series"),
        *("day_count", "grace_days", "is_grace_free", "fee", "fee_amount", "fee_per_cent"),
        *("fee_currency", "order", "source", "recorded_at"),
    )
    return {"scope": whose, **{name: getattr(row, name) for name in names}}


def _charge(row: Charge) -> dict[str, Any]:
    return {
        "number": str(row.document),
        "customer": row.document.customer.code,
        "base": str(row.base),
        "kind": row.kind,
        "from_on": row.from_on,
        "until_on": row.until_on,
        "days": (row.until_on - row.from_on).days,
        "currency": row.document.currency,
        "original": row.document.original_amount,
        "amount": row.document.amount,
        "open": row.document.open_amount,
        "waived": row.waived,  # type: ignore[attr-defined]
        "because": row.because,
    }


def _named(line: Any, codes: dict[int, tuple[str, str]]) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(line), "customer": codes[line.customer][0], "document": line.label}


def _find(owner: Creditor, number: str) -> Charge:
    from recaudo.payments.queries import charges as reads
    from recaudo.portfolio.models import Customer

    rows = reads.charges(Customer.objects.filter(creditor=owner), {})
    found = rows.filter(document__number=number).first()
    if found is None:
        raise Problem("charge_unknown", number=number)
    return found


def _customer(owner: Creditor, code: str) -> Customer:
    from django_scopes import scope

    from recaudo.portfolio.models import Customer

    with scope(creditor=owner):
        found = Customer.objects.filter(code=code).first()
    if found is None:
        raise Problem("charge_customer_unknown", customer=code)
    return found


def _user(email: str) -> User:
    from recaudo.access.models import User

    found = User.objects.filter(email__iexact=email).first()
    if found is None:
        raise Problem("charge_user_unknown")
    return found
