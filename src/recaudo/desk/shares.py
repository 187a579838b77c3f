"""What a form of the workbench says that a bank line pays: a proposal, documents, or a split."""

from __future__ import annotations

from recaudo.core.problems import Problem
from recaudo.desk.cases import customer_or_404
from recaudo.desk.doors import DeskRequest
from recaudo.desk.money_forms import money_asked
from recaudo.payments.actions.workbench import Share
from recaudo.payments.models import LineWork
from recaudo.payments.queries import workbench as reads
from recaudo.portfolio.models import Customer, Document
from recaudo.portfolio.queries.customers import visible_customers

#: Customers that one line may be split over on the page.
SPLIT_ROWS = 4


def shares_of(request: DeskRequest, work: LineWork) -> list[Share]:
    """What the form says: a proposal, a customer with documents, or a split."""
    sent = request.POST
    if sent.get("offer", "").isdecimal():
        place = int(sent["offer"])
        found = next((each for each in reads.offers(work) if each.place == place), None)
        if found is None:
            raise Problem("line_changed", line=work.line_id)
        documents = tuple((document.pk, amount) for document, amount in found.documents)
        return [Share(found.customer, work.line.amount, documents)]
    if sent.get("split"):
        return _split(request, work.line.currency)
    chosen = sent.get("customer", "")
    if not chosen.isdecimal() or len(chosen) > 18:
        raise Problem("claim_customer_unknown", customer=chosen)
    customer = customer_or_404(request, int(chosen))
    ids = [int(each) for each in sent.getlist("document") if each.isdecimal() and len(each) < 19]
    return [_of_documents(work, customer, ids, keep_rest=sent.get("rest") != "order")]


def _of_documents(work: LineWork, customer: Customer, ids: list[int], *, keep_rest: bool) -> Share:
    """The documents ticked, the oldest first, each with what it owes as far as the money goes."""
    left, parts = work.line.amount, []
    ticked = Document.objects.filter(pk__in=ids, customer=customer, open_amount__gt=0)
    for document in ticked.order_by("due_on", "number", "id"):
        part = min(left, document.open_amount)
        if part:
            parts.append((document.pk, part))
            left -= part
    return Share(customer, work.line.amount, tuple(parts), keep_rest)


def _split(request: DeskRequest, currency: str) -> list[Share]:
    """Several customers, each in the legal order."""
    shares = []
    seen = visible_customers(request.user, request.creditor, request.today)
    for at in range(1, SPLIT_ROWS + 1):
        code = request.POST.get(f"code_{at}", "").strip()
        typed = request.POST.get(f"amount_{at}", "").strip()
        if not code and not typed:
            continue
        customer = seen.filter(code__iexact=code).first()
        if customer is None:
            raise Problem("claim_customer_unknown", customer=code)
        customer.creditor = request.creditor
        shares.append(Share(customer, money_asked(typed, currency).amount, keep_rest=False))
    if not shares:
        raise Problem("claim_customer_unknown", customer="")
    return shares
