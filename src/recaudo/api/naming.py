"""Whom and which documents does another system name? Always inside its key's creditor."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from recaudo.access.models import Creditor
from recaudo.api.schemas import PaymentIn, StatedIn
from recaudo.core.application import Stated
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.intake.reading.identifiers import tax_id
from recaudo.payments.queries.naming import is_called, ways_written
from recaudo.portfolio.models import Customer, Document


def customer_named(creditor: Creditor, sent: PaymentIn) -> Customer:
    """By code, or by tax id. Raises Problem ``api_customer_not_named`` (neither, or both),
    ``unknown_customer``, ``api_tax_id_unknown``, ``api_tax_id_ambiguous``."""
    if bool(sent.customer) == bool(sent.tax_id):
        raise Problem("api_customer_not_named")
    known = Customer.objects.select_related("creditor").filter(creditor=creditor)
    if sent.customer:
        found: Customer | None = known.filter(code=sent.customer).first()
        if found is None:
            raise Problem("unknown_customer", customer=sent.customer, creditor=creditor.code)
        return found
    typed, kind = sent.tax_id or "", (sent.tax_id_kind or "").lower()
    told = tax_id(typed, creditor.country, kind).normalised
    # Of only dots and dashes nothing is left, and who has no tax id is not meant by it.
    same = known.exclude(tax_id="").filter(
        Q(tax_id__in={typed, told}) | Q(person_key=f"{creditor.country}:{told}")
    )
    if kind:
        same = same.filter(tax_id_kind__iexact=kind)
    several = list(same.order_by("id")[:2])
    if not several:
        raise Problem("api_tax_id_unknown", creditor=creditor.code)
    if len(several) > 1:
        raise Problem("api_tax_id_ambiguous", creditor=creditor.code)
    return several[0]


def documents_stated(
    customer: Customer, sent: Sequence[StatedIn], currency: str
) -> tuple[Stated, ...]:
    """The customer's documents with these numbers, in the order in which they are named.

    ``FV-12`` and ``FV12`` are prefix and number, or the number alone; ``FV12/3`` its third
    instalment, as our answers write it. An open document goes before a paid one.
    Raises Problem ``stated_unknown``, ``stated_not_positive``, ``api_stated_ambiguous``,
    ``api_stated_twice``.
    """
    written = ways_written(each.number for each in sent)
    own = list(Document.objects.filter(customer=customer, number__in=written) if sent else ())
    wishes: list[Stated] = []
    for each in sent:
        document = _the_one(each, own, customer)
        if any(wish.document == document.pk for wish in wishes):
            raise Problem("api_stated_twice", document=each.number)
        amount = None if each.amount is None else Money(each.amount, currency)
        if amount is not None and amount.amount <= 0:
            raise Problem("stated_not_positive", document=each.number, amount=amount)
        wishes.append(Stated(document.pk, amount))
    return tuple(wishes)


def _the_one(sent: StatedIn, own: Sequence[Document], customer: Customer) -> Document:
    found = [
        each
        for each in own
        if is_called(each, sent.number)
        and sent.doc_type in (None, "", each.doc_type)
        and sent.instalment in (None, "", each.instalment)
    ]
    meant = [each for each in found if each.open_amount] or found
    if not meant:
        raise Problem("stated_unknown", document=sent.number, customer=customer.code)
    if len(meant) > 1:
        kinds = sorted({f"{each.doc_type} {each}".strip() for each in meant})
        raise Problem("api_stated_ambiguous", document=sent.number, documents=kinds)
    return meant[0]
