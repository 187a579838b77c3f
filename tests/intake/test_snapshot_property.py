"""Whatever two cortes and whatever payments: the balances are the last corte's, less what was paid
after it, and nothing is counted twice."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from factories import make_creditor
from intake.conftest import Company
from recaudo.payments.models import Credit

CORTE = "Cod. cliente;Nombre;Factura;Fecha vencimiento;Saldo"
PAYMENTS = "Cod. cliente;Factura;Fecha pago;Valor pagado;Referencia de pago"
FIRST, SECOND = 1, 8
NUMBERS = ("A1", "A2", "A3", "B1", "B2")
money = st.integers(1, 20_000).map(lambda cents: Decimal(cents) / 100)
balances = st.dictionaries(st.sampled_from(NUMBERS), money, min_size=1)
credits = st.dictionaries(st.sampled_from(("AN", "BN")), money)


@dataclass(frozen=True)
class Payment:
    number: str
    day: int
    amount: Decimal
    is_named: bool


payments = st.lists(
    st.builds(Payment, st.sampled_from(NUMBERS), st.integers(1, 15), money, st.booleans()),
    max_size=5,
)


def corte(owed: dict[str, Decimal], waiting: dict[str, Decimal]) -> list[str]:
    rows = [f"{number[0]};{number[0]};{number};2026-07-01;{owed[number]}" for number in owed]
    rows += [f"{name[0]};{name[0]};{name};2026-07-01;-{waiting[name]}" for name in waiting]
    return [CORTE, *rows]


def paid(found: list[tuple[int, Payment]]) -> list[str]:
    return [
        PAYMENTS,
        *(
            f"{each.number[0]};{each.number if each.is_named else ''};2026-08-{each.day:02};"
            f"{each.amount};RC{at}"
            for at, each in found
        ),
    ]


def credits_of(company: Company) -> list[Credit]:
    """The credits that the cortes themselves name."""
    return company.all(Credit, source="import_credit")


@example(
    first={"A1": Decimal("1.63"), "B2": Decimal("2.14")},
    waiting1={},
    second={"B2": Decimal("3.29")},
    waiting2={},
    made=[Payment("B2", 9, Decimal("26.54"), True)],
)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(first=balances, waiting1=credits, second=balances, waiting2=credits, made=payments)
def test_balances_are_the_last_cortes(
    db: None,
    tmp_path: Path,
    first: dict[str, Decimal],
    waiting1: dict[str, Decimal],
    second: dict[str, Decimal],
    waiting2: dict[str, Decimal],
    made: list[Payment],
) -> None:
    company = Company(make_creditor(snapshot_close_limit_pct=100), tmp_path)
    known = set(first) | set(second)
    numbered = [
        (at, each) for at, each in enumerate(made) if each.number in known or not each.is_named
    ]
    early = [pair for pair in numbered if pair[1].number in first][::2]
    late = [pair for pair in numbered if pair not in early]

    company.corte(*corte(first, waiting1), as_of=f"2026-08-{FIRST:02}")
    if early:
        company.load(*paid(early), as_of=f"2026-08-{SECOND:02}")
    company.corte(*corte(second, waiting2), as_of=f"2026-08-{SECOND:02}")
    waiting = {credit.reference: credit.unapplied for credit in credits_of(company)}
    assert {name: left for name, left in waiting.items() if left} == waiting2
    if late:
        company.load(*paid(late), as_of="2026-08-20")

    expected = dict(second)
    for _, each in numbered:
        if each.is_named and each.day > SECOND and each.number in expected:
            expected[each.number] = max(Decimal(0), expected[each.number] - each.amount)
    balances = company.balances()
    assert balances == {number: left for number, left in expected.items() if left}

    again = company.corte(*corte(second, waiting2), as_of=f"2026-08-{SECOND:02}")
    assert again["unchanged"] == again["rows"]
