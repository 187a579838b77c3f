"""What people do with lines: accept, split, park, claim, undo; and who comes second is told."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django_scopes import scope

from factories import make_creditor, make_customer, make_document, make_member, refresh
from recaudo.access.models import Creditor, User
from recaudo.core.problems import Problem
from recaudo.payments.actions import workbench
from recaudo.payments.actions.workbench import Share
from recaudo.payments.models import Credit, LineClaim, LineWork, PayerAlias, ReportedPayment
from recaudo.payments.queries.check import check_ledger
from recaudo.payments.queries.workbench import offers, unidentified_by_age
from recaudo.portfolio.models import Customer

from .making import NOW, TODAY, line, match, take, works

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def files_of_their_own(settings: Any, tmp_path: Path) -> None:
    storage = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}


@pytest.fixture
def creditor() -> Creditor:
    return make_creditor()


@pytest.fixture
def boss(creditor: Creditor) -> User:
    return make_member(creditor)


@pytest.fixture
def ana(creditor: Creditor) -> Customer:
    return make_customer(creditor, "A", name="Ana Torres")


@pytest.fixture
def waiting(creditor: Creditor, ana: Customer) -> LineWork:
    """A line that nobody recognises, of 500."""
    take(creditor, line("500", "CONSIGNACION", payer_name="Inversiones XYZ", payer_account="42"))
    match(creditor)
    (work,) = works(creditor)
    return work


def accept(work: LineWork, by: User, *shares: Share, version: int | None = None) -> list[Credit]:
    seen = work.version if version is None else version
    return workbench.accept(work, shares, seen_version=seen, by=by, now=NOW)


def test_a_persons_choice_pays_and_teaches(
    creditor: Creditor, boss: User, ana: Customer, waiting: LineWork
) -> None:
    document = make_document(ana, "300")
    (credit,) = accept(waiting, boss, Share(ana, Decimal(500), ((document.pk, Decimal(300)),)))
    assert (refresh(document).open_amount, refresh(credit).unapplied) == (0, 200)
    with scope(creditor=creditor):
        taught = set(PayerAlias.objects.values_list("kind", "value", "customer_id"))
    assert taught == {("account", "42", ana.pk), ("name", "INVERSIONES XYZ", ana.pk)}
    make_document(ana, "777")
    take(creditor, line("777", "OTRA", payer_name="XYZ INVERSIONES SAS"))
    assert match(creditor).as_dict()["reasons"] == {"alias": 1}
    assert not check_ledger(creditor)


def test_who_comes_second_is_told_and_nothing_is_paid_twice(
    creditor: Creditor, boss: User, ana: Customer, waiting: LineWork
) -> None:
    accept(waiting, boss, Share(ana, Decimal(500)))
    with pytest.raises(Problem, match="line_done"):
        accept(waiting, make_member(creditor), Share(ana, Decimal(500)))
    with scope(creditor=creditor):
        assert Credit.objects.count() == 1


def test_a_line_parked_meanwhile_is_not_what_was_seen(
    creditor: Creditor, boss: User, ana: Customer, waiting: LineWork
) -> None:
    workbench.park(waiting, seen_version=waiting.version, note="preguntar", by=boss, now=NOW)
    with pytest.raises(Problem, match="line_changed"):
        accept(waiting, boss, Share(ana, Decimal(500)))
    assert match(creditor).lines == 0  # parked: the matcher leaves it alone
    refresh(waiting)
    assert (waiting.state, waiting.note) == ("parked", "preguntar")
    workbench.bring_back(waiting, seen_version=waiting.version, by=boss, now=NOW)
    assert match(creditor).lines == 1


def test_one_payment_is_split_over_customers(
    creditor: Creditor, boss: User, ana: Customer, waiting: LineWork
) -> None:
    luis = make_customer(creditor, "L", name="Luis")
    one, two = make_document(ana, "200"), make_document(luis, "400")
    credits = accept(
        waiting,
        boss,
        Share(ana, Decimal(200), keep_rest=False),
        Share(luis, Decimal(300), keep_rest=False),
    )
    assert len({credit.external_id for credit in credits}) == 2
    assert (refresh(one).open_amount, refresh(two).open_amount) == (0, 100)
    with scope(creditor=creditor):
        assert not PayerAlias.objects.exists()  # it is of two: nothing to learn


@pytest.mark.parametrize(
    ("amounts", "code"),
    [
        (("499.99",), "shares_do_not_add"),
        (("500.01",), "shares_do_not_add"),
        (("600", "-100"), "share_not_positive"),
        (("500", "0"), "share_not_positive"),
    ],
)
def test_parts_must_make_the_line(
    boss: User, ana: Customer, waiting: LineWork, amounts: tuple[str, ...], code: str
) -> None:
    with pytest.raises(Problem) as refused:
        accept(waiting, boss, *(Share(ana, Decimal(amount)) for amount in amounts))
    assert refused.value.code == code
    assert refresh(waiting).state == "unidentified"


def test_a_document_paid_meanwhile_refuses_all_of_it(
    creditor: Creditor, boss: User, ana: Customer, waiting: LineWork
) -> None:
    document = make_document(ana, "300")
    with pytest.raises(Problem, match="document_over_applied"):
        accept(waiting, boss, Share(ana, Decimal(500), ((document.pk, Decimal(301)),)))
    with scope(creditor=creditor):
        assert not Credit.objects.exists()
    assert refresh(waiting).state == "unidentified"


def test_what_was_wrong_is_undone_and_done_right(
    creditor: Creditor, boss: User, ana: Customer, waiting: LineWork
) -> None:
    wrong, right = make_document(ana, "500"), make_document(make_customer(creditor), "500")
    accept(waiting, boss, Share(ana, Decimal(500), ((wrong.pk, Decimal(500)),)))
    refresh(waiting)
    workbench.undo(waiting, seen_version=waiting.version, by=boss, now=NOW, today=TODAY)
    assert refresh(wrong).open_amount == 500
    refresh(waiting)
    assert waiting.state == "parked"
    with pytest.raises(Problem, match="line_not_applied"):
        workbench.undo(waiting, seen_version=waiting.version, by=boss, now=NOW, today=TODAY)
    accept(waiting, boss, Share(right.customer, Decimal(500), ((right.pk, Decimal(500)),)))
    assert refresh(right).open_amount == 0
    assert not check_ledger(creditor)


def claim(work: LineWork, customer: Customer, by: User, receipt: bytes = b"foto") -> LineClaim:
    return workbench.claim(
        work.line, customer, receipt=receipt, receipt_name="foto.jpg", by=by, now=NOW
    )


def test_two_claims_for_two_customers_are_a_conflict(
    creditor: Creditor, boss: User, ana: Customer, waiting: LineWork
) -> None:
    luis = make_customer(creditor, "L", name="Luis")
    one = claim(waiting, ana, make_member(creditor), b"una foto")
    assert refresh(waiting).state == "unidentified"
    two = claim(waiting, luis, make_member(creditor), b"otra foto")
    assert refresh(waiting).state == "conflict"
    accept(waiting, boss, Share(luis, Decimal(500)))
    assert (refresh(one).state, refresh(two).state) == ("rejected", "accepted")
    with pytest.raises(Problem, match="line_done"):
        claim(waiting, ana, boss)


def test_a_claim_needs_a_receipt_and_is_made_once(
    boss: User, ana: Customer, waiting: LineWork
) -> None:
    with pytest.raises(Problem, match="receipt_missing"):
        claim(waiting, ana, boss, b"")
    with pytest.raises(Problem, match="receipt_too_large"):
        claim(waiting, ana, boss, b"x" * (workbench.RECEIPT_BYTES_MAX + 1))
    claim(waiting, ana, boss)
    with pytest.raises(Problem, match="claim_exists"):
        claim(waiting, ana, boss)


def test_the_same_receipt_twice_is_flagged(
    creditor: Creditor, boss: User, ana: Customer, waiting: LineWork
) -> None:
    import hashlib

    with scope(creditor=creditor):
        report = ReportedPayment.objects.create(
            creditor=creditor,
            customer=ana,
            currency="COP",
            until_on=TODAY,
            source="test",
            image_sha256=hashlib.sha256(b"foto").hexdigest(),
        )
    take(creditor, line("70", "OTRA CONSIGNACION"))
    match(creditor)
    first = claim(waiting, ana, boss)
    assert first.repeats == [{"report": report.pk}]
    again = claim(works(creditor)[1], ana, boss)
    assert {"claim": first.pk, "line": waiting.line_id} in again.repeats


@pytest.mark.parametrize(
    ("days", "label"),
    [(7, "0–7"), (8, "8–30"), (30, "8–30"), (31, "31–90"), (90, "31–90"), (91, "+90")],
)
def test_unidentified_money_has_an_age(creditor: Creditor, days: int, label: str) -> None:
    from datetime import timedelta

    take(creditor, line("5", on=TODAY - timedelta(days=days)))
    match(creditor)
    with scope(creditor=creditor):
        (aged,) = unidentified_by_age(TODAY)
    assert (aged.label, aged.count, aged.amount, aged.currency) == (label, 1, 5, "COP")


def test_an_offer_is_told_with_what_is_owed_now(creditor: Creditor, ana: Customer) -> None:
    make_document(ana, "90")
    take(creditor, line("90", "DEPOSITO"))
    match(creditor)
    with scope(creditor=creditor):
        (offer,) = offers(works(creditor)[0])
    assert offer.customer == ana
    assert offer.documents[0][1] == 90
