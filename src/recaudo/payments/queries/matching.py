"""What may the bank's lines mean? Everything the matcher needs, gathered in bulk.

A few statements for any number of lines: the database joins what lines say with numbers,
references, tax ids, accounts and amounts; names are compared here.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from recaudo.access.models import Creditor
from recaudo.core.matching import TELLING_NUMBER, Debt, Evidence, Piece, Tolerance
from recaudo.core.money import from_ten_thousandths, to_ten_thousandths
from recaudo.core.payer_names import NameIndex, account_key, name_key
from recaudo.core.payment_texts import CUT_SHORTEST, cut_keys, key_of, keys_in, may_be_cut_from
from recaudo.core.withholdings import Net
from recaudo.payments.copying import temporary
from recaudo.payments.models import ReportedPayment, WithholdingProfile
from recaudo.payments.queries.nets import nets_of

#: More documents of one amount than this say nothing.
ALIKE_MAX = 40
#: A report and its money are at most this far apart.
REPORT_DAYS = 10
#: A reported reference is told by at least so many signs.
REPORT_REFERENCE = 5

#: As ``key_of``, for the signs that numbers are written with. Most numbers are a key already, and
#: seeing that costs a third of making one.
_KEY = (
    "CASE WHEN {0} ~ '^[1-9A-Z][0-9A-Z]*$' THEN {0} "
    "ELSE LTRIM(TRANSLATE(UPPER({0}), ' -_./#:,;()&|', ''), '0') END"
)

LINES = """
SELECT l.id, w.id, w.version, l.value_on, (l.amount * 10000)::bigint, l.currency, l."references",
  l.text, l.payer_name, l.payer_account, l.account_id, l.external_id
FROM payments_linework w
JOIN payments_bankline l ON l.id = w.line_id
WHERE w.creditor_id = %(creditor)s AND w.state = ANY(%(states)s) AND l.value_on <= %(today)s
  AND w.id > %(after)s
ORDER BY w.id LIMIT %(most)s
"""
#: Documents that a corte closed by inference (F1), with what it inferred: one row per document, of
#: the newest such day. Documents with parts are left to a person: the corte does not say which part
#: was paid.
TOLD = """
SELECT DISTINCT ON (a.document_id) a.document_id, a.value_on, a.amount
FROM (
  SELECT a.document_id, a.value_on, SUM(a.amount) AS amount
  FROM payments_application a
  JOIN payments_credit c ON c.id = a.credit_id AND c.kind = 'snapshot'
  WHERE a.creditor_id = %(creditor)s AND a.amount > 0 AND a.component = ''
    AND a.value_on >= %(since)s
    AND NOT EXISTS (SELECT FROM payments_application r WHERE r.reverses_id = a.id)
  GROUP BY a.document_id, a.value_on
) a
JOIN portfolio_document d ON d.id = a.document_id AND d.open_amount = 0 AND d.ceded_on IS NULL
ORDER BY a.document_id, a.value_on DESC
"""
#: Found by their keys alone, then read: of a million documents only the named ones are carried on.
NUMBERS = f"""
WITH named AS MATERIALIZED (
  SELECT t.key, d.id FROM portfolio_document d JOIN match_key t ON t.key = {_KEY.format("d.number")}
  WHERE d.creditor_id = %(creditor)s
  UNION ALL
  SELECT t.key, d.id FROM portfolio_document d
  JOIN match_key t ON t.key = {_KEY.format("(d.prefix || d.number)")}
  WHERE d.creditor_id = %(creditor)s AND d.prefix <> ''
)
SELECT DISTINCT n.key, d.id, d.customer_id, d.due_on,
       ((d.open_amount + COALESCE(t.amount, 0)) * 10000)::bigint, d.currency,
       {_KEY.format("d.number")}, t.value_on
FROM named n JOIN portfolio_document d ON d.id = n.id
LEFT JOIN match_told t ON t.document_id = d.id
WHERE d.open_amount > 0 OR LENGTH(d.number) >= %(telling)s OR t.document_id IS NOT NULL
"""
OWN = """
SELECT t.key, r.customer_id FROM match_key t
JOIN payments_paymentreference r ON r.creditor_id = %(creditor)s AND r.reference = t.key
"""
IDS = f"""
SELECT t.key, c.id FROM match_key t JOIN portfolio_customer c
  ON c.creditor_id = %(creditor)s AND c.tax_id <> '' AND {_KEY.format("c.tax_id")} = t.key
WHERE LENGTH(t.key) >= 6
UNION
SELECT t.key, c.id FROM match_key t JOIN portfolio_customer c
  ON c.creditor_id = %(creditor)s AND {_KEY.format("c.code")} = t.key
WHERE LENGTH(t.key) >= 6
"""
ALIASES = """
SELECT kind, value, customer_id FROM payments_payeralias WHERE creditor_id = %(creditor)s
"""
NAMES = """
SELECT id, name FROM portfolio_customer WHERE creditor_id = %(creditor)s
"""
DEBTS = f"""
SELECT d.id, d.customer_id, d.due_on, (d.open_amount * 10000)::bigint, d.currency,
       {_KEY.format("d.number")} AS bare, NULL::date AS told_on, d.number
FROM match_customer m JOIN portfolio_document d ON d.customer_id = m.customer_id
WHERE d.creditor_id = %(creditor)s AND d.open_amount > 0 AND d.ceded_on IS NULL
UNION ALL
SELECT d.id, d.customer_id, d.due_on, (t.amount * 10000)::bigint, d.currency,
       {_KEY.format("d.number")}, t.value_on, d.number
FROM match_told t JOIN portfolio_document d ON d.id = t.document_id
JOIN match_customer m ON m.customer_id = d.customer_id
ORDER BY 2, 3, 8, 1
"""
#: Documents closed lately that a number that was cut may be of: who means one of those means none
#: that is open.
CLOSED = f"""
WITH d AS (
  SELECT id, customer_id, due_on, amount, currency, {_KEY.format("number")} AS bare
  FROM portfolio_document
  WHERE creditor_id = %(creditor)s AND closed_on >= %(since)s::date - %(days)s
    AND open_amount = 0
)
SELECT DISTINCT d.id, d.customer_id, d.due_on, (d.amount * 10000)::bigint, d.currency, d.bare,
       NULL::date
FROM match_piece m JOIN d USING (customer_id)
WHERE STARTS_WITH(d.bare, m.piece) OR RIGHT(d.bare, LENGTH(m.piece)) = m.piece
"""
#: How long ago that may be, in days.
CLOSED_DAYS = 180
AMOUNTS = f"""
SELECT d.id, d.customer_id, d.due_on, (d.open_amount * 10000)::bigint, d.currency,
       {_KEY.format("d.number")}, NULL::date
FROM match_amount m JOIN portfolio_document d
  ON d.open_amount = m.amount AND d.currency = m.currency
WHERE d.creditor_id = %(creditor)s AND d.open_amount > 0 AND d.ceded_on IS NULL
UNION ALL
SELECT d.id, d.customer_id, d.due_on, (t.amount * 10000)::bigint, d.currency,
       {_KEY.format("d.number")}, t.value_on
FROM match_told t JOIN portfolio_document d ON d.id = t.document_id
JOIN match_amount m ON m.amount = t.amount AND m.currency = d.currency
"""


#: Payments that came by another way (a file, a person, a cheque that cleared) and that no line has
#: been tied to: a line of the same customer and amount may be their money.
KNOWN = """
SELECT c.customer_id, c.currency, (c.original_amount * 10000)::bigint, c.value_on
FROM payments_credit c
WHERE c.creditor_id = %(creditor)s AND c.kind IN ('payment', 'advance') AND c.source <> 'bank'
  AND c.amount > 0 AND c.lot_id IS NULL
  AND c.value_on BETWEEN %(since)s::date - %(days)s AND %(until)s::date + %(days)s
  AND NOT EXISTS (SELECT FROM payments_linecredit l WHERE l.credit_id = c.id)
ORDER BY c.value_on, c.id
"""
#: A payment and its line are at most this far apart.
KNOWN_DAYS = 5


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

    def pieces(self) -> set[str]:
        return cut_keys(self.text, self.references)


def waiting_lines(
    creditor: Creditor, states: Sequence[str], *, today: date, most: int, after: int = 0
) -> list[Waiting]:
    """The next lines in these states, value date reached, in the order they came."""
    with connection.cursor() as cursor:
        cursor.execute(
            LINES,
            {
                "creditor": creditor.pk,
                "states": list(states),
                "today": today,
                "most": most,
                "after": after,
            },
        )
        return [Waiting(*row[:6], tuple(_loaded(row[6])), *row[7:]) for row in cursor.fetchall()]


def _loaded(value: Any) -> list[str]:
    """JSON that comes raw from the driver."""
    found: list[str] = json.loads(value) if isinstance(value, str) else value
    return found


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
            accounts=frozenset(self.accounts.get(account_key(line.payer_account), ())),
            aliases=frozenset(self.aliases.get(name_key(line.payer_name), ())),
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
        known = _known(told)
        for piece in line.pieces():
            may_be = {debt.id: debt for c in known for debt in self._cut_from(c, piece, line)}
            may_be |= {d.id: d for d in told.amounts if may_be_cut_from(piece, d.keys[0])}
            if may_be:
                found.append(list(may_be.values()))
        return found

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


def _known(told: Evidence) -> frozenset[int]:
    """Customers whom something but a document speaks for."""
    known = told.own | told.ids | told.accounts | told.aliases
    return known | {name.customer for name in told.names}


def _may_pay(debt: Debt, line: Waiting) -> bool:
    """A corte tells of what was paid by its day, and of nothing later."""
    return debt.told_on is None or line.value_on.toordinal() <= debt.told_on


def _payable(debts: Iterable[Debt], line: Waiting) -> tuple[Debt, ...]:
    return tuple(debt for debt in debts if _may_pay(debt, line))


def _debt(row: Sequence[Any]) -> Debt:
    """Of (id, customer, due, open, currency, number's key, told on)."""
    pk, customer, due, size, _, bare, told = row[:7]
    return Debt(pk, customer, (bare,), due.toordinal(), size, told and told.toordinal())


def gather(creditor: Creditor, lines: list[Waiting], names: NameIndex | None = None) -> Gathered:
    """All that is known about ``lines``; ``names`` where it was built before (it costs most)."""
    keys = {line.id: line.keys() for line in lines}
    mine = {"creditor": creditor.pk}
    with connection.cursor() as cursor:
        temporary("match_key", "key text", {(k,) for found in keys.values() for k in found})
        since = min((line.value_on for line in lines), default=date.max)
        told_rows = _rows(cursor, TOLD, {**mine, "since": since})
        columns = "document_id bigint, value_on date, amount numeric(18,4)"
        temporary("match_told", columns, told_rows)
        numbers: dict[tuple[str, str], dict[int, Debt]] = defaultdict(dict)
        told = _rows(cursor, NUMBERS, {**mine, "telling": TELLING_NUMBER})
        paid: dict[tuple[str, str], set[int]] = defaultdict(set)
        for key, *row in told:
            if row[3]:
                numbers[key, row[4]][row[0]] = _debt(row)
            else:
                paid[key, row[4]].add(row[1])
        own = _by_key(_rows(cursor, OWN, mine))
        ids = _by_key(_rows(cursor, IDS, mine))
        accounts: dict[str, set[int]] = defaultdict(set)
        aliases: dict[str, set[int]] = defaultdict(set)
        for kind, value, customer in _rows(cursor, ALIASES, mine):
            (accounts if kind == "account" else aliases)[value].add(customer)
        if names is None:
            names = name_index(creditor)
    found = Gathered(
        lines,
        keys,
        {key: tuple(debts.values()) for key, debts in numbers.items()},
        paid,
        own,
        ids,
        accounts,
        aliases,
        names,
        _reports(),
        _tolerances(creditor),
    )
    with connection.cursor() as cursor:
        _add_amounts(cursor, found, mine)
        _add_debts(cursor, found, mine)
        _add_known(cursor, found, mine)
    return found


def _add_known(cursor: Any, found: Gathered, mine: dict[str, Any]) -> None:
    days = [line.value_on for line in found.lines]
    if not days:
        return
    span = {"since": min(days), "until": max(days), "days": KNOWN_DAYS}
    known: dict[tuple[int, str, int], list[date]] = defaultdict(list)
    for customer, currency, amount, day in _rows(cursor, KNOWN, {**mine, **span}):
        known[customer, currency, amount].append(day)
    found.known = known


def name_index(creditor: Creditor) -> NameIndex:
    with connection.cursor() as cursor:
        return NameIndex.of(_rows(cursor, NAMES, {"creditor": creditor.pk}))


def _add_debts(cursor: Any, found: Gathered, mine: dict[str, Any]) -> None:
    """Open documents of everybody whom something speaks for."""
    customers: set[int] = set()
    for line in found.lines:
        evidence = found.plain(line)
        customers |= evidence.own | evidence.ids | evidence.accounts | evidence.aliases
        customers |= evidence.reported | {name.customer for name in evidence.names}
        customers |= {d.customer for debts in (evidence.numbers or {}).values() for d in debts}
        customers |= {d.customer for d in evidence.amounts}
    temporary("match_customer", "customer_id bigint", {(each,) for each in customers})
    debts: dict[tuple[int, str], list[Debt]] = defaultdict(list)
    for row in _rows(cursor, DEBTS, mine):
        debts[row[1], row[4]].append(_debt(row))
    found.debts = debts
    found.first = {key: tuple(each) for key, each in debts.items()}
    _add_closed(cursor, found, mine)
    _add_nets(found, customers, mine["creditor"])


def _add_closed(cursor: Any, found: Gathered, mine: dict[str, Any]) -> None:
    """What was closed lately and a cut number of a line may name."""
    pieces = {
        (customer, piece)
        for line in found.lines
        if not (evidence := found.plain(line)).numbers and (known := _known(evidence))
        for piece in line.pieces()
        for customer in known
    }
    if not pieces:
        return
    temporary("match_piece", "customer_id bigint, piece text", pieces)
    since = min(line.value_on for line in found.lines)
    for row in _rows(cursor, CLOSED, {**mine, "since": since, "days": CLOSED_DAYS}):
        found.closed.setdefault((row[1], row[4]), []).append(_debt(row))


def _add_nets(found: Gathered, customers: set[int], creditor: int) -> None:
    """What those who withhold will pay of each document of which nothing was paid yet."""
    rows = WithholdingProfile.objects.filter(creditor=creditor).values_list("customer_id")
    withholders = {customer for (customer,) in rows.distinct()} & customers
    keys = [key for key in found.debts if key[0] in withholders]
    ids = [debt.id for key in keys for debt in found.debts[key]]
    nets = nets_of(Creditor.objects.get(pk=creditor), ids) if ids else {}
    for key in keys:
        found.debts[key] = [_with_net(debt, nets.get(debt.id)) for debt in found.debts[key]]


def _with_net(debt: Debt, net: Net | None) -> Debt:
    if net is None:
        return debt
    kept = sum((amount.ten_thousandths for _, amount in net.parts), 0)
    is_whole = net.net.ten_thousandths + kept == debt.open
    return replace(debt, net=net.net.ten_thousandths) if is_whole else debt


def _add_amounts(cursor: Any, found: Gathered, mine: dict[str, Any]) -> None:
    """Documents of exactly the amount of a line that nothing else speaks about."""
    wanted = {
        (from_ten_thousandths(line.amount), line.currency)
        for line in found.lines
        if not any((key, line.currency) in found.numbers for key in found.keys[line.id])
    }
    temporary("match_amount", "amount numeric(18,4), currency text", wanted)
    amounts: dict[tuple[int, str], list[Debt]] = defaultdict(list)
    for row in _rows(cursor, AMOUNTS, mine):
        amounts[row[3], row[4]].append(_debt(row))
    found.amounts = {key: debts for key, debts in amounts.items() if len(debts) <= ALIKE_MAX}


def _reports() -> dict[tuple[str, int], list[ReportedPayment]]:
    found: dict[tuple[str, int], list[ReportedPayment]] = defaultdict(list)
    waiting = ReportedPayment.objects.filter(state="waiting", amount__isnull=False)
    for report in waiting.exclude(reference="").order_by("id"):
        found[report.currency, to_ten_thousandths(report.amount)].append(report)
    return found


def _tolerances(creditor: Creditor) -> dict[int, Tolerance]:
    from recaudo.payments.models import BankAccount

    rows = BankAccount.objects.values_list("id", "tolerance_amount", "tolerance_percent")
    return {
        pk: Tolerance(to_ten_thousandths(amount), int(Decimal(percent) * 100))
        for pk, amount, percent in rows
    }


def _by_key(rows: Iterable[tuple[str, int]]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for key, customer in rows:
        found[key].add(customer)
    return found


def _rows(cursor: Any, sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    cursor.execute(sql, values)
    return list(cursor.fetchall())
