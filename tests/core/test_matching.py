"""Which debts does a bank line pay? The tables of docs/rules/reconciliation.md, and properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudo.core.adding_up import Debt
from recaudo.core.evidence import Decision, Evidence, Piece, Tolerance
from recaudo.core.matching import CERTAIN, SCORES, decide
from recaudo.core.payer_names import NameIndex, account_key, name_key
from recaudo.core.payment_texts import (
    creditor_references,
    cut_keys,
    is_creditor_reference,
    keys_in,
    may_be_cut_from,
)

from .rules import tables

DEBTS = [
    Debt(1001, 1, ("FE1001",), 10, 500),
    Debt(1002, 1, ("FE1002",), 20, 300),
    Debt(1003, 1, ("FE1003",), 30, 200),
    Debt(2001, 2, ("FE2001",), 10, 500),
    Debt(2002, 2, ("FE2002",), 20, 750),
]
NAMES = NameIndex.of([(1, "Ferretería El Tornillo S.A.S."), (2, "Papelería La Carta")])
TOLERANCE = Tolerance(20, 1_000)
OWN = {"1000000145": 1}


def of(customer: int) -> list[Debt]:
    return [debt for debt in DEBTS if debt.customer == customer]


def seen(amount: int, text: str, payer: str = "", account: str = "") -> Decision:
    keys = keys_in(text, [account])
    numbers = {
        key: found for key in keys if (found := tuple(debt for debt in DEBTS if key in debt.keys))
    }
    evidence = Evidence(
        own=frozenset(OWN[key] for key in keys if key in OWN),
        numbers=numbers,
        accounts=frozenset({2} if account_key(account) == "777" else ()),
        names=NAMES.like(payer),
        amounts=tuple(debt for debt in DEBTS if debt.open == amount),
    )
    return decide(amount, evidence, of, TOLERANCE, today=100)


(SCORE_TABLE,) = tables("reconciliation.md", "scores")
(WORKED,) = tables("reconciliation.md", "matching")


def test_the_scores_are_those_of_the_document() -> None:
    told = {
        row["how the customer is known"]: {
            name: int(value) for name, value in row.items() if name in SCORES["name"]
        }
        for row in SCORE_TABLE.rows
    }
    assert told == SCORES


@pytest.mark.parametrize("row", WORKED.rows, ids=lambda row: f"{row['amount']} {row['text']}")
def test_the_worked_table(row: dict[str, str]) -> None:
    decision = seen(int(row["amount"]), row["text"], row["payer"], row["account"])
    best = decision.candidates[0] if decision.candidates else None
    pays = ", ".join(f"FE{document} {amount}" for document, amount in best.lines) if best else ""
    reason = best.reason if best and decision.kind == "certain" else decision.reason
    assert (decision.kind, str(best.customer) if best else "", pays, reason) == (
        row["outcome"],
        row["customer"],
        row["pays"],
        row["reason"],
    )


@given(
    amounts=st.lists(st.integers(1, 60), min_size=1, max_size=9),
    amount=st.integers(1, 500),
    named=st.sets(st.integers(0, 8)),
    own=st.booleans(),
)
def test_nothing_is_paid_beyond_what_it_owes_and_everything_adds_up(
    amounts: list[int], amount: int, named: set[int], own: bool
) -> None:
    debts = [Debt(at, 1, (f"NUMERO{at:04}",), at, size) for at, size in enumerate(amounts, start=1)]
    evidence = Evidence(
        own=frozenset({1} if own else ()),
        numbers={debts[at].keys[0]: (debts[at],) for at in named if at < len(debts)},
        names=NAMES.like("Ferretería El Tornillo"),
    )
    decision = decide(amount, evidence, lambda _: debts, TOLERANCE, today=4)
    for match in decision.candidates:
        assert sum(paid for _, paid in match.lines) + match.rest == amount
        owed = {debt.id: debt.open for debt in debts}
        assert all(0 < paid <= owed[document] for document, paid in match.lines)
        assert len({document for document, _ in match.lines}) == len(match.lines)
        assert 0 < match.score <= 100
    assert (decision.kind == "certain") <= (decision.candidates[0].score >= CERTAIN)


@pytest.mark.parametrize(("less", "kind"), [(19, "certain"), (20, "certain"), (21, "offered")])
def test_what_banks_deduct_has_a_limit(less: int, kind: str) -> None:
    assert seen(750 - less, "TRANSFERENCIA", account="777").kind == kind


@pytest.mark.parametrize(("less", "kind"), [(30, "certain"), (31, "offered")])
def test_and_it_is_a_part_of_the_debt(less: int, kind: str) -> None:
    debts = [Debt(1, 2, ("A",), 1, 300)]
    evidence = Evidence(accounts=frozenset({2}))
    decision = decide(300 - less, evidence, lambda _: debts, Tolerance(100, 1_000), today=5)
    assert decision.kind == kind


def test_two_ways_to_add_up_are_for_a_person() -> None:
    debts = [Debt(at, 1, (str(at),), at, size) for at, size in enumerate((100, 200, 400, 500), 1)]
    evidence = Evidence(accounts=frozenset({1}))
    # 600 is 100 + 500 and 200 + 400.
    decision = decide(600, evidence, lambda _: debts, Tolerance(), today=0)
    assert decision.kind == "offered"
    assert decision.candidates[0].lines == ()


def test_equal_amounts_pay_the_oldest_unless_a_cut_number_says_which() -> None:
    debts = [Debt(1, 1, ("AA0001",), 1, 100), Debt(2, 1, ("AA0002",), 2, 100)]
    known = Evidence(accounts=frozenset({1}))
    assert decide(100, known, lambda _: debts, Tolerance(), today=9).candidates[0].lines == (
        (1, 100),
    )
    cut = Evidence(accounts=frozenset({1}), pieces=(Piece((debts[1],)),))
    assert decide(100, cut, lambda _: debts, Tolerance(), today=9).candidates[0].lines == (
        (2, 100),
    )


ALIKE = [Debt(at, 1, (f"CS00452{at}",), at, 100) for at in range(4)]
OTHER = Debt(9, 1, ("CS009999",), 9, 70)


def cut(*pieces: Piece, owed: list[Debt] = ALIKE, amount: int = 100) -> Decision:
    """A line of a known account that carries these numbers, cut."""
    evidence = Evidence(accounts=frozenset({1}), pieces=pieces)
    return decide(amount, evidence, lambda _: owed, Tolerance(), today=20)


def test_a_number_that_was_cut_names_one_of_several_alike() -> None:
    told = cut(Piece((ALIKE[2],)))
    assert (told.kind, told.candidates[0].lines) == ("certain", ((2, 100),))


def test_a_number_that_was_cut_and_is_of_two_alike_is_for_a_person() -> None:
    told = cut(Piece((ALIKE[1], ALIKE[2])))
    assert (told.kind, told.reason) == ("offered", "which_of_several")


def test_a_number_that_was_cut_may_be_of_one_that_is_gone() -> None:
    owed = [ALIKE[1], OTHER]
    told = cut(Piece((ALIKE[1],), (ALIKE[2],)), owed=owed)
    assert (told.kind, told.reason) == ("offered", "which_of_several")
    # What is gone was of another amount: the line does not mean it.
    assert cut(Piece((ALIKE[1],), (OTHER,)), owed=owed).kind == "certain"


def test_a_number_that_was_cut_and_is_of_none_of_those_chosen_is_for_a_person() -> None:
    told = cut(Piece((), (ALIKE[0],)), owed=ALIKE[1:])
    assert (told.kind, told.reason) == ("offered", "which_of_several")
    # One of two numbers is enough to ask.
    two = cut(Piece((ALIKE[1],)), Piece((), (ALIKE[0],)), owed=[*ALIKE[1:], OTHER], amount=170)
    assert (two.kind, two.reason) == ("offered", "which_of_several")


def test_a_number_that_was_cut_of_somebody_else_only_asks_nothing_of_this_customer() -> None:
    theirs = Debt(50, 2, ("CS004529",), 1, 33)
    owed = [ALIKE[0], OTHER]
    evidence = Evidence(accounts=frozenset({1}), pieces=(Piece((theirs,)),))
    of = {1: owed, 2: [theirs]}
    told = decide(100, evidence, lambda customer: of[customer], Tolerance(), today=20)
    assert (told.kind, told.candidates[0].customer) == ("certain", 1)


@pytest.mark.parametrize(
    ("over", "kind", "reason"),
    [
        (199, "certain", "sure_number"),
        (200, "offered", "names_some"),
        (201, "offered", "names_some"),
    ],
)
def test_what_is_over_and_would_pay_another_document_is_for_a_person(
    over: int, kind: str, reason: str
) -> None:
    owed = [Debt(1, 1, ("FE100001",), 1, 500), Debt(2, 1, ("FE100002",), 2, 210)]
    evidence = Evidence(numbers={"FE100001": (owed[0],)}, accounts=frozenset({1}))
    # Banks deduct at most 10: 200 pays the 210.
    told = decide(500 + over, evidence, lambda _: owed, Tolerance(10, 1_000), today=9)
    assert (told.kind, told.reason) == (kind, reason)
    assert told.candidates[0].lines == ((1, 500),)


def test_who_owes_nothing_else_may_pay_too_much() -> None:
    owed = [Debt(1, 1, ("FE100001",), 1, 500)]
    evidence = Evidence(numbers={"FE100001": (owed[0],)}, accounts=frozenset({1}))
    assert decide(900, evidence, lambda _: owed, Tolerance(), today=9).kind == "certain"


@pytest.mark.parametrize(
    ("sizes", "kind", "reason"),
    [
        ((100, 201, 300), "certain", "account"),
        ((100, 200, 300), "offered", "two_readings"),
        ((100, 199, 300), "certain", "account"),
        ((300, 100, 200), "certain", "account"),  # the oldest is the first thing to be paid
    ],
)
def test_one_document_or_the_oldest_ones_together_is_for_a_person(
    sizes: tuple[int, ...], kind: str, reason: str
) -> None:
    owed = [Debt(at, 1, (f"A{at}",), at, size) for at, size in enumerate(sizes, start=1)]
    evidence = Evidence(accounts=frozenset({1}))
    told = decide(300, evidence, lambda _: owed, Tolerance(), today=0)
    assert (told.kind, told.reason) == (kind, reason)


def test_unless_the_line_says_which() -> None:
    owed = [Debt(at, 1, (f"FE10000{at}",), at, size) for at, size in enumerate((100, 200, 300))]
    named = Evidence(numbers={"FE100002": (owed[2],)}, accounts=frozenset({1}))
    cut_ = Evidence(pieces=(Piece((owed[2],)),), accounts=frozenset({1}))
    for evidence in (named, cut_):
        told = decide(300, evidence, lambda _: owed, Tolerance(), today=0)
        assert (told.kind, told.candidates[0].lines) == ("certain", ((2, 300),))


def test_what_is_already_paid_is_not_paid_again() -> None:
    evidence = Evidence(names=NAMES.like("Papelería La Carta"), paid=frozenset({2}))
    decision = decide(500, evidence, of, TOLERANCE, today=100)
    assert (decision.kind, decision.reason) == ("offered", "already_paid")


def test_homonyms_are_told_apart_by_the_amount_or_not_at_all() -> None:
    names = NameIndex.of([(1, "Juan Pérez"), (2, "PEREZ JUAN")])
    evidence = Evidence(names=names.like("JUAN PEREZ"))
    assert decide(750, evidence, of, TOLERANCE, today=100).candidates[0].customer == 2
    assert decide(750, evidence, of, TOLERANCE, today=100).kind == "certain"
    both = decide(500, evidence, of, TOLERANCE, today=100)
    assert (both.kind, both.reason) == ("offered", "several_customers")


def test_an_account_of_two_customers_decides_nothing() -> None:
    evidence = Evidence(accounts=frozenset({1, 2}))
    assert decide(500, evidence, of, TOLERANCE, today=100).kind == "offered"


@pytest.mark.parametrize(
    ("reference", "good"),
    [
        ("RF18539007547034", True),
        ("RF18 5390 0754 7034", True),
        ("RF19539007547034", False),
        ("RF1853900754703A", False),
        ("RF18", False),
    ],
)
def test_a_creditor_reference_has_its_check_digits(reference: str, good: bool) -> None:
    assert is_creditor_reference(reference) is good
    assert (creditor_references(f"PAGO {reference}") == ["539007547034"]) is good


def test_a_creditor_reference_ends_where_a_word_ends() -> None:
    # RF80 is right for 1930635804193, too: the beginning of what follows.
    assert is_creditor_reference("RF801930635804193")
    assert creditor_references("PAGO RF801930635804 1930641584") == ["1930635804"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("4522", set()),
        ("04522", {"04522"}),
        ("004522", {"004522"}),
        ("no. 4522", {"NO4522"}),
        ("ABC12", set()),
        ("ABC123", {"ABC123"}),
        ("ABC1234", {"ABC1234"}),
    ],
)
def test_what_may_be_a_number_that_was_cut_counts_with_its_zeros(
    text: str, found: set[str]
) -> None:
    assert cut_keys(text, []) == found


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("PAGO FE-1234", "FE1234"),
        ("FACT 00047", "47".rjust(2)),
        ("F/2026/0012", "F20260012"),
        ("no. 0012345", "12345"),
    ],
)
def test_what_a_line_may_name(text: str, key: str) -> None:
    assert (key in keys_in(text, [])) is (len(key) >= 3)


def test_a_cut_number_is_most_of_it_and_an_end_of_it() -> None:
    assert may_be_cut_from("30659387", "1930659387")
    assert may_be_cut_from("193065", "1930659387")
    assert not may_be_cut_from("9387", "1930659387")
    assert not may_be_cut_from("306593", "1930659387")
    assert not may_be_cut_from("1930659387", "1930659387")


def test_a_name_is_the_same_in_any_order_case_and_legal_form() -> None:
    assert name_key("Ferretería El Tornillo S.A.S.") == name_key("TORNILLO EL, FERRETERIA SAS")
    assert name_key("SAS") == "SAS"
    assert NAMES.like("")[0:] == ()
    assert NAMES.like("FERRETERIA EL TO")[0].customer == 1
    assert NAMES.like("DROGUERIA SAN JOSE") == ()


SISCO = NameIndex.of([(1, "Sisco"), (2, "Sisco Norte SAS"), (3, "Otro Nombre LLC")])


def test_a_name_that_goes_on_may_be_meant_as_well() -> None:
    assert [each.customer for each in SISCO.like("SISCO")] == [1, 2]

    def paid(first: int, second: int) -> Decision:
        debts = {1: [Debt(1, 1, ("A",), 1, first)], 2: [Debt(2, 2, ("B",), 1, second)]}
        evidence = Evidence(names=SISCO.like("SISCO"))
        return decide(500, evidence, lambda customer: debts[customer], TOLERANCE, today=4)

    assert paid(500, 500).reason == "several_customers"
    told = paid(500, 700).match
    assert told is not None and told.customer == 1


@pytest.mark.parametrize("payer", ["OTRO NOMBRE LCL", "OTRO NOMBRE LL", "OTRO NOMBRE SPA"])
def test_a_legal_form_that_was_cut_or_mistyped_is_none(payer: str) -> None:
    assert [each.customer for each in SISCO.like(payer)] == [3]
