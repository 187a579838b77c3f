"""How to pay: references made once, ways that a customer can act on."""

from __future__ import annotations

from threading import Thread

import pytest
from django.db import connections
from django_scopes import scope
from hypothesis import given
from hypothesis import strategies as st

from factories import make_creditor, make_customer, make_user
from recaudo.audit.models import ChangeEvent
from recaudo.core.problems import Problem
from recaudo.core.references import read_reference
from recaudo.payments.actions.references import reference_of, references_of
from recaudo.payments.actions.ways import add_way, change_way, is_clabe, switch_way
from recaudo.payments.models import PaymentReference
from recaudo.payments.queries.ways import filled, ways_of

pytestmark = pytest.mark.django_db


def test_a_customer_keeps_one_reference_for_good() -> None:
    customer = make_customer(make_creditor())
    first = reference_of(customer)
    assert read_reference(first) == first
    assert reference_of(customer) == first


def test_references_of_two_creditors_never_meet() -> None:
    one, other = make_creditor(), make_creditor()
    made = {reference_of(make_customer(each)) for each in (one, other, one, other)}
    assert len(made) == 4


def test_many_are_made_with_a_constant_number_of_queries(
    django_assert_max_num_queries: object,
) -> None:
    creditor = make_creditor()
    ids = [make_customer(creditor).pk for _ in range(30)]
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        made = references_of(creditor, ids)
    assert len(set(made.values())) == 30


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_once_get_the_same() -> None:
    creditor = make_creditor()
    customer = make_customer(creditor)
    got: list[str] = []

    def ask() -> None:
        got.append(references_of(creditor, [customer.pk])[customer.pk])
        connections.close_all()

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 4
    assert len(set(got)) == 1
    with scope(creditor=creditor):
        assert PaymentReference.objects.count() == 1


def test_the_reference_stands_in_the_link() -> None:
    creditor = make_creditor()
    add_way(
        creditor,
        kind="link",
        title="Web",
        details="https://p.example.com/?r={reference}",
        currency="cop",
    )
    (way,) = filled(ways_of(creditor)["COP"], "1000000161")
    assert way.url == way.details == "https://p.example.com/?r=1000000161"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "bitcoin"}, "way_kind_unknown"),
        ({"title": "  "}, "way_title_missing"),
        ({"details": ""}, "way_details_missing"),
        ({"details": "x" * 301}, "way_too_long"),
        ({"currency": "pesos"}, "currency_unknown"),
        ({"details": "cuenta {numero}"}, "way_placeholder_unknown"),
        ({"kind": "link", "details": "http://p.example.com"}, "way_link_invalid"),
        ({"kind": "link", "details": "javascript:alert(1)"}, "way_link_invalid"),
        ({"kind": "link", "details": "https://a@p.example.com/x"}, "way_link_invalid"),
        ({"kind": "link", "details": 'https://p.example.com/"onclick'}, "way_link_invalid"),
        ({"kind": "clabe", "details": "032180000118359718"}, "way_clabe_invalid"),
    ],
)
def test_what_a_customer_could_not_use_is_refused(fields: dict[str, str], code: str) -> None:
    given_fields = {"kind": "account", "title": "Banco", "details": "1-2", "currency": "COP"}
    with pytest.raises(Problem, match=code):
        add_way(make_creditor(), **given_fields | fields)


def test_a_clabe_has_the_check_digit_of_the_bank_of_mexico() -> None:
    assert is_clabe("032180000118359719")
    assert is_clabe("032 180 00011835971 9")


@given(st.integers(0, 17), st.integers(1, 9))
def test_a_clabe_with_one_wrong_digit_is_none(place: int, by: int) -> None:
    good = "032180000118359719"
    wrong = good[:place] + str((int(good[place]) + by) % 10) + good[place + 1 :]
    assert not is_clabe(wrong)


def test_a_way_is_changed_switched_off_and_on_with_its_author() -> None:
    creditor, user = make_creditor(), make_user()
    way = add_way(creditor, kind="cash", title="Caja", details="Calle 1", currency="COP", by=user)
    change_way(
        way, kind="cash", title="Caja", details="Calle 2", currency="COP", position=1, by=user
    )
    assert ways_of(creditor)["COP"][0].details == "Calle 2"
    switch_way(way, is_active=False, by=user)
    switch_way(way, is_active=False, by=user)
    assert ways_of(creditor) == {}
    switch_way(way, is_active=True, by=user)
    assert len(ways_of(creditor)["COP"]) == 1
    kinds = list(ChangeEvent.objects.filter(by=user).order_by("id").values_list("kind", flat=True))
    assert kinds == [
        "payment_way_added",
        "payment_way_changed",
        "payment_way_switched_off",
        "payment_way_switched_on",
    ]
