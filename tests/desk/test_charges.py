"""Charges on the desk: the list, how one came about, waiving, the preview, and the terms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from factories import make_customer, make_document, make_member, refresh
from recaudo.access.models import Role, User
from recaudo.payments.actions.terms import Wanted, set_terms
from recaudo.payments.models import Charge, ChargeTerms, Credit
from recaudo.payments.queries.charges import days_of

from .conftest import World

pytestmark = pytest.mark.django_db
Enter = Callable[[User], Client]


@pytest.fixture
def terms(andina: World) -> ChargeTerms:
    """A tenth of a per cent a day, by a contract that names its own ceiling: none is loaded."""
    andina.creditor.country, andina.creditor.currency = "MX", "COP"
    andina.creditor.save()
    wanted = Wanted(
        from_on=andina.today - timedelta(days=400),
        source="Contrato, cláusula 7",
        interest="computed",
        annual_rate=Decimal("36.5"),
        rate_quote="nominal_annual",
    )
    return set_terms(andina.creditor, wanted, by=None, origin="test")


def posted(desk: Client, world: World) -> list[Charge]:
    answer = desk.post(world.path("cargos/fijar/"), {"al": world.today.isoformat()}, follow=True)
    assert answer.status_code == 200
    with scope(creditor=world.creditor):
        return list(Charge.objects.select_related("document", "base").order_by("id"))


def read(desk: Client, world: World, tail: str, status: int = 200) -> str:
    answer = desk.get(world.path(tail))
    assert answer.status_code == status
    return answer.content.decode()


def test_the_preview_tells_what_would_be_posted_and_writes_nothing(
    desk: Client, andina: World, terms: ChargeTerms
) -> None:
    text = read(desk, andina, f"cargos/por-fijar/?al={andina.today}")
    # 1,500,000 for 95, 40 and 5 days, and 800,000 for the 70 days until it was paid.
    assert "266" in text and "Fijar estos" in text
    with scope(creditor=andina.creditor):
        assert Charge.objects.count() == 0


def test_posting_twice_is_once(desk: Client, andina: World, terms: ChargeTerms) -> None:
    assert len(posted(desk, andina)) == 4
    assert len(posted(desk, andina)) == 4


def test_a_day_to_come_can_be_looked_at_and_not_posted(
    desk: Client, andina: World, terms: ChargeTerms
) -> None:
    tomorrow = andina.today + timedelta(days=1)
    assert "se puede mirar, no fijar" in read(desk, andina, f"cargos/por-fijar/?al={tomorrow}")
    answer = desk.post(andina.path("cargos/fijar/"), {"al": tomorrow.isoformat()}, follow=True)
    assert "no ha llegado" in answer.content.decode()
    with scope(creditor=andina.creditor):
        assert Charge.objects.count() == 0


def test_a_charge_shows_each_stretch_and_adds_up(
    desk: Client, andina: World, terms: ChargeTerms
) -> None:
    charge = posted(desk, andina)[0]
    text = read(desk, andina, f"cargos/{charge.pk}/")
    for said in ("Cómo se llegó a este valor", "36.5 %", "nominal anual", "Contrato, cláusula 7"):
        assert said in text
    assert "pactada" in text and "redondeada una sola vez" in text


def test_waiving_needs_a_reason_and_leaves_both_rows(
    desk: Client, andina: World, terms: ChargeTerms
) -> None:
    charge = posted(desk, andina)[0]
    path = andina.path(f"cargos/{charge.pk}/condonar/")
    refused = desk.post(path, {"amount": "10", "reason": " "})
    assert refused.status_code == 400 and "Escriba por qué" in refused.content.decode()
    refused = desk.post(path, {"amount": "99999999", "reason": "acuerdo"})
    assert refused.status_code == 400
    text = desk.post(path, {"amount": "10,5", "reason": "acuerdo"}, follow=True).content.decode()
    assert "Condonaciones" in text and "acuerdo" in text
    before = charge.document.amount
    assert refresh(charge.document).open_amount == before - Decimal("10.5")
    with scope(creditor=andina.creditor):
        waiver = charge.waivers.get()
    undo = andina.path(f"cargos/{charge.pk}/condonaciones/{waiver.pk}/deshacer/")
    kept = desk.post(undo, {"reason": " "})
    assert kept.status_code == 400 and "Escriba por qué" in kept.content.decode()
    assert "deshecha" in desk.post(undo, {"reason": "error"}, follow=True).content.decode()
    assert refresh(charge.document).open_amount == before
    with scope(creditor=andina.creditor):
        assert Credit.objects.get(source="waiver").amount == 0


def test_thousands_typed_with_a_point_are_not_taken_for_units(
    desk: Client, andina: World, terms: ChargeTerms
) -> None:
    charge = posted(desk, andina)[0]
    before = charge.document.open_amount
    desk.post(
        andina.path(f"cargos/{charge.pk}/condonar/"), {"amount": "1.000", "reason": "acuerdo"}
    )
    assert refresh(charge.document).open_amount == before - 1000
    agreed = {"from_on": andina.today.isoformat(), "source": "c. 9", "interest": "none"}
    fee = {"fee": "once", "fee_amount": "15.000", "fee_currency": "COP"}
    desk.post(andina.path("cargos/condiciones/guardar/"), agreed | fee)
    with scope(creditor=andina.creditor):
        assert ChargeTerms.objects.get(source="c. 9").fee_amount == 15000


def test_what_is_refused_is_said_beside_the_form_with_what_was_typed(
    desk: Client, andina: World, terms: ChargeTerms
) -> None:
    charge = posted(desk, andina)[0]
    path = andina.path(f"cargos/{charge.pk}/condonar/")
    text = desk.post(path, {"amount": "99.999.999", "reason": "Buen pagador"}).content.decode()
    form = text[text.index(f"/{charge.pk}/condonar/") - 600 :]
    assert "solo quedan" in form and "99.999.999" in form and "Buen pagador" in form


def test_days_are_those_in_which_something_was_owed() -> None:
    """Fixed on the 27th, of a document that was paid on the 10th: five days, not twenty-two. What
    was fixed before is told in the same stretches and counts in its own charge."""
    owed = {"stretches": [{"from": "2026-07-05", "until": "2026-07-10"}]}
    at = date(2026, 7, 27)
    assert days_of(Charge(from_on=date(2026, 7, 5), until_on=at, how=owed)) == 5
    assert days_of(Charge(from_on=date(2026, 7, 8), until_on=at, how=owed)) == 2
    assert days_of(Charge(from_on=date(2026, 7, 10), until_on=at, how=owed)) == 0
    assert days_of(Charge(from_on=date(2026, 7, 5), until_on=at, how={})) == 22


def test_a_waiver_that_is_sent_twice_forgives_once(
    desk: Client, andina: World, terms: ChargeTerms
) -> None:
    charge = posted(desk, andina)[0]
    before = charge.document.amount
    page = read(desk, andina, f"cargos/{charge.pk}/")
    seen = page.split('name="seen" value="')[1].split('"')[0]
    given = {"amount": "10", "reason": "acuerdo", "seen": seen}
    path = andina.path(f"cargos/{charge.pk}/condonar/")
    assert desk.post(path, given).status_code == 302
    again = desk.post(path, given)
    assert again.status_code == 400 and "cambió desde que abrió" in again.content.decode()
    assert refresh(charge.document).open_amount == before - 10


def test_a_collector_may_look_and_not_waive(
    desk: Client, andina: World, terms: ChargeTerms, enter: Enter
) -> None:
    charge = posted(desk, andina)[0]
    manager = enter(make_member(andina.creditor, Role.MANAGER))
    assert "id_reason" not in read(manager, andina, f"cargos/{charge.pk}/")
    path = andina.path(f"cargos/{charge.pk}/condonar/")
    assert manager.post(path, {"reason": "x"}).status_code == 403
    stranger = enter(make_member(andina.creditor, Role.COLLECTOR))
    assert str(charge.document) not in read(stranger, andina, "cargos/")
    read(stranger, andina, f"cargos/{charge.pk}/", status=404)


def test_the_list_is_narrowed_and_goes_on_after_the_last_one(
    desk: Client, andina: World, terms: ChargeTerms, monkeypatch: pytest.MonkeyPatch
) -> None:
    charges = posted(desk, andina)
    monkeypatch.setattr("recaudo.desk.views.charges.SHOWN", 3)
    text = read(desk, andina, "cargos/")
    assert str(charges[-1].document) in text and str(charges[0].document) not in text
    text = read(desk, andina, f"cargos/?after={charges[1].pk}")
    assert str(charges[0].document) in text and "Siguientes" not in text
    assert "No hay cargos así" in read(desk, andina, "cargos/?state=waived")
    assert "No hay cargos así" in read(desk, andina, "cargos/?kind=late_fine")
    found = read(desk, andina, f"cargos/?q={charges[2].base.number}")
    assert str(charges[2].document) in found and str(charges[0].document) not in found


def test_the_list_asks_as_much_for_three_as_for_one(
    desk: Client, andina: World, terms: ChargeTerms
) -> None:
    counts = []
    for days in (30, 20, 10):
        customer = make_customer(andina.creditor)
        make_document(customer, 10_000, due_on=andina.today - timedelta(days=days))
        posted(desk, andina)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            read(desk, andina, "cargos/")
        counts.append(len(queries))
    assert counts[0] == counts[2]


def test_stopped_ones_name_the_series_that_is_missing(desk: Client, andina: World) -> None:
    wanted = Wanted(from_on=andina.today - timedelta(days=400), source="c. 7", interest="computed")
    set_terms(andina.creditor, wanted, by=None, origin="test")
    text = read(desk, andina, f"cargos/por-fijar/?al={andina.today}")
    assert "CO.ibc.consumo_ordinario" in text and "Hay cargos detenidos" in text


def test_terms_are_put_with_their_source_and_the_old_ones_stay(desk: Client, andina: World) -> None:
    path = andina.path("cargos/condiciones/guardar/")
    given = {
        "from_on": andina.today.isoformat(),
        "interest": "computed",
        "annual_rate": "24,5",
        "rate_quote": "effective_annual",
        "source": "",
        "fee": "none",
    }
    refused = desk.post(path, given)
    assert refused.status_code == 400 and "Diga dónde está pactado" in refused.content.decode()
    text = desk.post(path, given | {"source": "Contrato 9"}, follow=True).content.decode()
    assert "Contrato 9" in text and "24.5" in text.replace("24,5", "24.5")
    desk.post(path, given | {"source": "Otrosí 1", "annual_rate": "20"})
    text = read(desk, andina, "cargos/condiciones/")
    assert "De antes o por empezar" in text and "Otrosí 1" in text and "Contrato 9" in text


def test_terms_warn_where_a_rate_is_missing(desk: Client, andina: World) -> None:
    wanted = Wanted(from_on=andina.today, source="c. 7", interest="computed")
    set_terms(andina.creditor, wanted, by=None, origin="test")
    assert "Falta la tasa CO.ibc.consumo_ordinario" in read(desk, andina, "cargos/condiciones/")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("from_on", "", "desde qué día"),
        ("customer", "NADIE", "No hay un cliente"),
        ("obligation", "NADIE", "No hay una obligación"),
        ("annual_rate", "veinte", "no es un número"),
        ("annual_rate", "1000.01", "no es posible"),
        ("annual_rate", "1e400", "no es posible"),
        ("fee_amount", "1000000000", "no son posibles"),
        ("fee_per_cent", "100,01", "no son posibles"),
        ("fee_currency", "pesos", "pesos"),
        ("grace_days", "-1", "no es un número"),
        ("grace_days", "366", "días de gracia"),
    ],
)
def test_terms_that_cannot_be_are_refused(
    desk: Client, andina: World, field: str, value: str, said: str
) -> None:
    given = {"from_on": andina.today.isoformat(), "source": "c. 7", "interest": "none"}
    path = andina.path("cargos/condiciones/guardar/")
    answer = desk.post(path, given | {field: value})
    assert answer.status_code == 400 and said in answer.content.decode()
