"""What a customer allowed is written down on their page, and opens the gate; so does a file."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from django_scopes import scope

from factories import make_creditor, make_customer, make_document
from recaudo.audit.models import ChangeEvent
from recaudo.contact.gate import Request, look, sentence_of
from recaudo.core.problems import Problem
from recaudo.intake.actions.consents import import_consents
from recaudo.intake.models import RejectedRow
from recaudo.portfolio.models import Consent, ContactPoint

from .conftest import World, add_customer

NOW = datetime(2026, 11, 19, 10, tzinfo=ZoneInfo("America/Bogota"))


@pytest.fixture
def debtor(db: None):
    creditor = make_creditor(country="CO")
    customer = make_customer(creditor, "C-1", kind="person", tax_id="9001234568")
    make_document(customer, 100_000, due_on="2026-10-01")
    return customer


def rule(customer, channel="email", point=None):
    asked = Request(customer.pk, channel, contact_point_id=point.pk if point else None)
    return look(customer.creditor, asked, at=NOW).rule


def bring(customer, folder: Path, *rows: str):
    path = folder / "autorizaciones.csv"
    path.write_text("Cliente;NIT;Canal;Autoriza;Fecha;Fuente\n" + "\n".join(rows) + "\n", "utf-8")
    return import_consents(customer.creditor, path, now=NOW)


def say(client, world: World, **more):
    world.customer.refresh_from_db()
    given = {
        "version": world.customer.version,
        "day": f"{world.today}",
        "source": "recorded_call",
        "said": "granted",
    }
    address = f"/{world.creditor.code}/clientes/{world.customer.pk}/autorizacion/"
    return client.post(address, given | more, follow=True)


def consents(world: World) -> list[tuple[str, int | None, bool, str]]:
    with scope(creditor=world.creditor):
        rows = Consent.objects.filter(customer=world.customer).order_by("id")
        return [(r.channel, r.contact_point_id, r.is_granted, r.source) for r in rows]


def test_the_refusal_says_what_to_do(debtor):
    word = look(debtor.creditor, Request(debtor.pk, "email"), at=NOW)
    assert word.rule == "consent_missing"
    assert "«Autorizó este canal»" in sentence_of(word)


def test_a_file_of_authorisations_opens_the_gate_and_twice_is_once(debtor, tmp_path):
    rows = ("C-1;;correo;Sí;19/11/2026;contrato 77",)
    assert rule(debtor) == "consent_missing"
    first, second = bring(debtor, tmp_path, *rows), bring(debtor, tmp_path, *rows)
    assert (first["accepted"], second["accepted"], second["unchanged"]) == (1, 0, 1)
    assert rule(debtor) not in {"consent_missing", "consent_withdrawn"}
    assert rule(debtor, "phone") == "consent_missing"


def test_the_same_file_after_a_withdrawal_revives_nothing(debtor, tmp_path):
    yes = "C-1;;correo;Sí;19/11/2026;contrato 77"
    bring(debtor, tmp_path, yes)
    bring(debtor, tmp_path, ";900123456-8;todos;No;19/11/2026;carta")
    assert rule(debtor) == "consent_withdrawn"
    bring(debtor, tmp_path, yes)
    assert bring(debtor, tmp_path, "C-1;;correo;Sí;19/11/2026;otro")["codes"] == {
        "consent_stopped_that_day": 1
    }
    assert rule(debtor) == "consent_withdrawn"


def test_rows_that_cannot_be_taken_are_kept_with_the_reason(debtor, tmp_path):
    told = bring(
        debtor, tmp_path,
        "C-9;;correo;Sí;01/11/2026;", "C-1;;humo;Sí;01/11/2026;", "C-1;;correo;quizás;01/11/2026;",
        "C-1;;correo;Sí;20/11/2026;", "C-1;;correo;Sí;nunca;",
    )  # fmt: skip
    assert (told["rejected"], told["accepted"]) == (5, 0)
    with scope(creditor=debtor.creditor):
        assert set(RejectedRow.objects.values_list("code", flat=True)) == {
            "contact_customer_unknown", "contact_channel_unread", "consent_unread",
            "consent_in_future", "bad_date",
        }  # fmt: skip


def test_a_file_without_the_headings_is_refused(debtor, tmp_path):
    path = tmp_path / "otra.csv"
    path.write_text("Cliente;Canal\nC-1;correo\n", "utf-8")
    with pytest.raises(Problem, match="consents_no_headings"):
        import_consents(debtor.creditor, path, now=NOW)


def test_on_the_page_one_way_or_a_whole_channel_is_allowed_and_withdrawn(andina, enter):
    client = enter(andina.supervisor)
    say(client, andina, contact=f"{andina.contact.pk}")
    say(client, andina, channel="*", said="withdrawn", source="document")
    assert consents(andina)[-2:] == [
        (andina.contact.channel, andina.contact.pk, True, "recorded_call"),
        ("*", None, False, "document"),
    ]
    with scope(creditor=andina.creditor):
        log = ChangeEvent.objects.filter(kind="consent_granted").get()
        value = ContactPoint.objects.get(pk=andina.contact.pk).value
    assert value not in str(log.facts)


@pytest.mark.parametrize(
    "wrong",
    [{"source": "rumor"}, {"said": "tal vez"}, {"day": "ayer"}, {"channel": "humo"}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_is_not_clear_is_not_written(andina, enter, wrong):
    before = consents(andina)
    say(enter(andina.supervisor), andina, **{"channel": "email"} | wrong)
    assert consents(andina) == before


@pytest.mark.parametrize(("days", "count"), [(-1, 1), (0, 1), (1, 0)])
def test_nobody_authorises_tomorrow(andina, enter, days, count):
    before = len(consents(andina))
    day = andina.today + timedelta(days=days)
    say(enter(andina.supervisor), andina, channel="sms", day=f"{day}")
    assert len(consents(andina)) == before + count


def test_the_gate_refuses_without_it_and_no_more_with_it(andina, enter):
    andina.customer = add_customer(andina.creditor, "Almacén Nuevo", andina.today)
    with scope(creditor=andina.creditor):
        point = andina.customer.contact_points.get(channel="email")
    asked = Request(andina.customer.pk, "email", contact_point_id=point.pk)
    assert look(andina.creditor, asked, at=timezone.now()).rule == "consent_missing"
    say(enter(andina.supervisor), andina, contact=f"{point.pk}")
    assert look(andina.creditor, asked, at=timezone.now()).rule != "consent_missing"
    page = enter(andina.supervisor).get(andina.page).content.decode()
    assert "autorizó este canal" in page
