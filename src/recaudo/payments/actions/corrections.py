"""Making charges smaller when what they rest on has changed."""

from __future__ import annotations

from decimal import Decimal

from recaudo.access.models import Creditor
from recaudo.core.application import Line
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.payments.actions.applications import apply_credit, apply_lines, reverse_application
from recaudo.payments.models import Application, Charge, ChargeKind, Credit, CreditAdjustment
from recaudo.portfolio.models import Document, DocumentAdjustment

REASON = "interest_recomputed"


def shrink_charges(creditor: Creditor, base: int, excess: Decimal) -> None:
    """Take ``excess`` (> 0) off the interest posted for ``base``, the newest charge first.

    What had paid it is taken back as of its own day: money is free and pays what else is owed in
    its order; what was forgiven is forgiven no more. Inside the caller's transaction and scope.
    """
    rows = Charge.objects.filter(base_id=base, kind=ChargeKind.DEFAULT_INTEREST).order_by("-id")
    freed: list[Credit] = []
    for charge in rows:
        document = Document.objects.select_for_update(no_key=True).get(pk=charge.document_id)
        cut = min(excess, document.amount)
        if not cut:
            continue
        if document.open_amount < cut:
            freed += _free(document, cut - document.open_amount)
        DocumentAdjustment.objects.create(
            creditor=creditor,
            document=document,
            component="default_interest",
            delta=-cut,
            value_on=document.issued_on,
            reason=REASON,
        )
        _settle(document, freed)
        excess -= cut
        if not excess:
            return
    raise Problem("charges_do_not_reach", base=base, excess=excess)


def _free(document: Document, needed: Decimal) -> list[Credit]:
    """Take back applications of ``document``, the newest first, until ``needed`` is open again."""
    standing = (
        Application.objects.filter(document=document, amount__gt=0, application__isnull=True)
        .select_related("credit", "creditor")
        .order_by("-value_on", "-id")
    )
    credits = []
    for application in standing:
        reverse_application(application, value_on=application.value_on)
        credits.append(application.credit)
        needed -= application.amount
        if needed <= 0:
            return credits
    raise Problem("charges_do_not_reach", base=document.pk, excess=needed)


def _is_no_money(credit: Credit) -> bool:
    """Forgiven, or adjusted away as too small: nothing that could pay another debt."""
    return credit.kind in ("forgiveness", "rounding") or credit.source == "write_down"


def _settle(document: Document, freed: list[Credit]) -> None:
    """Each credit pays what is still open of the charge; the rest of money goes on in its order,
    the rest of what was forgiven or adjusted is void."""
    while freed:
        credit = Credit.objects.select_related("creditor", "customer").get(pk=freed.pop().pk)
        document.refresh_from_db()
        again = min(document.open_amount, credit.unapplied)
        if again:
            line = Line(document.pk, "default_interest", Money(again, credit.currency))
            apply_lines(credit, [line])
            credit.refresh_from_db()
        if not credit.unapplied:
            continue
        if _is_no_money(credit):
            CreditAdjustment.objects.create(
                creditor=credit.creditor,
                credit=credit,
                delta=-credit.unapplied,
                value_on=credit.value_on,
                reason=REASON,
            )
        else:
            apply_credit(credit)
