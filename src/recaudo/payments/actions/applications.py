"""Tying credits to the debts they pay, and untying them.

Whoever applies locks the documents first and then the credits, each in id order, which is the
order of the ledger's own triggers: parallel writers wait for each other and never deadlock. What to
pay is decided by ``core.application`` from what the locked rows say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django_scopes import scope

from recaudo.core import application as rules
from recaudo.core.application import Applied, Line, Order, Owed, Stated
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.differences import realise_differences
from recaudo.payments.actions.refusals import ledger_rules
from recaudo.payments.models import Application, Credit, ExchangeDifference
from recaudo.payments.queries.ordering import Orders, order_of, spared_documents
from recaudo.portfolio.models import Customer, Document, DocumentComponent

#: What a document without parts owes.
WHOLE = "capital"


def apply_credit(
    credit: Credit,
    *,
    order: Order | None = None,
    stated: Sequence[Stated] = (),
    keep_rest: bool = False,
    batch_id: int | None = None,
) -> Applied:
    """Pay what the credit's customer owes in its currency with what is left of it, and post it.

    What the payer stated comes first; then what is alive in ``order`` (None: the customer's, by
    ``order_of``), then what was written off (F12). What was ceded is paid only when stated (F32).
    With nothing left of the credit, no lines. An application counts from the later of the credit's
    day and the document's issue.
    """
    with scope(creditor=credit.creditor), ledger_rules(credit=credit.external_id):
        order = order or order_of(credit.customer, on=credit.value_on)
        debts = _Debts.lock(credit.customer, credit.currency)
        return _apply(lock_credit(credit), debts, order, stated, keep_rest, batch_id)


def auto_apply(
    customer: Customer, *, order: Order | None = None, batch_id: int | None = None
) -> list[tuple[Credit, Applied]]:
    """Apply all credits of ``customer`` that wait, the oldest first (ties: by id).

    An advance waits for its invoice: it pays what was issued on its day or later. Gives back those
    that paid something. Twice is the same as once.
    """
    with scope(creditor=customer.creditor), ledger_rules(customer=customer.code):
        orders = Orders.load(customer.creditor, [customer.pk])
        debts = _Debts.lock(customer)
        waiting = Credit.objects.filter(customer=customer, unapplied__gt=0)
        locked = list(waiting.order_by("id").select_for_update(no_key=True))
        locked.sort(key=lambda credit: (credit.value_on, credit.pk))
        done = [
            (
                credit,
                _apply(
                    credit,
                    debts.of_advance(credit.value_on) if credit.kind == "advance" else debts,
                    order or orders.of(customer, credit.value_on),
                    (),
                    False,
                    batch_id,
                ),
            )
            for credit in locked
        ]
        return [(credit, applied) for credit, applied in done if applied.lines]


def apply_lines(credit: Credit, lines: Iterable[Line], *, batch_id: int | None = None) -> None:
    """Post exactly these lines (> 0), or none of them: a person or the source decided.

    ``component`` is empty (or ``capital``) for a document without parts. Raises Problem
    ``document_over_applied``, ``credit_exhausted``, ``application_currency_mismatch``,
    ``other_creditor``, ``not_owed`` (no such document or part), ``line_not_positive``.
    """
    asked = list(lines)
    ids = {line.document for line in asked}
    with scope(creditor=credit.creditor), ledger_rules(credit=credit.external_id):
        documents = {d.pk: d for d in _locked(Document.objects.filter(pk__in=ids))}
        parts = _parts_of(ids)
        for line in asked:
            if line.amount.amount <= 0:
                raise Problem("line_not_positive", document=line.document, amount=line.amount)
            if line.amount.currency != credit.currency:
                raise Problem("currency_mismatch", one=credit.currency, other=line.amount.currency)
            known = {part.component for part in parts[line.document]} or {"", WHOLE}
            if line.document not in documents or line.component not in known:
                raise Problem("not_owed", document=line.document, component=line.component)
        _post(lock_credit(credit), asked, documents, {k for k, v in parts.items() if v}, batch_id)


def reverse_application(application: Application, *, value_on: date) -> Application:
    """Take one application back from ``value_on`` on: both sides are open again.

    Raises Problem ``already_reversed``, ``reversal_of_reversal``, ``value_before``.
    """
    with scope(creditor=application.creditor), ledger_rules(application=application.pk):
        # Before the row: two who reverse the same one would else wait for each other, one for the
        # unique key and one for the document.
        _locked(Document.objects.filter(pk=application.document_id))
        lock_credit(application.credit)
        return _reverse([application], value_on)[0]


def reverse_all(credit: Credit, *, value_on: date) -> list[Application]:
    """Take back every application of ``credit`` that still stands; gives back the new rows."""
    with scope(creditor=credit.creditor), ledger_rules(credit=credit.external_id):
        ids = Application.objects.filter(credit=credit).values("document_id")
        _locked(Document.objects.filter(pk__in=ids))
        lock_credit(credit)
        standing = Application.objects.filter(
            credit=credit, amount__gt=0, application__isnull=True
        ).order_by("id")
        return _reverse(list(standing), value_on)


def lock_credit(credit: Credit) -> Credit:
    """The credit as it stands, locked until the transaction ends."""
    locked: Credit = Credit.objects.select_for_update(no_key=True).get(pk=credit.pk)
    return locked


@dataclass
class _Debts:
    """What one customer owes, locked. ``open_of`` shrinks as lines are posted."""

    documents: dict[int, Document]
    #: (document, component) → what is open of it; ``WHOLE`` where the document has no parts.
    open_of: dict[tuple[int, str], Money]
    with_parts: set[int]
    #: In dispute, where the law keeps payments from such a document unless the payer names it.
    spared: set[int]

    @classmethod
    def lock(cls, customer: Customer, currency: str | None = None) -> _Debts:
        """Every open document of ``customer`` (in ``currency``, or in all)."""
        wanted = Document.objects.filter(customer=customer, open_amount__gt=0)
        if currency is not None:
            wanted = wanted.filter(currency=currency)
        documents = {document.pk: document for document in _locked(wanted)}
        parts = _parts_of(documents)
        open_of = {}
        for pk, document in documents.items():
            for part in parts[pk]:
                open_of[pk, part.component] = Money(part.open_amount, document.currency)
            if not parts[pk]:
                open_of[pk, WHOLE] = Money(document.open_amount, document.currency)
        spared = spared_documents(customer.creditor, [customer.pk])
        return cls(documents, open_of, {pk for pk, rows in parts.items() if rows}, spared)

    def of_advance(self, day: date) -> _Debts:
        """Of these what was issued on ``day`` or later; ``open_of`` stays the same one."""
        later = {pk: each for pk, each in self.documents.items() if each.issued_on >= day}
        return replace(self, documents=later)

    def owed(self, currency: str, documents: Iterable[int]) -> list[Owed]:
        wanted = set(documents)
        return [
            Owed(pk, str(self.documents[pk]), self.documents[pk].due_on, component, open_now)
            for (pk, component), open_now in self.open_of.items()
            if pk in wanted and open_now and open_now.currency == currency
        ]


def _apply(
    credit: Credit,
    debts: _Debts,
    order: Order,
    stated: Sequence[Stated],
    keep_rest: bool,
    batch_id: int | None,
) -> Applied:
    left = Money(credit.unapplied, credit.currency)
    if not left:
        return Applied((), left, tuple(wish.document for wish in stated))
    named = {wish.document for wish in stated}
    alive, ahead, written_off = set(named), set(), set()
    for pk, document in debts.documents.items():
        if document.ceded_on is None and pk not in debts.spared:
            if document.written_off_on:
                written_off.add(pk)
            elif document.kind == "charge" and document.issued_on > credit.value_on:
                ahead.add(pk)
            else:
                alive.add(pk)
    first = rules.apply_credit(
        left, debts.owed(credit.currency, alive), order, stated=stated, keep_rest=keep_rest
    )
    lines, rest = first.lines, first.remainder
    for later in () if keep_rest else (ahead, written_off):
        if rest:
            owed = debts.owed(credit.currency, later - named)
            second = rules.apply_credit(rest, owed, order)
            lines, rest = (*lines, *second.lines), second.remainder
    for line in lines:
        debts.open_of[line.document, line.component] -= line.amount
    _post(credit, lines, debts.documents, debts.with_parts, batch_id)
    return Applied(lines, rest, first.not_owed)


def _post(
    credit: Credit,
    lines: Iterable[Line],
    documents: dict[int, Document],
    with_parts: set[int],
    batch_id: int | None,
) -> None:
    """One statement for all lines, so that the triggers run once."""
    rows = Application.objects.bulk_create(
        Application(
            creditor_id=credit.creditor_id,
            credit=credit,
            document_id=line.document,
            component=line.component if line.document in with_parts else "",
            amount=line.amount.amount,
            value_on=max(credit.value_on, documents[line.document].issued_on),
            batch_id=batch_id,
        )
        for line in lines
    )
    if rows and credit.currency != credit.creditor.currency:
        realise_differences(credit.creditor, [credit.pk])


def _reverse(applications: Sequence[Application], value_on: date) -> list[Application]:
    """New rows that undo ``applications``, whose documents and credits the caller has locked."""
    if not applications:
        return []
    for each in applications:
        if each.amount < 0:
            raise Problem("reversal_of_reversal", application=each.pk)
        if value_on < each.value_on:
            raise Problem("value_before", day=value_on, first=each.value_on)
    rows: list[Application] = Application.objects.bulk_create(
        Application(
            creditor_id=each.creditor_id,
            credit_id=each.credit_id,
            document_id=each.document_id,
            component=each.component,
            amount=-each.amount,
            value_on=value_on,
            reverses=each,
        )
        for each in applications
    )
    if ExchangeDifference.objects.filter(application__in=applications).exists():
        realise_differences(applications[0].creditor, {each.credit_id for each in applications})
    return rows


def _locked(documents: object) -> list[Document]:
    """The documents, locked in id order; a query that had to wait sees what the others left."""
    return list(documents.order_by("id").select_for_update(no_key=True))  # type: ignore[attr-defined]


def _parts_of(documents: Iterable[int]) -> dict[int, list[DocumentComponent]]:
    parts: dict[int, list[DocumentComponent]] = defaultdict(list)
    for part in DocumentComponent.objects.filter(document_id__in=list(documents)).order_by("id"):
        parts[part.document_id].append(part)
    return parts
