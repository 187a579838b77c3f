"""A labelled set of bank lines made from real invoices: who paid what is known for each.

The invoices are public (../shared/data/payment_history: HighRadius, IBM, Cassandra); the payments
are made up from them with a seed, with the dirt that banks and payers put into theirs. What share
of each kind is in ``MIX``: it is a choice, and written here so that anybody can judge it.
"""

from __future__ import annotations

import csv
import random
import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from recaudo.core.bank_statement import StatementLine

T = TypeVar("T")

AS_OF = date(2026, 11, 20)
#: How the payer says what is paid (of 1,000 payments).
MIX = {
    "number": 430,  # the invoice's number in the text, all numbers where several are paid
    "own_reference": 90,  # the customer's payment reference
    "creditor_reference": 30,  # ISO 11649, around the invoice's number
    "cut_number": 90,  # the number without its beginning or its end
    "some_numbers": 20,  # several are paid and only one is named
    "nothing": 340,  # 'TRANSFERENCIA RECIBIDA'
}
#: How the payer's name arrives (of 100).
NAMES = {"same": 46, "variant": 18, "cut": 14, "typed": 10, "other": 5, "none": 7}
#: How many of 100 of those that name nothing and come under no known name really do.
BARE = 30
#: How many of 100 customers have paid from a known account before.
ACCOUNT_KNOWN = 30
#: How the amount compares (of 1,000 payments; short and over only where something is named).
AMOUNTS = {"exact": 895, "fee": 50, "short": 40, "over": 15}
#: How many invoices one payment pays (of 100).
TOGETHER = {1: 66, 2: 16, 3: 8, 4: 5, 6: 3, 9: 2}
#: Money that pays no invoice: interest, transfers of strangers (of 1,000 lines).
STRANGERS = 20


@dataclass(frozen=True)
class Invoice:
    number: str
    customer: str
    issued_on: date
    due_on: date
    amount: Decimal


@dataclass
class Labelled:
    """``customers``: code → name; ``variants``: other ways the data itself writes that name;
    ``truth``: per line, the customer and {invoice number: amount}; None where it pays nothing.
    ``named``: does the line say which invoices, as far as it was not cut?"""

    customers: dict[str, str] = field(default_factory=dict)
    variants: dict[str, set[str]] = field(default_factory=dict)
    invoices: list[Invoice] = field(default_factory=list)
    references: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    lines: list[StatementLine] = field(default_factory=list)
    truth: list[tuple[str, dict[str, Decimal]] | None] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    named: list[bool] = field(default_factory=list)


def build(
    folder: Path, *, seed: int = 20261120, lines: int | None = None, ledger: str = "first"
) -> Labelled:
    """The set; always the same for one seed. ``lines``: only so many payments.

    ``ledger``: ``first`` is what the matcher was tuned on; ``second`` are other files, which share
    one invoice in nine with the first.
    """
    made = Labelled()
    if ledger == "second":
        _read_full_columns(made, folder / "highradius_open_invoices_full_columns.csv")
        _read_cassandra(made, folder / "cassandra_invoices_no_outcome.csv")
    else:
        _read_highradius(made, folder / "highradius_open_invoices_dmy.csv")
        _read_ibm(made, folder / "ibm_accounts_receivable.csv")
        _read_cassandra(made, folder / "cassandra_invoices_settled_outstanding.csv")
    chance = random.Random(seed)
    for at, code in enumerate(made.customers, start=1):
        number = 10_000_000 + at
        made.references[code] = f"{number}{98 - number * 100 % 97:02d}"
        if chance.randrange(100) < ACCOUNT_KNOWN:
            made.accounts[code] = f"{chance.randrange(10**9, 10**10)}"
    _pay(made, chance, lines)
    return made


def _pay(made: Labelled, chance: random.Random, most: int | None) -> None:
    """Payments until about three invoices in four are paid, in the order of their days."""
    by_customer: dict[str, list[Invoice]] = {}
    for invoice in made.invoices:
        by_customer.setdefault(invoice.customer, []).append(invoice)
    codes = sorted(by_customer)
    chance.shuffle(codes)
    for code in codes:
        waiting = sorted(by_customer[code], key=lambda i: (i.due_on, i.number))
        chance.random()
        while waiting and chance.random() > 0.25 and (most is None or len(made.lines) < most):
            count = min(_pick(chance, TOGETHER), len(waiting))
            # Four payers in five pay what is oldest first.
            start = 0 if chance.random() < 0.8 else chance.randrange(len(waiting) - count + 1)
            paid, waiting = (
                waiting[start : start + count],
                waiting[:start] + waiting[start + count :],
            )
            _add(made, chance, code, paid)
            if chance.randrange(1000) < STRANGERS:
                _add_stranger(made, chance)


def _add(made: Labelled, chance: random.Random, code: str, paid: list[Invoice]) -> None:
    how = _pick(chance, MIX)
    if how == "some_numbers" and len(paid) == 1:
        how = "number"
    owed = sum((invoice.amount for invoice in paid), Decimal(0))
    told = how in ("number", "own_reference", "creditor_reference")
    kind, amount = _amount(chance, owed, names_something=told)
    name_kind = _pick(chance, NAMES)
    if how == "nothing" and name_kind in ("none", "other") and chance.randrange(100) >= BARE:
        name_kind = "same"  # a transfer carries its payer; a deposit without one asks a reference
    line = StatementLine(
        value_on=AS_OF - timedelta(days=chance.randrange(5)),
        booked_on=AS_OF,
        amount=amount,
        currency="USD",
        text=_text(chance, how, made.references[code], paid),
        payer_name=_name(chance, name_kind, made, code),
        payer_account=made.accounts.get(code, "") if chance.random() < 0.9 else "",
        bank_id=f"B{len(made.lines):07}",
    )
    made.lines.append(line)
    made.truth.append((code, _split(amount, paid)))
    made.named.append(how not in ("nothing", "own_reference"))
    made.kinds.append(f"{how}/{kind}/{name_kind}/{len(paid)}")


def _split(amount: Decimal, paid: list[Invoice]) -> dict[str, Decimal]:
    """What of the payment each invoice gets: the oldest first."""
    left, parts = amount, {}
    for invoice in sorted(paid, key=lambda i: (i.due_on, i.number)):
        part = min(left, invoice.amount)
        if part:
            parts[invoice.number] = part
        left -= part
    return parts


def _amount(chance: random.Random, owed: Decimal, *, names_something: bool) -> tuple[str, Decimal]:
    kind = _pick(chance, AMOUNTS)
    if kind == "fee":
        fee = Decimal(chance.randrange(500, 4500)) / 100
        return (kind, owed - fee) if fee * 100 <= owed * 3 else ("exact", owed)
    if not names_something or kind == "exact":
        return "exact", owed
    if kind == "short":
        return kind, (owed * chance.randrange(30, 95) / 100).quantize(Decimal("0.01"))
    return kind, owed + Decimal(chance.randrange(100, 90_000)) / 100


def _text(chance: random.Random, how: str, reference: str, paid: list[Invoice]) -> str:
    numbers = [invoice.number for invoice in paid]
    said = chance.choice(["PAGO", "TRANSFERENCIA", "ABONO A FACTURA", "PAGO FACT", "CONSIGNACION"])
    operation = f"OP {chance.randrange(10**7, 10**8)}"
    if how == "nothing":
        return chance.choice(["TRANSFERENCIA RECIBIDA", "ABONO ACH", "DEPOSITO"]) + f" {operation}"
    if how == "own_reference":
        typed = chance.choice([reference, f"{reference[:5]} {reference[5:]}", f"000{reference}"])
        return f"{said} REF {typed}"
    if how == "creditor_reference":
        return f"{said} {_rf(numbers[0])} " + " ".join(numbers[1:])
    if how == "cut_number":
        return f"{said} " + " ".join(_cut(chance, number) for number in numbers)
    if how == "some_numbers":
        numbers = numbers[:1]
    mark = chance.choice(["", "FV ", "FE-", "F/", "No."])
    joint = chance.choice([" ", ", ", " Y ", "/"])
    return f"{said} {joint.join(mark + _written(chance, each) for each in numbers)} {operation}"


def _written(chance: random.Random, number: str) -> str:
    """As it is, without leading zeros, or with a hyphen inside."""
    way = chance.randrange(10)
    if way == 0:
        return number.lstrip("0")
    return f"{number[:4]}-{number[4:]}" if way == 1 else number


def _cut(chance: random.Random, number: str) -> str:
    keep = max(5, len(number) - chance.randrange(1, 4))
    return number[-keep:] if chance.random() < 0.6 else number[:keep]


def _rf(number: str) -> str:
    body = re.sub(r"[^A-Z0-9]", "", number.upper())
    digits = int("".join(str(int(sign, 36)) for sign in f"{body}RF00"))
    return f"RF{98 - digits % 97:02d}{body}"


def _name(chance: random.Random, kind: str, made: Labelled, code: str) -> str:
    name = made.customers[code]
    if kind == "none":
        return ""
    if kind == "other":  # a relative, an accountant, a factor: somebody who is no customer
        return f"{chance.choice(['INVERSIONES', 'GRUPO', 'HOLDING'])} {chance.randrange(100, 999)}"
    if kind == "variant":
        name = chance.choice(sorted(made.variants[code]))
    if kind == "cut":
        name = name[: max(8, len(name) - chance.randrange(2, 8))]
    if kind == "typed" and len(name) > 6:
        at = chance.randrange(1, len(name) - 2)
        name = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name.upper() if chance.random() < 0.7 else name


def _add_stranger(made: Labelled, chance: random.Random) -> None:
    made.lines.append(
        StatementLine(
            value_on=AS_OF,
            booked_on=AS_OF,
            amount=Decimal(chance.randrange(100, 900_000)) / 100,
            currency="USD",
            text=chance.choice(["INTERESES GANADOS", "REINTEGRO IVA", "TRASLADO ENTRE CUENTAS"])
            + f" {chance.randrange(10**6, 10**7)}",
            bank_id=f"B{len(made.lines):07}",
        )
    )
    made.truth.append(None)
    made.named.append(False)
    made.kinds.append("stranger")


def _pick(chance: random.Random, shares: dict[T, int]) -> T:
    return chance.choices(list(shares), weights=list(shares.values()))[0]


def _read_highradius(made: Labelled, path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            day = _day(row["posting_date"], "%d-%m-%Y")
            due = _day(row["due_in_date"], "%d-%m-%Y")
            _keep(
                made,
                row["cust_number"],
                row["name_customer"],
                row["doc_id"],
                day,
                due,
                row["converted_usd"],
            )


def _read_full_columns(made: Labelled, path: Path) -> None:
    """The lines in dollars: a statement has one currency. Ids are written as floats."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["invoice_currency"] != "USD":
                continue
            day = _day(row["posting_date"], "%Y-%m-%d")
            due = _day(row["due_in_date"], "%Y-%m-%d")
            number = row["doc_id"].removesuffix(".0")
            who, name, amount = row["cust_number"], row["name_customer"], row["total_open_amount"]
            _keep(made, who, name, number, day, due, amount)


def _read_ibm(made: Labelled, path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            day = _day(row["InvoiceDate"], "%m/%d/%Y")
            due = _day(row["DueDate"], "%m/%d/%Y")
            who = row["customerID"]
            _keep(
                made, who, f"Customer {who}", row["invoiceNumber"], day, due, row["InvoiceAmount"]
            )


def _read_cassandra(made: Labelled, path: Path) -> None:
    """These have no number: one is made of the row, as a company would."""
    with path.open(encoding="utf-8", newline="") as file:
        for at, row in enumerate(csv.DictReader(file), start=1):
            day = _day(row["Invoice_Date"], "%d-%b-%y")
            due = _day(row["Due_Date"], "%d-%b-%y")
            who = row["Vendor_Name"]
            _keep(made, f"V-{who}", who, f"CS{at:06}", day, due, row["Amount"])


def _keep(
    made: Labelled, code: str, name: str, number: str, day: date, due: date, amount: str
) -> None:
    size = Decimal(amount).quantize(Decimal("0.01"))
    if size <= 0 or not number or not code:
        return
    made.customers.setdefault(code, name)
    made.variants.setdefault(code, set()).add(name)
    made.invoices.append(Invoice(number, code, day, max(due, day), size))


def _day(text: str, form: str) -> date:
    return datetime.strptime(text, form).replace(tzinfo=UTC).date()
