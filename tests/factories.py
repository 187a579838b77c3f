"""Small plain functions that make rows for tests: a creditor, a customer, a document, a credit.

Everything has a default that is never a special case; a test names only what it is about. Ledger
rows are made inside the creditor's scope by themselves, so callers need none. Amounts may be given
as ``"100"``, 100 or Decimal, days as date or ``"2026-03-31"``.
"""

from __future__ import annotations

import itertools
from datetime import date
from decimal import Decimal
from typing import Any

from django_scopes import scope

from recaudo.access.models import Creditor, Membership, Role, User
from recaudo.payments.models import Application, Charge, Credit, CreditAdjustment
from recaudo.portfolio.models import (
    Assignment,
    Consent,
    ContactPoint,
    Customer,
    Document,
    DocumentAdjustment,
    DocumentComponent,
    DocumentEvent,
    DueDate,
    ExchangeRate,
    Hold,
    Obligation,
)

Amount = str | int | Decimal
Day = str | date

_serial = itertools.count(1)


def make_creditor(code: str = "", **fields: Any) -> Creditor:
    """A Colombian company that sells in pesos; ``code`` is new each time unless given."""
    code = code or f"acreedor-{next(_serial)}"
    defaults: dict[str, Any] = {
        "name": f"Comercial {code}",
        "country": "CO",
        "currency": "COP",
        "timezone": "America/Bogota",
    }
    return Creditor.objects.create(code=code, **defaults | fields)


def make_user(email: str = "", **fields: Any) -> User:
    email = email or f"persona{next(_serial)}@example.com"
    defaults: dict[str, Any] = {"name": email.partition("@")[0].capitalize(), "password": "x"}
    return User.objects.create_user(email, **defaults | fields)


def make_member(creditor: Creditor, role: Role = Role.SUPERVISOR, **rights: bool) -> User:
    """A new user who is ``role`` for ``creditor``. ``rights``: can_export, can_see_identifiers."""
    user = make_user()
    Membership.objects.create(user=user, creditor=creditor, role=role, **rights)
    return user


def make_customer(creditor: Creditor, code: str = "", **fields: Any) -> Customer:
    n = next(_serial)
    code = code or f"C{n}"
    defaults: dict[str, Any] = {
        "name": f"Cliente {code}",
        "country": creditor.country,
        "slot": n % 10_000,
    }
    with scope(creditor=creditor):
        return Customer.objects.create(creditor=creditor, code=code, **defaults | fields)


def make_document(
    customer: Customer,
    amount: Amount = "1000",
    *,
    due_on: Day = "2026-03-31",
    issued_on: Day | None = None,
    components: dict[str, Amount] | None = None,
    **fields: Any,
) -> Document:
    """An open invoice; issued 30 days before it is due unless said. ``components`` make its parts
    and its amount. The returned row is as inserted: call ``refresh`` after postings."""
    n = next(_serial)
    parts = {name: Decimal(part) for name, part in (components or {}).items()}
    whole = sum(parts.values(), Decimal(0)) if parts else Decimal(amount)
    due = _day(due_on)
    number = str(fields.pop("number", f"F{n}"))
    row: dict[str, Any] = {
        "key": "|".join(
            (
                fields.get("doc_type", ""),
                fields.get("prefix", ""),
                number,
                fields.get("instalment", ""),
            )
        ),
        "number": number,
        "issued_on": _day(issued_on) if issued_on else date.fromordinal(due.toordinal() - 30),
        "due_on": due,
        "currency": customer.creditor.currency,
        "original_amount": whole,
        "amount": whole,
        "open_amount": whole,
    }
    with scope(creditor=customer.creditor):
        document = Document.objects.create(
            creditor=customer.creditor, customer=customer, **row | fields
        )
        DocumentComponent.objects.bulk_create(
            DocumentComponent(
                creditor=customer.creditor,
                document=document,
                component=name,
                original_amount=part,
                amount=part,
                open_amount=part,
            )
            for name, part in parts.items()
        )
    return document


def make_charge(
    base: Document, amount: Amount = "50", *, until_on: Day = "2026-04-30", **fields: Any
) -> Charge:
    """Default interest on ``base`` from its due date to ``until_on``, posted that day."""
    n, until = next(_serial), _day(until_on)
    document = make_document(
        base.customer,
        due_on=until,
        issued_on=until,
        components={"default_interest": amount},
        kind="charge",
        doc_type="charge",
        number=f"INT-{base.number}-{n}",
        currency=base.currency,
    )
    defaults: dict[str, Any] = {
        "kind": "default_interest",
        "from_on": base.due_on,
        "until_on": until,
        "because": "hand",
        "how": [],
    }
    with scope(creditor=base.creditor):
        return Charge.objects.create(
            creditor=base.creditor, document=document, base=base, **defaults | fields
        )


def make_credit(
    customer: Customer, amount: Amount = "1000", *, value_on: Day = "2026-04-15", **fields: Any
) -> Credit:
    """A payment that waits to be applied."""
    whole = Decimal(amount)
    defaults: dict[str, Any] = {
        "kind": "payment",
        "currency": customer.creditor.currency,
        "source": "test",
        "external_id": f"P{next(_serial)}",
    }
    with scope(creditor=customer.creditor):
        return Credit.objects.create(
            creditor=customer.creditor,
            customer=customer,
            value_on=_day(value_on),
            original_amount=whole,
            amount=whole,
            unapplied=whole,
            **defaults | fields,
        )


def apply(
    credit: Credit,
    document: Document,
    amount: Amount | None = None,
    *,
    value_on: Day | None = None,
    component: str = "",
) -> Application:
    """One bare application (the triggers do the rest): all of the credit unless said."""
    with scope(creditor=document.creditor):
        return Application.objects.create(
            creditor=document.creditor,
            credit=credit,
            document=document,
            component=component,
            amount=Decimal(amount) if amount is not None else credit.amount,
            value_on=_day(value_on) if value_on else credit.value_on,
        )


def pay(document: Document, amount: Amount | None = None, *, on: Day = "2026-04-15") -> Credit:
    """A payment of the document's customer, applied to it: all that is owed unless said."""
    refresh(document)
    paid = Decimal(amount) if amount is not None else document.open_amount
    credit = make_credit(document.customer, paid, value_on=on, currency=document.currency)
    apply(credit, document)
    return credit


def adjust(
    target: Document | Credit, delta: Amount, *, on: Day = "2026-04-15", component: str = ""
) -> None:
    row: dict[str, Any] = {
        "delta": Decimal(delta),
        "value_on": _day(on),
        "reason": "source_correction",
    }
    with scope(creditor=target.creditor):
        if isinstance(target, Document):
            DocumentAdjustment.objects.create(
                creditor=target.creditor, document=target, component=component, **row
            )
        else:
            CreditAdjustment.objects.create(creditor=target.creditor, credit=target, **row)


def happen(document: Document, kind: str, *, on: Day = "2026-04-15") -> None:
    """Something that happened to a document: ``filed``, ``written_off``, ``ceded`` …"""
    with scope(creditor=document.creditor):
        DocumentEvent.objects.create(
            creditor=document.creditor, document=document, kind=kind, happened_on=_day(on)
        )


def move_due_date(document: Document, due_on: Day) -> None:
    refresh(document)
    with scope(creditor=document.creditor):
        DueDate.objects.create(
            creditor=document.creditor,
            document=document,
            due_on=_day(due_on),
            previous_due_on=document.due_on,
            reason="test",
        )


def make_rate(
    creditor: Creditor, from_currency: str, rate: Amount, *, valid_on: Day = "2020-01-01"
) -> None:
    """Units of the creditor's currency for one of ``from_currency``."""
    with scope(creditor=creditor):
        ExchangeRate.objects.create(
            creditor=creditor,
            from_currency=from_currency,
            to_currency=creditor.currency,
            valid_on=_day(valid_on),
            rate=Decimal(rate),
            source="test",
        )


def assign(
    customer: Customer,
    user: User | None = None,
    *,
    role: str = "collector",
    person_code: str = "",
    from_on: Day = "2020-01-01",
    until_on: Day | None = None,
) -> None:
    with scope(creditor=customer.creditor):
        Assignment.objects.create(
            creditor=customer.creditor,
            customer=customer,
            role=role,
            user=user,
            person_code=person_code or (user.email if user else "V1"),
            from_on=_day(from_on),
            until_on=_day(until_on) if until_on else None,
        )


def make_obligation(customer: Customer, number: str = "", **fields: Any) -> Obligation:
    defaults: dict[str, Any] = {"currency": customer.creditor.currency, "product": "consumo"}
    with scope(creditor=customer.creditor):
        return Obligation.objects.create(
            creditor=customer.creditor,
            customer=customer,
            number=number or f"O{next(_serial)}",
            **defaults | fields,
        )


def make_contact_point(customer: Customer, channel: str, value: str, **fields: Any) -> ContactPoint:
    with scope(creditor=customer.creditor):
        return ContactPoint.objects.create(
            creditor=customer.creditor,
            customer=customer,
            channel=channel,
            value=value,
            normalised=value.lower(),
            **fields,
        )


def allow(customer: Customer, channel: str = "*", *, on: Day = "2020-01-01") -> None:
    """The customer lets themselves be contacted by ``channel`` (all of them unless said)."""
    with scope(creditor=customer.creditor):
        Consent.objects.create(
            creditor=customer.creditor,
            customer=customer,
            channel=channel,
            is_granted=True,
            given_on=_day(on),
            source="test",
        )


def make_hold(
    customer: Customer, kind: str = "manual", *, from_on: Day = "2020-01-01", **fields: Any
) -> Hold:
    """In force without end unless ``until_on`` says so; on one document with ``document=``."""
    with scope(creditor=customer.creditor):
        return Hold.objects.create(
            creditor=customer.creditor,
            customer=customer,
            kind=kind,
            from_on=_day(from_on),
            source="test",
            **fields,
        )


def refresh(row: Any) -> Any:
    """The row with what the database's triggers made of it."""
    with scope(creditor=row.creditor):
        row.refresh_from_db()
    return row


def _day(value: Day) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
