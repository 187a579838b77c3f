"""A year of reminders and calls to each customer who was late, and what came of them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from recaudo.demo.world import Client, Contact, Debit, World

#: After so many days of delay, by this channel.
ATTEMPTS = (
    (4, "email"), (9, "whatsapp"), (16, "phone"), (24, "phone"), (33, "email"), (45, "phone"),
    (60, "phone"), (78, "whatsapp"), (100, "phone"), (130, "phone"), (170, "phone"), (230, "phone"),
)  # fmt: skip
#: Nobody is tried twice within so many days.
GAP_DAYS = 6
#: Of the last days little is told: today's run shall find work.
QUIET_DAYS = 5
NOTES = {
    "talked": ("Habló con tesorería; revisan y avisan.", "Pide el estado de cuenta por correo."),
    "will_pay": ("Dice que paga en el próximo giro.", "Promete pagar esta semana."),
    "says_paid": ("Dice que ya pagó; envía el comprobante.",),
    "objects": ("Reclama una diferencia en el precio.", "Dice que la mercancía llegó incompleta."),
    "third_party": ("Contesta otra persona; deja razón.",),
    "wrong_number": ("Número equivocado.",),
    "no_answer": ("",),
}


def add_contacts(world: World) -> None:
    told = {id(contact.client) for contact in world.contacts}
    by_client: dict[int, list[Debit]] = defaultdict(list)
    for debit in world.debits:
        by_client[id(debit.client)].append(debit)
    for client in world.clients:
        if id(client) not in told:
            _try(world, client, by_client[id(client)])


def _try(world: World, client: Client, debits: list[Debit]) -> None:
    """Each attempt that was due while something was late, the gap kept."""
    wanted: list[tuple[date, str]] = []
    for debit in debits:
        until = debit.settled_on() or world.today
        for days, channel in ATTEMPTS:
            on = debit.due_on + timedelta(days=days)
            if on < until and world.ago(365) < on < world.ago(QUIET_DAYS):
                wanted.append((on, channel))
    last = None
    for on, channel in sorted(wanted):
        if last is None or (on - last).days >= GAP_DAYS:
            last = on
            world.contacts.append(_attempt(world, client, on, channel))


def _attempt(world: World, client: Client, on: date, channel: str) -> Contact:
    random = world.random
    contact = Contact(client, on, random.randint(8, 17), channel)
    # Those who pay are those who answer.
    chance = {"detenido": 22, "irregular": 45}.get(client.habit, 62)
    answered = random.randrange(100) < (chance if channel == "phone" else chance // 2)
    if channel == "phone":
        contact.outcome = "no_answer"
        if answered:
            contact.outcome = random.choices(
                ("talked", "will_pay", "says_paid", "third_party", "objects", "wrong_number"),
                (30, 36, 12, 12, 7, 3),
            )[0]
        contact.note = random.choice(NOTES[contact.outcome])
        contact.is_answered = contact.outcome not in ("no_answer", "wrong_number")
        contact.is_effective = contact.is_answered and contact.outcome != "third_party"
    else:
        contact.is_answered = contact.is_effective = answered
        contact.note = "Respondió: programa el pago." if answered else ""
    return contact
