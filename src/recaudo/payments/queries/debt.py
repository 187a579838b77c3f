"""What does one customer owe on a day, charges included, and how much makes them current?

The day may be past, today or to come: a quote («¿cuánto si pago el viernes?») is the same question
for another day, so it equals the statement of that day if nothing happens until then. Nothing here
reads a clock. Guarantees and a worked table: docs/rules/statement.md.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Literal

from django.db.models import Q, Sum
from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.core.money import Money, Rounding
from recaudo.payments.models import Application, Charge, Credit, InstrumentCover
from recaudo.payments.queries.balances import OpenDocument, open_as_of, unapplied_as_of
from recaudo.portfolio.models import (
    Customer,
    Document,
    DocumentAdjustment,
    DocumentComponent,
    ExchangeRate,
)

Standing = Literal["alive", "written_off", "ceded"]
ZERO = Decimal(0)
ACCRUALS = "recaudo.payments.queries.accruals"


@dataclass(frozen=True, slots=True)
class DocumentDebt:
    """An open document. ``days`` past due; below zero: until it falls due. ``parts``: component and
    what was open of it. ``documented``: how much of ``open`` an uncleared instrument covers."""

    document: int
    number: str
    kind: str
    about: str
    issued_on: date
    due_on: date
    days: int
    currency: str
    original: Decimal
    open: Decimal
    parts: tuple[tuple[str, Decimal], ...]
    standing: Standing
    documented: Decimal


@dataclass(frozen=True, slots=True)
class ChargeDebt:
    """A posted charge with something open. ``base`` is the late document's number; ``how`` the
    stretches or brackets it is made of, as they were kept."""

    document: int
    number: str
    base: str
    kind: str
    from_on: date
    until_on: date
    currency: str
    original: Decimal
    open: Decimal
    because: str
    article: str
    how: tuple[dict[str, Any], ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class AccrualDebt:
    """What a late document has borne by the day and nobody has posted yet.

    ``accrued`` since it fell due, ``posted`` of it, ``interest`` the difference (negative where too
    much was posted). From ``stopped_on`` on a rate of series ``missing`` is not known: nothing is
    reckoned. ``fees`` would be due; ``fees_how`` says how.
    """

    document: int
    number: str
    due_on: date
    currency: str
    accrued: Decimal
    posted: Decimal
    interest: Decimal
    how: tuple[dict[str, Any], ...]
    stopped_on: date | None
    missing: str
    fees: Decimal
    fees_how: tuple[dict[str, Any], ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class CreditDebt:
    """A credit that waits to be applied."""

    credit: int
    kind: str
    value_on: date
    reference: str
    currency: str
    unapplied: Decimal


@dataclass(frozen=True, slots=True)
class RateUsed:
    """Units of the creditor's currency for one of the debt's, since ``valid_on``."""

    rate: Decimal
    valid_on: date
    source: str


@dataclass(frozen=True, slots=True)
class CurrencyDebt:
    """The sums of one currency. ``due`` has fallen due by the day (that day included), ``overdue``
    before it. ``written_off`` and ``ceded`` are in no other figure but the total, which has the
    first. ``rate`` is None where the day has none."""

    currency: str
    due: Decimal
    overdue: Decimal
    not_due: Decimal
    documented: Decimal
    documented_due: Decimal
    charges: Decimal
    interest: Decimal
    fees: Decimal
    unapplied: Decimal
    written_off: Decimal
    ceded: Decimal
    rate: RateUsed | None

    @property
    def charged(self) -> Decimal:
        """Charges, posted or not yet."""
        return self.charges + self.interest + self.fees

    @property
    def catch_up(self) -> Decimal:
        """*Ponerse al día*: what has fallen due and no paper covers, and all charges, less what is
        unapplied; never negative."""
        return max(ZERO, self.due - self.documented_due + self.charged - self.unapplied)

    @property
    def _net(self) -> Decimal:
        claimed = self.due + self.not_due + self.charged + self.written_off
        return claimed - self.unapplied

    @property
    def total(self) -> Decimal:
        """All that may be claimed, what was written off too (F12); never negative."""
        return max(ZERO, self._net)

    @property
    def favour(self) -> Decimal:
        """What the customer has to their favour beyond all that they owe."""
        return max(ZERO, -self._net)

    def here(self, amount: Decimal, currency: str) -> Decimal | None:
        """In ``currency``, the creditor's, to its minor unit, half up."""
        if self.rate is None:
            return None
        money = Money(amount, self.currency).converted(self.rate.rate, currency, Rounding.HALF_UP)
        return money.to_minor_unit(Rounding.HALF_UP).amount


@dataclass(frozen=True, slots=True)
class Debt:
    """``currency`` is the creditor's. ``without_rate``: currencies that ``catch_up`` and ``total``
    (in the creditor's) could not take in; ``missing``: series without a needed rate."""

    customer: Customer
    as_of: date
    currency: str
    documents: tuple[DocumentDebt, ...]
    charges: tuple[ChargeDebt, ...]
    accruals: tuple[AccrualDebt, ...]
    credits: tuple[CreditDebt, ...]
    currencies: tuple[CurrencyDebt, ...]

    @property
    def without_rate(self) -> tuple[str, ...]:
        return tuple(each.currency for each in self.currencies if each.rate is None)

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.missing for each in self.accruals if each.missing))

    @property
    def catch_up(self) -> Decimal:
        return self._here("catch_up")

    @property
    def total(self) -> Decimal:
        return self._here("total")

    def of(self, currency: str) -> CurrencyDebt | None:
        return next((each for each in self.currencies if each.currency == currency), None)

    def _here(self, figure: str) -> Decimal:
        told = (each.here(getattr(each, figure), self.currency) for each in self.currencies)
        return sum((amount for amount in told if amount is not None), ZERO)


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
            _charge(row, then[row.pk], kept.get(row.pk))
            for row in rows
            if row.pk not in {each.document for each in documents}
        ]
        accruals = _accruals(customer, as_of, then)
        credits = _credits(customer, as_of)
        rates = _rates(creditor, as_of)
    parts = (documents, charges, accruals, credits)
    found = {each.currency for part in parts for each in part}  # type: ignore[attr-defined]
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
    waiting = Q(instrument__state__in=("held", "deposited")) | Q(instrument__state_on__gt=as_of)
    covers = InstrumentCover.objects.filter(
        waiting, instrument__customer=customer, instrument__received_on__lte=as_of
    )
    sums = covers.values_list("document_id").annotate(covered=Sum("amount"))
    return defaultdict(Decimal, dict(sums))


def _charges(documents: Iterable[int]) -> Iterable[Charge]:
    rows: Iterable[Charge] = Charge.objects.filter(document_id__in=list(documents)).select_related(
        "base"
    )
    return rows


def _charge(row: Document, then: OpenDocument, kept: Charge | None) -> ChargeDebt:
    """One that the source system brought has no row of how it came about."""
    return ChargeDebt(
        document=row.pk,
        number=str(row),
        base=str(kept.base) if kept else "",
        kind=kept.kind if kept else "",
        from_on=kept.from_on if kept else row.issued_on,
        until_on=kept.until_on if kept else row.issued_on,
        currency=row.currency,
        original=row.original_amount,
        open=then.open,
        because=kept.because if kept else "",
        article=kept.article if kept else "",
        how=steps(kept.how) if kept else (),
        standing=_standing(then),
    )


def steps(how: Any) -> tuple[dict[str, Any], ...]:
    """What a charge keeps of how it came about, as a list of plain rows."""
    if isinstance(how, dict):
        listed = next((part for part in how.values() if isinstance(part, list)), None)
        return steps(listed) if listed is not None else (how,)
    return tuple(_plain(step) for step in how or ())


def _plain(step: Any) -> dict[str, Any]:
    if is_dataclass(step) and not isinstance(step, type):
        step = asdict(step)
    return {name: _flat(value) for name, value in step.items()}


def _flat(value: Any) -> Any:
    if isinstance(value, Money):
        return value.amount
    if isinstance(value, dict) and set(value) == {"amount", "currency"}:
        return value["amount"]
    return value


def _accruals(customer: Customer, as_of: date, then: dict[int, OpenDocument]) -> list[AccrualDebt]:
    if find_spec(ACCRUALS) is None:
        return []
    found = [row for row in import_module(ACCRUALS).accrued(customer, as_of) if _tells(row)]
    ids = [row.document_id for row in found]
    documents = {row.pk: row for row in Document.objects.filter(pk__in=ids)}
    lines = []
    for row in found:
        document, fees = documents[row.document_id], [fee for fee in row.fees if fee.amount]
        lines.append(
            AccrualDebt(
                document=document.pk,
                number=str(document),
                due_on=then[document.pk].due_on if document.pk in then else document.due_on,
                currency=document.currency,
                accrued=row.accrued.amount.amount,
                posted=row.posted.amount,
                interest=row.unposted.amount,
                how=tuple(_plain(stretch) for stretch in row.accrued.stretches),
                stopped_on=row.accrued.stopped_on,
                missing=row.accrued.missing,
                fees=sum((fee.amount.amount for fee in fees), ZERO),
                fees_how=tuple(_plain(part) for fee in fees for part in fee.parts),
                standing=_standing(then.get(document.pk)),
            )
        )
    return sorted(lines, key=lambda each: (each.due_on, each.number, each.document))


def _tells(row: Any) -> bool:
    return bool(row.unposted or row.accrued.missing or any(fee.amount for fee in row.fees))


def _credits(customer: Customer, as_of: date) -> list[CreditDebt]:
    then = {row.credit: row for row in unapplied_as_of(customer.creditor, as_of, [customer.pk])}
    return [
        CreditDebt(
            row.pk, row.kind, row.value_on, row.reference, row.currency, then[row.pk].unapplied
        )
        for row in Credit.objects.filter(pk__in=then).order_by("value_on", "id")
    ]


def _rates(creditor: Creditor, day: date) -> dict[str, RateUsed]:
    """Currency → the newest rate into the creditor's currency on or before the day."""
    rows = ExchangeRate.objects.filter(to_currency=creditor.currency, valid_on__lte=day)
    newest = rows.order_by("from_currency", "-valid_on").distinct("from_currency")
    found = {row.from_currency: RateUsed(row.rate, row.valid_on, row.source) for row in newest}
    return found | {creditor.currency: RateUsed(Decimal(1), day, "")}


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
