"""An import during the day: whoever it shows as paid loses the morning's reminder."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from django_scopes import scope

from recaudo.contact.models import Message
from recaudo.core.calendar import Place, local_day, next_business_day
from recaudo.intake.actions.imports import import_file
from recaudo.strategy.actions.arrivals import decide_after_import
from recaudo.strategy.actions.creditors import add_creditor
from recaudo.strategy.actions.runs import release, run_day

HEAD = "Código cliente;Nombre;Factura;Fecha factura;Fecha vencimiento;Valor;Saldo;Correo\n"


@pytest.mark.django_db(transaction=True)
def test_who_paid_at_noon_keeps_no_reminder_of_the_morning(tmp_path: Path) -> None:
    creditor = add_creditor(
        "mia", name="Mía", country="CO", currency="COP", timezone="America/Bogota", preset="b2b"
    )
    # Nothing is planned on a Saturday: the day judged is the next one on which people work.
    today = next_business_day(local_day(timezone.now(), creditor.timezone), Place("CO"))
    due = today - timedelta(days=3)

    def corte(balance: str) -> dict:
        file = tmp_path / "corte.csv"
        dates = f"{due - timedelta(days=30):%Y-%m-%d};{due:%Y-%m-%d}"
        row = f"C-1;Uno S.A.S.;F-1;{dates};500000,00;{balance};uno@example.com\n"
        file.write_text(HEAD + row, encoding="utf-8")
        return import_file(creditor, file, mode="incremental", origin="cli")

    corte("500000,00")
    run_day(creditor, today, today=today)
    release(creditor, today=today, by=None)
    with scope(creditor=creditor):
        assert list(Message.objects.values_list("state", flat=True)) == ["planned"]

    paid = corte("0,00")
    assert decide_after_import(creditor, paid["batch"], today=today)

    with scope(creditor=creditor):
        assert list(Message.objects.values_list("state", flat=True)) == ["withdrawn"]
