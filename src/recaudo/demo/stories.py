"""Ten told stories: a named customer each, what happened to them, and where to see it.

``tell`` puts the story into the made-up books before they are written to files; what only happens
afterwards (a cheque that bounces) is in ``after``. The note of two lines stands in the customer's
history as a contact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from recaudo.access.models import Creditor
from recaudo.demo.clients import add_client
from recaudo.demo.creditors import ANDINA, AUSTRAL, BAJIO, INTI, Plan
from recaudo.demo.happenings import bounce_cheque, pause_rejected, write_off_and_recover
from recaudo.demo.invoices import add_invoice
from recaudo.demo.loans import add_loan, charge_default_interest
from recaudo.demo.people import person
from recaudo.demo.world import Client, Contact, Debit, FreeCredit, Party, World


@dataclass(frozen=True)
class Story:
    """``note``: what happened, two lines. ``see``: where to look and what Recaudo makes of it."""

    plan: Plan
    code: str
    name: str
    title: str
    note: str
    see: str
    tell: Callable[[World, Client], None]
    after: Callable[[Creditor, str, date], None] | None = None


def stories_of(plan: Plan) -> list[Story]:
    return [story for story in STORIES if story.plan is plan]


def tell_all(world: World, plan: Plan) -> None:
    """Put the stories of ``plan`` first into ``world``, each with its note."""
    for story in stories_of(plan):
        client = add_client(world, plan, story.name, code=story.code, habit="puntual")
        client.collector, client.pay_days, client.terms_days = "G1 Marcela Rincón", "", 30
        story.tell(world, client)
        noted = next((each for each in world.contacts if each.client is client), None)
        if noted is None:
            noted = Contact(client, world.ago(6), 9, "email", "in", True, True)
            world.contacts.append(noted)
        noted.note = story.note


def _paid_history(world: World, client: Client, amount: str, months: int = 11) -> None:
    """A year of monthly invoices, each paid a day or two after it fell due."""
    for month in range(months, 0, -1):
        debit = add_invoice(world, client, Decimal(amount) + 1000 * month, due_ago=30 * month + 20)
        debit.state, debit.filed_on = "Aceptada", debit.issued_on + timedelta(days=2)
        world.pay(debit, debit.due_on + timedelta(days=month % 3))


def _open(world: World, client: Client, amount: str, due_ago: int) -> Debit:
    debit = add_invoice(world, client, Decimal(amount), due_ago=due_ago)
    debit.state, debit.filed_on = "Aceptada", debit.issued_on + timedelta(days=2)
    return debit


def _cheque(world: World, client: Client) -> None:
    _paid_history(world, client, "3200000")
    for amount, due_ago in (("4180000", 34), ("2750000", 21)):
        world.pay(_open(world, client, amount, due_ago), world.ago(12), method="Cheque 004512")
    _open(world, client, "3900000", -9)
    world.contacts.append(Contact(client, world.ago(2), 11, "phone", "out", True, True, "talked"))


def _advance(world: World, client: Client) -> None:
    _paid_history(world, client, "1500000")
    _open(world, client, "2400000", 8)
    _open(world, client, "1650000", -12)
    world.credits.append(
        FreeCredit(client, "Anticipo", "AN00871", world.ago(5), Decimal(3_000_000), "COP")
    )


def _fridays(world: World, client: Client) -> None:
    client.pay_days = "viernes"
    _paid_history(world, client, "5400000")
    # Due last Saturday, so that the Friday after it is still to come.
    _open(world, client, "6120000", (world.today.isoweekday() + 1) % 7)
    _open(world, client, "5870000", -15)


def _rejected(world: World, client: Client) -> None:
    _paid_history(world, client, "48000")
    debit = _open(world, client, "61250.40", 5)
    debit.state = "Rechazada"
    _open(world, client, "52300", -18)
    world.contacts.append(Contact(client, world.ago(9), 10, "email", "in", True, True, "objects"))


def _ceded(world: World, client: Client) -> None:
    _paid_history(world, client, "90000")
    _open(world, client, "184000", 28).state = "Cedida"
    _open(world, client, "37500", 6)


def _small(world: World, client: Client) -> None:
    _paid_history(world, client, "15000")
    debit = _open(world, client, "16800.75", 25)
    world.pay(debit, world.ago(20), Decimal("16705.50"))


def _three_of_twelve(world: World, client: Client) -> None:
    debits = add_loan(
        world, AUSTRAL, client, Decimal(1_800_000), terms=12, first_due_ago=230,
        product="crédito de consumo", paid=5,
    )  # fmt: skip
    charge_default_interest(world, debits)
    client.parties.append(Party("Codeudor", person(world.random, "CL", "Luis Araya Fuentes")))
    for days, answered in ((40, False), (22, True), (11, False)):
        world.contacts.append(
            Contact(client, world.ago(days), 18, "phone", "out", answered, answered,
                    "talked" if answered else "no_answer")
        )  # fmt: skip


def _written_off(world: World, client: Client) -> None:
    debits = add_loan(
        world, AUSTRAL, client, Decimal(640_000), terms=6, first_due_ago=560,
        product="tarjeta", paid=1,
    )  # fmt: skip
    charge_default_interest(world, debits)
    world.contacts.append(
        Contact(client, world.ago(10), 16, "phone", "out", True, True, "will_pay")
    )


def _broken_promise(world: World, client: Client) -> None:
    debits = add_loan(
        world, INTI, client, Decimal(6_000), terms=18, first_due_ago=290, product="microcrédito",
        paid=8,
    )  # fmt: skip
    charge_default_interest(world, debits)
    world.contacts += [
        Contact(client, world.ago(9), 10, "phone", "out", True, True, "will_pay"),
        Contact(client, world.ago(4), 17, "phone", "out", False, False, "no_answer"),
    ]


def _do_not_contact(world: World, client: Client) -> None:
    client.do_not_contact = True
    debits = add_loan(
        world, INTI, client, Decimal(3_500), terms=12, first_due_ago=200,
        product="crédito personal", paid=5,
    )  # fmt: skip
    charge_default_interest(world, debits)
    world.contacts.append(Contact(client, world.ago(15), 8, "email", "in", True, True, "objects"))


STORIES = (
    Story(
        ANDINA, "H-1", "Ferretería El Tornillo S.A.S.", "Cheque devuelto",
        "El banco devolvió el cheque 004512: las dos facturas que pagaba vuelven a deberse.\n"
        "El tesorero dice que gira otro la próxima semana.",
        "Movimientos: el pago y su reverso. Las dos facturas abiertas otra vez, con su mora.",
        _cheque, bounce_cheque,
    ),
    Story(
        ANDINA, "H-2", "Hotel Bahía Serena S.A.", "Anticipo sin aplicar",
        "Giró un anticipo de $ 3.000.000 que nadie ha aplicado a sus facturas.\n"
        "Escribió para que no le cobren lo que ya cubrió.",
        "No recibe recordatorio: sus créditos cubren lo vencido. Queda la tarea de aplicarlos.",
        _advance,
    ),
    Story(
        ANDINA, "H-3", "Supermercado La Canasta Ltda.", "Paga los viernes",
        "Paga solo los viernes: lo que vence entre semana entra en el pago siguiente.\n"
        "Pidió que no lo llamen antes.",
        "Calendario de pago en la ficha; nada que cobrarle antes de su viernes.",
        _fridays,
    ),
    Story(
        BAJIO, "H-4", "Constructora Peña Alta S.A. de C.V.", "Factura rechazada",
        "Rechazó la factura: la orden de compra dice otro precio.\n"
        "Espera la nota de crédito o el reemplazo; lo demás lo paga normal.",
        "La factura rechazada está en pausa por objeción; la otra sigue su curso.",
        _rejected, pause_rejected,
    ),
    Story(
        BAJIO, "H-5", "Autopartes del Centro S.A. de C.V.", "Factura cedida",
        "La factura grande se cedió a una empresa de factoraje; ya no se le cobra aquí.\n"
        "Sigue debiendo la otra, que sí es nuestra.",
        "El saldo y la antigüedad cuentan solo la factura propia; la cedida aparece aparte.",
        _ceded,
    ),
    Story(
        BAJIO, "H-6", "Muebles Encino S. de R.L. de C.V.", "Saldo menor",
        "Pagó su factura con $ 95.25 de menos, por una comisión del banco.\n"
        "Cobrar eso cuesta más de lo que trae.",
        "Ningún paso: la razón es saldo menor.",
        _small,
    ),
    Story(
        AUSTRAL, "H-7", "Carolina Araya Fuentes", "Tres de doce cuotas vencidas",
        "Pagó cinco cuotas y dejó tres sin pagar; las cuatro últimas aún no vencen.\n"
        "Quiere saber cuánto necesita para ponerse al día, no cuánto debe en total.",
        "La mora se cuenta desde la cuota más antigua; valor para ponerse al día y total.",
        _three_of_twelve,
    ),
    Story(
        AUSTRAL, "H-8", "Héctor Sepúlveda Rojas", "Castigada que paga algo",
        "La deuda se castigó hace meses y sigue siendo exigible.\n"
        "Esta semana abonó $ 60.000: es recuperación de castigada.",
        "Fuera de las edades y del DSO, dentro del saldo castigado, con su propia estrategia.",
        _written_off, write_off_and_recover,
    ),
    Story(
        INTI, "H-9", "Rosa Elena Quispe Mamani", "Promesa rota",
        "Prometió pagar dos cuotas el día de su quincena y no pagó.\n"
        "Desde entonces no contesta.",
        "La historia muestra la llamada, lo prometido y el intento sin respuesta.",
        _broken_promise,
    ),
    Story(
        INTI, "H-10", "Jorge Luis Huamán Salazar", "No contactar",
        "Pidió por escrito que no lo contacten.\n"
        "Debe dos cuotas; se respeta lo que pidió.",
        "Ningún mensaje ni llamada: la razón es no contactar.",
        _do_not_contact,
    ),
)  # fmt: skip
