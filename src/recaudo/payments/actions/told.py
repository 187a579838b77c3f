"""Real money takes the place of what a corte made us infer, and never stands beside it (F1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from recaudo.core.application import Line
from recaudo.core.money import Money
from recaudo.payments.actions.applications import apply_lines, reverse_application
from recaudo.payments.models import Application, Credit, CreditAdjustment
from recaudo.portfolio.models import Document

#: As the imports write it: what was inferred and is no longer believed.
REASON = "snapshot_undone"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Money of ``value_on`` will pay ``amount`` of ``document``; ``line``: with others, or not."""

    document: int
    amount: Decimal
    value_on: date
    line: int = 0


def make_room(wanted: Sequence[Wanted]) -> set[int]:
    """Open again as much of each closed document as its money will pay, where a corte of that day
    or later closed it by inference; the documents concerned. Else nothing of it is touched.

    Inside the caller's transaction, which has the documents locked and pays them at once.
    """
    short = {each.document for each in wanted}
    rows = Document.objects.filter(pk__in=short, open_amount=0).order_by("id")
    possible: dict[int, tuple[Document, Wanted, list[Application]]] = {}
    for document in rows:
        asked = [each for each in wanted if each.document == document.pk]
        if len(asked) == 1 and (standing := _standing(document, asked[0])):
            possible[document.pk] = document, asked[0], standing
    # All documents of a line, or none: what is opened is paid at once.
    shut = {document.pk for document in rows} - possible.keys()
    in_vain = {each.line for each in wanted if each.document in shut}
    opened = set()
    for document, one, standing in possible.values():
        if one.line not in in_vain:
            _open_again(document, one, standing)
            opened.add(document.pk)
    return opened


def _standing(document: Document, wanted: Wanted) -> list[Application]:
    standing = list(
        Application.objects.filter(
            document=document,
            amount__gt=0,
            component="",
            application__isnull=True,
            credit__kind="snapshot",
            value_on__gte=wanted.value_on,
        )
        .select_related("creditor", "credit", "credit__creditor")
        .order_by("-value_on", "-id")
    )
    if sum((each.amount for each in standing), Decimal(0)) < wanted.amount:
        return []
    return standing


def _open_again(document: Document, wanted: Wanted, standing: list[Application]) -> None:
    left = wanted.amount
    for application in standing:
        if not left:
            break
        freed = min(left, application.amount)
        reverse_application(application, value_on=application.value_on)
        credit = Credit.objects.select_related("creditor").get(pk=application.credit_id)
        if freed < application.amount:
            rest = Money(application.amount - freed, credit.currency)
            apply_lines(credit, [Line(document.pk, "", rest)])
        CreditAdjustment.objects.create(
            creditor=credit.creditor,
            credit=credit,
            delta=-freed,
            value_on=application.value_on,
            reason=REASON,
        )
        left -= freed
