"""Two made-up customers: one of whom everything is known, one of whom nothing is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from recaudo.access.models import Creditor
from recaudo.contact.texts.choosing import words_of
from recaudo.contact.texts.gather import Book, Owed
from recaudo.contact.texts.variables import asked, variables
from recaudo.payments.models import PaymentWay
from recaudo.portfolio.models import Customer

AT = datetime(2026, 11, 27, 15, tzinfo=UTC)
TODAY = date(2026, 11, 27)


@lru_cache(maxsize=16)
def samples(language: str) -> tuple[dict[str, object], ...]:
    full = _values(_full(), language, example_extra(TODAY, AT))
    return (full, _values(_bare(), language, {}))


def example_extra(today: date, at: datetime) -> dict[str, object]:
    """What a message itself brings, made up: a payment, a promise, an appointment, an answer."""
    return {
        "payment": {"amount": Decimal(800_000), "on": today},
        "promise": {"amount": Decimal(500_000), "on": today + timedelta(days=5)},
        "callback": {"at": at + timedelta(days=1)},
        "answer": "Le confirmamos que su factura incluye el transporte.",
    }


def _values(book: Book, language: str, extra: dict[str, object]) -> dict[str, object]:
    what = asked(book, 1, ())
    return variables(
        book,
        1,
        what,
        language=language,
        words=words_of(language, "CO"),
        links={"unsubscribe": "https://cobros.example.com/baja/abcdefghijklmnopqrstuvwx/"}
        if extra
        else {},
        extra=extra,
        files_named=("FE-1020.pdf", "FE-1020.xml") if extra else (),
    )


def _full() -> Book:
    creditor = Creditor(
        id=1,
        name="Distribuciones Andina S.A.S.",
        tax_id="900.123.456-8",
        country="CO",
        currency="COP",
        timezone="America/Bogota",
        address="Calle 10 # 5-20, Bogotá",
        phone="601 555 0101",
        website="www.andina.example",
    )
    customer = Customer(id=1, name="Ferretería El Tornillo", code="C1042", country="CO")
    ways = [
        PaymentWay(kind="link", title="En línea", details="https://pagos.example.com/{reference}"),
        PaymentWay(kind="account", title="Banco, cuenta corriente", details="123-456789-01"),
    ]
    owed = [
        Owed(
            n,
            1,
            False,
            "invoice",
            ("", "FE-", str(1020 + n)),
            "",
            TODAY - timedelta(days=d),
            "COP",
            Decimal(1_250_000),
            "",
        )
        for n, d in enumerate((32, 12, -8))
    ]
    return Book(
        creditor,
        AT,
        TODAY,
        TODAY,
        {1: customer},
        {1: owed},
        {(1, "COP"): Decimal(120_000)},
        {1: "1000104258"},
        {"COP": ways},
        {1: "Marcela Rojas"},
    )


def _bare() -> Book:
    creditor = Creditor(id=1, name="A", country="CO", currency="COP", timezone="America/Bogota")
    customer = Customer(id=1, name="B", code="1", country="CO")
    return Book(creditor, AT, TODAY, TODAY, {1: customer}, {}, {}, {1: "1000104258"}, {}, {})
