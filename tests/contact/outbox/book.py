"""Creditors with messages that wait: made fast, some thousands at a time."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django_scopes import scope

from factories import make_contact_point, make_creditor, make_customer, make_document
from recaudo.access.models import Creditor
from recaudo.contact.models import MailAccount, Message, MessageItem
from recaudo.portfolio.models import ContactPoint, Customer, Document

ONE_DAY = timedelta(days=1)


def sending_creditor(port: int = 9, *, now: datetime, **fields: Any) -> Creditor:
    """Released, with a sender whose server listens at ``port`` (9: nobody does)."""
    pace = fields.pop("per_minute", None)
    creditor = make_creditor(released_at=now, **fields)
    with scope(creditor=creditor):
        MailAccount.objects.create(
            creditor=creditor,
            name="Cartera",
            from_name="Cartera",
            from_address="cartera@acreedor.example",
            smtp_host="127.0.0.1",
            smtp_port=port,
            smtp_security="none",
            per_minute=pace,
            is_default=True,
        )
    return creditor


def plan(
    customer: Customer,
    *documents: Document,
    now: datetime,
    step: str = "recordatorio",
    **fields: Any,
) -> Message:
    """One planned e-mail about ``documents``, from an hour ago until tomorrow."""
    given: dict[str, Any] = {
        "step_key": step,
        "channel": "email",
        "template_key": "recordatorio",
        "state": "planned",
        "currency": customer.creditor.currency,
        "balance": sum((d.open_amount for d in documents), Decimal(0)),
        "not_before": now - timedelta(hours=1),
        "not_after": now + ONE_DAY,
    }
    with scope(creditor=customer.creditor):
        message = Message.objects.create(
            creditor=customer.creditor, customer=customer, **given | fields
        )
        MessageItem.objects.bulk_create(
            MessageItem(
                creditor=customer.creditor,
                customer=customer,
                document=document,
                step_key=step,
                anchor_on=document.due_on,
                balance=document.open_amount,
                message=message,
            )
            for document in documents
        )
    return message


def owing_customer(creditor: Creditor, *amounts: str) -> tuple[Customer, list[Document]]:
    customer = make_customer(creditor)
    make_contact_point(customer, "email", f"pagos@{customer.code.lower()}.example.com")
    return customer, [make_document(customer, amount) for amount in amounts or ("1000",)]


def many(creditor: Creditor, count: int, *, now: datetime) -> None:
    """``count`` customers with one document and one planned message each, by few statements."""
    with scope(creditor=creditor):
        customers = Customer.objects.bulk_create(
            Customer(creditor=creditor, code=f"M{n}", name=f"Cliente {n}", country="CO", slot=n % 9)
            for n in range(count)
        )
        ContactPoint.objects.bulk_create(
            ContactPoint(
                creditor=creditor,
                customer=each,
                channel="email",
                value=f"c{each.pk}@example.com",
                normalised=f"c{each.pk}@example.com",
            )
            for each in customers
        )
        due_on = date(2026, 3, 31)
        documents = Document.objects.bulk_create(
            Document(
                creditor=creditor,
                customer=each,
                key=f"||F{each.pk}|",
                number=f"F{each.pk}",
                issued_on=due_on - timedelta(days=30),
                due_on=due_on,
                currency=creditor.currency,
                original_amount=100,
                amount=100,
                open_amount=100,
            )
            for each in customers
        )
        messages = Message.objects.bulk_create(
            Message(
                creditor=creditor,
                customer=each,
                step_key="recordatorio",
                channel="email",
                template_key="recordatorio",
                state="planned",
                currency=creditor.currency,
                balance=100,
                not_before=now - timedelta(hours=1),
                not_after=now + ONE_DAY,
            )
            for each in customers
        )
        MessageItem.objects.bulk_create(
            MessageItem(
                creditor=creditor,
                customer_id=message.customer_id,
                document=document,
                step_key="recordatorio",
                anchor_on=due_on,
                balance=100,
                message=message,
            )
            for message, document in zip(messages, documents, strict=True)
        )
