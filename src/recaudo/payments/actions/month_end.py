"""Interest and fees of the whole portfolio, posted at each month's end."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Max, Q
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.core.calendar import local_day
from recaudo.core.problems import Problem
from recaudo.payments.actions.charging import Stopped, fix_many
from recaudo.payments.models import Charge, ChargeTerms, InterestMode
from recaudo.payments.queries.accruals import accrued_many
from recaudo.payments.queries.fees_due import fees_due
from recaudo.portfolio.models import Customer

log = logging.getLogger(__name__)

#: Customers in one transaction: few enough that one bad account is soon found.
CHUNK = 200
#: So many missed months are made up one by one; what is older comes with the first of them.
MONTHS_MAX = 12


@dataclass(frozen=True, slots=True)
class Failed:
    """An account that could not be posted: the code, for a person. The rest went on."""

    customer: int
    code: str


@dataclass(slots=True)
class Posted:
    """What a posting of many did. ``stopped``: documents whose rate is missing."""

    as_of: date
    customers: int = 0
    charges: int = 0
    corrected: int = 0
    failed: list[Failed] = field(default_factory=list)
    stopped: list[Stopped] = field(default_factory=list)


def post_charges(
    creditor: Creditor,
    as_of: date,
    *,
    because: str = "month_end",
    by: User | None = None,
    now: datetime,
    customers: Sequence[int] | None = None,
) -> Posted:
    """Post everything due up to ``as_of`` and not posted, of all customers (or of these).

    Twice is as once. By chunks, each its own transaction; where one fails its accounts are posted
    one by one, the bad one is recorded and the rest go on. Raises Problem ``charges_day_ahead``:
    until a day that is to come a payment may still arrive.
    """
    if as_of > local_day(now, creditor.timezone):
        raise Problem("charges_day_ahead", day=as_of)
    told = Posted(as_of)
    if not charges_at_all(creditor):
        return told
    with scope(creditor=creditor):
        wanted = _wanted(creditor, as_of, customers)
        for chunk in _chunks(wanted):
            try:
                _post(creditor, chunk, told, because, by, now)
            except Exception:
                log.exception("charges of %s: a chunk failed, one by one now", creditor.code)
                for customer in chunk:
                    _post_alone(creditor, customer, told, because, by, now)
    return told


def post_month_ends(creditor: Creditor, today: date, *, now: datetime) -> list[Posted]:
    """Every month's end up to ``today`` that is not posted yet, the oldest first.

    A month that was missed is made up; the newest is looked at again each time, so that what
    failed, or what a rate loaded since lets be charged, is posted then.
    """
    if not charges_at_all(creditor):
        return []
    with scope(creditor=creditor):
        ends = list(_ends_to_post(creditor, today))
    return [post_charges(creditor, end, now=now) for end in ends]


def charges_at_all(creditor: Creditor) -> bool:
    """Do any terms of ``creditor`` compute interest or charge a fee?"""
    charging = Q(interest=InterestMode.COMPUTED) | ~Q(fee="none")
    with scope(creditor=creditor):
        return bool(ChargeTerms.objects.filter(charging).exists())


def month_end_before(day: date) -> date:
    """The last day of a month that is over, or that ends today."""
    after = day + timedelta(days=1)
    return after.replace(day=1) - timedelta(days=1)


def _ends_to_post(creditor: Creditor, today: date) -> Iterator[date]:
    newest = month_end_before(today)
    done = Charge.objects.filter(because="month_end").aggregate(last=Max("until_on"))["last"]
    ends = [newest]
    while done is not None and len(ends) < MONTHS_MAX:
        earlier = ends[-1].replace(day=1) - timedelta(days=1)
        if earlier <= done:
            break
        ends.append(earlier)
    return reversed(ends)


def _wanted(creditor: Creditor, as_of: date, customers: Sequence[int] | None) -> list[int]:
    """Whose charges differ from what is posted, or cannot be told: nobody else is locked."""
    found = {
        each.document.bearer.customer
        for each in accrued_many(creditor, as_of, customers, at_least_posted=True, in_full=False)
        if each.unposted.amount or each.accrued.missing
    }
    found |= {each.bearer.customer for each in fees_due(creditor, customers, as_of)}
    return sorted(found)


def _chunks(customers: Sequence[int]) -> Iterator[list[int]]:
    for start in range(0, len(customers), CHUNK):
        yield list(customers[start : start + CHUNK])


def _post(
    creditor: Creditor,
    customers: list[int],
    told: Posted,
    because: str,
    by: User | None,
    now: datetime,
) -> None:
    fixed = fix_many(creditor, customers, as_of=told.as_of, because=because, by=by, now=now)
    told.customers += len(customers)
    told.charges += len(fixed.charges)
    told.corrected += len(fixed.corrected)
    told.stopped += fixed.stopped


def _post_alone(
    creditor: Creditor, customer: int, told: Posted, because: str, by: User | None, now: datetime
) -> None:
    try:
        _post(creditor, [customer], told, because, by, now)
    except Exception as error:
        code = error.code if isinstance(error, Problem) else type(error).__name__
        log.warning("charges of customer %s of %s: %s", customer, creditor.code, code)
        told.failed.append(Failed(customer, code))


def codes_of(creditor: Creditor, customers: Sequence[int]) -> dict[int, str]:
    """Customer id → the code that people use."""
    with scope(creditor=creditor):
        return dict(Customer.objects.filter(pk__in=list(customers)).values_list("id", "code"))
