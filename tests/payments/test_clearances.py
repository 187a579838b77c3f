"""Paz y salvo: only at zero on everything, numbered, and void when a payment comes back."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connections
from django_scopes import scope

from factories import (
    adjust,
    happen,
    make_charge,
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    make_member,
    pay,
    refresh,
)
from payments.test_debt import cover
from recaudo.audit.events import deliver, publish
from recaudo.audit.models import ChangeEvent
from recaudo.config.subscribers import SUBSCRIBERS
from recaudo.core.problems import Problem
from recaudo.payments.actions.clearances import (
    issue_clearance,
    public_address,
    read_clearance,
    void_clearance,
)
from recaudo.payments.actions.reversing import reverse_payment
from recaudo.payments.actions.waivers import undo_waiver, waive
from recaudo.payments.clearance_words import reason_told
from recaudo.payments.models import Clearance
from recaudo.payments.queries.clearances import clearances_of, what_lacks

NOW = datetime(2026, 6, 1, 15, tzinfo=UTC)
TODAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def files_of_their_own(settings, tmp_path):
    storage = {**settings.STORAGES["default"], "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = {**settings.STORAGES, "default": storage}


@pytest.fixture
def customer(db):
    return make_customer(make_creditor(), name="Ferretería El Tornillo")


def lacks(customer, day=TODAY):
    return [each.code for each in what_lacks(customer, day, today=TODAY)]


def issue(customer, day=TODAY):
    return issue_clearance(customer, day, by=None, now=NOW, origin="test")


def test_who_owes_nothing_gets_a_certificate_that_is_kept_as_it_was_given(customer):
    pay(make_document(customer, "1000"), on="2026-04-15")
    made = issue(customer)
    body = read_clearance(made)
    assert (made.number, made.as_of, made.voided_on) == (1, TODAY, None)
    assert body.startswith(b"%PDF-")
    assert hashlib.sha256(body).hexdigest() == made.sha256
    assert len(made.token) >= 32
    (event,) = ChangeEvent.objects.filter(kind="clearance_issued")
    assert event.subject_id == customer.pk
    assert made.token not in str(event.facts)


def test_the_same_day_again_gives_back_the_first(customer):
    assert issue(customer) == issue(customer)
    with scope(creditor=customer.creditor):
        assert Clearance.objects.count() == 1


def test_one_cent_is_enough_to_refuse(customer):
    document = make_document(customer, "1000")
    pay(document, "999.99", on="2026-04-15")
    assert lacks(customer) == ["clearance_documents"]
    with pytest.raises(Problem) as refused:
        issue(customer)
    assert refused.value.code == "clearance_owes"
    assert refused.value.facts["missing"] == ["documents"]
    pay(document, on="2026-05-01")
    assert issue(customer).number == 1


def test_what_is_not_due_yet_is_owed_too(customer):
    make_document(customer, "1000", issued_on="2026-05-30", due_on="2026-12-31")
    assert lacks(customer) == ["clearance_documents"]


def test_a_credit_that_waits_does_not_pay(customer):
    make_document(customer, "1000")
    make_credit(customer, "1000")
    assert lacks(customer) == ["clearance_documents"]


def test_what_was_written_off_is_still_owed(customer):
    happen(make_document(customer, "1000"), "written_off", on="2026-05-01")
    assert lacks(customer) == ["clearance_written_off"]


def test_what_was_ceded_is_anothers(customer):
    happen(make_document(customer, "1000"), "ceded", on="2026-05-01")
    assert lacks(customer) == []
    assert issue(customer).number == 1


def test_a_charge_is_owed(customer):
    make_document(customer, "10", kind="charge", components={"default_interest": 10})
    assert lacks(customer) == ["clearance_charges"]


def test_paper_that_has_not_cleared_is_no_money(customer):
    document = make_document(customer, "1000")
    cover(document, "1000")
    pay(document, on="2026-04-15")
    assert lacks(customer) == ["clearance_instruments"]


@pytest.mark.parametrize(("day", "expected"), [(TODAY, []), (TODAY + timedelta(1), "future")])
def test_no_day_to_come_is_certified(customer, day, expected):
    assert lacks(customer, day) == (["clearance_in_future"] if expected else [])
    if expected:
        with pytest.raises(Problem, match="clearance_in_future"):
            issue(customer, day)


def test_a_past_day_counts_as_it_was(customer):
    pay(make_document(customer, "1000", due_on="2026-03-31"), on="2026-04-15")
    assert lacks(customer, date(2026, 4, 14)) == ["clearance_documents"]
    assert lacks(customer, date(2026, 4, 15)) == []


def test_numbers_run_per_creditor_and_a_refusal_takes_none(customer):
    other = make_customer(customer.creditor)
    debtor = make_customer(customer.creditor)
    make_document(debtor, "5")
    first = issue(customer).number
    with pytest.raises(Problem):
        issue(debtor)
    assert (first, issue(other).number) == (1, 2)
    assert issue(make_customer(make_creditor())).number == 1


def test_a_person_takes_it_back_with_a_reason_once(customer):
    made = issue(customer)
    with pytest.raises(Problem, match="clearance_reason_missing"):
        void_clearance(made, on=TODAY, reason=" ", by=None, origin="test")
    void_clearance(made, on=TODAY, reason="Otro cliente", by=None, origin="test")
    again = void_clearance(made, on=TODAY + timedelta(9), reason="x", by=None, origin="test")
    assert (again.voided_on, again.void_reason) == (TODAY, "Otro cliente")
    assert ChangeEvent.objects.filter(kind="clearance_voided").count() == 1
    assert issue(customer).number == 2


def bounce(credit, on):
    reverse_payment(
        credit, value_on=date.fromisoformat(on), reason="cheque devuelto", by=None, now=NOW
    )


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 4, 14), ["clearance_documents"]),
        (date(2026, 4, 15), ["clearance_came_back"]),
        (date(2026, 4, 19), ["clearance_came_back"]),
        (date(2026, 4, 20), ["clearance_documents"]),
        (date(2026, 4, 25), []),
    ],
)
def test_no_day_is_certified_on_a_payment_that_came_back_since(customer, day, expected):
    document = make_document(customer, "1000")
    bounce(pay(document, on="2026-04-15"), "2026-04-20")
    pay(document, on="2026-04-25")
    assert lacks(customer, day) == expected


def test_it_falls_with_the_payment_and_the_log_says_so(customer):
    credit = pay(make_document(customer, "1000"), on="2026-04-15")
    issue(customer)
    bounce(credit, "2026-06-01")
    (kept,) = clearances_of(customer)
    assert (kept.voided_on, kept.void_reason) == (TODAY, "payment_taken_back")
    (event,) = ChangeEvent.objects.filter(kind="clearance_voided")
    assert (event.subject_id, event.facts["number"]) == (customer.pk, 1)


def test_it_falls_when_a_waiver_it_rested_on_is_undone(customer):
    base = make_document(customer, "1000", due_on="2026-03-31")
    charge = make_charge(base, "50", until_on="2026-04-15")
    pay(base, on="2026-04-15")
    chief = make_member(customer.creditor)
    waiver = waive(charge, None, reason="acuerdo", by=chief, now=NOW)
    issue(customer)
    undo_waiver(waiver, value_on=TODAY + timedelta(5), reason="no firmó", by=chief)
    (kept,) = clearances_of(customer)
    assert (kept.voided_on, kept.void_reason) == (TODAY + timedelta(5), "waiver_undone")
    assert reason_told(kept.void_reason) == "Se deshizo una condonación en la que se apoyaba."


def test_one_given_on_what_was_paid_instead_stands_when_the_old_event_arrives(customer):
    document = make_document(customer, "1000")
    bounce(pay(document, on="2026-04-15"), "2026-05-20")
    pay(document, on="2026-05-25")
    made = issue(customer)
    assert deliver(SUBSCRIBERS)["failed"] == 0
    (kept,) = clearances_of(customer)
    assert (kept.pk, kept.voided_on) == (made.pk, None)


@pytest.mark.parametrize(("value_on", "falls"), [("2026-06-01", True), ("2026-06-02", False)])
def test_it_falls_when_a_payment_it_rested_on_comes_back(customer, value_on, falls):
    """One given while the payment was on its way back. The event may come twice: an older
    delivery that was repeated."""
    made = issue(customer)
    document = make_document(customer, "1000", issued_on=value_on, due_on="2026-07-31")
    credit = make_credit(customer, "1000", value_on=value_on)
    adjust(credit, -1000, on=value_on)
    assert refresh(document).open_amount == 1000
    for _ in range(2):
        publish(
            "payment.taken_back",
            customer.creditor,
            customer_id=customer.pk,
            credit=credit.pk,
            amount="1000",
            currency="COP",
            documents=[],
        )
        assert deliver(SUBSCRIBERS)["failed"] == 0
    (kept,) = clearances_of(customer)
    assert (kept.voided_on is not None) is falls
    assert kept.void_reason == ("payment_taken_back" if falls else "")
    assert kept.pk == made.pk


def test_a_file_that_was_altered_is_not_shown(customer, settings, tmp_path):
    made = issue(customer)
    (tmp_path / made.path).write_bytes(b"%PDF- otro")
    with pytest.raises(Problem, match="clearance_gone"):
        read_clearance(made)


def test_the_public_address_is_the_installations_own(settings):
    settings.PUBLIC_URL = "https://cobros.example.com/"
    assert public_address("abc") == "https://cobros.example.com/paz-y-salvo/abc/"


@pytest.mark.django_db(transaction=True)
def test_ten_at_once_get_ten_numbers_without_a_gap():
    creditor = make_creditor()
    customers = [make_customer(creditor) for _ in range(10)]

    def one(customer):
        try:
            return issue(customer).number
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        numbers = sorted(pool.map(one, customers))
    assert numbers == list(range(1, 11))
