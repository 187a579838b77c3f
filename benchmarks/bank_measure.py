"""How many lines of the labelled set are matched without a person, and how many of those wrongly?

    python benchmarks/bank_measure.py --data ../shared/data/payment_history --seed 9101 9102 --json
    python benchmarks/bank_measure.py --data ../shared/data/payment_history --ledger second

In a database of its own on the server of DATABASE_URL. What was applied without a person is one of:

- *exact*: the label's customer, its invoices, its amounts.
- *alike*: the label's customer, and the line names no invoice. Either invoices of just the label's
  amounts (of several equal ones the oldest is paid), or under the customer's own payment reference
  whatever is next in the legal order. Nothing in the line tells these apart from the label's.
- *wrong document*: the label's customer, but the line named other invoices, or other amounts.
- *wrong customer*: somebody else's money, or money that pays no invoice at all.

``matched`` is exact and alike; ``strictly`` is exact alone; ``wrong`` is both kinds of wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.bank_set import Labelled

    from recaudo.access.models import Creditor


@dataclass
class Measured:
    """``pays``: lines that pay something. The share of each outcome is of those."""

    lines: int = 0
    pays: int = 0
    exact: int = 0
    alike: int = 0
    wrong_document: int = 0
    wrong_customer: int = 0
    mistakes: list[dict[str, Any]] = field(default_factory=list)
    left: Counter[str] = field(default_factory=Counter)

    @property
    def share_matched(self) -> float:
        return (self.exact + self.alike) / self.pays

    @property
    def share_wrong(self) -> float:
        return (self.wrong_document + self.wrong_customer) / self.pays

    def as_dict(self) -> dict[str, Any]:
        return {
            "lines": self.lines,
            "pays_something": self.pays,
            "matched": self.exact + self.alike,
            "strictly": self.exact,
            "alike": self.alike,
            "wrong_document": self.wrong_document,
            "wrong_customer": self.wrong_customer,
            "share_matched": round(self.share_matched, 4),
            "share_strictly": round(self.exact / self.pays, 4),
            "share_alike": round(self.alike / self.pays, 4),
            "share_wrong": round(self.share_wrong, 5),
        }


def load(creditor: Creditor, made: Labelled) -> None:
    """Customers, invoices, references and known accounts into the ledger."""
    from django_scopes import scope

    from recaudo.core.payer_names import account_key
    from recaudo.payments.models import PayerAlias, PaymentReference
    from recaudo.portfolio.models import Customer, Document

    with scope(creditor=creditor):
        rows = Customer.objects.bulk_create(
            Customer(creditor=creditor, code=code, name=name, country="US", slot=at % 10_000)
            for at, (code, name) in enumerate(made.customers.items())
        )
        ids = {row.code: row for row in rows}
        kept = {invoice.number: invoice for invoice in reversed(made.invoices)}
        Document.objects.bulk_create(
            (
                Document(
                    creditor=creditor,
                    customer=ids[invoice.customer],
                    key=f"||{invoice.number}|",
                    number=invoice.number,
                    issued_on=invoice.issued_on,
                    due_on=invoice.due_on,
                    currency="USD",
                    original_amount=invoice.amount,
                    amount=invoice.amount,
                    open_amount=invoice.amount,
                )
                for invoice in kept.values()
            ),
            batch_size=5_000,
        )
        PaymentReference.objects.bulk_create(
            PaymentReference(creditor=creditor, customer=ids[code], reference=reference)
            for code, reference in made.references.items()
        )
        PayerAlias.objects.bulk_create(
            PayerAlias(
                creditor=creditor, kind="account", value=account_key(number), customer=ids[code]
            )
            for code, number in made.accounts.items()
        )


def match(creditor: Creditor, made: Labelled) -> dict[str, Any]:
    """Take the lines in and match them once."""
    from benchmarks.bank_set import AS_OF

    from recaudo.core.bank_statement import BankStatement
    from recaudo.payments.actions.matching import match_lines
    from recaudo.payments.actions.statements import open_account, take_in

    open_account(creditor, "999", currency="USD", origin="bench")
    told = BankStatement("999", "USD", tuple(made.lines))
    take_in(creditor, [told], file_name="x", format="made", today=AS_OF, origin="bench")
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)
    return match_lines(creditor, today=AS_OF, now=now, origin="bench").as_dict()


def compare(creditor: Creditor, made: Labelled) -> Measured:
    from django_scopes import scope

    from recaudo.payments.models import Application, BankLine, LineCredit, LineWork

    found = Measured()
    with scope(creditor=creditor):
        ids = {line.external_id: line.pk for line in BankLine.objects.all()}
        credits = {
            each.line_id: each.credit
            for each in LineCredit.objects.select_related("credit__customer")
        }
        paid: dict[int, dict[str, Decimal]] = {}
        for each in Application.objects.select_related("document"):
            paid.setdefault(each.credit_id, {})[each.document.number] = each.amount
        works = dict(LineWork.objects.values_list("line_id", "reason"))
        reasons = {credit.pk: works[line] for line, credit in credits.items()}
        offered = {
            w.line_id: f"{w.state}:{w.reason}:{w.candidates[0]['reason']}:{w.candidates[0]['fit']}"
            for w in LineWork.objects.filter(state="offered")
        }
    for line, truth, kind, named in zip(
        made.lines, made.truth, made.kinds, made.named, strict=True
    ):
        found.lines += 1
        found.pays += truth is not None
        credit = credits.get(ids[f"id:{line.bank_id}"])
        if credit is None:
            if truth is not None:
                why = offered.get(ids[f"id:{line.bank_id}"], "unidentified")
                found.left["/".join(kind.split("/")[:3]) + " " + why] += 1
            continue
        did = paid.get(credit.pk, {})
        outcome = _judged(did, credit.customer.code, truth, named, reasons[credit.pk])
        setattr(found, outcome, getattr(found, outcome) + 1)
        if outcome.startswith("wrong"):
            found.mistakes.append(
                {
                    "outcome": outcome,
                    "kind": kind,
                    "reason": reasons[credit.pk],
                    "text": line.text,
                    "name": line.payer_name,
                    "amount": str(line.amount),
                    "truth": str(truth),
                    "did": f"{credit.customer.code} {did}",
                }
            )
    return found


def _judged(
    did: dict[str, Decimal],
    customer: str,
    truth: tuple[str, dict[str, Decimal]] | None,
    named: bool,
    reason: str,
) -> str:
    """Which of the four outcomes it is."""
    if truth is None or customer != truth[0]:
        return "wrong_customer"
    if did == truth[1]:
        return "exact"
    in_order = reason == "own_reference"
    if not named and (in_order or sorted(did.values()) == sorted(truth[1].values())):
        return "alike"
    return "wrong_document"


def measure(folder: Path, seed: int, ledger: str) -> tuple[dict[str, Any], Measured]:
    """One set, taken in, matched and compared; nothing of it stays in the database."""
    from benchmarks.bank_set import build
    from django.db import transaction

    from recaudo.access.models import Creditor

    with transaction.atomic():
        creditor = Creditor.objects.create(
            code="set", name="Set", country="CO", currency="USD", timezone="America/Bogota"
        )
        made = build(folder, seed=seed, ledger=ledger)
        load(creditor, made)
        started = perf_counter()
        did = match(creditor, made)
        seconds = perf_counter() - started
        found = compare(creditor, made)
        transaction.set_rollback(True)
    report = {
        "seed": seed,
        "ledger": ledger,
        "documents": len(made.invoices),
        "customers": len(made.customers),
        **found.as_dict(),
        "seconds": round(seconds, 1),
        "reasons": did["reasons"],
    }
    return report, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of real invoices")
    parser.add_argument("--seed", type=int, nargs="+", default=[20261120])
    parser.add_argument("--ledger", choices=["first", "second"], default="first")
    parser.add_argument("--json", action="store_true", help="nothing but JSON on standard output")
    asked = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from benchmarks.bank import own_database

    os.environ["DATABASE_URL"] = own_database(os.environ["DATABASE_URL"], "recaudo_bench_bank_set")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "recaudo.config.settings")
    os.environ.setdefault("RECAUDO_SECRET_KEY", "only-for-the-benchmark")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True)
    for seed in asked.seed:
        report, found = measure(asked.data, seed, asked.ledger)
        if not asked.json:
            for mistake in found.mistakes:
                print(mistake)
            for kind, count in found.left.most_common(25):
                print(f"left to a person: {kind} {count}")
        print(json.dumps({"benchmark": "bank_measure", **report}))


if __name__ == "__main__":
    main()
