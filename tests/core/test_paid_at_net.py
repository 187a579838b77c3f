"""Which documents an amount pays at their nets: the worked table of docs/rules/withholdings.md."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudo.core.money import Money, total
from recaudo.core.withholdings import AtNet, paid_at_net

from .rules import tables

(TABLE,) = tables("withholdings.md", "paid_at_net")


def cop(amount: str | int | Decimal) -> Money:
    return Money(Decimal(amount), "COP")


def documents_of(cell: str) -> list[AtNet]:
    found = []
    for number, written in enumerate(cell.split(", "), start=1):
        owed, _, net = written.partition("/")
        found.append(AtNet(number, cop(owed), cop(net) if net else None))
    return found


@pytest.mark.parametrize("row", TABLE.rows, ids=lambda row: row["documents (open/net)"])
def test_the_worked_table_is_true(row: dict[str, str]) -> None:
    paid = paid_at_net(cop(row["amount"]), documents_of(row["documents (open/net)"]))
    told = {tuple(each.split(":")) for each in row["pays"].split(", ") if each}
    assert {(str(n), str(amount.amount)) for n, amount in paid} == told


@st.composite
def some_documents(draw: st.DrawFn) -> list[AtNet]:
    found = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        owed = draw(st.integers(1, 20))
        net = draw(st.one_of(st.none(), st.integers(1, owed)))
        found.append(AtNet(number, cop(owed), None if net is None else cop(net)))
    return found


@given(documents=some_documents(), amount=st.integers(1, 60))
def test_it_pays_all_of_the_amount_or_nothing_and_no_document_more_than_it_owes(
    documents: list[AtNet], amount: int
) -> None:
    paid = dict(paid_at_net(cop(amount), documents))
    assert not paid or total(paid.values(), "COP") == cop(amount)
    owed = {each.document: each.open for each in documents}
    assert all(part <= owed[document] for document, part in paid.items())
