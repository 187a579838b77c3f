"""One payment over a whole group, payrolls over strangers, and sellers' receipts (U9, F33)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from core.rules import tables
from factories import make_creditor, make_customer, make_document, make_rate, refresh
from recaudo.audit.models import DomainEvent
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.lots import (
    PayrollRow,
    assign_rest,
    receive_group,
    receive_payroll,
    reverse_lot,
)
from recaudo.payments.actions.matching import match_lines
from recaudo.payments.actions.receipts import (
    DEPOSIT_DAYS,
    deposit,
    line_pays_lot,
    lots_to_lines,
    record_receipt,
)
from recaudo.payments.actions.reversing import reverse_payment
from recaudo.payments.models import (
    BankAccount,
    BankLine,
    BankStatement,
    Credit,
    ExchangeDifference,
    LineWork,
    LotShare,
)
from recaudo.payments.queries.check import check_ledger
from recaudo.payments.queries.lots import Listed, receipts_held
from recaudo.portfolio.models import CustomerGroup

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 15, 10, tzinfo=ZoneInfo("America/Bogota"))
DAY = date(2026, 4, 15)
BACK = date(2026, 4, 17)


def money(amount, currency="COP"):
    return Money(Decimal(amount), currency)


@pytest.fixture
def creditor():
    return make_creditor()


@pytest.fixture
def group(creditor):
    with scope(creditor=creditor):
        return CustomerGroup.objects.create(creditor=creditor, code="G1", name="Grupo Uno")


def pay_group(creditor, amount, *, external_id="L1", currency="COP", **more):
    return receive_group(
        creditor,
        money(amount, currency),
        value_on=DAY,
        source="web",
        external_id=external_id,
        now=NOW,
        **more,
    )


def make_line(creditor, amount, *, text="", on=DAY, number="1"):
    with scope(creditor=creditor):
        account, _ = BankAccount.objects.get_or_create(
            creditor=creditor, number="123", defaults={"currency": "COP"}
        )
        statement = BankStatement.objects.create(
            creditor=creditor,
            account=account,
            file_name="x",
            format="x",
            fingerprint=number,
            lines_told=1,
            lines_new=1,
        )
        line = BankLine.objects.create(
            creditor=creditor,
            account=account,
            statement=statement,
            external_id=number,
            value_on=on,
            booked_on=on,
            amount=Decimal(amount),
            currency="COP",
            text=text,
        )
        LineWork.objects.create(creditor=creditor, line=line)
        return line


def test_a_group_pays_the_oldest_of_all_its_members_first(creditor, group):
    one, two = (make_customer(creditor, group=group) for _ in range(2))
    newer = make_document(one, 300, due_on="2026-03-31")
    older = make_document(two, 200, due_on="2026-02-28")
    outside = make_document(make_customer(creditor), 100, due_on="2026-01-31")
    paid = pay_group(creditor, 250, group=group)
    assert (paid.customers, paid.documents, paid.applied, paid.unassigned) == (2, 2, 250, 0)
    assert refresh(older).open_amount == 0
    assert refresh(newer).open_amount == 250
    assert refresh(outside).open_amount == 100
    with scope(creditor=creditor):
        shares = {c.customer_id: c.amount for c in Credit.objects.filter(lot=paid.lot)}
    assert shares == {one.pk: 50, two.pk: 200}
    assert check_ledger(creditor) == []


def test_interest_of_the_whole_group_comes_before_any_capital(creditor, group):
    one, two = (make_customer(creditor, group=group) for _ in range(2))
    make_document(one, components={"capital": 100}, due_on="2026-01-31")
    charged = make_document(two, components={"capital": 80, "interest": 20}, due_on="2026-03-31")
    pay_group(creditor, 30, group=group)
    with scope(creditor=creditor):
        assert charged.components.get(component="interest").open_amount == 0
    assert check_ledger(creditor) == []


def test_what_nobody_owes_is_unassigned_until_a_person_says_whose_it_is(creditor, group):
    one = make_customer(creditor, group=group)
    make_document(one, 100)
    paid = pay_group(creditor, 130, group=group)
    assert paid.unassigned == 30
    assert check_ledger(creditor) == []
    with pytest.raises(Problem) as told:
        assign_rest(paid.lot, one, money(31), now=NOW)
    assert told.value.code == "lot_not_so_much"
    later = make_document(one, 20)
    credit = assign_rest(paid.lot, one, money(30), now=NOW)
    assert (credit.amount, credit.unapplied) == (30, 10)
    assert refresh(later).open_amount == 0
    assert refresh(paid.lot).unassigned == 0
    assert check_ledger(creditor) == []


def test_a_list_is_paid_as_it_says(creditor):
    one, two = make_customer(creditor, "A1"), make_customer(creditor, "B2")
    make_document(one, 100, number="1", prefix="FV", due_on="2026-01-31")
    named = make_document(one, 100, number="2", prefix="FV", due_on="2026-03-31")
    theirs = make_document(two, 100)
    listed = [
        Listed(Decimal(120), document="FV-2"),
        Listed(Decimal(40), customer="B2"),
        Listed(Decimal(5), document="FV-999"),
        Listed(Decimal(5), customer="nadie"),
    ]
    paid = pay_group(creditor, 200, listed=listed)
    assert refresh(named).open_amount == 0
    assert refresh(theirs).open_amount == 60
    assert (paid.applied, paid.unapplied, paid.unassigned) == (140, 20, 40)
    assert paid.problems == ((3, "FV-999", "document_unknown"), (4, "nadie", "customer_unknown"))
    with scope(creditor=creditor):
        assert LotShare.objects.filter(lot=paid.lot).count() == 4
    assert check_ledger(creditor) == []


def test_a_list_over_the_payment_is_refused_with_the_difference(creditor):
    make_document(make_customer(creditor, "A1"), 100)
    with pytest.raises(Problem) as told:
        pay_group(creditor, 100, listed=[Listed(Decimal(101), customer="A1")])
    assert (told.value.code, told.value.facts["difference"]) == ("lot_over_listed", money(1))
    with scope(creditor=creditor):
        assert not Credit.objects.exists()


def test_members_of_another_group_are_not_paid_by_a_groups_list(creditor, group):
    make_customer(creditor, "A1", group=group)
    stranger = make_document(make_customer(creditor, "Z9"), 100)
    paid = pay_group(creditor, 50, group=group, listed=[Listed(Decimal(50), customer="Z9")])
    assert paid.problems == ((1, "Z9", "customer_outside"),)
    assert (paid.unassigned, refresh(stranger).open_amount) == (50, 100)


def test_the_same_lot_again_changes_nothing_and_another_is_refused(creditor, group):
    document = make_document(make_customer(creditor, group=group), 100)
    first = pay_group(creditor, 40, group=group)
    again = pay_group(creditor, 40, group=group)
    assert (again.lot.pk, again.is_new) == (first.lot.pk, False)
    assert refresh(document).open_amount == 60
    with pytest.raises(Problem) as told:
        pay_group(creditor, 41, group=group)
    assert told.value.code == "lot_differs"


def test_a_lot_comes_back_whole(creditor, group):
    documents = [make_document(make_customer(creditor, group=group), 100) for _ in range(3)]
    paid = pay_group(creditor, 320, group=group)
    back = reverse_lot(paid.lot, value_on=BACK, reason="Devuelto", now=NOW + timedelta(days=2))
    assert len(back.credits) == 3
    assert [refresh(each).open_amount for each in documents] == [100] * 3
    assert (
        reverse_lot(paid.lot, value_on=BACK, reason="Devuelto", now=NOW + timedelta(days=2)).credits
        == ()
    )
    assert DomainEvent.objects.filter(kind="payment.taken_back").count() == 3
    assert check_ledger(creditor) == []


def test_a_lot_comes_back_in_the_same_queries_whatever_its_size(creditor):
    counts = []
    for size in (1, 4):
        customers = [make_customer(creditor) for _ in range(size)]
        for customer in customers:
            make_document(customer, 100)
        lot = pay_group(creditor, 100 * size, customers=customers, external_id=str(size)).lot
        with CaptureQueriesContext(connection) as queries:
            reverse_lot(lot, value_on=BACK, reason="Devuelto", now=NOW + timedelta(days=2))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 45


def test_a_lot_in_dollars_posts_its_differences(creditor, group):
    make_rate(creditor, "USD", 4000, valid_on="2026-01-01")
    make_rate(creditor, "USD", 4100, valid_on="2026-04-14")
    make_document(make_customer(creditor, group=group), 100, currency="USD", issued_on="2026-01-10")
    pay_group(creditor, 100, group=group, currency="USD")
    with scope(creditor=creditor):
        assert ExchangeDifference.objects.get().amount == 10_000


@pytest.mark.parametrize("customers", [1, 3])
def test_a_group_costs_the_same_queries_whatever_its_size(creditor, group, customers):
    for _ in range(customers):
        make_document(make_customer(creditor, group=group), 100)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        pay_group(creditor, 100 * customers, group=group)
    assert len(queries) <= 36


@pytest.mark.parametrize("table", tables("application.md", "group"), ids=lambda t: str(t.facts))
def test_the_tables_of_a_group_are_true(creditor, group, table):
    documents = {}
    for code in dict.fromkeys(row["customer"] for row in table.rows):
        customer = make_customer(creditor, code, group=group)
        own = [row for row in table.rows if row["customer"] == code]
        for number in dict.fromkeys(row["number"] for row in own):
            parts = [row for row in own if row["number"] == number]
            documents[number] = make_document(
                customer,
                number=number,
                due_on=parts[0]["due"],
                components={row["component"]: row["open"] for row in parts},
            )
    paid = pay_group(creditor, table.facts["amount"], group=group)
    assert paid.unassigned == Decimal(table.facts["unassigned"])
    for row in table.rows:
        with scope(creditor=creditor):
            part = documents[row["number"]].components.get(component=row["component"])
        assert part.amount - part.open_amount == Decimal(row["receives"]), row


# -- payrolls


def payroll(creditor, rows, total, **more):
    return receive_payroll(
        creditor,
        rows,
        stated_total=money(total),
        value_on=DAY,
        source="web",
        external_id=more.pop("external_id", "N1"),
        now=NOW,
        **more,
    )


def test_a_payroll_pays_strangers_and_keeps_what_it_says_of_each(creditor):
    ana, luis = (
        make_customer(creditor, "E1", tax_id="52111222"),
        make_customer(creditor, "E2"),
    )
    documents = [make_document(ana, 100), make_document(luis, 100)]
    rows = [
        PayrollRow("52.111.222", Decimal(60)),
        PayrollRow("E2", Decimal(30), "partial", expected=Decimal(60)),
        PayrollRow("E9", Decimal(10)),
        PayrollRow("E2", Decimal(0), "leave", "licencia hasta junio"),
        PayrollRow("E1", Decimal(0)),
    ]
    paid = payroll(creditor, rows, 100)
    assert [refresh(each).open_amount for each in documents] == [40, 70]
    assert paid.unassigned == 10
    assert paid.problems == ((3, "E9", "customer_unknown"), (5, "E1", "amount_missing"))
    with scope(creditor=creditor):
        novelties = list(LotShare.objects.order_by("row").values_list("novelty", "expected"))
    assert novelties == [("", None), ("partial", 60), ("", None), ("leave", None), ("", None)]
    assert check_ledger(creditor) == []


@pytest.mark.parametrize(("total", "difference"), [(99, 1), (100, None), (101, -1)])
def test_a_payroll_must_add_up(creditor, total, difference):
    make_document(make_customer(creditor, "E1"), 500)
    rows = [PayrollRow("E1", Decimal(60)), PayrollRow("E1", Decimal(40))]
    if difference is None:
        assert payroll(creditor, rows, total).customers == 1
        return
    with pytest.raises(Problem) as told:
        payroll(creditor, rows, total)
    assert told.value.code == "payroll_does_not_add"
    assert told.value.facts["difference"] == money(difference)


def test_a_negative_row_or_an_unknown_novelty_is_refused(creditor):
    make_customer(creditor, "E1")
    for row, code in (
        (PayrollRow("E1", Decimal(-1)), "payroll_row_negative"),
        (PayrollRow("E1", Decimal(1), "casado"), "payroll_novelty_unknown"),
    ):
        with pytest.raises(Problem) as told:
            payroll(creditor, [row], 1)
        assert told.value.code == code


# -- receipts of sellers


def receipt(customer, amount, number, *, seller="V1", on=DAY):
    return record_receipt(
        customer, money(amount), seller=seller, number=number, received_on=on, now=NOW
    )


def sheet(creditor, numbers, amount, **more):
    return deposit(
        creditor,
        seller="V1",
        numbers=numbers,
        amount=money(amount),
        deposited_on=more.pop("on", DAY),
        external_id=more.pop("external_id", "P1"),
        now=NOW,
        **more,
    )


def test_a_receipt_pays_at_once_and_its_number_counts_once(creditor):
    customer = make_customer(creditor)
    document = make_document(customer, 100)
    first, is_new = receipt(customer, 40, "0001")
    again, is_new_again = receipt(customer, 40, "0001")
    assert (is_new, is_new_again, first.pk) == (True, False, again.pk)
    assert refresh(document).open_amount == 60
    with pytest.raises(Problem) as told:
        receipt(customer, 50, "0001")
    assert told.value.code == "receipt_number_used"
    assert receipt(customer, 50, "0001", seller="V2")[1]


@pytest.mark.parametrize(
    ("day", "code"), [("2062-04-15", "value_too_far_ahead"), ("1026-04-15", "value_too_old")]
)
def test_a_sheet_of_another_century_is_refused(creditor, day, code):
    """Its line of the bank would never be found, and it would head the list for good."""
    make_document(customer := make_customer(creditor), 100)
    receipt(customer, 40, "1")
    with pytest.raises(Problem, match=code):
        sheet(creditor, ["1"], 40, on=date.fromisoformat(day))


def test_a_sheet_ties_receipts_to_a_deposit_and_tells_the_difference(creditor):
    customer = make_customer(creditor)
    make_document(customer, 100)
    receipt(customer, 40, "1")
    receipt(customer, 30, "2")
    with pytest.raises(Problem) as told:
        sheet(creditor, ["1", "2"], 60)
    assert (told.value.code, told.value.facts["difference"]) == ("deposit_short", money(10))
    done = sheet(creditor, ["1", "2"], 75)
    assert (done.difference, done.lot.unassigned) == (money(5), 5)
    assert sheet(creditor, ["2", "1"], 75).is_new is False
    with pytest.raises(Problem) as told:
        sheet(creditor, ["1"], 40, external_id="P2")
    assert told.value.code == "receipts_deposited"
    with pytest.raises(Problem) as told:
        sheet(creditor, ["7"], 40, external_id="P2")
    assert told.value.code == "receipts_unknown"
    assert check_ledger(creditor) == []


def test_a_receipt_that_bounced_is_not_deposited(creditor):
    customer = make_customer(creditor)
    make_document(customer, 100)
    made, _ = receipt(customer, 40, "1")
    reverse_payment(made.credit, value_on=DAY, reason="Cheque devuelto", now=NOW)
    with pytest.raises(Problem) as told:
        sheet(creditor, ["1"], 40)
    assert told.value.code == "receipts_taken_back"


def test_a_short_deposit_may_be_accepted_and_stays_open(creditor):
    customer = make_customer(creditor)
    make_document(customer, 100)
    receipt(customer, 40, "1")
    done = sheet(creditor, ["1"], 35, accept_short=True)
    assert (done.lot.state, done.difference) == ("open", money(-5))
    assert check_ledger(creditor) == []


def test_what_a_seller_still_holds_is_aged(creditor):
    customer = make_customer(creditor)
    make_document(customer, 1000)
    for number, days in (("1", 0), ("2", 1), ("3", 2), ("4", 7), ("5", 8)):
        receipt(customer, 10, number, on=DAY - timedelta(days=days))
    receipt(customer, 99, "9", seller="V2")
    bounced, _ = receipt(customer, 5, "6")
    reverse_payment(bounced.credit, value_on=DAY, reason="Cheque devuelto", now=NOW)
    with scope(creditor=creditor):
        first, second = receipts_held(creditor, DAY)
    assert (first.seller, first.receipts, first.amount, first.days) == ("V1", 5, 50, 8)
    assert first.by_age == (20, 20, 10)
    assert second.seller == "V2"


def test_the_deposits_line_makes_no_second_credit(creditor):
    customer = make_customer(creditor)
    make_document(customer, 100)
    receipt(customer, 40, "1")
    receipt(customer, 30, "2")
    done = sheet(creditor, ["1", "2"], 70, reference="CONS-881")
    line = make_line(creditor, 70, text="CONSIGNACION CONS881")
    assert lots_to_lines(creditor, today=DAY, now=NOW) == {"paid": 1, "parked": 0}
    assert lots_to_lines(creditor, today=DAY, now=NOW) == {"paid": 0, "parked": 0}
    with scope(creditor=creditor):
        work = LineWork.objects.get(line=line)
        assert (work.state, work.reason) == ("applied", "lot")
        assert Credit.objects.count() == 2
    assert refresh(done.lot).line_id == line.pk
    with pytest.raises(Problem) as told:
        line_pays_lot(make_line(creditor, 70, number="2"), done.lot, now=NOW)
    assert told.value.code == "lot_has_line"


@pytest.mark.parametrize(
    ("days", "state"),
    [(DEPOSIT_DAYS - 1, "parked"), (DEPOSIT_DAYS, "parked"), (DEPOSIT_DAYS + 1, "unidentified")],
)
def test_a_line_that_may_be_a_deposit_is_put_aside_for_a_person(creditor, days, state):
    customer = make_customer(creditor)
    make_document(customer, 100)
    receipt(customer, 70, "1")
    sheet(creditor, ["1"], 70)
    line = make_line(creditor, 70, text="EFECTIVO", on=DAY + timedelta(days=days))
    later = DAY + timedelta(days=20)
    match_lines(creditor, today=later, now=NOW, origin="test")
    with scope(creditor=creditor):
        assert LineWork.objects.get(line=line).state == state


def test_a_line_of_another_amount_does_not_pay_the_lot(creditor):
    customer = make_customer(creditor)
    make_document(customer, 100)
    receipt(customer, 70, "1")
    done = sheet(creditor, ["1"], 70)
    with pytest.raises(Problem) as told:
        line_pays_lot(make_line(creditor, 71), done.lot, now=NOW)
    assert told.value.code == "line_lot_differs"
