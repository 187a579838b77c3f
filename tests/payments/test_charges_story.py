"""docs/rules/charges.md, «Worked table»: each row is an act, and what stands after it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django_scopes import scope

from core.rules import rows
from factories import make_creditor, make_customer, make_document, make_member, refresh
from recaudo.core.money import Money
from recaudo.payments.actions.charging import fix_charges
from recaudo.payments.actions.receiving import receive
from recaudo.payments.actions.terms import Wanted, set_terms
from recaudo.payments.actions.waivers import waive
from recaudo.payments.models import Charge
from recaudo.payments.queries.check import check_ledger

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 31, 15, tzinfo=UTC)


def test_the_worked_table_of_the_rules() -> None:
    creditor = make_creditor(country="MX", currency="MXN", timezone="America/Mexico_City")
    wanted = Wanted(
        from_on=date(2026, 1, 1),
        source="c. 7",
        interest="computed",
        annual_rate=Decimal("36.5"),
        rate_quote="nominal_annual",
    )
    set_terms(creditor, wanted, by=None, origin="test")
    customer, chief = make_customer(creditor), make_member(creditor)
    document = make_document(customer, 10_000, due_on="2026-03-01")
    for n, row in enumerate(rows("charges.md", "charges")):
        day = date.fromisoformat(row["day"])
        with scope(creditor=creditor):
            newest = Charge.objects.order_by("-id").first()
        match row["act"]:
            case "fix":
                fix_charges(customer, as_of=day, because="hand", now=NOW)
            case "pay":
                receive(
                    customer,
                    Money(Decimal(row["amount"]), "MXN"),
                    value_on=day,
                    source="test",
                    external_id=str(n),
                    now=NOW,
                )
            case "waive":
                assert newest is not None
                waive(newest, Decimal(row["amount"]), reason="acuerdo", by=chief, now=NOW)
        with scope(creditor=creditor):
            charges = [each.document for each in Charge.objects.select_related("document")]
        stands = (
            refresh(document).open_amount,
            sum(each.amount for each in charges),
            sum(each.open_amount for each in charges),
        )
        told = tuple(Decimal(row[name]) for name in ("capital", "posted", "open_interest"))
        assert stands == told, row
    assert check_ledger(creditor) == []
