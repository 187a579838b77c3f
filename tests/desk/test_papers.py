"""Certificates, withholdings and write-downs on the desk (F12, F16, F31, F32)."""

from __future__ import annotations

import pytest
from django_scopes import scope

from factories import make_customer, make_document, make_member
from recaudo.access.models import Role
from recaudo.payments.models import Credit, PendingPaper, WithholdingProfile, WriteDown
from recaudo.portfolio.models import Document


@pytest.fixture
def paper(andina):
    with scope(creditor=andina.creditor):
        return PendingPaper.objects.create(
            creditor=andina.creditor,
            customer=andina.customer,
            credit=Credit.objects.filter(customer=andina.customer).first(),
            kind="withholding_certificate",
            amount=2500,
            currency="COP",
            since_on=andina.today,
            due_on=andina.today,
        )


def paper_now(andina, paper):
    with scope(creditor=andina.creditor):
        return PendingPaper.objects.get(pk=paper.pk)


def test_a_missing_certificate_is_listed_asked_for_and_received(andina, desk, paper):
    assert "2.500" in desk.get(andina.path("certificados/")).content.decode()
    asked = desk.post(f"{andina.page}certificados/", follow=True)
    assert asked.status_code == 200
    assert paper_now(andina, paper).asked_on == andina.today
    desk.post(
        andina.path(f"certificados/{paper.pk}/"),
        {"state": "received", "day": andina.today.isoformat(), "number": "R-1"},
    )
    assert paper_now(andina, paper).number == "R-1"
    assert desk.get(andina.path("certificados/exportar/csv/")).status_code == 200


def test_what_came_and_what_is_not_needed_stay_in_sight(andina, desk, paper):
    page = andina.path(f"certificados/{paper.pk}/")
    day = andina.today.isoformat()
    desk.post(page, {"state": "dropped", "day": day, "note": "El cliente no es agente"})
    assert "2.500" not in desk.get(andina.path("certificados/")).content.decode()
    text = desk.get(andina.path("certificados/?state=dropped")).content.decode()
    assert "2.500" in text and "El cliente no es agente" in text
    assert (
        "Ninguno todavía" in desk.get(andina.path("certificados/?state=received")).content.decode()
    )


def test_the_papers_of_one_customer(andina, desk, paper):
    other = make_customer(andina.creditor)
    mine = desk.get(andina.path(f"certificados/?customer={andina.customer.pk}"))
    assert "2.500" in mine.content.decode()
    theirs = desk.get(andina.path(f"certificados/?customer={other.pk}"))
    assert "2.500" not in theirs.content.decode()
    assert desk.get(andina.path("certificados/?customer=999999999")).status_code == 404


def test_a_withholding_says_what_it_is_of_and_from_how_much(andina, desk):
    typed = {"kind": "reteica", "per_cent": "0,966", "from_on": "2026-01-01", "minimum": "980.000"}
    desk.post(f"{andina.page}retenciones/", typed | {"tax": "19"})
    text = desk.get(f"{andina.page}retenciones/").content.decode()
    assert "ReteICA" in text and "980.000" in text and "19" in text and "ISR" not in text
    again = desk.post(f"{andina.page}retenciones/", typed | {"per_cent": "1,1"})
    form = again.content.decode()
    assert again.status_code == 400 and "ya tiene una retención" in form and "1,1" in form


def test_a_withholding_is_written_down_and_ended(andina, desk):
    typed = {"kind": "retefuente", "per_cent": "2,5", "from_on": "2026-01-01"}
    assert desk.post(f"{andina.page}retenciones/", typed).status_code == 302
    with scope(creditor=andina.creditor):
        rule = WithholdingProfile.objects.get(customer=andina.customer)
    assert (str(rule.per_cent), rule.base) == ("2.500000", "subtotal")
    assert "2,5" in desk.get(f"{andina.page}retenciones/").content.decode()
    desk.post(f"{andina.page}retenciones/{rule.pk}/", {"day": "2026-06-01"})
    with scope(creditor=andina.creditor):
        assert WithholdingProfile.objects.get().until_on.isoformat() == "2026-06-01"


def test_one_proposes_to_write_off_and_another_decides(andina, desk, enter):
    typed = {"do": "write_off", "reason": "Quebró", "document": str(andina.document.pk)}
    assert desk.post(f"{andina.page}ajustes/", typed).status_code == 302
    with scope(creditor=andina.creditor):
        made = WriteDown.objects.get()
    page = andina.path(f"ajustes/{made.pk}/")
    desk.post(f"{page}decidir/", {"do": "approve"})
    with scope(creditor=andina.creditor):
        assert WriteDown.objects.get().state == "proposed"
    other = enter(make_member(andina.creditor, Role.MANAGER))
    assert other.get(page).status_code == 200
    other.post(f"{page}decidir/", {"do": "approve"})
    with scope(creditor=andina.creditor):
        assert WriteDown.objects.get().state == "approved"
        row = Document.objects.get(pk=andina.document.pk)
    assert row.written_off_on is not None and row.open_amount == andina.document.open_amount


def test_what_is_to_be_decided_stands_first_whenever_it_was_proposed(andina, desk, enter):
    typed = {"do": "write_off", "document": str(andina.document.pk)}
    for reason in ("La primera", "La rechazada"):
        desk.post(f"{andina.page}ajustes/", typed | {"reason": reason})
    with scope(creditor=andina.creditor):
        later = WriteDown.objects.latest("id")
    other = enter(make_member(andina.creditor, Role.MANAGER))
    other.post(andina.path(f"ajustes/{later.pk}/decidir/"), {"do": "refuse", "note": "No aún"})
    text = desk.get(andina.path("ajustes/")).content.decode()
    assert text.index("La primera") < text.index("La rechazada")


def test_a_refusal_without_a_reason_is_said_beside_the_form(andina, desk, enter):
    typed = {"do": "write_off", "reason": "Quebró", "document": str(andina.document.pk)}
    desk.post(f"{andina.page}ajustes/", typed)
    with scope(creditor=andina.creditor):
        made = WriteDown.objects.get()
    other = enter(make_member(andina.creditor, Role.MANAGER))
    answer = other.post(andina.path(f"ajustes/{made.pk}/decidir/"), {"do": "refuse", "note": " "})
    text = answer.content.decode()
    assert answer.status_code == 400 and 'role="alert"' in text[text.index("decidir/") :]


@pytest.mark.parametrize("act", ["write_off", "forgiveness", "cede", "undo_cession"])
def test_nothing_marked_says_so_and_keeps_what_was_typed(andina, desk, act):
    day = andina.today.isoformat()
    typed = {"do": act, "reason": "Quebró", "to": "Factoring Uno", "day": day, "undo_day": day}
    answer = desk.post(f"{andina.page}ajustes/", typed)
    text = answer.content.decode()
    assert answer.status_code == 400 and "Marque primero los documentos" in text
    assert "Quebró" in text and "Factoring Uno" in text


def test_castigos_are_undone_all_or_none(andina, desk, enter):
    other_document = make_document(andina.customer, "700")
    marked = {"document": [str(andina.document.pk), str(other_document.pk)]}
    propose = {"do": "write_off", "reason": "Quebró", "document": str(andina.document.pk)}
    desk.post(f"{andina.page}ajustes/", propose)
    with scope(creditor=andina.creditor):
        made = WriteDown.objects.get()
    manager = enter(make_member(andina.creditor, Role.MANAGER))
    manager.post(andina.path(f"ajustes/{made.pk}/decidir/"), {"do": "approve"})
    back = {"do": "undo_write_off", "undo_reason": "Pagó", "undo_day": andina.today.isoformat()}
    answer = desk.post(f"{andina.page}ajustes/", back | marked)
    assert answer.status_code == 400 and "no está castigado" in answer.content.decode()
    with scope(creditor=andina.creditor):
        assert Document.objects.get(pk=andina.document.pk).written_off_on is not None
    desk.post(f"{andina.page}ajustes/", back | {"document": str(andina.document.pk)})
    with scope(creditor=andina.creditor):
        assert Document.objects.get(pk=andina.document.pk).written_off_on is None


def test_small_balances_are_proposed_and_a_document_is_ceded(andina, desk):
    small = make_document(andina.customer, "900")
    desk.post(andina.path("ajustes/proponer/"), {"threshold": "1.000", "reason": "Cierre"})
    with scope(creditor=andina.creditor):
        assert WriteDown.objects.get().items.get().document_id == small.pk
    assert "Cierre" in desk.get(andina.path("ajustes/")).content.decode()
    typed = {"do": "cede", "to": "Factoring Uno", "document": str(andina.document.pk)}
    desk.post(f"{andina.page}ajustes/", typed | {"day": andina.today.isoformat()})
    with scope(creditor=andina.creditor):
        assert Document.objects.get(pk=andina.document.pk).ceded_on == andina.today
