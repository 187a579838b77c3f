"""What the made-up creditor's books hold, before any of it is in a database: plain values.

Amounts are ``Decimal`` in the debit's currency, already rounded to what people in that country
write. Every day is relative to ``World.today``, the creditor's local day when the demo was built.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from recaudo.core.calendar import Place, next_business_day
from recaudo.demo.people import Person

#: The smallest amount that people write, by currency.
STEP = {
    "COP": Decimal(100),
    "CLP": Decimal(1),
    "MXN": Decimal("0.01"),
    "PEN": Decimal("0.01"),
    "USD": Decimal("0.01"),
}


@dataclass(frozen=True)
class Party:
    """Somebody tied to a client; ``role`` as people write it: Codeudor, Referencia, Tesorería."""

    role: str
    person: Person

    @property
    def is_of_client(self) -> bool:
        """Somebody of the client's own house, reached at the client's own address."""
        return self.role == "Tesorería"


@dataclass
class Client:
    """Who owes. ``habit`` names how they pay (``habits.HABITS``)."""

    code: str
    person: Person
    habit: str
    since_on: date
    seller: str = ""
    collector: str = ""
    branch: str = ""
    zone: str = ""
    class_name: str = ""
    group: str = ""
    credit_limit: Decimal | None = None
    terms_days: int = 30
    pay_days: str = ""
    do_not_contact: bool = False
    email: str = ""
    mobile: str = ""
    phone: str = ""
    whatsapp: str = ""
    address: str = ""
    city: str = ""
    parties: list[Party] = field(default_factory=list)


@dataclass
class Paid:
    on: date
    amount: Decimal
    reference: str
    method: str


@dataclass
class Debit:
    """An invoice, or one instalment of an obligation. ``parts`` add up to ``amount`` if any."""

    client: Client
    number: str
    issued_on: date
    due_on: date
    amount: Decimal
    currency: str
    doc_type: str = "Factura"
    prefix: str = ""
    instalment: str = ""
    state: str = ""
    filed_on: date | None = None
    purchase_order: str = ""
    obligation: str = ""
    product: str = ""
    regime: str = ""
    parts: dict[str, Decimal] = field(default_factory=dict)
    payments: list[Paid] = field(default_factory=list)

    def open_on(self, day: date) -> Decimal:
        """What is still owed at the end of ``day``; nothing before it was issued."""
        if self.issued_on > day:
            return Decimal(0)
        paid = (each.amount for each in self.payments if each.on <= day)
        return self.amount - sum(paid, Decimal(0))

    def settled_on(self) -> date | None:
        """The day of the payment that brought it to zero, if one did."""
        if sum((each.amount for each in self.payments), Decimal(0)) < self.amount:
            return None
        return max(each.on for each in self.payments)


@dataclass
class FreeCredit:
    """Money of a client that no debit has taken: a note, an advance. ``amount`` > 0."""

    client: Client
    doc_type: str
    number: str
    on: date
    amount: Decimal
    currency: str


@dataclass
class Contact:
    """One contact of the past. ``outcome`` is a code of the default tree of results."""

    client: Client
    on: date
    hour: int
    channel: str
    direction: str = "out"
    is_answered: bool = False
    is_effective: bool = False
    outcome: str = ""
    note: str = ""


@dataclass
class World:
    """All of one creditor. ``random`` is its own, seeded by its code."""

    country: str
    currency: str
    today: date
    random: Random = field(compare=False)
    place: Place
    clients: list[Client] = field(default_factory=list)
    debits: list[Debit] = field(default_factory=list)
    credits: list[FreeCredit] = field(default_factory=list)
    contacts: list[Contact] = field(default_factory=list)
    #: (day, currency, units of the creditor's currency for one of it)
    rates: list[tuple[date, str, Decimal]] = field(default_factory=list)
    methods: tuple[str, ...] = ("Transferencia",)
    serial: int = 0

    def ago(self, days: int) -> date:
        return self.today - timedelta(days=days)

    def number(self) -> int:
        self.serial += 1
        return self.serial

    def pay(self, debit: Debit, on: date, amount: Decimal | None = None, method: str = "") -> None:
        """``debit``'s client pays on the next business day from ``on``; not if that is not yet."""
        day = next_business_day(on, self.place)
        if day >= self.today:
            return
        how = method or self.random.choice(self.methods)
        whole = debit.amount if amount is None else amount
        debit.payments.append(Paid(day, whole, "", how))


def rounded(amount: Decimal, currency: str) -> Decimal:
    step = STEP[currency]
    return (amount / step).quantize(Decimal(1), ROUND_HALF_UP) * step
