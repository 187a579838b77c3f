"""A payment that another system brings: recorded once, told back, taken back, refused in words."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django_scopes import scope

from factories import (
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    make_rate,
    refresh,
)
from payments.test_parallel_writers import at_once
from recaudo.api.telling import written
from recaudo.audit.events import deliver
from recaudo.audit.models import ChangeEvent, DomainEvent
from recaudo.config.subscribers import SUBSCRIBERS
from recaudo.core.money import minor_units
from recaudo.payments.actions.receiving import DAYS_AHEAD_MAX
from recaudo.payments.models import Application, Credit
from recaudo.payments.queries.check import check_ledger
from recaudo.portfolio.models import Customer

from .conftest import PAYMENTS, Caller, caller_of

pytestmark = pytest.mark.django_db


def credits(caller: Caller) -> int:
    with scope(creditor=caller.creditor):
        return Credit.objects.count()


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    told = answer.json()
    assert (answer.status_code, told["code"]) == (status, code), told
    assert set(told) == {"code", "message", "facts"} and len(told["message"]) > 20
    return told


def test_a_payment_is_recorded_applied_and_told_part_by_part(erp: Caller, customer: Customer):
    newer = make_document(customer, 300, due_on="2026-03-31", number="9", prefix="FV")
    older = make_document(
        customer, due_on="2026-02-28", number="8", components={"capital": 180, "interest": 20}
    )
    answer = erp.pay(
        amount="600.50", method="transfer", payer="Tesorería", reference="TR-9", currency="COP"
    )
    assert answer.status_code == 201, answer.content
    told = answer.json()
    rows = [(each["document"], each["component"], each["amount"]) for each in told["applied"]]
    assert rows == [("8", "interest", "20.00"), ("8", "capital", "180.00"), ("FV9", "", "300.00")]
    assert {each["document_id"] for each in told["applied"]} == {older.pk, newer.pk}
    assert (told["amount"], told["unapplied"], told["state"]) == ("600.50", "100.50", "partly")
    assert (told["customer"], told["source"], told["payer"]) == ("C-77", "api:erp", "Tesorería")
    assert (told["conversions"], told["missing_rates"]) == ([], [])
    assert check_ledger(erp.creditor) == []


def test_who_listens_is_told_and_the_log_names_the_system(erp: Caller, customer: Customer):
    document = make_document(customer, 100)
    told = erp.pay().json()
    event = DomainEvent.objects.get(kind="payment.received")
    assert (event.customer_id, event.facts["documents"]) == (customer.pk, [document.pk])
    change = ChangeEvent.objects.get(kind="payment_received")
    assert (change.origin, change.subject_id, change.by) == ("api:erp", told["id"], None)
    assert deliver(SUBSCRIBERS)["failed"] == 0


def test_the_same_payment_again_is_told_with_200_and_pays_nothing_more(
    erp: Caller, customer: Customer
):
    document = make_document(customer, 500)
    first, again = erp.pay(), erp.pay()
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert refresh(document).open_amount == 400
    assert DomainEvent.objects.filter(kind="payment.received").count() == 1


def test_what_is_the_same_written_otherwise_is_the_same(erp: Caller, customer: Customer):
    first = erp.pay(amount="100").json()["id"]
    for amount in (100, "100.00", " 100.0000 "):
        again = erp.pay(amount=amount, external_id=" P-1 ", kind="payment", currency="cop")
        assert (again.status_code, again.json()["id"]) == (200, first)


@pytest.mark.parametrize(
    "other",
    [{"amount": "101"}, {"kind": "advance"}, {"value_on": "2026-01-05"}, {"customer": "C-78"}],
    ids=str,
)
def test_a_known_identifier_with_other_facts_is_a_conflict(
    erp: Caller, customer: Customer, other: dict[str, Any]
):
    make_customer(erp.creditor, "C-78")
    make_document(customer, 500)
    first = erp.pay().json()
    told = refused(erp.pay(**other), 409, "credit_differs")
    assert told["facts"] == {"source": "api:erp", "external_id": "P-1"}
    assert erp.get(f"{PAYMENTS}/{first['id']}").json() == first
    assert credits(erp) == 1


def test_another_system_may_use_the_same_identifier_and_a_key_that_takes_over_may_not(
    erp: Caller, customer: Customer
):
    erp.pay()
    assert caller_of(erp.creditor, "pasarela").pay().status_code == 201
    from recaudo.api.keys import create_key

    key, secret = create_key(erp.creditor, "erp", takes_over=True)
    assert Caller(erp.creditor, key, secret).pay().status_code == 200


def test_stated_documents_go_first_and_the_rest_may_wait(erp: Caller, customer: Customer):
    older = make_document(customer, 200, due_on="2026-02-28", number="1")
    named = make_document(customer, 300, due_on="2026-03-31", number="2", prefix="FV")
    answer = erp.pay(amount="350", documents=[{"number": "FV-2"}], keep_rest=True)
    assert answer.json()["unapplied"] == "50.00"
    assert (refresh(named).open_amount, refresh(older).open_amount) == (0, 200)
    part = erp.pay(external_id="P-2", amount=70, documents=[{"number": "1", "amount": "60.5"}])
    assert [each["amount"] for each in part.json()["applied"]] == ["70.00"]


def test_a_stated_amount_is_a_ceiling(erp: Caller, customer: Customer):
    make_document(customer, 300, number="2")
    sent = {"documents": [{"number": "2", "amount": "60.50"}], "keep_rest": True}
    told = erp.pay(**sent).json()
    assert [each["amount"] for each in told["applied"]] == ["60.50"]
    assert told["unapplied"] == "39.50"


@pytest.mark.parametrize("number", ["FV-0012", "fv0012", "FV 0012", "0012", "FV0012"])
def test_a_document_is_found_as_people_write_it(erp: Caller, customer: Customer, number: str):
    document = make_document(customer, 100, number="0012", prefix="FV")
    make_document(customer, 100, number="12", due_on="2026-01-31")
    assert erp.pay(documents=[{"number": number}]).status_code == 201
    assert refresh(document).open_amount == 0


def test_where_a_number_is_of_several_documents_type_or_instalment_say_which(
    erp: Caller, customer: Customer
):
    note = make_document(customer, 100, number="5", doc_type="ND")
    invoice = make_document(customer, 100, number="5", doc_type="FV")
    first = make_document(customer, 100, number="7", instalment="1")
    second = make_document(customer, 100, number="7", instalment="2")
    for number in ("5", "7"):
        refused(erp.pay(documents=[{"number": number}]), 422, "api_stated_ambiguous")
    sent = [{"number": "5", "doc_type": "ND"}, {"number": "7", "instalment": "2"}]
    assert erp.pay(amount="200", documents=sent).status_code == 201
    assert refresh(note).open_amount == refresh(second).open_amount == 0
    assert refresh(invoice).open_amount == 100
    told = erp.pay(external_id="P-2", documents=[{"number": "7/1"}]).json()
    assert told["applied"][0]["document"] == "7/1"
    assert refresh(first).open_amount == 0


@pytest.mark.parametrize(
    ("documents", "code"),
    [
        ([{"number": "404"}], "stated_unknown"),
        ([{"number": "of-another"}], "stated_unknown"),
        ([{"number": "-"}], "stated_unknown"),
        ([{"number": "/"}], "stated_unknown"),
        ([{"number": "paid"}], "stated_closed"),
        ([{"number": "open"}, {"number": "OPEN"}], "api_stated_twice"),
        ([{"number": "open", "amount": "0"}], "stated_not_positive"),
        ([{"number": "open", "amount": "-1"}], "stated_not_positive"),
        ([{"number": "open", "amount": "0.00001"}], "money_too_fine"),
    ],
)
def test_documents_that_cannot_be_paid_are_refused_and_nothing_is_recorded(
    erp: Caller, customer: Customer, documents: list[dict[str, Any]], code: str
):
    make_document(make_customer(erp.creditor), 100, number="of-another")
    make_document(customer, 100, number="paid")
    erp.pay(documents=[{"number": "paid"}])
    make_document(customer, 100, number="open")
    refused(erp.pay(external_id="P-2", documents=documents), 422, code)
    assert credits(erp) == 1


def test_a_customer_is_named_by_code_or_by_tax_id(erp: Caller, customer: Customer):
    other = make_customer(
        erp.creditor, "C-78", tax_id="9001234561", tax_id_kind="nit", person_key="CO:9001234561"
    )
    for n, sent in enumerate(({"tax_id": "900.123.456-1"}, {"tax_id_kind": "NIT"})):
        sent = {"tax_id": "9001234561", "customer": None, "external_id": f"P-{n}"} | sent
        answer = erp.pay(**sent)
        assert (answer.status_code, answer.json()["customer"]) == (201, other.code)
    refused(erp.pay(customer=None), 422, "api_customer_not_named")
    refused(erp.pay(tax_id="9001234561"), 422, "api_customer_not_named")
    wrong_kind = {"customer": None, "tax_id": "9001234561", "tax_id_kind": "cc"}
    refused(erp.pay(**wrong_kind), 404, "api_tax_id_unknown")
    for nobody in ("1", "-", "...", "0"):
        refused(erp.pay(customer=None, tax_id=nobody), 404, "api_tax_id_unknown")
    make_customer(erp.creditor, "C-79", tax_id="9001234561", tax_id_kind="nit")
    refused(erp.pay(customer=None, tax_id="9001234561"), 422, "api_tax_id_ambiguous")


def test_a_customer_that_there_is_not_or_of_another_creditor_is_404(
    erp: Caller, customer: Customer
):
    make_customer(make_creditor(), "C-99")
    for code in ("C-99", "c-77", "nobody"):
        told = refused(erp.pay(customer=code), 404, "unknown_customer")
        assert code in told["message"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"amount": "0"}, "credit_not_positive"),
        ({"amount": "-5"}, "credit_not_positive"),
        ({"amount": -5}, "credit_not_positive"),
        ({"amount": "0.00001"}, "money_too_fine"),
        ({"amount": "100000000000000"}, "credit_too_large"),
        ({"amount": 10**15}, "money_out_of_range"),
        ({"amount": "9" * 30}, "money_out_of_range"),
        ({"currency": "XYZ"}, "currency_unknown"),
        ({"currency": "pesos"}, "currency_unknown"),
        ({"currency": "USD"}, "payment_rate_missing"),
        ({"value_on": "1989-12-31"}, "value_too_old"),
    ],
    ids=str,
)
def test_what_cannot_be_recorded_is_refused_in_words(
    erp: Caller, customer: Customer, changed: dict[str, Any], code: str
):
    make_document(customer, 100)
    refused(erp.pay(**changed), 422, code)
    assert credits(erp) == 0


def test_the_largest_amount_that_the_ledger_holds_is_taken(erp: Caller, customer: Customer):
    told = erp.pay(amount="99999999999999.9999").json()
    assert told["amount"] == told["unapplied"] == "99999999999999.9999"


@pytest.mark.parametrize(
    ("ahead", "status"),
    [(DAYS_AHEAD_MAX - 1, 201), (DAYS_AHEAD_MAX, 201), (DAYS_AHEAD_MAX + 1, 422)],
)
def test_a_value_date_may_be_a_few_days_ahead(
    erp: Caller, customer: Customer, ahead: int, status: int
):
    day = erp.today + timedelta(days=ahead)
    assert erp.pay(value_on=day.isoformat()).status_code == status


def test_pesos_pay_dollars_at_the_rate_of_the_day(erp: Caller, customer: Customer):
    make_rate(erp.creditor, "USD", "4100")
    make_document(customer, "100", currency="USD", number="E-1", issued_on="2026-01-10")
    told = erp.pay(amount="500000").json()
    (conversion,) = told["conversions"]
    assert (conversion["paid"], conversion["bought"]) == ("410000.00", "100.00")
    assert (conversion["currency"], conversion["rate"]) == ("USD", "4100")
    (applied,) = told["applied"]
    assert (applied["document"], applied["amount"], applied["currency"]) == ("E-1", "100.00", "USD")
    assert told["unapplied"] == "90000.00"
    assert erp.get(f"{PAYMENTS}/{told['id']}").json() == told


def test_a_debt_without_a_rate_waits_and_is_named(erp: Caller, customer: Customer):
    make_document(customer, "100", currency="USD")
    told = erp.pay(amount="500000").json()
    assert (told["missing_rates"], told["unapplied"]) == (["USD"], "500000.00")
    assert erp.pay(amount="500000").json() == told


@pytest.mark.parametrize("kind", ["advance", "credit_note", "withholding", "detraction"])
def test_other_kinds_may_be_brought(erp: Caller, customer: Customer, kind: str):
    assert erp.pay(kind=kind).json()["kind"] == kind


@pytest.mark.parametrize("kind", ["rounding", "adjustment", "forgiveness", "exchange", "", "x"])
def test_kinds_that_a_person_decides_are_refused(erp: Caller, customer: Customer, kind: str):
    told = refused(erp.pay(kind=kind), 422, "api_request_wrong")
    (field,) = told["facts"]["fields"]
    assert field["code"] == "api_field_not_one_of" and "payment" in field["known"]


def test_a_payment_is_found_by_number_and_by_its_identifier(erp: Caller, customer: Customer):
    make_document(customer, 100)
    told = erp.pay(external_id="A/1 ñ&b").json()
    assert erp.get(f"{PAYMENTS}/{told['id']}").json() == told
    assert erp.get(f"{PAYMENTS}?external_id=A%2F1%20%C3%B1%26b").json() == told
    refused(erp.get(f"{PAYMENTS}?external_id=A"), 404, "api_external_unknown")
    of_bank = make_credit(customer, 5, source="bank", external_id="A")
    found = erp.get(f"{PAYMENTS}?external_id=A&source=bank").json()
    assert found["id"] == of_bank.pk


def test_a_payment_is_told_in_as_many_queries_whatever_it_paid(erp: Caller, customer: Customer):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def queries(number: int) -> int:
        with CaptureQueriesContext(connection) as told:
            assert erp.get(f"{PAYMENTS}/{number}").status_code == 200
        return len(told)

    make_document(customer, 100)
    one = erp.pay().json()["id"]
    for _ in range(3):
        make_document(customer, 100)
    three = erp.pay(external_id="P-2", amount="300").json()["id"]
    erp.get(f"{PAYMENTS}/{one}")
    assert queries(one) == queries(three)


def test_a_payment_is_taken_back_once(erp: Caller, customer: Customer):
    document = make_document(customer, 100, number="8")
    paid = erp.pay().json()
    address = f"{PAYMENTS}/{paid['id']}/reversal"
    sent = {"value_on": erp.today.isoformat(), "reason": "Cheque devuelto"}
    back = erp.post(address, sent)
    assert back.status_code == 200, back.content
    told = back.json()
    assert (told["is_new"], told["documents"], told["refunded"]) == (True, ["8"], False)
    assert told["payment"]["state"] == "taken_back"
    assert told["payment"]["applied"][0]["undone_on"] == erp.today.isoformat()
    assert refresh(document).open_amount == 100
    change = ChangeEvent.objects.get(kind="credit_taken_back")
    assert (change.origin, change.subject_id) == ("api:erp", paid["id"])
    again = erp.post(address, sent).json()
    assert (again["is_new"], again["documents"]) == (False, [])
    assert erp.pay().json()["state"] == "taken_back"  # and does not come in again
    assert DomainEvent.objects.filter(kind="payment.taken_back").count() == 1
    assert check_ledger(erp.creditor) == []


@pytest.mark.parametrize(
    ("days", "status", "code"),
    [(-1, 422, "value_before"), (0, 200, ""), (DAYS_AHEAD_MAX + 1, 422, "value_too_far_ahead")],
)
def test_a_payment_comes_back_not_before_it_came(
    erp: Caller, customer: Customer, days: int, status: int, code: str
):
    paid = erp.pay().json()["id"]
    sent = {"value_on": (erp.today + timedelta(days=days)).isoformat(), "reason": "x"}
    answer = erp.post(f"{PAYMENTS}/{paid}/reversal", sent)
    assert (answer.status_code, answer.json().get("code", "")) == (status, code)


def test_a_system_takes_back_only_what_it_brought(erp: Caller, customer: Customer):
    theirs = caller_of(erp.creditor, "pasarela").pay().json()["id"]
    by_hand = make_credit(customer, 5).pk
    sent = {"value_on": erp.today.isoformat(), "reason": "x"}
    for number in (theirs, by_hand):
        answer = erp.post(f"{PAYMENTS}/{number}/reversal", sent)
        refused(answer, 403, "api_payment_of_another")
    with scope(creditor=erp.creditor):
        assert not Credit.objects.filter(amount=0).exists()


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("100", "COP", "100.00"),
        ("100.5000", "COP", "100.50"),
        ("100.1234", "COP", "100.1234"),
        ("1E+3", "CLP", "1000"),
        ("0.0000", "CLF", "0.0000"),
        ("1200.0000", "CLP", "1200"),
    ],
)
def test_amounts_are_written_with_the_currencys_decimals(amount: str, currency: str, text: str):
    assert written(Decimal(amount), currency) == text
    assert Decimal(text) == Decimal(amount)
    assert len(text.partition(".")[2]) >= minor_units(currency)


# ---------------------------------------------------------------- at once


@pytest.mark.django_db(transaction=True)
def test_the_same_payment_sent_many_times_at_once_is_recorded_once(erp: Caller, customer: Customer):
    document = make_document(customer, 1000)
    statuses = at_once(*[lambda: erp.pay().status_code] * 6)
    assert sorted(statuses) == [200] * 5 + [201]
    assert refresh(document).open_amount == 900
    with scope(creditor=erp.creditor):
        assert (Credit.objects.count(), Application.objects.count()) == (1, 1)
    assert check_ledger(erp.creditor) == []


@pytest.mark.django_db(transaction=True)
def test_of_two_amounts_under_one_identifier_at_once_one_is_a_conflict(
    erp: Caller, customer: Customer
):
    make_document(customer, 1000)
    acts = [lambda amount=amount: erp.pay(amount=amount).status_code for amount in (10, 20)]
    assert sorted(at_once(*acts)) == [201, 409]
    assert credits(erp) == 1


@pytest.mark.django_db(transaction=True)
def test_a_payment_taken_back_twice_at_once_is_taken_back_once(erp: Caller, customer: Customer):
    make_document(customer, 1000)
    address = f"{PAYMENTS}/{erp.pay().json()['id']}/reversal"
    sent = {"value_on": erp.today.isoformat(), "reason": "x"}
    ends = at_once(*[lambda: str(erp.post(address, sent).json()["is_new"])] * 3)
    assert sorted(ends) == ["False", "False", "True"]
    assert check_ledger(erp.creditor) == []
