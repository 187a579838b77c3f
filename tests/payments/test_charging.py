"""Interest posted when something fixes it: what is posted always equals what the rule says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django_scopes import scope
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from factories import make_creditor, make_customer, make_document, make_member, refresh
from payments.test_parallel_writers import at_once
from recaudo.access.models import Role
from recaudo.core.application import Stated
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.charging import correct_charges, fix_charges, fix_many
from recaudo.payments.actions.receiving import receive
from recaudo.payments.actions.reversing import reverse_payment
from recaudo.payments.actions.terms import Wanted, set_terms
from recaudo.payments.actions.waivers import undo_waiver, waive
from recaudo.payments.models import Charge, Credit
from recaudo.payments.queries.accruals import EVER, accrued
from recaudo.payments.queries.balances import open_as_of
from recaudo.payments.queries.check import check_ledger
from recaudo.portfolio.models import Document

NOW = datetime(2026, 12, 31, 15, tzinfo=UTC)


def mexican(**fields):
    """No ceiling to load and no legal rate to look up: 36.5 % is a tenth of a per cent a day."""
    return make_creditor(country="MX", currency="MXN", timezone="America/Mexico_City", **fields)


def charge_interest(creditor, *, from_on=date(2026, 1, 1), rate="36.5", **fields):
    wanted = Wanted(
        from_on=from_on,
        source="contrato, cláusula 7",
        interest="computed",
        annual_rate=Decimal(rate),
        rate_quote="nominal_annual",
        **fields,
    )
    return set_terms(creditor, wanted, by=None, origin="test")


def pay(customer, amount, on, n=1, **fields):
    currency = customer.creditor.currency
    return receive(
        customer,
        Money(Decimal(amount), currency),
        value_on=date.fromisoformat(on),
        source="test",
        external_id=f"p{n}-{on}",
        now=NOW,
        **fields,
    ).credit


def open_of(customer):
    with scope(creditor=customer.creditor):
        rows = Document.objects.filter(customer=customer, open_amount__gt=0).order_by("id")
        return {str(row): row.open_amount for row in rows}


def charges_of(customer):
    with scope(creditor=customer.creditor):
        return list(
            Charge.objects.filter(base__customer=customer).select_related("document").order_by("id")
        )


@pytest.fixture
def customer(db):
    creditor = mexican()
    charge_interest(creditor)
    return make_customer(creditor)


def fix(customer, on, because="hand"):
    day = date.fromisoformat(on)
    return fix_charges(customer, as_of=day, because=because, now=NOW)


def test_nothing_is_charged_without_terms(db):
    customer = make_customer(mexican())
    make_document(customer, 10_000, due_on="2026-03-01")
    assert fix(customer, "2026-04-01") == []


def test_interest_is_a_debt_of_its_own_with_its_number_and_its_reckoning(customer):
    make_document(customer, 10_000, due_on="2026-03-01", number="FV-7")

    (charge,) = fix(customer, "2026-03-11")

    assert open_of(customer) == {"FV-7": 10_000, "INT-FV-7-1": 100}
    assert (charge.from_on, charge.until_on) == (date(2026, 3, 1), date(2026, 3, 11))
    (stretch,) = charge.how["stretches"]
    assert (stretch["days"], stretch["per_cent"], stretch["basis"]) == (10, "36.500000", "agreed")
    assert stretch["source"] == "contrato, cláusula 7"


def test_twice_on_a_day_is_once_and_later_only_the_rest_is_posted(customer):
    make_document(customer, 10_000, due_on="2026-03-01", number="F")
    fix(customer, "2026-03-11")
    assert fix(customer, "2026-03-11") == []
    fix(customer, "2026-03-12")
    assert [each.document.amount for each in charges_of(customer)] == [100, 10]


@pytest.mark.parametrize(("day", "posted"), [("2026-03-01", 0), ("2026-03-02", 1)])
def test_the_first_day_late_is_the_first_that_bears(customer, day, posted):
    make_document(customer, 10_000, due_on="2026-03-01")
    assert len(fix(customer, day)) == posted


def test_a_payment_fixes_what_has_accrued_and_pays_it_first(customer):
    make_document(customer, 10_000, due_on="2026-03-01", number="F")
    pay(customer, 10_050, "2026-03-11")
    assert open_of(customer) == {"F": 50}
    assert charges_of(customer)[0].because == "payment"


def test_after_the_principal_is_paid_its_interest_stays_owed(customer):
    document = make_document(customer, 10_000, due_on="2026-03-01", number="F")
    pay(customer, 10_000, "2026-03-11", stated=[Stated(document.pk)])
    assert open_of(customer) == {"INT-F-1": 100}
    fix(customer, "2026-06-30")
    assert open_of(customer) == {"INT-F-1": 100}, "interest bears no interest"


def test_a_payment_dated_back_makes_the_posted_interest_smaller(customer):
    make_document(customer, 10_000, due_on="2026-03-01", number="F")
    fix(customer, "2026-03-31")
    assert open_of(customer)["INT-F-1"] == 300
    pay(customer, 5_100, "2026-03-11")
    # 10 days of 10,000 were 100; then 20 days of what was left.
    assert sum(each.document.amount for each in charges_of(customer)) == sum_of_rule(
        customer, "2026-03-31"
    )
    assert check_ledger(customer.creditor) == []


def sum_of_rule(customer, on):
    return sum(each.accrued.amount.amount for each in accrued(customer, date.fromisoformat(on)))


def test_a_payment_that_had_paid_too_much_interest_pays_the_debt_with_the_rest(customer):
    make_document(customer, 10_000, due_on="2026-03-01", number="F")
    pay(customer, 300, "2026-03-31", n=1)
    assert open_of(customer) == {"F": 10_000}
    pay(customer, 10_000, "2026-03-02", n=2)
    posted = sum(each.document.amount for each in charges_of(customer))
    assert posted == sum_of_rule(customer, "2026-03-31")
    assert posted < 20
    assert check_ledger(customer.creditor) == []


def test_a_payment_before_the_due_date_told_late_leaves_no_interest(customer):
    make_document(customer, 10_000, due_on="2026-03-01", number="F")
    fix(customer, "2026-03-31")
    pay(customer, 10_000, "2026-02-20")
    assert open_of(customer) == {}
    assert [each.document.amount for each in charges_of(customer)] == [0]


def test_a_returned_payment_brings_the_interest_of_its_days_back(customer):
    make_document(customer, 10_000, due_on="2026-03-01", number="F")
    credit = pay(customer, 10_000, "2026-03-01")
    fix(customer, "2026-03-31")
    with scope(creditor=customer.creditor):
        reverse_payment(credit, value_on=date(2026, 3, 21), reason="cheque sin fondos", now=NOW)
    fix(customer, "2026-03-31")
    # A cheque that bounced has paid nothing: all 30 days bear, and on the day before it came back
    # nobody knew.
    assert sum_of_rule(customer, "2026-03-31") == 300
    assert sum_of_rule(customer, "2026-03-20") == 0
    assert open_of(customer) == {"F": 10_000, "INT-F-1": 300}


def test_terms_that_change_count_from_their_day(customer):
    make_document(customer, 10_000, due_on="2026-03-01", number="F")
    charge_interest(customer.creditor, from_on=date(2026, 3, 11), rate="73")
    (charge,) = fix(customer, "2026-03-21")
    assert charge.document_id and open_of(customer)["INT-F-1"] == 300
    assert [row["days"] for row in charge.how["stretches"]] == [10, 10]


def test_the_narrowest_scope_counts_whole(customer):
    charge_interest(customer.creditor, rate="73", customer=customer)
    make_document(customer, 10_000, due_on="2026-03-01", number="F")
    fix(customer, "2026-03-11")
    assert open_of(customer)["INT-F-1"] == 200


def test_mora_that_the_source_brings_is_not_computed_as_well(db):
    creditor = mexican()
    customer = make_customer(creditor)
    make_document(customer, components={"capital": 900, "default_interest": 100})
    with pytest.raises(Problem) as refused:
        charge_interest(creditor)
    assert refused.value.code == "interest_mode_imported"


def test_only_the_capital_of_an_instalment_bears(customer):
    make_document(
        customer,
        components={"capital": 10_000, "interest": 5_000, "insurance": 300},
        due_on="2026-03-01",
        number="C",
    )
    fix(customer, "2026-03-11")
    assert open_of(customer)["INT-C-1"] == 100


def test_a_missing_rate_stops_the_charge_and_says_which(db):
    creditor = make_creditor(country="CO", currency="COP")
    charge_interest(creditor)
    customer = make_customer(creditor)
    make_document(customer, 10_000, due_on="2026-03-01", number="F")
    fixed = fix_many(creditor, [customer.pk], as_of=date(2026, 4, 1), because="hand", now=NOW)
    assert fixed.charges == []
    (stopped,) = fixed.stopped
    assert (stopped.label, stopped.on) == ("F", date(2026, 3, 1))
    assert stopped.series == "CO.ibc.consumo_ordinario"


def test_a_ceded_document_bears_nothing_for_us(customer):
    from factories import happen

    document = make_document(customer, 10_000, due_on="2026-03-01")
    happen(document, "ceded", on="2026-03-02")
    assert fix(customer, "2026-04-01") == []


def test_a_waiver_needs_a_right_and_a_reason_and_leaves_both_rows(customer):
    make_document(customer, 10_000, due_on="2026-03-01", number="F")
    (charge,) = fix(customer, "2026-03-11")
    collector = make_member(customer.creditor, Role.COLLECTOR)
    chief = make_member(customer.creditor, Role.SUPERVISOR)
    for who, reason, amount, code in (
        (collector, "por favor", None, "waiver_right"),
        (chief, " ", None, "waiver_reason_missing"),
        (chief, "acuerdo", Decimal("100.01"), "waiver_too_much"),
        (chief, "acuerdo", Decimal(0), "waiver_not_positive"),
    ):
        with pytest.raises(Problem) as refused:
            waive(charge, amount, reason=reason, by=who, now=NOW)
        assert refused.value.code == code

    waiver = waive(charge, Decimal(40), reason="acuerdo", by=chief, now=NOW)

    assert open_of(customer)["INT-F-1"] == 60
    with scope(creditor=customer.creditor):
        assert Credit.objects.get(pk=waiver.credit_id).kind == "forgiveness"
    undo_waiver(waiver, value_on=date(2026, 12, 31), reason="error", by=chief)
    assert open_of(customer)["INT-F-1"] == 100
    assert check_ledger(customer.creditor) == []


def test_what_was_waived_of_interest_that_shrinks_is_void_for_the_rest(customer):
    make_document(customer, 10_000, due_on="2026-03-01", number="F")
    (charge,) = fix(customer, "2026-03-11")
    chief = make_member(customer.creditor, Role.SUPERVISOR)
    waive(charge, None, reason="acuerdo", by=chief, now=NOW)
    pay(customer, 10_000, "2026-03-06")
    assert charges_of(customer)[0].document.amount == 50
    with scope(creditor=customer.creditor):
        assert Credit.objects.get(source="waiver").amount == 50
    assert open_of(customer) == {}
    assert check_ledger(customer.creditor) == []


def test_what_a_returned_payment_adds_is_owed_from_its_return_and_not_before(customer):
    make_document(customer, 10_000, due_on="2026-03-01", number="F")
    cheque = pay(customer, 4_000, "2026-03-11")  # 100 of interest, 3,900 of capital
    pay(customer, 1_000, "2026-03-21")  # 61 of interest
    march = date(2026, 3, 30), [customer.pk]
    before = list(open_as_of(customer.creditor, *march))
    with scope(creditor=customer.creditor):
        reverse_payment(cheque, value_on=date(2026, 4, 10), reason="devuelto", now=NOW)
    (added,) = charges_of(customer)[2:]
    # As if the cheque had not been: 10,000 for 20 days, 200 in all.
    assert (added.until_on, added.document.amount) == (date(2026, 3, 21), 39)
    assert added.document.issued_on == added.document.due_on == date(2026, 4, 10)
    assert list(open_as_of(customer.creditor, *march)) == before
    assert check_ledger(customer.creditor) == []


@pytest.mark.django_db(transaction=True)
def test_two_who_fix_at_once_post_once():
    creditor = mexican()
    charge_interest(creditor)
    customer = make_customer(creditor)
    for _ in range(5):
        make_document(customer, 10_000, due_on="2026-03-01")
    at_once(*[lambda: len(fix(customer, "2026-03-11")) for _ in range(4)])
    assert [each.document.amount for each in charges_of(customer)] == [100] * 5


DAYS = st.integers(0, 120)
ACTS = st.lists(
    st.tuples(st.sampled_from(["fix", "pay", "return"]), DAYS, st.integers(1, 6_000)),
    min_size=1,
    max_size=7,
)


class Posting(TestCase):
    @settings(max_examples=25, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
    @example(acts=[("fix", 32, 1), ("pay", 0, 1263)])
    @example(acts=[("pay", 88, 1492), ("pay", 70, 224), ("return", 92, 1931)])
    @given(acts=ACTS)
    def test_what_is_posted_is_what_the_rule_says_whatever_happened(self, acts):
        creditor = mexican()
        charge_interest(creditor)
        customer = make_customer(creditor)
        make_document(customer, 10_000, due_on="2026-03-01", number="A")
        make_document(customer, 3_333, due_on="2026-04-15", number="B")
        paid = []
        for n, (act, offset, amount) in enumerate(acts):
            day = date(2026, 2, 15) + timedelta(days=offset)
            if act == "fix":
                fix(customer, day.isoformat())
            elif act == "pay":
                paid.append(pay(customer, amount, day.isoformat(), n=n))
            elif paid:
                credit = paid.pop()
                with scope(creditor=creditor):
                    reverse_payment(
                        credit, value_on=max(day, credit.value_on), reason="devuelto", now=NOW
                    )
        correct_charges(customer, since=date(2026, 1, 1), now=NOW)
        with scope(creditor=creditor):
            for document in Document.objects.filter(customer=customer).exclude(kind="charge"):
                charges = [each for each in charges_of(customer) if each.base_id == document.pk]
                if charges:
                    until = max(each.until_on for each in charges)
                    told = next(
                        (
                            each
                            for each in accrued(customer, until, known_on=EVER)
                            if each.document.bearer.document == document.pk
                        ),
                        None,
                    )
                    posted = sum(refresh(each.document).amount for each in charges)
                    assert posted == (told.accrued.amount.amount if told else 0)
        assert check_ledger(creditor) == []
