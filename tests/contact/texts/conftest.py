"""A creditor that can be paid, and a customer who owes it something."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from factories import make_creditor, make_customer, make_document
from recaudo.access.models import Creditor
from recaudo.payments.actions.ways import add_way
from recaudo.portfolio.models import Customer

#: Noon in Bogotá.
AT = datetime(2026, 11, 27, 17, tzinfo=UTC)
TODAY = date(2026, 11, 27)


@pytest.fixture
def andina(db: None) -> Creditor:
    creditor = make_creditor(
        name="Distribuciones Andina", tax_id="900.123.456-8", phone="601 555 0101"
    )
    add_way(creditor, kind="account", title="Banco", details="123-456", currency="COP")
    return creditor


@pytest.fixture
def customer(andina: Creditor) -> Customer:
    found = make_customer(andina, name="Ferretería El Tornillo")
    make_document(found, "1250000", due_on="2026-11-15", number="1020")
    make_document(found, "300000.50", due_on="2026-12-05", number="1021")
    return found
