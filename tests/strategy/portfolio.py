"""A small portfolio with one customer of each usual kind, and how to look at what a run wrote."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection
from django_scopes import scope

from factories import make_contact_point, make_creditor, make_customer, make_document
from recaudo.access.models import Creditor
from recaudo.contact.models import Message, MessageItem
from recaudo.portfolio.models import Customer, Document
from recaudo.strategy.actions.books import activate_preset
from recaudo.strategy.actions.runs import release, run_day
from recaudo.strategy.models import (
    Decision,
    DocumentDecision,
    Run,
    SegmentStay,
    StrategyBook,
    Task,
    TaskItem,
)

#: A Wednesday without holidays around it.
DAY = date(2026, 4, 15)
ONE = timedelta(days=1)


def ready_creditor(**fields: Any) -> Creditor:
    """A creditor with the B2B book in force and no first run yet."""
    creditor = make_creditor(**fields)
    activate_preset(creditor, by=None, origin="test")
    return creditor


def with_channels(customer: Customer, *channels: str) -> Customer:
    for channel in channels or ("email", "phone"):
        make_contact_point(customer, channel, f"{channel}-{customer.pk}@example.com")
    return customer


def owing(
    creditor: Creditor, code: str, *, dpd: int = 3, amount: int = 1_000_000, day: date = DAY
) -> tuple[Customer, Document]:
    """A customer with e-mail and telephone and one invoice ``dpd`` days past due on ``day``."""
    customer = with_channels(make_customer(creditor, code))
    return customer, make_document(customer, amount, due_on=day - timedelta(days=dpd))


def mixed_portfolio(creditor: Creditor) -> list[Customer]:
    """Customers of every age from 40 days before their due date to 400 after it, two invoices
    each; one without any contact point, one with credits that cover what is overdue."""
    ages = (-40, -5, -3, 0, 1, 3, 8, 15, 16, 30, 45, 60, 75, 90, 95, 200, 400)
    customers = []
    for number, dpd in enumerate(ages):
        customer, _ = owing(creditor, f"M{number}", dpd=dpd)
        make_document(customer, 250_000, due_on=DAY - timedelta(days=dpd - 1))
        customers.append(customer)
    bare = make_customer(creditor, "SIN-DATOS")
    make_document(bare, 300_000, due_on=DAY - timedelta(days=15))
    return [*customers, bare]


def run(creditor: Creditor, day: date = DAY, **options: Any) -> dict[str, Any]:
    """A live run on ``day``, in place: inside the test's transaction, and quick for so few."""
    creditor.refresh_from_db()
    options = {"engine": "postgres", **options}
    return run_day(creditor, day, today=day, origin="test", **options)


def run_and_release(creditor: Creditor, day: date = DAY, **options: Any) -> dict[str, Any]:
    """The first run, let out the same day."""
    result = run(creditor, day, **options)
    release(creditor, today=day, by=None, origin="test")
    creditor.refresh_from_db()
    return result


def waiting(creditor: Creditor, customer: Customer | None = None) -> list[tuple[str, str, str]]:
    """(customer, step, channel) of what waits to be done or sent, in order."""
    with scope(creditor=creditor):
        found = []
        for model, states in ((Message, ["proposed", "planned"]), (Task, ["proposed", "open"])):
            rows = model.objects.filter(state__in=states).select_related("customer")
            rows = rows.filter(customer=customer) if customer else rows
            found += [(row.customer.code, row.step_key, row.channel) for row in rows]
    return sorted(found)


def picture(creditor: Creditor) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that a run writes, without ids and instants, so that two can be compared."""
    with scope(creditor=creditor):
        item = ("step_key", "anchor_on", "occurrence", "balance", "is_live")
        return {
            "messages": _rows(
                Message, "customer__code", "step_key", "channel", "state", "balance", "not_before",
                "not_after", "withdrawn_reason", "purpose",
            ),
            "tasks": _rows(
                Task, "customer__code", "step_key", "kind", "channel", "state", "balance",
                "priority", "due_on", "outcome",
            ),
            "message_items": _rows(MessageItem, "customer__code", "document__due_on", *item),
            "task_items": _rows(TaskItem, "customer__code", "document__due_on", *item),
            "decisions": _rows(
                Decision, "customer__code", "segment", "reason", "step_key", "next_step", "next_on",
                "priority", "value",
            ),
            "documents": _rows(
                DocumentDecision, "customer__code", "document__due_on", "reason", "next_step",
                "next_on",
            ),
            "stays": _rows(SegmentStay, "customer__code", "segment", "entered_on", "left_on"),
            "facts": _facts(creditor),
        }  # fmt: skip


def _rows(model: Any, *names: str) -> list[tuple[Any, ...]]:
    return sorted(model.objects.values_list(*names), key=repr)


def _facts(creditor: Creditor) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.code, f.claimable_balance, f.max_dpd, f.p_pay FROM strategy_customer_facts f "
            "JOIN portfolio_customer c ON c.id = f.customer_id WHERE f.creditor_id = %s",
            [creditor.pk],
        )
        return sorted(cursor.fetchall())


def forget(creditor: Creditor) -> None:
    """Take out everything that runs wrote, and the runs."""
    with scope(creditor=creditor):
        for model in (TaskItem, MessageItem, Task, Message, SegmentStay, Run):
            model.objects.all().delete()
        assert StrategyBook.objects.exists()
