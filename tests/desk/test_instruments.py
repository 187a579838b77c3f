"""Cheques, letras and pagarés on the desk: what is refused keeps what was typed (F15)."""

from __future__ import annotations

from datetime import timedelta

from django_scopes import scope

from recaudo.payments.models import Instrument


def typed(andina, **changed):
    due = andina.today + timedelta(days=30)
    return {
        "kind": "cheque",
        "number": "004871",
        "amount": "1.000",
        "received": andina.today.isoformat(),
        "due": due.isoformat(),
        "bank": "Bancolombia",
        "document": str(andina.document.pk),
    } | changed


def test_a_title_that_covers_more_than_it_is_worth_keeps_what_was_typed(andina, desk):
    cover = f"cover-{andina.document.pk}"
    answer = desk.post(f"{andina.page}titulo/", typed(andina, **{cover: "2.345"}))
    text = answer.content.decode()
    assert answer.status_code == 400 and "más que el título" in text
    for kept in ("004871", "1.000", "2.345", "Bancolombia", "checked"):
        assert kept in text


def test_a_step_that_is_refused_is_said_beside_its_form(andina, desk):
    assert desk.post(f"{andina.page}titulo/", typed(andina)).status_code == 302
    with scope(creditor=andina.creditor):
        made = Instrument.objects.get()
    page = andina.path(f"titulos/{made.pk}/")
    before = (andina.today - timedelta(days=3)).isoformat()
    step = {"state": "deposited", "version": made.version, "day": before, "reason": "Ninguno"}
    answer = desk.post(f"{page}mover/", step)
    form = answer.content.decode().split("mover/")[-1]
    assert answer.status_code == 400 and 'role="alert"' in form
    assert before in form and "Ninguno" in form
    desk.post(f"{page}mover/", step | {"day": andina.today.isoformat()})
    text = desk.get(page).content.decode()
    assert "Depositado" in text and "Consignado" not in text
