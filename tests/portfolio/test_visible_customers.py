"""Who sees which customers."""

from datetime import date

import pytest

from factories import assign, make_creditor, make_customer, make_member, make_user
from recaudo.access.models import Role
from recaudo.portfolio.queries.customers import (
    mask_email,
    mask_phone,
    mask_tax_id,
    may,
    visible,
    visible_customers,
)

TODAY = date(2026, 4, 1)

pytestmark = pytest.mark.django_db


def codes(user, creditor, as_of=TODAY):
    return set(visible_customers(user, creditor, as_of).values_list("code", flat=True))


@pytest.mark.parametrize("role", [r for r in Role if r != Role.COLLECTOR])
def test_whoever_is_no_collector_sees_all_of_the_creditor_and_nothing_of_another(role):
    ours, theirs = make_creditor(), make_creditor()
    make_customer(ours, "A")
    make_customer(theirs, "B")
    user = make_member(ours, role)
    assert codes(user, ours) == {"A"}
    assert codes(user, theirs) == set()


def test_a_collector_sees_only_the_customers_assigned_to_them():
    creditor = make_creditor()
    me, other = make_member(creditor, Role.COLLECTOR), make_member(creditor, Role.COLLECTOR)
    assign(make_customer(creditor, "mine"), me)
    assign(make_customer(creditor, "theirs"), other)
    make_customer(creditor, "nobody's")
    assert codes(me, creditor) == {"mine"}
    assert visible(me, creditor, "theirs", TODAY) is None


def test_an_assignment_counts_from_its_first_day_to_the_day_before_it_ends():
    creditor = make_creditor()
    me = make_member(creditor, Role.COLLECTOR)
    assign(make_customer(creditor, "A"), me, from_on="2026-03-10", until_on="2026-03-20")
    seen = {day: codes(me, creditor, date(2026, 3, day)) for day in (9, 10, 19, 20)}
    assert seen == {9: set(), 10: {"A"}, 19: {"A"}, 20: set()}


def test_a_sellers_customers_are_not_a_collectors():
    creditor = make_creditor()
    me = make_member(creditor, Role.COLLECTOR)
    assign(make_customer(creditor), me, role="seller")
    assert codes(me, creditor) == set()


def test_without_a_membership_or_once_inactive_nobody_is_seen():
    creditor = make_creditor()
    make_customer(creditor)
    left = make_member(creditor)
    left.is_active = False
    assert codes(make_user(), creditor) == set()
    assert codes(left, creditor) == set()


def test_export_and_identifiers_are_rights_that_no_role_brings():
    creditor = make_creditor()
    for role in Role:
        assert not may(make_member(creditor, role), creditor, "export")
        assert not may(make_member(creditor, role), creditor, "see_identifiers")
    assert may(make_member(creditor, can_export=True), creditor, "export")


def test_masks_keep_the_end_and_never_more_than_half():
    assert mask_tax_id("900123456-7") == "•••••••56-7"
    assert mask_phone("+573001234567") == "•••••••••4567"
    assert mask_phone("123") == "••3"
    assert mask_tax_id("") == ""
    assert mask_email("maria@empresa.com") == "m•••@empresa.com"
