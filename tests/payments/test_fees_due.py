"""Collection fees: by the law's scale, as agreed, per reminder, and never where the law forbids."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django_scopes import scope

from factories import make_creditor, make_customer, make_document, make_rate, refresh
from recaudo.access.models import Creditor
from recaudo.contact.models import Interaction
from recaudo.contact.reminders import record_reminders
from recaudo.core.problems import Problem
from recaudo.payments.actions.charging import fix_charges
from recaudo.payments.actions.terms import Wanted, set_terms
from recaudo.payments.models import Charge, ChargeTerms, Reminder
from recaudo.payments.queries.accruals import accrued
from recaudo.payments.queries.check import check_ledger
from recaudo.payments.queries.fees_due import fees_due
from recaudo.portfolio.models import Customer, Document

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 30, 15, tzinfo=UTC)
DUE = date(2026, 3, 1)


def chile() -> Creditor:
    creditor = make_creditor(country="CL", currency="CLP", timezone="America/Santiago")
    make_rate(creditor, "CLF", "40000", valid_on="2026-01-01")
    return creditor


def agree(creditor: Creditor, **fields: Any) -> ChargeTerms:
    wanted = Wanted(from_on=date(2026, 1, 1), source="c. 7", **fields)
    return set_terms(creditor, wanted, by=None, origin="test")


def fix(customer: Customer, on: date, **fields: Any) -> list[Charge]:
    return fix_charges(customer, as_of=on, because="hand", now=NOW, **fields)


def amounts(customer: Customer) -> list[Decimal]:
    with scope(creditor=customer.creditor):
        rows = Document.objects.filter(customer=customer, kind="charge").order_by("id")
        return [row.amount for row in rows]


def tell(customer: Customer, on: date, *, is_message: bool = True, **fields: Any) -> Interaction:
    """A contact of ours on that day; a message unless said."""
    with scope(creditor=customer.creditor):
        message = customer.messages.create(
            creditor=customer.creditor,
            step_key="recordatorio",
            channel="email",
            template_key="recordatorio",
            state=fields.pop("state", "sent"),
            currency=customer.creditor.currency,
            balance=1,
            not_before=NOW,
            not_after=NOW + timedelta(days=1),
        )
        return Interaction.objects.create(
            creditor=customer.creditor,
            customer=customer,
            message_id=message.pk if is_message else None,
            at=datetime(on.year, on.month, on.day, 15, tzinfo=UTC),
            on_day=on,
            channel="email" if is_message else "call",
            direction="out",
            source="test",
            external_id=str(message.pk),
            **fields,
        )


@pytest.mark.parametrize(("days", "posted"), [(20, []), (21, [30_000])])
def test_chile_charges_after_twenty_days_by_brackets(days: int, posted: list[int]) -> None:
    creditor = chile()
    agree(creditor, fee="legal")
    customer = make_customer(creditor)
    document = make_document(customer, 400_000, due_on=DUE)  # 10 UF at 40,000: 9 % is 36,000
    noticed = frozenset({document.pk})
    fix(customer, DUE + timedelta(days=days), noticed=noticed)
    assert amounts(customer) == [each + 6_000 for each in posted]


@pytest.mark.parametrize(("days", "fee"), [(0, 36_000), (15, 36_000), (16, 28_000)])
def test_the_free_notice_of_the_first_fifteen_days_is_seen_in_what_was_sent(
    days: int, fee: int
) -> None:
    creditor = chile()
    agree(creditor, fee="legal")
    customer = make_customer(creditor)
    make_document(customer, 400_000, due_on=DUE)
    tell(customer, DUE + timedelta(days=days))
    record_reminders(creditor)
    fix(customer, DUE + timedelta(days=30))
    assert amounts(customer) == [fee]  # without it 0.2 UF less


@pytest.mark.parametrize(
    "fields", [{"state": "bounced"}, {"state": "failed"}, {"is_message": False}]
)
def test_what_did_not_arrive_is_no_notice(fields: dict[str, Any]) -> None:
    creditor = chile()
    agree(creditor, fee="legal")
    customer = make_customer(creditor)
    make_document(customer, 400_000, due_on=DUE)
    tell(customer, DUE + timedelta(days=3), **fields)
    assert record_reminders(creditor) == 0


def test_once_per_overdue_amount_whatever_is_done_later() -> None:
    creditor = chile()
    agree(creditor, fee="legal")
    customer = make_customer(creditor)
    make_document(customer, 400_000, due_on=DUE)
    fix(customer, DUE + timedelta(days=21))
    fix(customer, DUE + timedelta(days=22))
    fix(customer, DUE + timedelta(days=90))
    assert amounts(customer) == [28_000]
    assert check_ledger(creditor) == []


def test_without_the_unit_of_the_day_nothing_is_charged_and_it_is_said() -> None:
    creditor = make_creditor(country="CL", currency="CLP", timezone="America/Santiago")
    agree(creditor, fee="legal")
    customer = make_customer(creditor)
    make_document(customer, 400_000, due_on=DUE)
    day = DUE + timedelta(days=30)
    assert fix(customer, day) == []
    (told,) = fees_due(creditor, [customer.pk], day, with_refused=True)
    assert told.fee.refused == "fee_unit_value_missing"


def test_each_reminder_is_charged_once_and_one_message_is_one_reminder() -> None:
    creditor = make_creditor()
    agree(creditor, fee="per_reminder", fee_amount=Decimal(5_000), fee_currency="COP")
    customer = make_customer(creditor)
    older = make_document(customer, 100_000, due_on=DUE, regime="company")
    newer = make_document(customer, 100_000, due_on=DUE + timedelta(days=1), regime="company")
    tell(customer, DUE + timedelta(days=5), debts=[newer.pk, older.pk])
    tell(customer, DUE + timedelta(days=9), debts=[newer.pk])
    assert record_reminders(creditor) == 3
    assert record_reminders(creditor) == 0
    fix(customer, DUE + timedelta(days=9))
    fix(customer, DUE + timedelta(days=9))
    with scope(creditor=creditor):
        charges = list(Charge.objects.select_related("document").order_by("base_id"))
    assert [(each.base_id, each.document.amount) for each in charges] == [
        (older.pk, 5_000),
        (newer.pk, 5_000),
    ]
    tell(customer, DUE + timedelta(days=12), debts=[older.pk])
    record_reminders(creditor)
    fix(customer, DUE + timedelta(days=12))
    assert amounts(customer) == [5_000, 5_000, 5_000]


def test_reminders_of_before_the_contract_said_so_are_free() -> None:
    creditor = make_creditor()
    customer = make_customer(creditor)
    make_document(customer, 100_000, due_on=DUE, regime="company")
    tell(customer, DUE + timedelta(days=4))
    tell(customer, DUE + timedelta(days=5))
    wanted = Wanted(
        from_on=DUE + timedelta(days=5),
        source="otrosí",
        fee="per_reminder",
        fee_amount=Decimal(5_000),
    )
    set_terms(creditor, wanted, by=None, origin="test")
    record_reminders(creditor)
    fix(customer, DUE + timedelta(days=30))
    assert amounts(customer) == [5_000]


def test_a_reminder_before_the_due_date_or_on_it_costs_nothing() -> None:
    creditor = make_creditor()
    agree(creditor, fee="per_reminder", fee_amount=Decimal(5_000))
    customer = make_customer(creditor)
    make_document(customer, 100_000, due_on=DUE, regime="company")
    tell(customer, DUE - timedelta(days=1))
    tell(customer, DUE)
    record_reminders(creditor)
    assert fix(customer, DUE + timedelta(days=30)) == []


def test_where_the_law_forbids_them_no_fee_is_agreed_nor_charged() -> None:
    creditor = make_creditor(country="PE", currency="PEN", timezone="America/Lima")
    customer = make_customer(creditor)
    make_document(customer, 1_000, due_on=DUE, regime="supervised_lender")
    with pytest.raises(Problem) as refused:
        agree(creditor, customer=customer, fee="once", fee_amount=Decimal(10))
    assert refused.value.code == "fee_not_lawful" and refused.value.facts["article"]
    # Agreed for all, because others may: of this debt nothing is charged, and it is said.
    make_document(make_customer(creditor), 1_000, due_on=DUE, regime="company")
    agree(creditor, fee="once", fee_amount=Decimal(10))
    assert fix(customer, DUE + timedelta(days=30)) == []
    (told,) = fees_due(creditor, [customer.pk], DUE + timedelta(days=30), with_refused=True)
    assert told.fee.refused == "fees_forbidden"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"fee_amount": Decimal("-0.01")}, "fee_agreed_negative"),
        ({"fee_per_cent": Decimal("100.01")}, "fee_absurd"),
        ({"fee_amount": Decimal(10) ** 9}, "fee_absurd"),
        ({}, "fee_amount_missing"),
    ],
)
def test_negative_and_absurd_fees_are_refused(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(Problem) as refused:
        agree(make_creditor(), fee="once", **fields)
    assert refused.value.code == code


def test_between_european_companies_it_is_forty_euros() -> None:
    creditor = make_creditor(country="ES", currency="EUR", timezone="Europe/Madrid")
    agree(creditor, fee="legal")
    customer = make_customer(creditor)
    make_document(customer, 1_000, due_on=DUE, regime="company")
    (charge,) = fix(customer, DUE + timedelta(days=1))
    assert (charge.kind, amounts(customer)) == ("compensation", [40])


def test_brazil_takes_two_per_cent_and_no_more() -> None:
    creditor = make_creditor(country="BR", currency="BRL", timezone="America/Sao_Paulo")
    agree(creditor, fee="once", fee_per_cent=Decimal(10))
    customer = make_customer(creditor)
    make_document(customer, 1_000, due_on=DUE)
    (charge,) = fix(customer, DUE + timedelta(days=1))
    assert (charge.kind, amounts(customer)) == ("late_fine", [20])


def test_a_fee_that_waits_is_told_with_what_accrues_and_as_of_any_day() -> None:
    creditor = chile()
    agree(creditor, fee="legal")
    customer = make_customer(creditor)
    document = make_document(customer, 400_000, due_on=DUE)
    (told,) = accrued(customer, DUE + timedelta(days=30))
    assert told.document_id == document.pk and not told.unposted
    assert [fee.amount.amount for fee in told.fees] == [28_000]
    fix(customer, DUE + timedelta(days=30))
    assert accrued(customer, DUE + timedelta(days=30)) == []
    # Before it was posted it was due and not posted.
    (then,) = accrued(customer, DUE + timedelta(days=29))
    assert [fee.amount.amount for fee in then.fees] == [28_000]


def test_what_was_told_cannot_be_untold() -> None:
    creditor = chile()
    agree(creditor, fee="legal")
    customer = make_customer(creditor)
    document = refresh(make_document(customer, 400_000, due_on=DUE))
    tell(customer, DUE + timedelta(days=1))
    record_reminders(creditor)
    with scope(creditor=creditor):
        row = Reminder.objects.get(document=document)
    with pytest.raises(Exception, match="only_added"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM payments_reminder WHERE id = %s", [row.pk])


def test_a_fee_agreed_once_in_another_currency_is_refused_and_not_taken_one_for_one() -> None:
    creditor = make_creditor(country="MX", currency="MXN", timezone="America/Mexico_City")
    agree(creditor, fee="once", fee_amount=Decimal(500), fee_currency="MXN")
    customer = make_customer(creditor)
    make_document(customer, 1_000, due_on=DUE, currency="USD", number="U")
    own = make_document(customer, 1_000, due_on=DUE, number="M")
    told = fees_due(creditor, [customer.pk], DUE + timedelta(days=30), with_refused=True)
    assert [(each.label, each.fee.refused) for each in told if each.fee.refused] == [
        ("U", "fee_currency_differs")
    ]
    (charge,) = fix(customer, DUE + timedelta(days=30))
    assert (charge.base_id, amounts(customer)) == (own.pk, [500])
