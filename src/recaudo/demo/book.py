"""One creditor's whole made-up year, made in one go."""

from __future__ import annotations

from datetime import date

from recaudo.demo.clients import add_clients
from recaudo.demo.contacts import add_contacts
from recaudo.demo.creditors import Plan
from recaudo.demo.invoices import add_invoices, add_rates
from recaudo.demo.loans import add_loans
from recaudo.demo.stories import tell_all
from recaudo.demo.world import World


def make_world(plan: Plan, today: date) -> World:
    """The same for the same plan and day, always."""
    world = plan.world(today)
    tell_all(world, plan)
    add_clients(world, plan)
    if plan.preset == "consumer":
        add_loans(world, plan)
    else:
        add_rates(world)
        add_invoices(world, plan)
    add_contacts(world)
    _number(world)
    return world


def _number(world: World) -> None:
    """Invoices by the day they were issued, receipts by the day they came in."""
    world.debits.sort(key=lambda debit: debit.issued_on)
    unnumbered = [debit for debit in world.debits if not debit.number]
    for n, debit in enumerate(unnumbered, start=20_417):
        debit.number = str(n)
    paid = [each for debit in world.debits for each in debit.payments]
    for n, each in enumerate(sorted(paid, key=lambda each: each.on), start=1):
        each.reference = f"RC-{n:06d}"
