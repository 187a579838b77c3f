"""Making a creditor's customers: who they are, how they pay, how badly they can be reached."""

from __future__ import annotations

from decimal import Decimal

from recaudo.demo import habits, people
from recaudo.demo.creditors import COLLECTORS, Plan
from recaudo.demo.people import Person
from recaudo.demo.world import Client, Party, World

#: What people write where the data is missing or wrong.
BAD_EMAILS = ("no tiene", "pagos@", "facturacion.empresa.com", "x")
BAD_PHONES = ("000000", "pendiente", "123")
PAY_DAYS = ("", "", "", "", "viernes", "viernes", "15 y 30", "15 y 30", "martes", "fin de mes")
TERMS = (15, 30, 30, 30, 45, 60)


def add_clients(world: World, plan: Plan) -> None:
    """As many as the plan says, the told ones counted; names are never twice the same."""
    names = {client.person.name for client in world.clients}
    while len(world.clients) < plan.customers:
        name = _new_name(world, plan, names)
        names.add(name)
        add_client(world, plan, name, code=f"{_prefix(plan)}-{len(world.clients) + 1001}")
    if plan.preset == "b2b":
        _group(world, plan)


def add_client(world: World, plan: Plan, name: str, *, code: str, habit: str = "") -> Client:
    """One customer called ``name``; who works and sells to them is drawn."""
    random = world.random
    is_person = plan.preset == "consumer"
    person = (people.person if is_person else people.company)(random, plan.country, name)
    client = Client(
        code=code,
        person=person,
        habit=habit or habits.pick(random, is_person=is_person),
        since_on=world.ago(random.randint(420, 3200)),
        collector=random.choices(
            [who for who, _ in COLLECTORS], [share for _, share in COLLECTORS]
        )[0],
        branch=random.choice(plan.branches),
        zone=random.choice(plan.zones),
        city=random.choice(plan.cities),
        mobile=person.mobile,
        email=person.email,
    )
    if is_person:
        client.class_name = random.choice(("Empleado", "Empleado", "Independiente", "Pensionado"))
    else:
        client.class_name = random.choice(("A", "B", "B", "C"))
        client.seller = random.choice(plan.sellers)
        client.terms_days = random.choice(TERMS)
        client.pay_days = random.choice(PAY_DAYS)
        client.credit_limit = Decimal(plan.amounts[1] * random.randint(1, 6))
        client.parties.append(Party("Tesorería", people.person(random, plan.country)))
    client.address = f"Calle {random.randint(1, 120)} # {random.randint(1, 90)}-12"
    if not code.startswith("H-"):  # told customers can be reached
        _dirty(world, client)
    if client.mobile.startswith("+") and random.randrange(3):
        client.whatsapp = client.mobile
    world.clients.append(client)
    return client


def _prefix(plan: Plan) -> str:
    return plan.code[:2].upper()


def _new_name(world: World, plan: Plan, names: set[str]) -> str:
    while True:
        if plan.preset == "consumer":
            name = people.person_name(world.random)
        else:
            name = people.company_name(world.random, plan.country)
        if name not in names:
            return name


def _dirty(world: World, client: Client) -> None:
    """One in four is hard to reach by some channel, one in thirty by any."""
    draw = world.random.randrange(120)
    if draw < 12:
        client.email = ""
    elif draw < 18:
        client.email = world.random.choice(BAD_EMAILS)
    elif draw < 24:
        client.mobile = world.random.choice(BAD_PHONES)
    elif draw < 30:
        client.mobile = ""
    elif draw < 34:
        client.email, client.mobile, client.address = "", "", ""
    elif draw < 37:
        client.email = f" {client.email.upper()} "
    if draw % 5 == 0:
        client.phone = people.mobile(world.random, world.country)


def _group(world: World, plan: Plan) -> None:
    """A few economic groups: their companies pay from one treasury."""
    plain = [client for client in world.clients if not client.group]
    for name in (f"Grupo {place}" for place in people.PLACES[plan.country][:3]):
        treasury: Person = people.person(world.random, plan.country)
        for client in world.random.sample(plain, 4):
            client.group = name
            client.parties = [Party("Tesorería", treasury)]
