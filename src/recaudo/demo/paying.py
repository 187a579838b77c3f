"""How the demonstration's creditors are paid, and where they are found: all made up."""

from __future__ import annotations

from recaudo.access.models import Creditor
from recaudo.contact.texts import install_ready
from recaudo.payments.actions.ways import add_way

#: By country: a bank's account and where else one may pay. 18 digits are a made-up CLABE.
PLACES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "CO": (
        ("account", "Banco de Prueba, cuenta corriente", "000-123456-78"),
        ("agreement", "Corresponsales, convenio 99001", "Diga el convenio y su referencia"),
    ),
    "CL": (("account", "Banco de Prueba, cuenta corriente", "00-123-45678-9"),),
    "MX": (("clabe", "Banco de Prueba, CLABE", "032180000118359719"),),
    "PE": (("account", "Banco de Prueba, cuenta corriente (CCI)", "002-193-000123456789-01"),),
}
PHONES = {"CO": "601 555 0101", "CL": "2 2555 0101", "MX": "55 5555 0101", "PE": "01 555 0101"}
ADDRESSES = {
    "CO": "Calle 10 # 5-20, Bogotá",
    "CL": "Av. Providencia 100, Santiago",
    "MX": "Av. Reforma 100, Ciudad de México",
    "PE": "Av. Arequipa 100, Lima",
}


def tell_how_to_pay(creditor: Creditor) -> None:
    """Ways to pay, address and telephone, and the ready templates."""
    country = creditor.country
    creditor.phone, creditor.address = PHONES.get(country, ""), ADDRESSES.get(country, "")
    creditor.website = f"www.{creditor.code}.example"
    creditor.save(update_fields=["phone", "address", "website"])
    link = f"https://pagos.{creditor.code}.example/{{reference}}"
    ways = (("link", "En línea", link), *PLACES.get(country, ()))
    for position, (kind, title, details) in enumerate(ways):
        add_way(
            creditor,
            kind=kind,
            title=title,
            details=details,
            currency=creditor.currency,
            position=position,
            origin="demo",
        )
    install_ready(creditor, origin="demo")
