"""`recaudo statement | ledger | clearance`: what one customer owes on a day, and its papers."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from recaudo.cli import given, output
from recaudo.core.problems import Problem

if TYPE_CHECKING:
    from datetime import date

    from recaudo.access.models import Creditor
    from recaudo.payments.models import Clearance
    from recaudo.payments.queries.ledger import Ledger
    from recaudo.portfolio.models import Customer

CREDITOR = typer.Option("--creditor", "-c", help="Código del acreedor.")
CUSTOMER = typer.Argument(help="Código del cliente.")
AS_OF = typer.Option("--as-of", help="Día AAAA-MM-DD, pasado o futuro; hoy si no se dice.")
OUT = typer.Option("--out", help="Archivo donde se escribe.")
JSON = typer.Option("--json", help="Imprime JSON.")
FORMS = ("table", "json", "pdf", "xlsx", "html")


def register(app: typer.Typer) -> None:
    app.command("statement")(statement)
    app.command("ledger")(ledger)
    clearance = typer.Typer(no_args_is_help=True, help="Paz y salvo, carta de no adeudo.")
    clearance.command("issue")(clearance_issue)
    clearance.command("show")(clearance_show)
    clearance.command("void")(clearance_void)
    app.add_typer(clearance, name="clearance")


def statement(
    customer: Annotated[str, CUSTOMER],
    creditor: Annotated[str, CREDITOR],
    as_of: Annotated[str | None, AS_OF] = None,
    form: Annotated[str, typer.Option("--format", help="table, json, pdf, xlsx o html.")] = "table",
    out: Annotated[Path | None, OUT] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """El estado de cuenta de un cliente, o cuánto es si paga otro día. No cambia nada."""
    output.setup()
    from recaudo.payments.queries.debt import debt_of
    from recaudo.payments.statement.forms import statement_as
    from recaudo.payments.statement.plain import as_plain
    from recaudo.payments.statement.sheet import file_name, sheet_of

    if form not in FORMS:
        raise Problem("statement_form_unknown", form=form, known=list(FORMS))
    owner, found, today = _customer(creditor, customer)
    day = given.day(as_of) if as_of else today
    debt = debt_of(found, day)
    if out is None and form in ("table", "json"):
        told = as_json or form == "json"
        text = None if told else _sheet_text(sheet_of(debt, today=today))
        output.emit(as_plain(debt), as_json=told, text=text)
        return
    kind = form
    if kind == "table":
        kind = out.suffix.lstrip(".").lower() if out is not None else "pdf"
    body = statement_as(kind, debt, today=today)
    target = out or Path(file_name(found, day, kind))
    _write(target, body)
    told = {"customer": found.code, "as_of": day, "format": kind, "file": str(target)}
    output.emit(told, as_json=as_json, text=f"{target} ({len(body):,} bytes)")
    _log("statement_taken", owner, found, format=kind, as_of=day.isoformat())


def ledger(
    customer: Annotated[str, CUSTOMER],
    creditor: Annotated[str, CREDITOR],
    as_of: Annotated[str | None, AS_OF] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """El libro de un cliente hasta un día: cada movimiento, su saldo y qué pagó cada pago."""
    output.setup()
    from recaudo.payments.queries.ledger import ledger_of

    _, found, today = _customer(creditor, customer)
    told = ledger_of(found, given.day(as_of) if as_of else today)
    output.emit(_ledger_plain(told), as_json=as_json, text=None if as_json else _ledger_text(told))


def clearance_issue(
    customer: Annotated[str, CUSTOMER],
    creditor: Annotated[str, CREDITOR],
    as_of: Annotated[str | None, AS_OF] = None,
    out: Annotated[Path | None, OUT] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Expide el certificado si no debe nada; si debe, dice qué."""
    output.setup()
    from django.utils import timezone

    from recaudo.payments.actions.clearances import issue_clearance, read_clearance
    from recaudo.payments.queries.clearances import what_lacks
    from recaudo.words import sentence

    _, found, today = _customer(creditor, customer)
    day = given.day(as_of) if as_of else today
    try:
        made = issue_clearance(found, day, by=None, now=timezone.now(), origin="cli")
    except Problem as problem:
        if problem.code == "clearance_owes" and not as_json:
            for lack in what_lacks(found, day, today=today):
                output.console.print(f"  · {sentence(lack.code, lack.facts)}")
        raise
    if out is not None:
        _write(out, read_clearance(made))
    output.emit(_clearance_plain(made), as_json=as_json, text=_clearance_line(made))


def clearance_show(
    customer: Annotated[str, CUSTOMER],
    creditor: Annotated[str, CREDITOR],
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Los certificados que se le han expedido y si están vigentes."""
    output.setup()
    from recaudo.payments.queries.clearances import clearances_of

    _, found, _ = _customer(creditor, customer)
    rows = clearances_of(found)
    text = "\n".join(_clearance_line(each) for each in rows) or "No se le ha expedido ninguno."
    output.emit([_clearance_plain(each) for each in rows], as_json=as_json, text=text)


def clearance_void(
    number: Annotated[int, typer.Argument(help="Número del certificado.")],
    creditor: Annotated[str, CREDITOR],
    reason: Annotated[str, typer.Option(help="Por qué queda sin efecto.")],
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Deja sin efecto un certificado: su página pública lo dice enseguida."""
    output.setup()
    from django_scopes import scope

    from recaudo.payments.actions.clearances import void_clearance
    from recaudo.payments.models import Clearance

    owner, today = given.creditor_and_day(creditor, None)
    with scope(creditor=owner):
        found = Clearance.objects.select_related("creditor").filter(number=number).first()
    if found is None:
        raise Problem("clearance_unknown", number=number)
    made = void_clearance(found, on=today, reason=reason, by=None, origin="cli")
    output.emit(_clearance_plain(made), as_json=as_json, text=_clearance_line(made))


def _customer(creditor: str, code: str) -> tuple[Creditor, Customer, date]:
    from django_scopes import scope

    from recaudo.portfolio.models import Customer

    owner, today = given.creditor_and_day(creditor, None)
    with scope(creditor=owner):
        found = Customer.objects.filter(code=code).first()
    if found is None:
        raise Problem("unknown_customer", customer=code, creditor=creditor)
    found.creditor = owner
    return owner, found, today


def _write(target: Path, body: bytes) -> None:
    """``-`` is standard output."""
    if str(target) == "-":
        sys.stdout.buffer.write(body)
        return
    try:
        target.write_bytes(body)
    except OSError as error:
        raise Problem(
            "file_unwritable", file=str(target), detail=os.strerror(error.errno or 0)
        ) from (error)


def _log(kind: str, owner: Creditor, customer: Customer, **facts: str) -> None:
    from recaudo.audit.actions import record_change

    record_change(
        kind, creditor=owner, origin="cli", subject="customer", subject_id=customer.pk, **facts
    )


def _sheet_text(sheet: dict[str, Any]) -> Group:
    """The statement in a terminal: the two figures first, then what they are made of."""
    words = sheet["words"]
    parts: list[Any] = [
        Text.assemble((f"{sheet['title']}  ", "bold"), (sheet["day"], "dim")),
        Text(f"{sheet['customer']['name']} · {sheet['customer']['code']}"),
        Text(sheet["cut"], style="dim"),
        Text(),
    ]
    for figure in sheet["headline"]:
        parts.append(Text.assemble(f"{figure['label']}: ", (figure["value"], "bold green")))
    parts += [Text(line, style="yellow") for line in sheet["missing"]]
    for each in sheet["currencies"]:
        parts.append(Text())
        parts.append(_documents_table(words, each["code"], each["documents"]))
        for apart in each["apart"]:
            parts += [Text(apart["title"], style="bold")]
            parts.append(_documents_table(words, each["code"], apart["documents"]))
        if each["charges"]:
            table = _table(words["charge"], words["about"], words["period"], words["amount"])
            for row in each["charges"]:
                table.add_row(*(Text(row[n]) for n in ("name", "base", "period", "amount")))
            parts += [Text(), table]
        summary = _table("", each["code"])
        for row in each["summary"]:
            style = "bold" if row["is_total"] else ""
            summary.add_row(Text(row["label"], style=style), Text(row["amount"], style=style))
        parts += [Text(), summary]
    parts += [Text(line, style="dim") for line in sheet["rates"]]
    parts.append(Text(f"{words['pay_reference']}: {sheet['pay']['reference']}"))
    return Group(*parts)


def _documents_table(words: dict[str, str], code: str, rows: list[dict[str, Any]]) -> Any:
    if not rows:
        return Text(words["nothing"], style="dim")
    table = _table(words["document"], words["due_on"], words["days"], f"{words['open']} {code}")
    for row in rows:
        name = Text.assemble(row["number"], (f"  {row['about']}", "dim"))
        table.add_row(name, row["due_on"], row["days"], row["open"])
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place == len(headings) - 1 else "left")
    return table


def _ledger_plain(told: Ledger) -> dict[str, Any]:
    return {
        "customer": told.customer.code,
        "as_of": told.as_of,
        "days_past_due": told.days,
        "is_late": told.is_late,
        "balances": {
            code: {"open": open_now, "unapplied": unapplied}
            for code, (open_now, unapplied) in told.balances.items()
        },
        "postings": [
            {
                "on": each.on,
                "kind": each.kind,
                "document": each.number,
                "reference": each.reference,
                "detail": each.detail,
                "currency": each.currency,
                "owed": each.owed,
                "favour": each.favour,
                "open": each.open,
                "unapplied": each.unapplied,
            }
            for each in told.postings
        ],
        "payments": [
            {
                "value_on": each.row.value_on,
                "kind": each.row.kind,
                "reference": each.row.reference,
                "currency": each.row.currency,
                "amount": each.row.original_amount,
                "corrected": each.corrected,
                "unapplied": each.left,
                "paid": [{"document": p.number, "amount": p.amount} for p in each.paid],
            }
            for each in told.credits
        ],
    }


def _ledger_text(told: Ledger) -> Group:
    from recaudo.payments.ledger_words import posting_told
    from recaudo.payments.statement.figures import Figures
    from recaudo.payments.statement.language import language_of, locale_of
    from recaudo.payments.statement.sheet import days_told

    owner = told.customer.creditor
    figures = Figures(locale_of(language_of(told.customer), owner.country))
    table = Table(box=None, header_style="dim", pad_edge=False)
    for heading, side in (
        ("Fecha valor", "left"),
        ("Movimiento", "left"),
        ("Documento", "left"),
        ("Valor", "right"),
        ("Saldo", "right"),
        ("Sin aplicar", "right"),
    ):
        table.add_column(heading, justify=side)  # type: ignore[arg-type]
    for each in told.postings:
        table.add_row(
            figures.day(each.on),
            Text(posting_told(each)),
            Text(each.number or each.reference),
            figures.money(each.owed or each.favour, each.currency),
            figures.amount(each.open, each.currency),
            figures.amount(each.unapplied, each.currency),
        )
    standing = f"{told.customer.name} · {figures.long_day(told.as_of)}: {days_told(told.days)}"
    return Group(Text(standing, style="bold"), table)


def _clearance_plain(each: Clearance) -> dict[str, Any]:
    from recaudo.payments.actions.clearances import public_address

    return {
        "number": each.number,
        "as_of": each.as_of,
        "is_valid": each.voided_on is None,
        "voided_on": each.voided_on,
        "void_reason": each.void_reason,
        "address": public_address(each.token),
        "sha256": each.sha256,
    }


def _clearance_line(each: Clearance) -> str:
    from recaudo.payments.actions.clearances import public_address

    state = f"sin efecto desde el {each.voided_on}" if each.voided_on else "vigente"
    return f"N.º {each.number}, corte {each.as_of}: {state}. {public_address(each.token)}"
