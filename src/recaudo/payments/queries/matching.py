"""What may the bank's lines mean? Everything the matcher needs, gathered in bulk.

A few statements for any number of lines: the database joins what lines say with numbers,
references, tax ids, accounts and amounts; names are compared here.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from recaudo.access.models import Creditor
from recaudo.core.adding_up import Debt
from recaudo.core.evidence import TELLING_NUMBER, Tolerance
from recaudo.core.money import from_ten_thousandths, to_ten_thousandths
from recaudo.core.payer_names import NameIndex
from recaudo.core.withholdings import Net
from recaudo.payments.copying import temporary, temporary_words
from recaudo.payments.models import ReportedPayment, WithholdingProfile
from recaudo.payments.queries.gathered import Gathered, Waiting, known_customers
from recaudo.payments.queries.matching_statements import (
    ALIASES,
    AMOUNTS,
    CLOSED,
    CLOSED_DAYS,
    DEBTS,
    IDS,
    KNOWN,
    KNOWN_DAYS,
    LINES,
    NAMES,
    NUMBERS,
    OWN,
    TOLD,
)
from recaudo.payments.queries.nets import nets_of

#: More documents of one amount than this say nothing.
ALIKE_MAX = 40


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


def _debt(row: Sequence[Any]) -> Debt:
    """Of (id, customer, due, open, currency, number's key, told on)."""
    pk, customer, due, size, _, bare, told = row[:7]
    return Debt(pk, customer, (bare,), due.toordinal(), size, told and told.toordinal())


def gather(creditor: Creditor, lines: list[Waiting], names: NameIndex | None = None) -> Gathered:
    """All that is known about ``lines``; ``names`` where it was built before (it costs most)."""
    keys = {line.id: line.keys() for line in lines}
    mine = {"creditor": creditor.pk}
    with connection.cursor() as cursor:
        temporary_words("match_key", set().union(*keys.values()))
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
        for some in (evidence.own, evidence.ids, evidence.accounts, evidence.aliases):
            customers |= some
        customers |= evidence.reported
        customers.update(name.customer for name in evidence.names)
        customers.update(d.customer for debts in (evidence.numbers or {}).values() for d in debts)
        customers.update(debt.customer for debt in evidence.amounts)
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
        if not (evidence := found.plain(line)).numbers and (known := known_customers(evidence))
        for piece in found.pieces_of(line)
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
