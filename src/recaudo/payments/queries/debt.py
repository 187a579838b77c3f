"""What does one customer owe on a day, charges included, and how much makes them current?

The day may be past, today or to come: a quote («¿cuánto si pago el viernes?») is the same question
for another day, so it equals the statement of that day if nothing happens until then. Nothing here
reads a clock. Guarantees and a worked table: docs/rules/statement.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.core.money import Money
from recaudo.payments.charge_telling import how_fee, how_interest
from recaudo.payments.models import Application, Charge, Credit, InstrumentCover
from recaudo.payments.queries.accruals import DocumentAccrual, accrued_many
from recaudo.payments.queries.balances import OpenDocument, open_as_of, unapplied_as_of
from recaudo.payments.queries.debt_parts import (
    ZERO,
    AccrualDebt,
    ChargeDebt,
    CreditDebt,
    CurrencyDebt,
    Debt,
    DocumentDebt,
    RateUsed,
    Standing,
)
from recaudo.payments.queries.exchange import price_of
from recaudo.payments.queries.fees_due import FeeDue, fees_due
from recaudo.payments.queries.instruments import standing_on
from recaudo.portfolio.models import (
    Customer,
    Document,
    DocumentAdjustment,
    DocumentComponent,
)


def debt_of(customer: Customer, as_of: date) -> Debt:
    """The debt of ``customer`` on ``as_of``. Never refuses: what cannot be told is said.

    Exact for every past day (payments/queries/balances.py). A constant number of queries.
    """
    creditor = customer.creditor
    with scope(creditor=creditor):
        then = {row.document: row for row in open_as_of(creditor, as_of, [customer.pk])}
        rows = list(Document.objects.filter(pk__in=then).select_related("obligation"))
        kept = {row.document_id: row for row in _charges(then)}
        documents = _documents([row for row in rows if row.kind != "charge"], then, customer, as_of)
        charges = [
            _charge(row, then, kept.get(row.pk))
            for row in rows
            if row.pk not in {each.document for each in documents}
        ]
        accruals = _accruals(customer, as_of, then)
        credits = _credits(customer, as_of)
        parts = (documents, charges, accruals, credits)
        found = {each.currency for part in parts for each in part}
        rates = {code: _rate(creditor, code, as_of) for code in found | {creditor.currency}}
    return Debt(
        customer=customer,
        as_of=as_of,
        currency=creditor.currency,
        documents=tuple(documents),
        charges=tuple(sorted(charges, key=lambda each: (each.from_on, each.document))),
        accruals=tuple(accruals),
        credits=tuple(credits),
        currencies=tuple(
            _sums(currency, documents, charges, accruals, credits, rates.get(currency))
            for currency in sorted(
                found or {creditor.currency}, key=lambda code: (code != creditor.currency, code)
            )
        ),
    )


def _standing(row: OpenDocument | None) -> Standing:
    if row is None:
        return "alive"
    return "ceded" if row.is_ceded else "written_off" if row.is_written_off else "alive"


def _documents(
    rows: list[Document], then: dict[int, OpenDocument], customer: Customer, as_of: date
) -> list[DocumentDebt]:
    ids = [row.pk for row in rows]
    parts, covered = _parts(ids, as_of), _covered(customer, as_of)
    lines = [
        DocumentDebt(
            document=row.pk,
            number=str(row),
            kind=row.kind,
            about=row.obligation.number if row.obligation else row.product,
            issued_on=row.issued_on,
            due_on=then[row.pk].due_on,
            days=(as_of - then[row.pk].due_on).days,
            currency=row.currency,
            original=row.original_amount,
            open=then[row.pk].open,
            parts=tuple(sorted(parts[row.pk].items())),
            standing=_standing(then[row.pk]),
            documented=min(covered[row.pk], then[row.pk].open),
        )
        for row in rows
    ]
    return sorted(lines, key=lambda each: (each.due_on, each.number, each.document))


def _parts(ids: list[int], as_of: date) -> dict[int, dict[str, Decimal]]:
    """Document → component → what was open of it on the day: what is now, the later undone."""
    found: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for part in DocumentComponent.objects.filter(document_id__in=ids):
        found[part.document_id][part.component] = part.open_amount
    later = Q(document_id__in=ids, value_on__gt=as_of) & ~Q(component="")
    for model, amount, sign in ((Application, "amount", 1), (DocumentAdjustment, "delta", -1)):
        sums = model.objects.filter(later).values_list("document_id", "component")
        for document, component, moved in sums.annotate(moved=Sum(amount)):
            found[document][component] += sign * moved
    return defaultdict(
        dict, {pk: {c: a for c, a in parts.items() if a} for pk, parts in found.items()}
    )


def _covered(customer: Customer, as_of: date) -> dict[int, Decimal]:
    """Document → how much of it paper covers that had been received by the day and not cleared."""
    covers = InstrumentCover.objects.filter(
        instrument__in=standing_on(customer, as_of).values("pk").order_by()
    )
    sums = covers.values_list("document_id").annotate(covered=Sum("amount"))
    return defaultdict(Decimal, dict(sums))


def _charges(documents: Iterable[int]) -> Iterable[Charge]:
    rows: Iterable[Charge] = Charge.objects.filter(document_id__in=list(documents)).select_related(
        "base"
    )
    return rows


def _charge(row: Document, then: dict[int, OpenDocument], kept: Charge | None) -> ChargeDebt:
    """One that the source system brought has no row of how it came about. What a written-off
    document bore stands apart with it."""
    own, base = _standing(then[row.pk]), _standing(then.get(kept.base_id) if kept else None)
    return ChargeDebt(
        document=row.pk,
        number=str(row),
        base=str(kept.base) if kept else "",
        kind=kept.kind if kept else "",
        from_on=kept.from_on if kept else row.issued_on,
        until_on=kept.until_on if kept else row.issued_on,
        currency=row.currency,
        original=row.original_amount,
        open=then[row.pk].open,
        because=kept.because if kept else "",
        article=kept.article if kept else "",
        how=steps(kept.how) if kept else (),
        standing="written_off" if own == "alive" and base == "written_off" else own,
    )


def steps(how: Any) -> tuple[dict[str, Any], ...]:
    """The stretches or brackets that a charge keeps (payments/charge_telling.py), as plain rows."""
    if isinstance(how, dict):
        return steps(how.get("stretches") or how.get("parts"))
    return tuple(dict(step) for step in how or ())


def _accruals(customer: Customer, as_of: date, then: dict[int, OpenDocument]) -> list[AccrualDebt]:
    """By document: interest not posted by the day, and the fees that would be due on it."""
    creditor, whose = customer.creditor, [customer.pk]
    borne = {
        each.document_id: each
        for each in accrued_many(creditor, as_of, whose, known_on=as_of, closed_days=None)
        if each.unposted or each.accrued.missing
    }
    fees: dict[int, list[FeeDue]] = defaultdict(list)
    for due in fees_due(creditor, whose, as_of, known_on=as_of):
        fees[due.bearer.document].append(due)
    lines = [
        _accrual(pk, borne.get(pk), fees.get(pk, []), _standing(then.get(pk)))
        for pk in borne.keys() | fees.keys()
    ]
    return sorted(lines, key=lambda each: (each.due_on, each.number, each.document))


def _accrual(
    pk: int, borne: DocumentAccrual | None, fees: list[FeeDue], standing: Standing
) -> AccrualDebt:
    about = borne.document if borne else fees[0]
    nothing = Money.zero(about.bearer.currency)
    return AccrualDebt(
        document=pk,
        number=about.label,
        due_on=about.due_on,
        from_on=(borne.posted_until if borne else None) or about.due_on,
        currency=about.bearer.currency,
        accrued=(borne.accrued.amount if borne else nothing).amount,
        posted=(borne.posted if borne else nothing).amount,
        interest=(borne.unposted if borne else nothing).amount,
        how=steps(how_interest(borne)) if borne else (),
        stopped_on=borne.accrued.stopped_on if borne else None,
        missing=borne.accrued.missing if borne else "",
        fees=sum((due.fee.amount.amount for due in fees), ZERO),
        fees_how=tuple(step for due in fees for step in _fee_steps(due)),
        standing=standing,
    )


def _fee_steps(due: FeeDue) -> tuple[dict[str, Any], ...]:
    told = how_fee(
        due.fee,
        overdue=str(due.overdue.amount),
        days_late=due.days_late,
        unit_value=due.unit_value,
    )
    return tuple(step | {"source": due.fee.article} for step in steps(told))


def _credits(customer: Customer, as_of: date) -> list[CreditDebt]:
    then = {row.credit: row for row in unapplied_as_of(customer.creditor, as_of, [customer.pk])}
    return [
        CreditDebt(
            row.pk, row.kind, row.value_on, row.reference, row.currency, then[row.pk].unapplied
        )
        for row in Credit.objects.filter(pk__in=then).order_by("value_on", "id")
    ]


def _rate(creditor: Creditor, currency: str, day: date) -> RateUsed | None:
    """As payments in another currency are converted (payments/queries/exchange.py)."""
    price = price_of(creditor, currency, paid_in=creditor.currency, day=day)
    return None if price is None else RateUsed(price.rate, price.on, price.source)


def _sums(
    currency: str,
    documents: list[DocumentDebt],
    charges: list[ChargeDebt],
    accruals: list[AccrualDebt],
    credits: list[CreditDebt],
    rate: RateUsed | None,
) -> CurrencyDebt:
    sums: dict[str, Decimal] = defaultdict(Decimal)

    def add(figure: str, amount: Decimal, standing: Standing = "alive") -> None:
        sums[figure if standing == "alive" else standing] += amount

    for line in (each for each in documents if each.currency == currency):
        add("due" if line.days >= 0 else "not_due", line.open, line.standing)
        if line.standing == "alive":
            sums["overdue"] += line.open if line.days > 0 else ZERO
            sums["documented"] += line.documented
            sums["documented_due"] += line.documented if line.days >= 0 else ZERO
    for charge in (each for each in charges if each.currency == currency):
        add("charges", charge.open, charge.standing)
    for accrual in (each for each in accruals if each.currency == currency):
        add("interest", accrual.interest, accrual.standing)
        add("fees", accrual.fees, accrual.standing)
    for credit in (each for each in credits if each.currency == currency):
        add("unapplied", credit.unapplied)
    figures = [name for name in CurrencyDebt.__slots__ if name not in ("currency", "rate")]
    return CurrencyDebt(currency=currency, rate=rate, **{name: sums[name] for name in figures})


def friday_after(day: date) -> date:
    """The next Friday that is not ``day`` itself."""
    return day + timedelta(days=(4 - day.weekday()) % 7 or 7)


def month_end(day: date) -> date:
    """The last day of the month of ``day``."""
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
