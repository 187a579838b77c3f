"""The customer that an address names, where this user may see them."""

from __future__ import annotations

from django.http import Http404

from recaudo.desk.doors import DeskRequest
from recaudo.portfolio.models import ContactPoint, Customer
from recaudo.portfolio.queries.customers import visible_customers


def customer_or_404(request: DeskRequest, customer_id: int) -> Customer:
    """Not there, another creditor's and not yours are the same answer."""
    seen = Customer.objects.all()
    if request.seer is not None:  # who sees the whole portfolio needs no second look at rights
        seen = visible_customers(request.user, request.creditor, request.today)
    found = seen.select_related("group").filter(pk=customer_id).first()
    if found is None:
        raise Http404
    found.creditor = request.creditor
    return found


def seen_version(request: DeskRequest) -> int:
    """The version of the customer that the form was made from; 0 never fits."""
    sent = request.POST.get("version", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else 0


def point_or_404(customer: Customer, contact_id: int) -> ContactPoint:
    """A way to reach ``customer``, with whose it is."""
    points = ContactPoint.objects.select_related("party")
    found: ContactPoint | None = points.filter(pk=contact_id, customer=customer).first()
    if found is None:
        raise Http404
    found.customer = customer
    found.creditor = customer.creditor
    return found
