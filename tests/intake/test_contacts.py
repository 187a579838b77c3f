"""Contact data from files, beside what people have verified by hand."""

from __future__ import annotations

from intake.conftest import Company
from recaudo.intake.models import ContactConflict
from recaudo.portfolio.models import ContactPoint, Customer, Party

HEADINGS = "Cod. cliente;Nombre;Correo;Celular"
ONE = (HEADINGS, "C1;Nevado;Pagos@Nevado.co;300 929 0824")


def points(company: Company) -> set[tuple[str, str, str]]:
    return {(p.channel, p.normalised, p.state) for p in company.all(ContactPoint)}


def test_contacts_come_in_once_in_the_form_in_which_they_are_used(company: Company) -> None:
    assert company.load(*ONE)["accepted"] == 1

    assert points(company) == {
        ("email", "pagos@nevado.co", "unknown"),
        ("phone", "+573009290824", "unknown"),
        ("sms", "+573009290824", "unknown"),
    }
    assert company.load(*ONE)["unchanged"] == 1


def test_the_same_number_written_otherwise_is_no_new_contact(company: Company) -> None:
    company.load(*ONE)

    company.load(HEADINGS, "C1;Nevado;pagos@nevado.co;+57 3009290824")

    assert len(points(company)) == 3


def test_what_cannot_be_used_is_kept_and_marked(company: Company) -> None:
    company.load(HEADINGS, "C1;Nevado;no tiene correo;12")

    assert ("email", "no tiene correo", "invalid") in points(company)
    assert ("phone", "12", "invalid") in points(company)


def test_a_new_address_is_added_beside_the_old_one(company: Company) -> None:
    company.load(*ONE)

    result = company.load(HEADINGS, "C1;Nevado;cartera@nevado.co;300 929 0824")

    assert result["updated"] == 1
    emails = {value for channel, value, _ in points(company) if channel == "email"}
    assert emails == {"pagos@nevado.co", "cartera@nevado.co"}


def test_what_was_verified_by_hand_waits_for_a_person_to_decide(company: Company) -> None:
    company.load(*ONE)
    verified = company.all(ContactPoint, channel="email")[0]
    verified.is_verified_by_hand = True
    verified.save()
    other = (HEADINGS, "C1;Nevado;cartera@nevado.co;300 929 0824")

    assert company.load(*other)["updated"] == 1
    assert company.load(*other)["unchanged"] == 1

    (conflict,) = company.all(ContactConflict)
    assert (conflict.contact_point_id, conflict.offered_value) == (
        verified.pk,
        "cartera@nevado.co",
    )
    assert [p.normalised for p in company.all(ContactPoint, channel="email")] == ["pagos@nevado.co"]


def test_a_named_contact_is_a_party_with_its_addresses(company: Company) -> None:
    rows = (
        "Cod. cliente;Nombre;Contacto;Calidad;Celular",
        "C1;Nevado;;;3009290824",
        "C1;Nevado;Luis Ríos;codeudor;3004304713",
    )
    company.load(*rows)
    company.load(*rows)

    (party,) = company.all(Party)
    assert (party.role, party.name) == ("co_debtor", "Luis Ríos")
    of_party = company.all(ContactPoint, party=party, channel="phone")
    own = company.all(ContactPoint, party=None, channel="phone")
    assert [p.normalised for p in of_party] == ["+573004304713"]
    assert [p.normalised for p in own] == ["+573009290824"]


def test_a_wish_not_to_be_contacted_is_never_lifted_by_a_file(company: Company) -> None:
    headings = "Cod. cliente;Nombre;No contactar"
    company.load(headings, "C1;Nevado;sí")
    assert company.customer("C1").do_not_contact_since is not None

    company.load(headings, "C1;Nevado;no")

    assert company.customer("C1").do_not_contact_since is not None


def test_payment_days_are_read_as_people_write_them(company: Company) -> None:
    company.load("Cod. cliente;Nombre;Días de pago", "C1;Nevado;viernes", "C2;Óptica;cuando pueda")

    calendars = {c.code: c.payment_calendar for c in company.all(Customer)}
    assert calendars == {"C1": {"weekdays": [5]}, "C2": None}
