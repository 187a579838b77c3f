"""The four creditors of the demonstration and the people who work for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from recaudo.core.calendar import Place
from recaudo.demo.world import World

#: For the demonstration only, and said so wherever it is shown.
PASSWORD = "cartera-de-muestra"


@dataclass(frozen=True)
class Writing:
    """How a creditor's system writes its files."""

    delimiter: str
    encoding: str
    decimal: str
    thousands: str
    dates: str


@dataclass(frozen=True)
class Plan:
    """One creditor: what it is, how large, and how its files look.

    ``amounts`` is the usual bill, low and high, in its currency. Sellers and collectors by code.
    """

    code: str
    name: str
    trade: str
    tax_id: str
    country: str
    currency: str
    timezone: str
    preset: str
    small_balance: Decimal
    customers: int
    amounts: tuple[int, int]
    branches: tuple[str, ...]
    zones: tuple[str, ...]
    sellers: tuple[str, ...]
    products: tuple[str, ...]
    cities: tuple[str, ...]
    methods: tuple[str, ...]
    writing: Writing

    @property
    def bucket_table(self) -> str:
        """Ages as its reports show them: of companies, or of the country's supervisor."""
        return "b2b" if self.preset == "b2b" else f"consumer_{self.country.lower()}"

    @property
    def place(self) -> Place:
        return Place(self.country)

    def world(self, today: date) -> World:
        seeded = Random(f"recaudo {self.code}")
        return World(self.country, self.currency, today, seeded, self.place, methods=self.methods)


ANDINA = Plan(
    code="andina",
    name="Distribuidora Andina S.A.S.",
    trade="distribuidora, ventas a empresas",
    tax_id="900842517-3",
    country="CO",
    currency="COP",
    timezone="America/Bogota",
    preset="b2b",
    small_balance=Decimal(20_000),
    customers=170,
    amounts=(900_000, 18_000_000),
    branches=("Bogotá", "Medellín", "Cali"),
    zones=("Norte", "Sur", "Occidente", "Oriente"),
    sellers=("V01 Paula Ríos", "V02 Hernán Duarte", "V03 Sandra Mejía", "V04 Julián Torres"),
    products=(),
    cities=("Bogotá", "Medellín", "Cali", "Pereira", "Bucaramanga"),
    methods=("Transferencia", "Transferencia", "PSE", "Consignación"),
    writing=Writing(";", "cp1252", ",", ".", "%d/%m/%Y"),
)
AUSTRAL = Plan(
    code="austral",
    name="Crédito Austral S.A.",
    trade="crédito de una cadena de tiendas, a personas",
    tax_id="76.418.305-3",
    country="CL",
    currency="CLP",
    timezone="America/Santiago",
    preset="consumer",
    small_balance=Decimal(3_000),
    customers=210,
    amounts=(180_000, 2_400_000),
    branches=("Santiago Centro", "Concepción", "Temuco"),
    zones=("Metropolitana", "Biobío", "Araucanía"),
    sellers=(),
    products=("tarjeta", "crédito de consumo"),
    cities=("Santiago", "Concepción", "Temuco", "Valdivia"),
    methods=("Transferencia", "Webpay", "Caja"),
    writing=Writing(";", "utf-8-sig", ",", "", "%d-%m-%Y"),
)
BAJIO = Plan(
    code="bajio",
    name="Aceros del Bajío S.A. de C.V.",
    trade="acero y ferretería industrial, ventas a empresas",
    tax_id="ABA090312HT9",
    country="MX",
    currency="MXN",
    timezone="America/Mexico_City",
    preset="b2b",
    small_balance=Decimal(150),
    customers=130,
    amounts=(8_000, 260_000),
    branches=("León", "Querétaro", "Monterrey"),
    zones=("Bajío", "Centro", "Norte"),
    sellers=("A1 Lucía Treviño", "A2 Arturo Cantú", "A3 Elena Garza"),
    products=(),
    cities=("León", "Querétaro", "Monterrey", "Celaya"),
    methods=("SPEI", "SPEI", "Depósito"),
    writing=Writing(",", "utf-8", ".", ",", "%d/%m/%Y"),
)
INTI = Plan(
    code="inti",
    name="Financiera Inti S.A.",
    trade="créditos a personas",
    tax_id="20538614298",
    country="PE",
    currency="PEN",
    timezone="America/Lima",
    preset="consumer",
    small_balance=Decimal(10),
    customers=220,
    amounts=(800, 12_000),
    branches=("Lima", "Arequipa", "Trujillo"),
    zones=("Costa", "Sierra", "Norte"),
    sellers=(),
    products=("crédito personal", "microcrédito"),
    cities=("Lima", "Arequipa", "Trujillo", "Piura"),
    methods=("Agente", "Yape", "Transferencia"),
    writing=Writing(",", "utf-8", ".", "", "%Y-%m-%d"),
)
PLANS = (ANDINA, AUSTRAL, BAJIO, INTI)


@dataclass(frozen=True)
class Login:
    """Somebody who logs in, for all four creditors. ``shown``: what they are, in Spanish."""

    email: str
    name: str
    role: str
    shown: str
    can_export: bool = False
    can_see_identifiers: bool = False


LOGINS = (
    Login(
        "gestora@recaudo.example",
        "Marcela Rincón",
        "collector",
        "gestora de cobranza: ve solo sus clientes",
        can_see_identifiers=True,
    ),
    Login(
        "jefe@recaudo.example",
        "Gustavo Leal",
        "supervisor",
        "jefe de cobranza: ve todo, importa y corre el día",
        can_export=True,
        can_see_identifiers=True,
    ),
    Login(
        "gerente@recaudo.example",
        "Adriana Soto",
        "manager",
        "gerente: ve todo y exporta",
        can_export=True,
    ),
    Login(
        "admin@recaudo.example",
        "Tomás Vélez",
        "administrator",
        "administrador: además, las personas y los ajustes",
        can_export=True,
        can_see_identifiers=True,
    ),
    Login(
        "auditora@recaudo.example",
        "Inés Barrera",
        "auditor",
        "auditora: mira y no toca; teléfonos y documentos ocultos",
    ),
)
#: Who works the rest of each portfolio, without a login here; the first is the gestora's own code.
COLLECTORS = (("G1 Marcela Rincón", 40), ("G2 Raúl Ortega", 32), ("G3 Diana Pizarro", 20), ("", 8))
