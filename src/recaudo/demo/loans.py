"""Credits to people: instalments with their parts, paid or not, and who stands behind them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from recaudo.core.calendar import month_end
from recaudo.demo import habits, people
from recaudo.demo.creditors import Plan
from recaudo.demo.world import Client, Debit, Party, World, rounded

MONTHLY_RATE = Decimal("0.019")
INSURANCE = Decimal("0.004")
#: Default interest a day on capital late, as the creditor's own system works it out.
DAILY_DEFAULT = Decimal("0.0008")
TERMS = (6, 12, 12, 18, 24)


def add_loans(world: World, plan: Plan) -> None:
    """One credit a customer, two for one in four; most began within the last two years."""
    told = {id(debit.client) for debit in world.debits}
    for client in [each for each in world.clients if id(each) not in told]:
        for _ in range(1 + (world.random.randrange(4) == 0)):
            _loan(world, plan, client)
        if world.random.randrange(4) == 0:
            _stand_behind(world, client)


def add_loan(
    world: World,
    plan: Plan,
    client: Client,
    principal: Decimal,
    *,
    terms: int,
    first_due_ago: int,
    product: str = "",
    paid: int = 0,
) -> list[Debit]:
    """One credit of ``terms`` instalments a month apart, the first due so many days ago.

    The first ``paid`` were paid on their day; the others are open, those late with their default
    interest. Instalments are numbered from 1.
    """
    number = f"{plan.country}{100_000 + world.number()}"
    shares = _annuity(principal, terms)
    first = world.ago(first_due_ago)
    debits = []
    for n, parts in enumerate(shares, start=1):
        due_on = _months_after(first, n - 1)
        amounts = {name: rounded(part, world.currency) for name, part in parts.items()}
        debits.append(
            Debit(
                client=client,
                doc_type="Cuota",
                number=number,
                instalment=str(n),
                issued_on=_months_after(first, -1),
                due_on=due_on,
                amount=sum(amounts.values(), Decimal(0)),
                currency=world.currency,
                obligation=number,
                product=product or world.random.choice(plan.products),
                regime="consumo",
                parts=amounts,
            )
        )
    for debit in debits[1:]:
        debit.product = debits[0].product
    for debit in debits[:paid]:
        world.pay(debit, debit.due_on)
    world.debits += debits
    return debits


def charge_default_interest(world: World, debits: list[Debit]) -> None:
    """Open instalments that are late get the default interest of their capital so far."""
    for debit in debits:
        days = (world.today - debit.due_on).days
        if days <= 0 or debit.payments:
            continue
        interest = rounded(debit.parts["capital"] * DAILY_DEFAULT * days, debit.currency)
        if interest > 0:
            debit.parts["default_interest"] = interest
            debit.amount += interest


def _loan(world: World, plan: Plan, client: Client) -> None:
    random = world.random
    terms = random.choice(TERMS)
    low, high = plan.amounts
    principal = rounded(Decimal(low + int((high - low) * random.random() ** 2)), plan.currency)
    # Most are running; one in five has just ended.
    age = random.randint(0, terms * 30 + 40) if random.randrange(5) else random.randint(0, 60)
    debits = add_loan(
        world, plan, client, principal, terms=terms, first_due_ago=age + random.randint(0, 27)
    )
    stopped_on = None
    if habits.HABITS[client.habit].stops:
        stopped_on = world.ago(random.choice(habits.STOPPED_DAYS))
    for debit in debits:
        if stopped_on is not None and debit.due_on >= stopped_on:
            continue
        late = habits.delay(random, client.habit)
        ready = max(debit.due_on + timedelta(days=late), debit.issued_on + timedelta(days=1))
        if random.randrange(25) == 0:
            first = rounded(debit.amount * random.randint(40, 70) / 100, debit.currency)
            world.pay(debit, ready, first)
            world.pay(debit, ready + timedelta(days=random.randint(8, 25)), debit.amount - first)
        else:
            world.pay(debit, ready)
    charge_default_interest(world, debits)


def _stand_behind(world: World, client: Client) -> None:
    role = world.random.choice(("Codeudor", "Codeudor", "Referencia", "Aval"))
    client.parties.append(Party(role, people.person(world.random, world.country)))


def _annuity(principal: Decimal, terms: int) -> list[dict[str, Decimal]]:
    """Equal instalments at the monthly rate, each as capital, interest and insurance."""
    factor = (1 + MONTHLY_RATE) ** terms
    instalment = principal * MONTHLY_RATE * factor / (factor - 1)
    owed, parts = principal, []
    for _ in range(terms):
        interest = owed * MONTHLY_RATE
        capital = instalment - interest
        parts.append({"capital": capital, "interest": interest, "insurance": principal * INSURANCE})
        owed -= capital
    return parts


def _months_after(day: date, months: int) -> date:
    """The same day of another month, or its last."""
    index = day.year * 12 + day.month - 1 + months
    first = date(index // 12, index % 12 + 1, 1)
    return first.replace(day=min(day.day, month_end(first).day))
