"""What happens to the money after the books are in: by the product's own acts, once each.

Rates of a year (made up, and their source says so), the terms of each creditor, and in the
distributor's books everything that a treasury sees: a group that pays in one go, receipts of a
seller, titles in custody and one that came back, a buyer who withholds, one who owes nothing more.
All of it for a creditor is one transaction: twice is the same as once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.core.money import Money
from recaudo.demo.creditors import ANDINA, AUSTRAL, BAJIO, INTI, Plan
from recaudo.payments.actions.instruments import Paper, move_instrument, receive_instrument
from recaudo.payments.actions.lots import receive_group
from recaudo.payments.actions.rates import load_rates
from recaudo.payments.actions.receipts import deposit, record_receipt
from recaudo.payments.actions.receiving import receive
from recaudo.payments.actions.terms import Wanted, set_terms
from recaudo.payments.actions.withholding_profiles import Rule, add_profile
from recaudo.payments.models import CashReceipt, ChargeTerms
from recaudo.payments.queries.nets import nets_of
from recaudo.portfolio.models import Customer, CustomerGroup, Document

#: Months of rates before the day of the build.
MONTHS = 15
#: The day on which a UF was worth so much, and what a month adds to it.
UF, UF_MONTH = Decimal("39200.00"), Decimal("0.0031")
SOURCE = "Muestra: no es una cifra oficial"
SELLER = "V02 Hernán Duarte"
#: The sales tax inside a Colombian invoice, in per cent.
TAXED = Decimal(19)


def money_life(plan: Plan, creditor: Creditor, today: date, by: User) -> None:
    """All of it for one creditor; ``today`` is the day that everything is dated from."""
    with scope(creditor=creditor), transaction.atomic():
        if ChargeTerms.objects.exists():
            return
        load_rates(creditor, _rates(plan, today), by=None, origin="demo")
        for wanted in _terms(plan, today):
            set_terms(creditor, wanted, by=None, origin="demo")
        if plan is ANDINA:
            _distributor(creditor, today, by, timezone.now())


# -- rates and terms


def _rates(plan: Plan, today: date) -> bytes:
    rows = ["serie;desde;hasta;valor;cotizada;fuente"]
    for first in _months(today):
        n = (today.year - first.year) * 12 + today.month - first.month
        match plan.country:
            case "CO":
                value = f"{17 + Decimal(n % 5) / 4:.2f}"
                rows.append(f"CO.ibc.consumo_ordinario;{first};;{value};effective_annual;{SOURCE}")
            case "CL":
                uf = UF * (1 - UF_MONTH * n)
                rows.append(f"CLF/CLP;{first};;{uf:.2f};;{SOURCE}")
            case "PE":
                value = f"{110 + Decimal(n % 3):.2f}"
                rows.append(f"PE.bcrp.max;{first};;{value};effective_annual;{SOURCE}")
            case "MX":
                rows.append(f"EUR/MXN;{first};;{Decimal('20.1') + n / Decimal(20):.4f};;{SOURCE}")
    return "\n".join(rows).encode()


def _months(today: date) -> Iterator[date]:
    """The first day of each month, the oldest first."""
    for n in range(MONTHS, -1, -1):
        months = today.year * 12 + today.month - 1 - n
        yield date(months // 12, months % 12 + 1, 1)


def _terms(plan: Plan, today: date) -> list[Wanted]:
    since = today - timedelta(days=420)
    common: dict[str, Any] = {"from_on": since}
    if plan is ANDINA:
        return [
            Wanted(
                **common,
                interest="computed",
                annual_rate=Decimal("24"),
                grace_days=3,
                source="Condiciones de venta, cláusula 7",
            )
        ]
    if plan is BAJIO:
        return [
            Wanted(
                **common,
                interest="computed",
                annual_rate=Decimal("18"),
                rate_quote="nominal_annual",
                source="Contrato marco de suministro, cláusula 12",
            )
        ]
    if plan is AUSTRAL:
        return [
            Wanted(
                **common,
                interest="imported",
                fee="legal",
                source="Contrato de crédito, anexo de gastos de cobranza",
            )
        ]
    assert plan is INTI
    return [Wanted(**common, interest="imported", source="Hoja resumen del crédito")]


# -- the distributor


def _distributor(creditor: Creditor, today: date, by: User, now: datetime) -> None:
    _group_pays(creditor, today, by, now)
    plain = _plain_customers()
    if len(plain) < 8:
        return
    _titles(plain[0], plain[1], today, by, now)
    _withholds(plain[2], today, by, now)
    _receipts(creditor, plain[3:7], today, by, now)
    _owes_nothing(plain[7], today, by, now)


def _plain_customers() -> list[Customer]:
    """Without story or group, with two or three open invoices in pesos; always the same."""
    owed = Q(documents__open_amount__gt=0)
    found = (
        Customer.objects.exclude(code__startswith="H-")
        .filter(group=None, do_not_contact_since=None)
        .annotate(open=Count("documents", filter=owed))
        .filter(open__range=(2, 4))
        .exclude(documents__open_amount__gt=0, documents__currency="USD")
        .order_by("code")
    )
    return list(found[:8])


def _group_pays(creditor: Creditor, today: date, by: User, now: datetime) -> None:
    """The treasury of a group pays most of what its companies owe, in one transfer."""
    owed = (
        Document.objects.filter(currency=creditor.currency, open_amount__gt=0)
        .exclude(customer__group=None)
        .values_list("customer__group")
        .annotate(sum=Sum("open_amount"))
        .order_by("-sum", "customer__group")
        .first()
    )
    if owed is None:
        return
    group = CustomerGroup.objects.get(pk=owed[0])
    receive_group(
        creditor,
        Money((owed[1] * Decimal("0.6")).quantize(Decimal(1000)), creditor.currency),
        group=group,
        value_on=today - timedelta(days=1),
        source="demo",
        external_id="grupo",
        method="transfer",
        reference="TRF 80214477",
        payer=f"Tesorería de {group.name or group.code}",
        by=by,
        now=now,
    )


def _titles(holder: Customer, bouncer: Customer, today: date, by: User, now: datetime) -> None:
    """A post-dated cheque in custody; another one, deposited last week, came back."""
    first = _open(holder)[0]
    receive_instrument(
        holder,
        Paper(
            "cheque",
            "004871",
            Money(first.open_amount, first.currency),
            today + timedelta(days=12),
            bank="Bancolombia",
            drawer=holder.name,
        ),
        covers=[(first.pk, first.open_amount)],
        received_on=today - timedelta(days=4),
        by=by,
        now=now,
    )
    second = _open(bouncer)[0]
    returned = receive_instrument(
        bouncer,
        Paper(
            "cheque",
            "118203",
            Money(second.open_amount, second.currency),
            today - timedelta(days=6),
            bank="Davivienda",
            drawer=bouncer.name,
        ),
        covers=[(second.pk, second.open_amount)],
        received_on=today - timedelta(days=30),
        by=by,
        now=now,
    )
    move_instrument(returned, "deposited", on=today - timedelta(days=5), by=by, now=now)
    move_instrument(
        returned,
        "returned",
        on=today - timedelta(days=3),
        reason="Fondos insuficientes",
        by=by,
        now=now,
    )


def _withholds(customer: Customer, today: date, by: User, now: datetime) -> None:
    """A large buyer keeps 2.5 % of the sale back and still owes the certificate."""
    add_profile(
        customer,
        Rule(
            "retefuente",
            "subtotal",
            Decimal("2.5"),
            today - timedelta(days=400),
            assumed_tax_per_cent=TAXED,
            source="RUT: gran contribuyente",
        ),
        by=by,
        origin="demo",
    )
    document = _open(customer)[0]
    net = nets_of(customer.creditor, [document.pk]).get(document.pk)
    if net is None:
        return
    receive(
        customer,
        net.net,
        value_on=today - timedelta(days=1),
        source="demo",
        external_id="neto",
        method="transfer",
        reference="TRF 80217790",
        by=by,
        now=now,
    )


def _receipts(
    creditor: Creditor, customers: list[Customer], today: date, by: User, now: datetime
) -> None:
    """Four receipts of one seller: two deposited with their sheet, two still in hand."""
    for n, customer in enumerate(customers):
        document = _open(customer)[0]
        part = (document.open_amount / 3).quantize(Decimal(1000)) or document.open_amount
        record_receipt(
            customer,
            Money(part, document.currency),
            seller=SELLER,
            number=f"RC-{5501 + n}",
            received_on=today - timedelta(days=(12, 11, 9, 1)[n]),
            method="cash" if n % 2 else "cheque",
            by=by,
            now=now,
        )
    two = CashReceipt.objects.select_related("credit").filter(number__in=["RC-5501", "RC-5502"])
    deposit(
        creditor,
        seller=SELLER,
        numbers=[each.number for each in two],
        amount=Money(sum(each.credit.original_amount for each in two), creditor.currency),
        deposited_on=today - timedelta(days=8),
        external_id="Planilla 118",
        reference="CONSIG 118",
        by=by,
        now=now,
    )


def _owes_nothing(customer: Customer, today: date, by: User, now: datetime) -> None:
    """Everything is paid, interest too: a certificate may be issued."""
    for turn in range(2):  # the first payment may fix interest, which the second one pays
        owed = _open(customer)
        if owed:
            receive(
                customer,
                Money(sum(each.open_amount for each in owed), owed[0].currency),
                value_on=today - timedelta(days=1),
                source="demo",
                external_id=f"saldo-{turn}",
                method="pse",
                by=by,
                now=now,
            )


def _open(customer: Customer) -> list[Document]:
    """What is owed, the oldest first; charges last."""
    found = Document.objects.filter(customer=customer, open_amount__gt=0)
    return sorted(found, key=lambda each: (each.kind == "charge", each.due_on, each.pk))
