"""What is certain is applied by itself, once; what is not waits for a person with its reasons."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django_scopes import scope

from factories import (
    apply,
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    make_hold,
    refresh,
)
from recaudo.access.models import Creditor
from recaudo.payments.actions import matching
from recaudo.payments.models import (
    Application,
    Credit,
    PayerAlias,
    PaymentReference,
    ReportedPayment,
    WithholdingProfile,
)
from recaudo.payments.queries.check import check_ledger
from recaudo.portfolio.models import Customer, Document

from .making import TODAY, line, match, take, works

pytestmark = pytest.mark.django_db


@pytest.fixture
def creditor() -> Creditor:
    return make_creditor()


@pytest.fixture
def tornillo(creditor: Creditor) -> Customer:
    return make_customer(creditor, "T1", name="Ferretería El Tornillo S.A.S.", tax_id="900123456")


def rows(creditor: Creditor) -> tuple[int, int]:
    with scope(creditor=creditor):
        return Credit.objects.count(), Application.objects.count()


def test_a_named_document_is_paid_by_itself_and_only_once(
    creditor: Creditor, tornillo: Customer
) -> None:
    document = make_document(tornillo, "1500.50", number="123456", prefix="FE")
    take(creditor, line("1500.50", "PAGO FACT FE-123456"))
    outcome = match(creditor)
    assert outcome.as_dict()["applied"] == 1
    assert refresh(document).open_amount == 0
    (work,) = works(creditor)
    assert (work.state, work.reason, work.customer) == ("applied", "document_number", tornillo)
    with scope(creditor=creditor):
        credit = Credit.objects.get()
    assert (credit.source, credit.value_on, credit.unapplied) == ("bank", TODAY, 0)
    assert match(creditor).lines == 0
    take(creditor, line("1500.50", "PAGO FACT FE-123456"), line("1", "OTRA"))
    assert rows(creditor) == (1, 1)
    assert not check_ledger(creditor)


def test_parts_are_paid_in_the_legal_order(creditor: Creditor, tornillo: Customer) -> None:
    document = make_document(
        tornillo, components={"capital": "900", "default_interest": "100"}, number="555777"
    )
    take(creditor, line("970", "PAGO 555777", payer_name="El Tornillo Ferreteria"))
    match(creditor)
    with scope(creditor=creditor):
        paid = dict(Application.objects.values_list("component", "amount"))
    assert paid == {"default_interest": Decimal(100), "capital": Decimal(870)}
    assert refresh(document).open_amount == 30
    assert not check_ledger(creditor)


def test_the_customers_reference_pays_in_order_whatever_the_amount(
    creditor: Creditor, tornillo: Customer
) -> None:
    old = make_document(tornillo, "100", due_on="2026-01-31")
    new = make_document(tornillo, "100", due_on="2026-02-28")
    with scope(creditor=creditor):
        PaymentReference.objects.create(
            creditor=creditor, customer=tornillo, reference="1000000145"
        )
    take(creditor, line("130", "CONVENIO", references=("0001000000145",)))
    match(creditor)
    assert (refresh(old).open_amount, refresh(new).open_amount) == (0, 70)
    # One digit wrong names nobody.
    take(creditor, line("30", "CONVENIO", references=("1000000154",)))
    assert match(creditor).as_dict()["applied"] == 0


def test_two_lines_for_one_document_pay_it_once(creditor: Creditor, tornillo: Customer) -> None:
    make_document(tornillo, "500", number="123456")
    make_document(tornillo, "500", number="999999")
    take(
        creditor,
        line("500", "FACT 123456", payer_name=tornillo.name),
        line("500", "FACT 123456 BIS", payer_name=tornillo.name),
    )
    match(creditor)
    one, two = works(creditor)
    assert one.state == "applied"
    assert (two.state, two.reason) == ("offered", "already_paid")


def test_an_uncertain_line_is_offered_with_its_best_three(
    creditor: Creditor, tornillo: Customer
) -> None:
    for at in range(4):
        make_document(make_customer(creditor, name=f"Cliente {at}"), "777")
    take(creditor, line("777", "DEPOSITO"))
    assert match(creditor).as_dict()["offered"] == 1
    (work,) = works(creditor)
    assert [each["reason"] for each in work.candidates] == ["amount"] * 3
    assert rows(creditor) == (0, 0)


def test_what_says_nothing_is_unidentified_and_found_later(
    creditor: Creditor, tornillo: Customer
) -> None:
    take(creditor, line("321", "CONSIGNACION 444555"))
    match(creditor)
    assert works(creditor)[0].state == "unidentified"
    make_document(tornillo, "321", number="444555")  # the invoice comes in the next day's file
    assert match(creditor).as_dict()["applied"] == 1


def test_tax_ids_and_learned_payers_identify(creditor: Creditor, tornillo: Customer) -> None:
    one = make_document(tornillo, "400")
    two = make_document(tornillo, "450")
    with scope(creditor=creditor):
        PayerAlias.objects.create(
            creditor=creditor, kind="account", value="5550001", customer=tornillo
        )
    take(
        creditor,
        line("400", "RECAUDO NIT 900.123.456"),
        line("450", "ABONO", payer_account="555-0001"),
    )
    match(creditor)
    assert (refresh(one).open_amount, refresh(two).open_amount) == (0, 0)
    assert [work.reason for work in works(creditor)] == ["tax_id", "account"]


def test_a_value_date_ahead_waits_for_its_day(creditor: Creditor, tornillo: Customer) -> None:
    from dataclasses import replace

    make_document(tornillo, "10", number="123456")
    ahead = replace(line("10", "FACT 123456"), value_on=TODAY + timedelta(days=1))
    take(creditor, ahead)
    assert match(creditor).lines == 0
    assert works(creditor)[0].state == "new"


def test_another_currency_is_another_debt(creditor: Creditor, tornillo: Customer) -> None:
    make_document(tornillo, "10", number="123456", currency="USD")
    take(creditor, line("10", "FACT 123456"))
    assert match(creditor).as_dict()["applied"] == 0


def test_a_ceded_document_is_left_to_a_person(creditor: Creditor, tornillo: Customer) -> None:
    from factories import happen

    document = make_document(tornillo, "10", number="123456")
    happen(document, "ceded", on="2026-04-01")
    take(creditor, line("10", "FACT 123456", payer_name=tornillo.name))
    assert match(creditor).as_dict()["applied"] == 0


def test_a_reported_payment_meets_its_money(creditor: Creditor, tornillo: Customer) -> None:
    make_document(tornillo, "600")
    hold = make_hold(tornillo, "reported_paid")
    with scope(creditor=creditor):
        report = ReportedPayment.objects.create(
            creditor=creditor,
            customer=tornillo,
            amount="600",
            currency="COP",
            paid_on=TODAY - timedelta(days=2),
            reference="APR-99881",
            until_on=TODAY + timedelta(days=3),
            hold_id=hold.pk,
            source="test",
        )
    take(creditor, line("600", "PSE APR 99881"))
    match(creditor)
    refresh(report)
    assert (works(creditor)[0].reason, report.state) == ("reported", "matched")
    assert report.credit_id is not None
    assert refresh(hold).released_at is not None


@pytest.mark.parametrize(("days", "state"), [(10, "matched"), (11, "waiting")])
def test_a_report_and_its_money_are_few_days_apart(
    creditor: Creditor, tornillo: Customer, days: int, state: str
) -> None:
    make_document(tornillo, "600", number="123456")
    with scope(creditor=creditor):
        report = ReportedPayment.objects.create(
            creditor=creditor,
            customer=tornillo,
            amount="600",
            currency="COP",
            paid_on=TODAY - timedelta(days=days),
            until_on=TODAY,
            source="test",
        )
    take(creditor, line("600", "FACT 123456"))
    match(creditor)
    assert refresh(report).state == state


def test_what_somebody_else_paid_meanwhile_is_judged_again(
    creditor: Creditor, tornillo: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between judging and writing, the document is paid by another payment."""
    from factories import apply
    from recaudo.payments.actions import matching

    document = make_document(tornillo, "500", number="123456")
    take(creditor, line("500", "FACT 123456"))
    pay_lines, interrupted = matching.pay_lines, []

    def late(*args: object, **options: object) -> set[int]:
        if not interrupted:
            interrupted.append(apply(make_credit(tornillo, "500"), document))
        return pay_lines(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(matching, "pay_lines", late)
    outcome = match(creditor)
    assert outcome.as_dict()["applied"] == 0
    assert works(creditor)[0].state == "unidentified"
    assert rows(creditor) == (1, 1)


def told_paid(document: Document, on: date, amount: str | None = None) -> None:
    """A corte of that day no longer names the document: it is closed by inference."""
    credit = make_credit(
        document.customer,
        amount or document.amount,
        value_on=on,
        kind="snapshot",
        source="corte",
    )
    apply(credit, document)


def test_the_money_takes_the_place_of_what_a_corte_inferred(
    creditor: Creditor, tornillo: Customer
) -> None:
    paid = make_document(tornillo, "500", number="123456", due_on="2026-01-31")
    same = make_document(tornillo, "500", number="123457", due_on="2026-02-28")
    told_paid(paid, TODAY + timedelta(days=1))
    take(creditor, line("500", "TRANSFERENCIA", payer_name="Ferreteria El Tornillo"))
    match(creditor)
    assert [refresh(each).open_amount for each in (paid, same)] == [0, 500]
    with scope(creditor=creditor):
        inferred = Credit.objects.get(kind="snapshot")
        bank = Credit.objects.get(source="bank")
    assert (inferred.amount, inferred.unapplied, bank.unapplied) == (0, 0, 0)
    assert not check_ledger(creditor)


def test_a_named_document_that_a_corte_closed_is_paid_by_its_money(
    creditor: Creditor, tornillo: Customer
) -> None:
    document = make_document(tornillo, "500", number="123456")
    told_paid(document, TODAY)
    take(creditor, line("450", "PAGO 123456", payer_name="Ferreteria El Tornillo"))
    match(creditor)
    (work,) = works(creditor)
    assert work.state == "applied"
    assert refresh(document).open_amount == 0
    with scope(creditor=creditor):
        assert Credit.objects.get(kind="snapshot").amount == 50
    assert not check_ledger(creditor)


def test_money_that_came_after_the_corte_is_other_money(
    creditor: Creditor, tornillo: Customer
) -> None:
    paid = make_document(tornillo, "500", number="123456", due_on="2026-01-31")
    same = make_document(tornillo, "500", number="123457", due_on="2026-02-28")
    told_paid(paid, TODAY - timedelta(days=1))
    take(creditor, line("500", "TRANSFERENCIA", payer_name="Ferreteria El Tornillo"))
    match(creditor)
    assert [refresh(each).open_amount for each in (paid, same)] == [0, 0]
    with scope(creditor=creditor):
        assert Credit.objects.get(kind="snapshot").amount == 500


def test_two_payments_of_one_closed_document_replace_it_once(
    creditor: Creditor, tornillo: Customer
) -> None:
    document = make_document(tornillo, "500", number="123456")
    told_paid(document, TODAY)
    take(creditor, line("500", "PAGO 123456"), line("500", "PAGO 123456 OTRA VEZ"))
    match(creditor)
    assert sorted(work.state for work in works(creditor)) == ["applied", "unidentified"]
    assert refresh(document).open_amount == 0
    assert not check_ledger(creditor)


def test_the_exact_net_of_who_withholds_closes_the_document(
    creditor: Creditor, tornillo: Customer
) -> None:
    with scope(creditor=creditor):
        WithholdingProfile.objects.create(
            creditor=creditor,
            customer=tornillo,
            kind="retefuente",
            base="total",
            per_cent=Decimal("2.5"),
            from_on=date(2020, 1, 1),
        )
    first = make_document(tornillo, "300", due_on="2026-01-31")
    second = make_document(tornillo, "1000", due_on="2026-02-28", number="123456")
    take(creditor, line("975", "TRANSFERENCIA", payer_name="Ferreteria El Tornillo"))
    match(creditor)
    assert [refresh(each).open_amount for each in (first, second)] == [300, 0]
    with scope(creditor=creditor):
        assert {each.kind for each in Credit.objects.all()} == {"payment", "withholding"}
    assert not check_ledger(creditor)


@pytest.mark.parametrize(("apart", "state"), [(5, "offered"), (6, "applied")])
def test_money_that_came_by_another_way_is_not_counted_twice(
    creditor: Creditor, tornillo: Customer, apart: int, state: str
) -> None:
    first, second = (make_document(tornillo, "500", due_on=f"2026-0{n}-28") for n in (1, 2))
    known = make_credit(tornillo, "500", value_on=TODAY - timedelta(days=apart), source="import")
    apply(known, first)
    take(creditor, line("500", "TRANSFERENCIA", payer_name="Ferreteria El Tornillo"))
    match(creditor)
    (work,) = works(creditor)
    assert work.state == state
    assert refresh(second).open_amount == (500 if state == "offered" else 0)
    assert state == "applied" or work.reason == "known_payment"


def test_a_known_payment_speaks_for_one_line_only(creditor: Creditor, tornillo: Customer) -> None:
    documents = [make_document(tornillo, "500", due_on=f"2026-0{n}-28") for n in (1, 2, 3)]
    apply(make_credit(tornillo, "500", value_on=TODAY, source="desk"), documents[0])
    name = "Ferreteria El Tornillo"
    take(creditor, line("500", "PAGO UNO", payer_name=name), line("500", "DOS", payer_name=name))
    match(creditor)
    assert sorted(work.state for work in works(creditor)) == ["applied", "offered"]


def test_what_a_corte_closed_stays_closed_when_the_line_cannot_be_paid_after_all(
    creditor: Creditor, tornillo: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = make_document(tornillo, "500", number="123456")
    other = make_document(tornillo, "300", number="123457")
    told_paid(told, TODAY)
    take(creditor, line("800", "PAGO 123456 123457"))
    real, seen = matching.pay_lines, []

    def late(*given: Any, **named: Any) -> set[int]:
        if not seen:  # somebody pays the other one between our look and our lock
            seen.append(apply(make_credit(tornillo, "300"), other))
        return real(*given, **named)

    monkeypatch.setattr(matching, "pay_lines", late)
    match(creditor)
    (work,) = works(creditor)
    assert seen and work.state != "applied"
    assert [refresh(each).open_amount for each in (told, other)] == [0, 0]
    assert check_ledger(creditor) == []


def test_who_means_a_document_that_another_line_paid_does_not_pay_another(
    creditor: Creditor, tornillo: Customer
) -> None:
    for number in ("CS004522", "CS005618"):
        make_document(tornillo, "100", number=number)
    name = "FERRETERIA EL TORNILLO"
    take(
        creditor,
        line("100", "PAGO CS004522", payer_name=name),
        line("100", "PAGO 04522", payer_name=name),
    )
    match(creditor)
    assert [(work.state, work.reason) for work in works(creditor)] == [
        ("applied", "sure_number"),
        ("offered", "which_of_several"),
    ]


@pytest.mark.parametrize(("days", "state"), [(179, "offered"), (180, "offered"), (181, "applied")])
def test_or_one_that_was_closed_lately(
    creditor: Creditor, tornillo: Customer, days: int, state: str
) -> None:
    closed = make_document(tornillo, "100", number="CS004522")
    make_document(tornillo, "100", number="CS005618")
    then = TODAY - timedelta(days=days)
    apply(make_credit(tornillo, "100", value_on=then), closed, "100", value_on=then)
    assert refresh(closed).closed_on == then
    take(creditor, line("100", "PAGO 04522", payer_name="FERRETERIA EL TORNILLO"))
    match(creditor)
    assert [work.state for work in works(creditor)] == [state]


def test_a_cut_number_among_the_others_of_the_customer_says_which(
    creditor: Creditor, tornillo: Customer
) -> None:
    for number, amount in (("CS004522", "100"), ("CS005618", "40"), ("CS005619", "40")):
        make_document(tornillo, amount, number=number)
    take(creditor, line("140", "PAGO 04522 S005619", payer_name="FERRETERIA EL TORNILLO"))
    match(creditor)
    with scope(creditor=creditor):
        paid = set(Application.objects.values_list("document__number", flat=True))
    assert paid == {"CS004522", "CS005619"}
