"""Made-up people and companies of four countries, with tax ids whose check digits are right."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from stdnum.cl import rut
from stdnum.co import nit
from stdnum.mx import rfc
from stdnum.pe import ruc

FIRST = (
    "María José", "Juan Carlos", "Luz Marina", "Andrés", "Carolina", "Jorge Luis", "Rosa Elena",
    "Felipe", "Claudia", "Miguel Ángel", "Patricia", "Diego", "Gloria", "Ricardo", "Verónica",
    "Óscar", "Yolanda", "Sebastián", "Marta Lucía", "Héctor", "Natalia", "Camilo", "Ximena",
    "Alejandro", "Beatriz", "Iván", "Lorena", "Rodrigo", "Pilar", "Esteban",
)  # fmt: skip
LAST = (
    "Gómez", "Rodríguez", "Muñoz", "Peña", "Castillo", "Herrera", "Salazar", "Quispe", "Núñez",
    "Rojas", "Vargas", "Cárdenas", "Fuentes", "Ibáñez", "Mamani", "Sepúlveda", "Ocampo", "Zapata",
    "Carrasco", "Huamán", "Villanueva", "Restrepo", "Araya", "Domínguez", "Espinoza", "Cifuentes",
)  # fmt: skip
TRADES = (
    "Ferretería", "Droguería", "Supermercado", "Papelería", "Restaurante", "Distribuciones",
    "Textiles", "Agropecuaria", "Constructora", "Transportes", "Clínica", "Panadería", "Muebles",
    "Comercializadora", "Autopartes", "Hotel", "Laboratorio", "Editorial", "Plásticos", "Óptica",
)  # fmt: skip
PLACES = {
    "CO": ("El Dorado", "La Sabana", "Del Valle", "Antioqueña", "El Nevado", "Caribe"),
    "CL": ("Los Andes", "Araucanía", "Del Maipo", "El Roble", "Pacífico", "Atacama"),
    "MX": ("Del Bajío", "Regiomontana", "La Laguna", "Anáhuac", "El Águila", "Del Golfo"),
    "PE": ("San Martín", "El Sol", "Inti", "Miraflores", "La Costa", "Del Norte"),
}
FORMS = {
    "CO": ("S.A.S.", "Ltda.", "S.A."),
    "CL": ("SpA", "Ltda.", "S.A."),
    "MX": ("S.A. de C.V.", "S. de R.L. de C.V."),
    "PE": ("S.A.C.", "E.I.R.L.", "S.R.L."),
}
MOBILE = {"CO": "+57 3", "CL": "+56 9 ", "MX": "+52 55 ", "PE": "+51 9"}


@dataclass(frozen=True)
class Person:
    """Who owes. ``tax_id`` as people write it in that country."""

    name: str
    tax_id: str
    email: str
    mobile: str


def person_name(random: Random) -> str:
    return f"{random.choice(FIRST)} {random.choice(LAST)} {random.choice(LAST)}"


def company_name(random: Random, country: str) -> str:
    return (
        f"{random.choice(TRADES)} {random.choice(PLACES[country])} {random.choice(FORMS[country])}"
    )


def person(random: Random, country: str, name: str = "") -> Person:
    """Somebody of ``country``, called ``name`` where given."""
    name = name or person_name(random)
    return Person(name, personal_id(random, country), email(random, name), mobile(random, country))


def company(random: Random, country: str, name: str = "") -> Person:
    name = name or company_name(random, country)
    return Person(name, company_id(random, country), email(random, name), mobile(random, country))


def company_id(random: Random, country: str) -> str:
    """A tax id of a company, check digit right, written as in that country."""
    if country == "CO":
        body = str(random.randint(800_000_000, 901_999_999))
        return f"{body}-{nit.calc_check_digit(body)}"
    if country == "CL":
        body = str(random.randint(76_000_000, 77_999_999))
        return rut.format(body + rut.calc_check_digit(body))
    if country == "MX":
        body = "".join(random.choice("ABCDEFGHJKLMNPRSTUVXYZ") for _ in range(3))
        body += f"{random.randint(0, 22):02d}{random.randint(1, 12):02d}{random.randint(1, 28):02d}"
        body += "".join(random.choice("ABCDEFGH123456789") for _ in range(2))
        return body + rfc.calc_check_digit(body)
    body = f"20{random.randint(10_000_000, 60_999_999)}"
    return body + ruc.calc_check_digit(body)


def personal_id(random: Random, country: str) -> str:
    """CL: a RUT. CO: a cédula (it has no check digit). PE: a DNI, or for one in three a RUC."""
    if country == "CL":
        body = str(random.randint(8_000_000, 20_999_999))
        return rut.format(body + rut.calc_check_digit(body))
    if country == "CO":
        return str(random.randint(1_010_000_000, 1_099_999_999))
    if country == "PE":
        dni = str(random.randint(10_000_000, 76_999_999))
        body = f"10{dni}"
        return body + ruc.calc_check_digit(body) if random.random() < 0.33 else dni
    return company_id(random, country)


def email(random: Random, name: str) -> str:
    plain = name.lower().translate(str.maketrans("áéíóúñü", "aeiounu"))
    words = [word.strip(".") for word in plain.split()]
    return f"{words[0]}.{words[1]}{random.randint(1, 999)}@example.com"


def mobile(random: Random, country: str) -> str:
    start = "00" if country == "CO" else random.choice(("61", "77", "84", "95"))
    digits = "".join(random.choice("0123456789") for _ in range(7 if country == "CO" else 6))
    return MOBILE[country] + start + digits
