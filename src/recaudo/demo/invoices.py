"""Twelve months of invoices between companies, and how each was paid."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from recaudo.core.payment_days import next_payment_day, read_calendar
from recaudo.demo import habits
from recaudo.demo.creditors import Plan
from recaudo.demo.world import Client, Debit, FreeCredit, World, rounded

#: Units of the creditor's currency for a dollar, about; made up like the rest.
DOLLAR = {"COP": Decimal("4050"), "MXN": Decimal("18.35")}
PREFIX = {"CO": "FE", "MX": "F"}


def add_rates(world: World) -> None:
    """One a week for fifteen months, wandering a little."""
    rate = DOLLAR[world.currency]
    for weeks in range(64, -1, -1):
        rate *= Decimal(1000 + world.random.randint(-9, 9)) / 1000
        world.rates.append((world.ago(7 * weeks + 1), "USD", rate.quantize(Decimal("0.0001"))))


def add_invoices(world: World, plan: Plan) -> None:
    """A steady customer buys once or twice a month; two of them in dollars."""
    told = {id(debit.client) for debit in world.debits}
    plain = [client for client in world.clients if id(client) not in told]
    abroad = {id(client) for client in world.random.sample(plain, 3)}
    for client in plain:
        currency = "USD" if id(client) in abroad else world.currency
        _history(world, plan, client, currency)
    _free_credits(world, plain)


def add_invoice(
    world: World,
    client: Client,
    amount: Decimal,
    *,
    due_ago: int,
    terms: int = 30,
    currency: str = "",
) -> Debit:
    """One invoice, unpaid, due ``due_ago`` days before today (below zero: after)."""
    due_on = world.ago(due_ago)
    debit = Debit(
        client=client,
        number="",
        prefix=PREFIX[world.country],
        issued_on=due_on - timedelta(days=terms),
        due_on=due_on,
        amount=amount,
        currency=currency or world.currency,
        regime="empresa",
    )
    world.debits.append(debit)
    return debit


def _history(world: World, plan: Plan, client: Client, currency: str) -> None:
    random = world.random
    size = _size(world, plan)
    gap = random.randint(14, 34)
    stopped_on = None
    if habits.HABITS[client.habit].stops:
        stopped_on = world.ago(random.choice(habits.STOPPED_DAYS))
    buys_until = min(world.ago(1), stopped_on + timedelta(days=25)) if stopped_on else world.ago(1)
    day = world.ago(365 + client.terms_days + random.randint(0, gap))
    while day <= buys_until:
        amount = size * Decimal(random.randint(40, 190)) / 100
        if currency == "USD":
            amount /= DOLLAR[world.currency]
        due_on = day + timedelta(days=client.terms_days)
        due_ago = (world.today - due_on).days
        debit = add_invoice(
            world,
            client,
            rounded(amount, currency),
            due_ago=due_ago,
            terms=client.terms_days,
            currency=currency,
        )
        _file(world, debit)
        if stopped_on is None or due_on < stopped_on:
            _settle(world, debit)
        day += timedelta(days=max(5, gap + random.randint(-6, 6)))


def _size(world: World, plan: Plan) -> Decimal:
    """Few customers buy much: the usual bill of one, in the creditor's currency."""
    low, high = plan.amounts
    share = world.random.random() ** 3
    return Decimal(low + int((high - low) * share))


def _file(world: World, debit: Debit) -> None:
    """Most invoices are taken in some days later, and then accepted; the newest not yet."""
    draw, lag = world.random.randrange(100), world.random.randint(1, 6)
    debit.purchase_order = f"OC-{world.random.randint(10_000, 99_999)}" if draw % 3 == 0 else ""
    filed_on = debit.issued_on + timedelta(days=lag)
    if filed_on >= world.today or draw < 5:
        return
    debit.filed_on = filed_on
    debit.state = "Aceptada" if draw < 80 else "Radicada"


def _settle(world: World, debit: Debit) -> None:
    """Paid on the customer's next day of payment after the usual delay; few in two parts."""
    client, random = debit.client, world.random
    if random.randrange(200) == 0:
        return  # argued about, and left unpaid
    ready = debit.due_on + timedelta(days=habits.delay(random, client.habit))
    on = _pay_day(world, client, max(ready, debit.issued_on + timedelta(days=1)))
    if random.randrange(15):
        world.pay(debit, on)
        return
    first = rounded(debit.amount * random.randint(30, 70) / 100, debit.currency)
    world.pay(debit, on, first)
    later = _pay_day(world, client, on + timedelta(days=random.randint(10, 40)))
    world.pay(debit, later, debit.amount - first)


def _pay_day(world: World, client: Client, day: date) -> date:
    return next_payment_day(read_calendar(client.pay_days), day, world.place)


def _free_credits(world: World, clients: list[Client]) -> None:
    """Credit notes and balances in favour that nobody has applied yet."""
    for n, client in enumerate(world.random.sample(clients, 9)):
        doc_type = ("Nota de crédito", "Nota de crédito", "Saldo a favor")[n % 3]
        amount = rounded(_typical(world, client) * Decimal("0.15"), world.currency)
        world.credits.append(
            FreeCredit(
                client,
                doc_type,
                f"NC{1200 + world.number()}",
                world.ago(world.random.randint(5, 60)),
                amount,
                world.currency,
            )
        )


def _typical(world: World, client: Client) -> Decimal:
    own = [each.amount for each in world.debits if each.client is client]
    return max(own) if own else Decimal(100)
