"""Certificates, withholdings and write-downs on the desk (F12, F16, F31, F32)."""

from __future__ import annotations

import pytest
from django_scopes import scope

from factories import make_document, make_member
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


def test_small_balances_are_proposed_and_a_document_is_ceded(andina, desk):
    small = make_document(andina.customer, "900")
    desk.post(andina.path("ajustes/proponer/"), {"threshold": "1.000", "reason": "Cierre"})
    with scope(creditor=andina.creditor):
        assert WriteDown.objects.get().items.get().document_id == small.pk
    assert "Cierre" in desk.get(andina.path("ajustes/")).content.decode()
    typed = {"do": "cede", "reason": "Factoring Uno", "document": str(andina.document.pk)}
    desk.post(f"{andina.page}ajustes/", typed | {"day": andina.today.isoformat()})
    with scope(creditor=andina.creditor):
        assert Document.objects.get(pk=andina.document.pk).ceded_on == andina.today
