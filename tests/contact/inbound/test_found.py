"""Amounts, days and banks in a text: what the form is filled in with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from recaudo.contact.inbound.found import amounts_in, bank_in, days_in

SATURDAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("consigné $1.250.000", "1250000"),
        ("$12,500.00 MXN", "12500.00"),
        ("S/ 350.50", "350.50"),
        ("1.250.000,50 pesos", "1250000.50"),
        ("200 lucas", "200000"),
        ("500 mil", "500000"),
        ("1.5 millones", "1500000"),
        ("pagué 1500000 ayer", "1500000"),
    ],
)
def test_amounts_are_read_both_ways(text: str, amount: str) -> None:
    assert amounts_in(text)[0] == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["", "FE-2231", "en 2026", "el 03/11/2026", "cel 3001234567", "$0", "0000", "9" * 400]
)
def test_what_is_no_amount_is_not_taken_for_one(text: str) -> None:
    assert amounts_in(text) == []


@pytest.mark.parametrize(
    ("text", "back", "ahead"),
    [
        ("hoy", "2026-11-28", "2026-11-28"),
        ("ayer", "2026-11-27", None),
        ("mañana", None, "2026-11-29"),
        ("hoy en la mañana", "2026-11-28", "2026-11-28"),
        ("el viernes", "2026-11-27", "2026-12-04"),
        ("el sábado", "2026-11-21", "2026-12-05"),
        ("el 12 de noviembre", "2026-11-12", "2027-11-12"),
        ("03/11/2026", "2026-11-03", None),
        ("el 30", "2026-10-30", "2026-11-30"),
        ("2026-12-15", None, "2026-12-15"),
        ("December 5", "2025-12-05", "2026-12-05"),
        ("31/02/2026", None, None),
        ("99/99", None, None),
    ],
)
def test_days_are_the_nearest_in_the_sense_looked_at(
    text: str, back: str | None, ahead: str | None
) -> None:
    first = [
        next((day.isoformat() for day in days_in(text, SATURDAY, looking=way)), None)
        for way in ("back", "ahead")
    ]
    assert first == [back, ahead]


def test_the_bank_is_called_as_it_calls_itself() -> None:
    assert bank_in("consigne en bancolombia") == "Bancolombia"
    assert bank_in("desde BANCO DE BOGOTA") == "Banco de Bogotá"
    assert bank_in("del banco") == ""


@pytest.mark.parametrize(
    "text",
    ["Pago el 4 de diciembre $ 10.000", "pago el 4 de diciembre 10 mil", "4 diciembre, $10,000"],
)
def test_an_amount_after_a_day_is_not_another_day(text: str) -> None:
    assert days_in(text, SATURDAY, looking="ahead") == [date(2026, 12, 4)]
