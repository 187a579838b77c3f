"""`recaudo instruments`, `withholdings`, `writedowns`, `documents`: papers and what is let go."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from recaudo.cli import given, output
from recaudo.cli.payment_given import (
    CREDITOR,
    CURRENCY,
    JSON,
    ON,
    customer_with,
    document_with,
    find_customer,
    money_of,
    stated,
)
from recaudo.cli.payment_pages import shown
from recaudo.core.problems import Problem

if TYPE_CHECKING:
    from recaudo.access.models import Creditor, User

BY = typer.Option("--by", help="Correo de quien lo hace.")
REASON = typer.Option(help="Por qué.")


def register(app: typer.Typer) -> None:
    instruments = typer.Typer(no_args_is_help=True, help="Cheques, letras y pagarés.")
    instruments.command("list")(list_instruments)
    instruments.command("receive")(receive)
    for name, state in (
        ("deposit", "deposited"),
        ("clear", "cleared"),
        ("return", "returned"),
        ("protest", "protested"),
        ("withdraw", "withdrawn"),
    ):
        instruments.command(name)(_mover(state))
    app.add_typer(instruments, name="instruments")
    withholdings = typer.Typer(no_args_is_help=True, help="Lo que un cliente retiene.")
    withholdings.command("list")(list_withholdings)
    withholdings.command("set")(set_withholding)
    app.add_typer(withholdings, name="withholdings")
    writedowns = typer.Typer(no_args_is_help=True, help="Castigos, condonaciones y ajustes.")
    writedowns.command("list")(list_writedowns)
    writedowns.command("propose")(propose)
    writedowns.command("approve")(approve)
    writedowns.command("refuse")(refuse)
    app.add_typer(writedowns, name="writedowns")
    documents = typer.Typer(no_args_is_help=True, help="Documentos: ceder.")
    documents.command("cede")(cede_document)
    app.add_typer(documents, name="documents")


def list_instruments(
    creditor: Annotated[str, CREDITOR],
    state: Annotated[str, typer.Option(help="held, deposited, cleared …")] = "",
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Los títulos por vencimiento."""
    output.setup()
    owner = output.find_creditor(creditor)
    from django_scopes import scope

    from recaudo.payments.models import Instrument

    with scope(creditor=owner):
        found = Instrument.objects.select_related("customer").order_by("due_on", "id")
        rows = [_instrument(each) for each in (found.filter(state=state) if state else found)]
    _emit(rows, "instruments", as_json=as_json)


def receive(
    customer: Annotated[str, typer.Argument(help="Código del cliente.")],
    number: Annotated[str, typer.Argument(help="Número del título.")],
    amount: Annotated[str, typer.Argument(help="Valor.")],
    creditor: Annotated[str, CREDITOR],
    due: Annotated[str, typer.Option(help="Vence: AAAA-MM-DD.")],
    covers: Annotated[str, typer.Option(help="FV-1=500,FV-2: qué cubre.")],
    kind: Annotated[str, typer.Option(help="cheque, letra o pagare.")] = "cheque",
    bank: Annotated[str, typer.Option(help="Banco.")] = "",
    currency: Annotated[str, CURRENCY] = "",
    on: Annotated[str | None, ON] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Recibe un título en custodia: la deuda sigue, y no se persigue."""
    owner, who, now = find_customer(creditor, customer)
    day = given.creditor_and_day(creditor, on)[1]
    money = money_of(owner, amount, currency)
    from django_scopes import scope

    from recaudo.payments.actions.instruments import Paper, receive_instrument
    from recaudo.payments.models import InstrumentKind
    from recaudo.portfolio.models import Document

    if kind not in InstrumentKind.values:
        raise Problem("instrument_kind_unknown", kind=kind, known=list(InstrumentKind.values))
    wishes = stated(owner, who, covers, money.currency)
    with scope(creditor=owner):
        named = Document.objects.filter(pk__in=[each.document for each in wishes])
        open_of = dict(named.values_list("pk", "open_amount"))
    parts = [
        (int(each.document), each.amount.amount if each.amount else open_of[int(each.document)])
        for each in wishes
    ]
    made = receive_instrument(
        who,
        Paper(kind, number, money, given.day(due), bank),
        covers=parts,
        received_on=day,
        now=now,
    )
    _emit([_instrument(made)], "instruments", as_json=as_json)


def _mover(state: str) -> Any:
    def move(
        instrument: Annotated[int, typer.Argument(help="Identificador del título.")],
        creditor: Annotated[str, CREDITOR],
        reason: Annotated[str, REASON] = "",
        on: Annotated[str | None, ON] = None,
        as_json: Annotated[bool, JSON] = False,
    ) -> None:
        output.setup()
        owner, day = given.creditor_and_day(creditor, on)
        from django.utils import timezone
        from django_scopes import scope

        from recaudo.payments.actions.instruments import move_instrument
        from recaudo.payments.models import Instrument

        with scope(creditor=owner):
            found = Instrument.objects.select_related("creditor").filter(pk=instrument).first()
        if found is None:
            raise Problem("instrument_unknown", instrument=instrument)
        moved = move_instrument(found, state, on=day, reason=reason, now=timezone.now())
        with scope(creditor=owner):
            told = _instrument(moved)
        _emit([told], "instruments", as_json=as_json)

    move.__doc__ = f"Lo pasa a «{state}»."
    return move


def list_withholdings(
    customer: Annotated[str, typer.Argument(help="Código del cliente.")],
    creditor: Annotated[str, CREDITOR],
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Lo que retiene un cliente."""
    owner, who, _ = find_customer(creditor, customer)
    from django_scopes import scope

    from recaudo.payments.models import WithholdingProfile

    names = ("id", "kind", "base", "per_cent", "minimum", "from_on", "until_on", "source")
    with scope(creditor=owner):
        rows = list(WithholdingProfile.objects.filter(customer=who).order_by("id").values(*names))
    _emit(rows, "withholdings", as_json=as_json)


def set_withholding(
    customer: Annotated[str, typer.Argument(help="Código del cliente.")],
    kind: Annotated[str, typer.Argument(help="retefuente, reteiva, reteica, detraccion …")],
    per_cent: Annotated[str, typer.Argument(help="Porcentaje: 2.5")],
    creditor: Annotated[str, CREDITOR],
    since: Annotated[str, typer.Option("--from", help="Desde: AAAA-MM-DD.")],
    base: Annotated[str, typer.Option(help="subtotal, tax o total.")] = "",
    minimum: Annotated[str, typer.Option(help="Base mínima.")] = "0",
    tax: Annotated[str, typer.Option(help="Impuesto, %, si el documento no lo dice.")] = "0",
    source: Annotated[str, typer.Option(help="De dónde se sabe.")] = "",
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Dice lo que un cliente retiene desde un día."""
    owner, who, _ = find_customer(creditor, customer)
    from recaudo.payments.actions.withholding_profiles import KINDS, Rule, add_profile

    rule = Rule(
        kind=kind,
        base=base or KINDS.get(kind, "subtotal"),
        per_cent=_per_cent(kind, per_cent),
        from_on=given.day(since),
        minimum=money_of(owner, minimum).amount,
        assumed_tax_per_cent=_per_cent(kind, tax),
        source=source,
    )
    made = add_profile(who, rule, by=None, origin="cli")
    told = {"id": made.pk, "kind": made.kind, "base": made.base, "per_cent": made.per_cent}
    _emit([told], "withholdings", as_json=as_json)


def list_writedowns(
    creditor: Annotated[str, CREDITOR], as_json: Annotated[bool, JSON] = False
) -> None:
    """Las propuestas, la más nueva primero."""
    output.setup()
    owner = output.find_creditor(creditor)
    from django.db.models import Count, Sum
    from django_scopes import scope

    from recaudo.payments.models import WriteDown

    names = ("id", "kind", "day", "state", "reason", "currency")
    with scope(creditor=owner):
        found = WriteDown.objects.order_by("-id").values(*names)
        rows = list(found.annotate(documents=Count("items"), total=Sum("items__amount")))
    _emit(rows, "writedowns", as_json=as_json)


def propose(
    kind: Annotated[str, typer.Argument(help="small_balance, write_off o forgiveness.")],
    creditor: Annotated[str, CREDITOR],
    reason: Annotated[str, REASON],
    by: Annotated[str, BY],
    documents: Annotated[str, typer.Option(help="Facturas, con comas.")] = "",
    threshold: Annotated[str, typer.Option(help="Hasta cuánto es un saldo menor.")] = "",
    on: Annotated[str | None, ON] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Propone; otra persona decide."""
    output.setup()
    owner, day = given.creditor_and_day(creditor, on)
    from recaudo.payments.actions.write_downs import propose as put_forward

    made = put_forward(
        owner,
        kind,
        day=day,
        reason=reason,
        by=_user(owner, by),
        documents=[document_with(owner, each) for each in documents.split(",") if each.strip()],
        threshold=money_of(owner, threshold).amount if threshold else None,
        origin="cli",
    )
    told = {"id": made.pk, "kind": made.kind, "state": made.state}
    _emit([told], "writedowns", as_json=as_json)


def approve(
    proposal: Annotated[int, typer.Argument(help="Número de la propuesta.")],
    creditor: Annotated[str, CREDITOR],
    by: Annotated[str, BY],
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """La aprueba quien no la propuso."""
    _decide(creditor, proposal, by, note="", is_approved=True, as_json=as_json)


def refuse(
    proposal: Annotated[int, typer.Argument(help="Número de la propuesta.")],
    creditor: Annotated[str, CREDITOR],
    by: Annotated[str, BY],
    reason: Annotated[str, REASON],
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """La rechaza, y dice por qué."""
    _decide(creditor, proposal, by, note=reason, is_approved=False, as_json=as_json)


def _decide(
    creditor: str, proposal: int, by: str, *, note: str, is_approved: bool, as_json: bool
) -> None:
    output.setup()
    owner = output.find_creditor(creditor)
    from django.utils import timezone
    from django_scopes import scope

    from recaudo.payments.actions.write_downs import decide
    from recaudo.payments.models import WriteDown

    with scope(creditor=owner):
        found = WriteDown.objects.select_related("creditor").filter(pk=proposal).first()
    if found is None:
        raise Problem("write_down_unknown", proposal=proposal)
    done = decide(
        found,
        approve=is_approved,
        note=note,
        by=_user(owner, by),
        now=timezone.now(),
        origin="cli",
    )
    told = {
        "id": proposal,
        "state": "approved" if is_approved else "refused",
        "done": done.done,
        "total": done.total,
        "left_out": done.left_out,
    }
    _emit([told], "writedowns", as_json=as_json)


def cede_document(
    documents: Annotated[list[str], typer.Argument(help="Números de las facturas.")],
    creditor: Annotated[str, CREDITOR],
    to: Annotated[str, typer.Option(help="A quién; con --undo, por qué.")],
    customer: Annotated[str, typer.Option(help="De qué cliente.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Deshace la cesión.")] = False,
    on: Annotated[str | None, ON] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Cede facturas: salen del cobro y de la cartera por edades."""
    output.setup()
    owner, day = given.creditor_and_day(creditor, on)
    from recaudo.payments.actions.cession import cede, undo_cession

    today = given.creditor_and_day(creditor, None)[1]
    whose = customer_with(owner, customer).pk if customer else None
    ids = [document_with(owner, each, whose) for each in documents]
    if undo:
        count = undo_cession(owner, ids, on=day, today=today, reason=to, by=None, origin="cli")
    else:
        count = cede(owner, ids, to=to, on=day, today=today, by=None, origin="cli")
    output.emit({"documents": count}, as_json=as_json, text=f"{count} documentos.")


def _user(owner: Creditor, email: str) -> User:
    from recaudo.access.models import User

    found = User.objects.filter(email__iexact=email, is_active=True).first()
    if found is None or not found.memberships.filter(creditor=owner).exists():
        raise Problem("user_unknown", email=email)
    return found


def _per_cent(kind: str, typed: str) -> Decimal:
    try:
        return Decimal(typed.replace(",", "."))
    except ArithmeticError as error:
        raise Problem("withholding_out_of_range", kind=kind, pct=typed) from error


def _instrument(each: Any) -> dict[str, Any]:
    return {
        "id": each.pk,
        "customer": each.customer.code,
        "kind": each.kind,
        "number": each.number,
        "amount": each.amount,
        "currency": each.currency,
        "due_on": each.due_on,
        "state": each.state,
        "state_on": each.state_on,
    }


#: What the columns are called on a screen; a column of another name keeps it.
_HEADINGS = {
    "id": "N.º",
    "customer": "Cliente",
    "kind": "Clase",
    "number": "Número",
    "amount": "Valor",
    "total": "Total",
    "due_on": "Vence",
    "state": "Estado",
    "state_on": "Desde",
    "base": "Sobre",
    "per_cent": "%",
    "from_on": "Desde",
    "until_on": "Hasta",
    "reason": "Motivo",
    "day": "Fecha",
    "documents": "Documentos",
    "by": "Propuso",
}
_AMOUNTS = ("amount", "total")


def _emit(rows: list[dict[str, Any]], name: str, *, as_json: bool) -> None:
    """JSON as it is; on a screen headings in Spanish, amounts with their currency."""
    if as_json or not rows:
        output.emit({name: rows}, as_json=as_json, text="Nada.")
        return
    names = [each for each in rows[0] if each != "currency"]
    table = Table(*(_HEADINGS.get(each, each) for each in names))
    table.box = None
    for row in rows:
        table.add_row(*(_cell(row, each) for each in names))
    output.emit({name: rows}, as_json=False, text=table)


def _cell(row: dict[str, Any], name: str) -> str:
    value = row[name]
    if name in _AMOUNTS and value is not None and row.get("currency"):
        return shown(Decimal(value), row["currency"])
    return "" if value is None else str(value)
