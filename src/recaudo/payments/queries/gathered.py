"""What may one line mean, out of all that was gathered, as lines take what they pay?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from recaudo.core.adding_up import Debt
from recaudo.core.evidence import Evidence, Piece, Tolerance
from recaudo.core.payer_names import NameIndex, account_key, name_key
from recaudo.core.payment_texts import CUT_SHORTEST, cut_keys, key_of, keys_in, may_be_cut_from
from recaudo.payments.models import ReportedPayment
from recaudo.payments.queries.matching_statements import KNOWN_DAYS

#: A report and its money are at most this far apart.
REPORT_DAYS = 10
#: A reported reference is told by at least so many signs.
REPORT_REFERENCE = 5


@dataclass(frozen=True, slots=True)
class Waiting:
    """A line to be matched; ``amount`` in ten-thousandths."""

    id: int
    work_id: int
    version: int
    value_on: date
    amount: int
    currency: str
    references: tuple[str, ...]
    text: str
    payer_name: str
    payer_account: str
    account_id: int
    external_id: str

    def keys(self) -> set[str]:
        return keys_in(self.text, (*self.references, self.payer_account))


@dataclass
class Gathered:
    """Everything that may speak about some lines."""

    lines: list[Waiting]
    keys: dict[int, set[str]]
    numbers: dict[tuple[str, str], tuple[Debt, ...]]
    #: Customers whose document of this number owes nothing any more.
    paid: dict[tuple[str, str], set[int]]
    own: dict[str, set[int]]
    ids: dict[str, set[int]]
    accounts: dict[str, set[int]]
    aliases: dict[str, set[int]]
    names: NameIndex
    reports: dict[tuple[str, int], list[ReportedPayment]]
    tolerances: dict[int, Tolerance]
    debts: dict[tuple[int, str], list[Debt]] = field(default_factory=dict)
    amounts: dict[tuple[int, str], list[Debt]] = field(default_factory=dict)
    known: dict[tuple[int, str, int], list[date]] = field(default_factory=dict)
    _told: dict[int, Evidence] = field(default_factory=dict)
    #: As ``debts``, before any line took something.
    first: dict[tuple[int, str], tuple[Debt, ...]] = field(default_factory=dict)
    #: Documents closed lately that a cut number of these lines may name, with their amounts.
    closed: dict[tuple[int, str], list[Debt]] = field(default_factory=dict)
    _read: dict[int, set[str]] = field(default_factory=dict)
    _pieces: dict[int, list[list[Debt]]] = field(default_factory=dict)
    _by_end: dict[tuple[int, str], dict[str, list[Debt]]] = field(default_factory=dict)

    def evidence(self, line: Waiting) -> Evidence:
        """What speaks for whom about this line."""
        found = self.plain(line)
        may_be = () if found.numbers else self._cut(line)
        if not may_be:
            return found
        customers = {debt.customer for debts in may_be for debt in debts}
        left = {debt.id: debt for c in customers for debt in self.open_of(c, line)}
        pieces = tuple(
            Piece(
                tuple(left[debt.id] for debt in debts if debt.id in left),
                tuple(debt for debt in debts if debt.id not in left),
            )
            for debts in may_be
        )
        return replace(found, pieces=pieces)

    def plain(self, line: Waiting) -> Evidence:
        """All but what a cut number may name, which changes as documents are paid."""
        if line.id in self._told:
            return self._told[line.id]
        keys, currency = self.keys[line.id], line.currency
        found = self._told[line.id] = Evidence(
            own=frozenset(c for key in keys for c in self.own.get(key, ())),
            numbers={
                key: debts
                for key in keys
                if (debts := _payable(self.numbers.get((key, currency), ()), line))
            },
            ids=frozenset(c for key in keys for c in self.ids.get(key, ())),
            accounts=frozenset(_of(self.accounts, account_key, line.payer_account)),
            aliases=frozenset(_of(self.aliases, name_key, line.payer_name)),
            names=self.names.like(line.payer_name) if line.payer_name else (),
            reported=frozenset(r.customer_id for r in self._reports_of(line, keys)),
            amounts=_payable(self.amounts.get((line.amount, currency), ()), line),
            paid=frozenset(self._paid(line, keys)),
        )
        return found

    def _paid(self, line: Waiting, keys: set[str]) -> Iterator[int]:
        """Customers of named documents that this line can pay no more."""
        for key in keys:
            yield from self.paid.get((key, line.currency), ())
            for debt in self.numbers.get((key, line.currency), ()):
                if not _may_pay(debt, line):
                    yield debt.customer

    def take_known(self, line: Waiting, customer: int) -> bool:
        """Is there a payment by another way that this line may be the money of? It speaks for one
        line only."""
        days = self.known.get((customer, line.currency, line.amount), [])
        near = [day for day in days if abs((day - line.value_on).days) <= KNOWN_DAYS]
        if not near:
            return False
        days.remove(min(near, key=lambda day: abs((day - line.value_on).days)))
        return True

    def turn(self, line: Waiting) -> int:
        """Who names a document comes first; then who has a cut number of one; then who leaves it to
        us which of several alike is paid, those with a payment reference before the others."""
        keys = self.keys[line.id]
        if any((key, line.currency) in self.numbers for key in keys):
            return 0
        if self._cut(line):
            return 1
        return 2 if any(key in self.own for key in keys) else 3

    def open_of(self, customer: int, line: Waiting) -> list[Debt]:
        """What this line may pay of the customer's."""
        debts = self.debts.get((customer, line.currency), [])
        return [debt for debt in debts if debt.told_on is None or _may_pay(debt, line)]

    def _cut(self, line: Waiting) -> list[list[Debt]]:
        """For each piece of a number in the line: the documents of known customers, or of this
        amount, that it may be of, whatever became of them meanwhile. Found once."""
        if line.id in self._pieces:
            return self._pieces[line.id]
        found = self._pieces[line.id] = []
        told = self.plain(line)
        known = known_customers(told)
        for piece in self.pieces_of(line):
            may_be = {debt.id: debt for c in known for debt in self._cut_from(c, piece, line)}
            may_be |= {d.id: d for d in told.amounts if may_be_cut_from(piece, d.keys[0])}
            if may_be:
                found.append(list(may_be.values()))
        return found

    def pieces_of(self, line: Waiting) -> set[str]:
        """What of the line may be a number that was cut. Read once."""
        if line.id not in self._read:
            self._read[line.id] = cut_keys(line.text, line.references)
        return self._read[line.id]

    def _cut_from(self, customer: int, piece: str, line: Waiting) -> list[Debt]:
        """This customer's documents, open at first or closed lately, that ``piece`` may be of."""
        key = customer, line.currency
        if key not in self._by_end:
            index = self._by_end[key] = defaultdict(list)
            for debt in (*self.first.get(key, ()), *self.closed.get(key, ())):
                for whole in debt.keys:
                    for end in {whole[:CUT_SHORTEST], whole[-CUT_SHORTEST:]}:
                        index[end].append(debt)
        index = self._by_end[key]
        among = (*index.get(piece[:CUT_SHORTEST], ()), *index.get(piece[-CUT_SHORTEST:], ()))
        return [d for d in among if any(may_be_cut_from(piece, whole) for whole in d.keys)]

    def _reports_of(self, line: Waiting, keys: set[str]) -> list[ReportedPayment]:
        """Reports of exactly this money, told by the receipt's reference."""
        return [
            report
            for report in self.reports.get((line.currency, line.amount), ())
            if report.paid_on is None or abs((report.paid_on - line.value_on).days) <= REPORT_DAYS
            if len(key_of(report.reference)) >= REPORT_REFERENCE
            and key_of(report.reference) in keys
        ]


def known_customers(told: Evidence) -> frozenset[int]:
    """Customers whom something but a document speaks for."""
    known = told.own | told.ids | told.accounts | told.aliases
    return known | {name.customer for name in told.names}


def _of(known: dict[str, set[int]], key: Callable[[str], str], told: str) -> Iterable[int]:
    """Making a key costs; where there is nothing to look up, it is not made."""
    return known.get(key(told), ()) if known and told else ()


def _may_pay(debt: Debt, line: Waiting) -> bool:
    """A corte tells of what was paid by its day, and of nothing later."""
    return debt.told_on is None or line.value_on.toordinal() <= debt.told_on


def _payable(debts: Iterable[Debt], line: Waiting) -> tuple[Debt, ...]:
    return tuple(debt for debt in debts if _may_pay(debt, line))
