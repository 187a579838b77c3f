"""Payments on the desk: the list, one payment, recording one by hand, and who may do what."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_scopes import scope

from factories import (
    apply,
    assign,
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    make_member,
    refresh,
)
from payments.test_parallel_writers import at_once
from recaudo.access.models import Role, User
from recaudo.audit.models import ChangeEvent, DomainEvent
from recaudo.core.bank_statement import BankStatement, StatementLine
from recaudo.core.money import Money
from recaudo.payments.actions.receiving import receive
from recaudo.payments.actions.statements import open_account, take_in
from recaudo.payments.models import Application, Credit, LineWork, Refund
from recaudo.payments.queries.payments import PaymentFilter, payments_page
from recaudo.portfolio.models import ExchangeRate

from .conftest import World, add_customer

Enter = Callable[[User], Client]


def text_of(answer: Any) -> str:
    """The page as people read it: no tags, plain spaces."""
    bare = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", bare.replace("\xa0", " "))


def queries_of(desk: Client, path: str) -> int:
    desk.get(path)
    with CaptureQueriesContext(connection) as seen:
        answer = desk.get(path)
    assert answer.status_code == 200
    return len(seen)


def form_of(world: World, amount: str, **fields: Any) -> dict[str, Any]:
    return {
        "key": uuid.uuid4().hex,
        "amount": amount,
        "currency": "COP",
        "day": world.today.isoformat(),
        "kind": "payment",
        **fields,
    }


def seen_in(answer: Any) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', answer.content.decode())
    assert found
    return found[1]


def new_payment(world: World, amount: str = "1000000", **fields: Any) -> Credit:
    return receive(
        world.customer,
        Money(Decimal(amount), "COP"),
        value_on=world.today,
        source="desk",
        external_id=uuid.uuid4().hex,
        now=timezone.now(),
        **fields,
    ).credit


def open_of(world: World) -> list[Decimal]:
    with scope(creditor=world.creditor):
        owed = world.customer.documents.filter(open_amount__gt=0).order_by("due_on", "id")
        return list(owed.values_list("open_amount", flat=True))


# -- the list


def test_the_list_costs_the_same_with_one_payment_and_with_three(
    andina: World, desk: Client
) -> None:
    one = queries_of(desk, andina.path("pagos/"))
    for name in ("Dos", "Tres"):
        add_customer(andina.creditor, name, andina.today)
    assert queries_of(desk, andina.path("pagos/")) == one
    assert one < 20


def test_the_list_is_filtered_by_each_of_its_words(andina: World, desk: Client) -> None:
    other = make_customer(andina.creditor, "ZZ9", name="Zapatería Nueve")
    old = make_credit(
        other,
        "77",
        value_on=andina.today - timedelta(days=300),
        reference="CHQ-4512",
        method="Cheque",
    )
    shown = text_of(desk.get(andina.path("pagos/")))
    assert "Zapatería Nueve" not in shown  # the list opens with the last days
    for query in ("q=zapater", "q=ZZ9", "q=CHQ-45", "method=cheque", "state=open&q=zz9"):
        assert "Zapatería Nueve" in text_of(desk.get(andina.path(f"pagos/?{query}"))), query
    for query in ("q=otro", "method=cash", "kind=withholding", "state=taken_back&q=zz9"):
        assert "Zapatería Nueve" not in text_of(desk.get(andina.path(f"pagos/?{query}"))), query
    document = make_document(other, "50", number="1024", prefix="FV")
    apply(old, document, "50")
    for number in ("1024", "FV1024", "FV-1024"):
        assert "Zapatería Nueve" in text_of(desk.get(andina.path(f"pagos/?q={number}"))), number


def test_the_filter_tells_what_it_comes_to_and_what_waits_stands_apart(
    andina: World, desk: Client
) -> None:
    page = text_of(desk.get(andina.path("pagos/")))
    assert "Por aplicar $120.000" in page
    told = text_of(desk.get(andina.path("pagos/totales/?q=")))
    assert "2 abonos" in told
    assert "$920.000" in told
    assert "por aplicar $120.000" in told


def test_a_day_that_is_no_day_is_said(andina: World, desk: Client) -> None:
    assert "ayer" in text_of(desk.get(andina.path("pagos/?from=ayer")))


def test_pages_follow_each_other_without_gap_or_repeat(andina: World) -> None:
    for n in range(7):
        make_credit(andina.customer, str(n + 1), value_on=andina.today - timedelta(days=n // 3))
    with scope(creditor=andina.creditor):
        wanted = list(Credit.objects.order_by("-value_on", "-id").values_list("pk", flat=True))
        found: list[int] = []
        after: str | None = None
        while True:
            page = payments_page(andina.creditor, PaymentFilter(), after, 2)
            found += [row.id for row in page.rows]
            after = page.next
            if after is None:
                break
    assert found == wanted


def test_the_list_is_read_along_its_index(andina: World) -> None:
    with scope(creditor=andina.creditor), connection.cursor() as cursor:
        with CaptureQueriesContext(connection) as seen:
            payments_page(andina.creditor, PaymentFilter(), f"{andina.today}|999999", 50)
        text = next(each["sql"] for each in seen if "payments_credit" in each["sql"])
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute(f"EXPLAIN {text}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "credit_newest" in plan
    assert "Sort" not in plan


def test_an_export_needs_its_right_and_is_written_down(andina: World, enter: Enter) -> None:
    path = andina.path("pagos/exportar/csv/?q=")
    assert enter(make_member(andina.creditor)).get(path).status_code == 403
    answer = enter(andina.supervisor).get(path)
    assert answer["Content-Type"].startswith("text/csv")
    assert andina.customer.name in answer.content.decode("utf-8-sig")
    with scope(creditor=andina.creditor):
        event = ChangeEvent.objects.filter(creditor=andina.creditor, kind="payments_exported")
        assert event.get().facts["rows"] == 2


def test_the_log_of_an_export_keeps_no_name_that_was_searched_for(
    andina: World, desk: Client
) -> None:
    desk.get(andina.path("pagos/exportar/csv/?q=Tornillo&state=open"))
    with scope(creditor=andina.creditor):
        event = ChangeEvent.objects.get(creditor=andina.creditor, kind="payments_exported")
    assert event.facts["filter"] == "q=*&state=open"


def test_a_collector_sees_the_payments_of_their_own_customers_only(
    andina: World, enter: Enter
) -> None:
    collector = make_member(andina.creditor, Role.COLLECTOR)
    mine = make_customer(andina.creditor, name="La Mía")
    assign(mine, collector, from_on=andina.today)
    payment = make_credit(mine, "5", value_on=andina.today)
    with scope(creditor=andina.creditor):
        others = Credit.objects.filter(customer=andina.customer).first()
    browser = enter(collector)
    page = text_of(browser.get(andina.path("pagos/")))
    assert "La Mía" in page
    assert andina.customer.name not in page
    assert browser.get(andina.path(f"pagos/{payment.pk}/")).status_code == 200
    assert browser.get(andina.path(f"pagos/{others.pk}/")).status_code == 404
    assert browser.post(andina.path(f"pagos/{payment.pk}/aplicar/")).status_code == 403
    assert browser.get(andina.path(f"clientes/{mine.pk}/pago/")).status_code == 403


# -- recording one


def test_what_is_shown_before_saving_is_what_is_done(andina: World, desk: Client) -> None:
    before = open_of(andina)
    form = form_of(andina, "2.000.000")
    with scope(creditor=andina.creditor):
        counted = Credit.objects.count(), DomainEvent.objects.count()
    told = text_of(desk.post(f"{andina.page}pago/vista/", form))
    assert "$1.500.000 pagado" in told
    assert "$500.000 $1.000.000" in told
    with scope(creditor=andina.creditor):
        assert (Credit.objects.count(), DomainEvent.objects.count()) == counted
    assert open_of(andina) == before
    page = desk.post(f"{andina.page}pago/", form, follow=True)
    assert "Pago registrado." in text_of(page)
    assert open_of(andina) == [1_000_000, *before[2:]]


def test_the_documents_that_were_named_are_paid_first_and_the_rest_may_wait(
    andina: World, desk: Client
) -> None:
    form = form_of(andina, "1600000", document=[str(andina.document.pk)], rest="keep")
    told = text_of(desk.post(f"{andina.page}pago/vista/", form))
    assert "Queda por aplicar $100.000" in told
    desk.post(f"{andina.page}pago/", form)
    assert refresh(andina.document).open_amount == 0
    with scope(creditor=andina.creditor):
        assert Credit.objects.get(source="desk").unapplied == 100_000


def test_the_same_form_sent_twice_is_one_payment(andina: World, desk: Client) -> None:
    form = form_of(andina, "100", anyway="1")
    desk.post(f"{andina.page}pago/", form)
    page = desk.post(f"{andina.page}pago/", form, follow=True)
    assert "ya estaba registrado" in text_of(page)
    with scope(creditor=andina.creditor):
        assert Credit.objects.filter(source="desk").count() == 1


def test_a_payment_like_another_is_asked_about(andina: World, desk: Client) -> None:
    desk.post(f"{andina.page}pago/", form_of(andina, "100"))
    again = form_of(andina, "100")
    page = text_of(desk.post(f"{andina.page}pago/", again))
    assert "Se parece a un pago que ya está" in page
    with scope(creditor=andina.creditor):
        assert Credit.objects.filter(source="desk").count() == 1
    desk.post(f"{andina.page}pago/", again | {"anyway": "1"})
    with scope(creditor=andina.creditor):
        assert Credit.objects.filter(source="desk").count() == 2


def test_a_line_of_the_bank_with_the_same_amount_is_pointed_at(andina: World, desk: Client) -> None:
    open_account(andina.creditor, "111", currency="COP", origin="test")
    line = StatementLine(andina.today, andina.today, Decimal(345), "COP", "CONSIGNACION 88")
    take_in(
        andina.creditor,
        [BankStatement("111", "COP", (line,))],
        file_name="x",
        format="t",
        today=andina.today,
        origin="test",
    )
    told = text_of(desk.post(f"{andina.page}pago/vista/", form_of(andina, "345")))
    assert "En el banco espera un movimiento igual" in told
    assert "CONSIGNACION 88" in told
    with scope(creditor=andina.creditor):
        assert LineWork.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"amount": "mucho"}, "No se entiende"),
        ({"amount": "0"}, "mayor que cero"),
        ({"day": ""}, "escriba la fecha"),
        ({"day": "2999-01-01"}, "todavía no llega"),
        ({"currency": "???"}, "moneda"),
        ({"document": ["999999999"]}, "no es del cliente"),
    ],
)
def test_what_cannot_be_recorded_is_said_and_nothing_is_kept(
    fields: dict[str, Any], said: str, andina: World, desk: Client
) -> None:
    form = form_of(andina, "100") | fields
    told = text_of(desk.post(f"{andina.page}pago/vista/", form))
    assert said.lower() in told.lower()
    page = text_of(desk.post(f"{andina.page}pago/", form))
    assert said.lower() in page.lower()
    with scope(creditor=andina.creditor):
        assert not Credit.objects.filter(source="desk").exists()


def test_a_payment_in_dollars_shows_what_it_buys(andina: World, desk: Client) -> None:
    with scope(creditor=andina.creditor):
        ExchangeRate.objects.create(
            creditor=andina.creditor,
            from_currency="USD",
            to_currency="COP",
            valid_on=andina.today,
            rate=4000,
            source="TRM",
        )
    form = form_of(andina, "100", currency="USD")
    told = text_of(desk.post(f"{andina.page}pago/vista/", form))
    assert "Cambio" in told
    assert "$400.000" in told
    assert "TRM" in told
    page = text_of(desk.post(f"{andina.page}pago/", form, follow=True))
    assert "Cambio de moneda" in page
    assert "1 USD = 4.000 COP" in page


# -- one payment


def test_one_payment_tells_what_it_paid_from_where_and_in_which_order(
    andina: World, desk: Client
) -> None:
    credit = new_payment(andina, "2000000", payer="Casa matriz", reference="REF-1")
    page = text_of(desk.get(andina.path(f"pagos/{credit.pk}/")))
    assert "Casa matriz" in page
    assert "REF-1" in page
    assert "$1.500.000" in page
    assert "$500.000" in page
    assert "Interés de mora → Interés corriente" in page
    assert "1653" in page  # Código Civil


def test_one_payment_costs_the_same_with_one_application_and_with_three(
    andina: World, desk: Client
) -> None:
    small = new_payment(andina, "10")
    one = queries_of(desk, andina.path(f"pagos/{small.pk}/"))
    large = new_payment(andina, "4000000")
    with scope(creditor=andina.creditor):
        assert Application.objects.filter(credit=large).count() == 3
    assert queries_of(desk, andina.path(f"pagos/{large.pk}/")) == one
    assert one < 35


def test_the_rest_is_applied_in_its_order(andina: World, desk: Client) -> None:
    credit = new_payment(andina, "300000", keep_rest=True)
    here = andina.path(f"pagos/{credit.pk}/")
    page = desk.get(here)
    desk.post(f"{here}aplicar/", {"seen": seen_in(page)})
    assert refresh(credit).unapplied == 0
    assert open_of(andina)[0] == 1_200_000
    page = desk.post(f"{here}aplicar/", {"seen": seen_in(page)}, follow=True)
    assert "Otra persona cambió este pago" in text_of(page)


def test_a_person_says_what_is_paid(andina: World, desk: Client) -> None:
    credit = new_payment(andina, "300000", keep_rest=True)
    here = andina.path(f"pagos/{credit.pk}/")
    part = f"part-{andina.document.pk}"
    seen = seen_in(desk.get(here))
    page = desk.post(f"{here}repartir/", {"seen": seen, part: "400.000"})
    assert "Los valores suman" in text_of(page)
    page = desk.post(f"{here}repartir/", {"seen": seen, part: "1.600.000"})
    assert "solo debe" in text_of(page)
    page = desk.post(f"{here}repartir/", {"seen": seen})
    assert "al menos un documento" in text_of(page)
    desk.post(f"{here}repartir/", {"seen": seen, part: "200.000"})
    assert refresh(credit).unapplied == 100_000
    assert refresh(andina.document).open_amount == 1_300_000


def test_taking_back_shows_first_what_it_undoes(andina: World, desk: Client) -> None:
    before = open_of(andina)
    credit = new_payment(andina, "2000000")
    here = andina.path(f"pagos/{credit.pk}/reversar/")
    page = desk.get(here)
    assert "$1.500.000 $1.500.000" in text_of(page)
    assert "$500.000 $1.500.000" in text_of(page)
    assert refresh(credit).amount == 2_000_000
    form = {"seen": seen_in(page), "day": andina.today.isoformat(), "reason": "Cheque devuelto"}
    assert "Escriba el motivo" in text_of(desk.post(here, form | {"reason": ""}))
    told = text_of(desk.post(here, form, follow=True))
    assert "vuelve a deberse" in told
    assert "Reversado" in told
    assert open_of(andina) == before
    assert "cambió este pago" in text_of(desk.post(here, form))


def test_what_waits_is_given_back(andina: World, desk: Client) -> None:
    credit = new_payment(andina, "300000", keep_rest=True)
    here = andina.path(f"pagos/{credit.pk}/")
    form = {"seen": seen_in(desk.get(here)), "amount": "300.001", "reason": "Pagó de más"}
    assert "Devuelva menos" in text_of(desk.post(f"{here}devolver/", form, follow=True))
    page = desk.post(f"{here}devolver/", form | {"amount": "300.000"}, follow=True)
    assert "Devolución registrada." in text_of(page)
    with scope(creditor=andina.creditor):
        assert Refund.objects.get().amount == 300_000
    assert "Devuelto" in text_of(desk.get(here))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("act", "left"),
    [("devolver", {"refunds": 1, "paid": 0}), ("repartir", {"refunds": 0, "paid": 1})],
)
def test_a_form_that_is_sent_twice_in_one_moment_counts_once(
    enter: Enter, act: str, left: dict[str, int]
) -> None:
    creditor = make_creditor("uno")
    document = make_document(customer := make_customer(creditor), "500000")
    credit = make_credit(customer, "120000")
    chief = make_member(creditor)
    here = f"/uno/pagos/{credit.pk}/"
    form = {"seen": seen_in(enter(chief).get(here)), f"part-{document.pk}": "40.000"}
    form |= {"amount": "40.000", "reason": "Pagó de más"}
    clients = [enter(chief) for _ in range(3)]
    at_once(*[lambda desk=each: desk.post(f"{here}{act}/", form).status_code for each in clients])
    with scope(creditor=creditor):
        assert {"refunds": Refund.objects.count(), "paid": Application.objects.count()} == left
    assert refresh(credit).unapplied == 80_000
