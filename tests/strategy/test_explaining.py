"""Why: the segment with its numbers, the step with its documents, the priority, what comes next."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from factories import make_creditor, make_customer, make_document, make_hold
from recaudo.strategy.queries.explain import explain
from recaudo.strategy.words import tell
from strategy.portfolio import DAY, owing, ready_creditor, run, run_and_release

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_spanish():
    with translation.override("es"):
        yield


def told(creditor, customer):
    return [sentence.replace("\xa0", " ") for sentence in tell(explain(creditor, customer))]


def test_before_any_run_it_says_so():
    creditor = make_creditor()
    customer = make_customer(creditor, name="Ferretería Sur")
    assert told(creditor, customer) == ["Ningún proceso ha evaluado todavía a Ferretería Sur."]


def test_it_is_told_from_the_debt_to_the_priority():
    creditor = ready_creditor()
    customer, _ = owing(creditor, "A", dpd=15, amount=700_000)
    run_and_release(creditor)
    sentences = told(creditor, customer)
    assert sentences[:4] == [
        "Cliente A debe $700.000, todo vencido; lo más antiguo, hace 15 días.",
        "Está en el segmento «Mora temprana: 1 a 30 días» desde el 15 de abril de 2026 "
        "(días de mora: 15).",
        "Hoy toca: «Llamada: 15 días de mora». El documento "
        f"{customer_document(creditor, customer)} venció el 31 de marzo de 2026, hace 15 días.",
        "Se hace por teléfono.",
    ]
    assert sentences[4] == (
        "Después sigue «Resumen de la deuda con cargos: 30 días», el 30 de abril de 2026."
    )
    assert sentences[5].startswith(
        "Prioridad: 59 % de probabilidad de cobrar $700.000, menos $2.500 que"
    )


def customer_document(creditor, customer):
    from django_scopes import scope

    with scope(creditor=creditor):
        return customer.documents.get().number


def test_the_numbers_are_written_as_in_the_creditors_country():
    creditor = ready_creditor(country="MX", currency="MXN", timezone="America/Mexico_City")
    customer, _ = owing(creditor, "A", dpd=8, amount=70_000)
    run(creditor)
    assert told(creditor, customer)[0].startswith("Cliente A debe $70,000, todo vencido")


def test_the_value_is_the_chance_times_the_balance_minus_the_cost():
    creditor = ready_creditor()
    customer, _ = owing(creditor, "A", dpd=15, amount=700_000)
    run(creditor)
    why = explain(creditor, customer).priority
    assert why.balance == 700_000
    hoped = why.balance * why.probability_ppm / 1_000_000
    assert why.value == hoped - why.cost
    assert why.cost > 0
    assert isinstance(why.value, Decimal)


def test_a_proposal_is_called_one():
    creditor = ready_creditor()
    customer, _ = owing(creditor, "A", dpd=8)
    run(creditor)
    assert "Es una propuesta: nada sale hasta que se libere el primer proceso." in told(
        creditor, customer
    )


def test_several_documents_are_summed():
    creditor = ready_creditor()
    customer, _ = owing(creditor, "A", dpd=8, amount=100_000)
    make_document(customer, 200_000, due_on=DAY.replace(day=6))
    run(creditor)
    step = told(creditor, customer)[2]
    assert step.endswith("Se habla de 2 documentos que suman $300.000.")


def test_a_hold_is_told_with_its_end_and_reason():
    creditor = ready_creditor()
    customer, _ = owing(creditor, "A", dpd=8)
    make_hold(customer, until_on="2026-05-01", reason="revisa con su contador")
    run(creditor)
    sentences = told(creditor, customer)
    assert "Está en pausa." in sentences
    assert (
        "Hay una pausa sobre todo el cliente (pausa manual), hasta el 1 de mayo de 2026: "
        "revisa con su contador." in sentences
    )


def test_the_facts_behind_the_segment_come_with_their_titles_and_units():
    creditor = ready_creditor()
    customer, _ = owing(creditor, "A", dpd=8, amount=30_000_000)
    run(creditor)
    segment = explain(creditor, customer).segment
    assert segment.code == "grande_en_mora"
    assert [(n.fact, n.unit) for n in segment.numbers] == [
        ("max_dpd", "days"),
        ("overdue_balance", "money"),
    ]
    assert segment.numbers[1].value == 30_000_000


def test_every_reason_has_its_sentence():
    from recaudo.engine.result import REASONS
    from recaudo.strategy.words import WHY_NOT

    assert set(REASONS) - {"step_due"} <= set(WHY_NOT)


def test_in_english_the_sentences_are_asked_from_the_catalogue():
    creditor = ready_creditor()
    customer, _ = owing(creditor, "A", dpd=8)
    run(creditor)
    with translation.override("en"):
        why = explain(creditor, customer)
        assert why.segment.name == "1 to 30 days late"
        assert tell(why)
