"""The demonstration as `recaudo demo` builds it, in a real database, stopped half-way and taken up.

Built once for all tests of this file: the run reads what is committed, so nothing is rolled back;
at the end everything is taken out again.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django_scopes import scope, scopes_disabled
from pytest_django import DjangoDbBlocker
from rich.console import Console

from leftovers import drop_run_partitions
from recaudo.access.models import Creditor, Membership, User
from recaudo.cli.demo import told
from recaudo.contact.gate import Request, look
from recaudo.contact.models import (
    InboundMessage,
    Interaction,
    MailAccount,
    Message,
    RegimeChoice,
    Template,
    Verdict,
)
from recaudo.core.calendar import Place, is_business_day
from recaudo.demo.build import build
from recaudo.demo.creditors import LOGINS, PASSWORD, PLANS, Plan
from recaudo.demo.stories import STORIES
from recaudo.demo.summary import creditors_now, rooms_now, stories_now
from recaudo.intake.models import ImportBatch
from recaudo.payments.models import (
    CashReceipt,
    ChargeTerms,
    Credit,
    Instrument,
    PaymentLot,
    PaymentWay,
    PendingPaper,
)
from recaudo.payments.queries.check import check_ledger
from recaudo.portfolio.models import Customer, Document
from recaudo.portfolio.queries.customers import visible_customers
from recaudo.strategy.models import Decision, Run

#: Each test leaves the built database as it found it.
pytestmark = pytest.mark.django_db

STOPPED_AT = 4


class Stopped(Exception):
    """Somebody pressed Ctrl-C."""


def stop_half_way(done: int, total: int | None) -> None:
    if done >= STOPPED_AT:
        raise Stopped


@pytest.fixture(scope="module", autouse=True)
def demo(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock():
        assert str(connection.settings_dict["NAME"]).startswith("test_")
        with pytest.raises(Stopped):
            build(folder, on_progress=stop_half_way)
        build(folder)
        yield folder
        drop_run_partitions()
        call_command("flush", verbosity=0, interactive=False, reset_sequences=False)


def counts() -> dict[str, int]:
    """Rows of every table of ours."""
    with scopes_disabled():
        return {
            model._meta.label: model._default_manager.count()
            for model in apps.get_models()
            if model.__module__.startswith("recaudo.")
        }


def test_the_ledger_re_adds() -> None:
    assert [row for creditor in Creditor.objects.all() for row in check_ledger(creditor)] == []


def test_four_creditors_have_a_released_run_and_every_open_document_a_next_step() -> None:
    for now in creditors_now():
        creditor = Creditor.objects.get(code=now.code)
        assert creditor.released_at is not None
        if is_business_day(now.as_of, Place(now.country)):
            assert now.tasks > 0 and now.messages > 0
        assert now.without_next_action == 0
        assert 0 < now.overdue < now.balance


def test_a_second_build_is_quick_and_changes_nothing(demo: Path) -> None:
    before, started = counts(), time.monotonic()
    again = build(demo)
    assert time.monotonic() - started < 5
    assert not any(each.is_new for each in again)
    assert counts() == before


def test_every_customer_of_a_story_is_there_with_its_note() -> None:
    for story in STORIES:
        with scope(creditor=Creditor.objects.get(code=story.plan.code)):
            customer = Customer.objects.get(code=story.code)
            assert customer.name == story.name
            assert Interaction.objects.filter(customer=customer, note=story.note).exists()
    assert [each.code for each in stories_now()] == [story.code for story in STORIES]


def test_every_tax_id_is_valid_but_where_the_file_has_none() -> None:
    with scopes_disabled():
        assert not Customer.objects.exclude(tax_id_valid=True).exists()


def test_everybody_can_log_in_and_is_a_member_of_all_four() -> None:
    for login in LOGINS:
        user = User.objects.get(email=login.email)
        assert user.check_password(PASSWORD)
        roles = Membership.objects.filter(user=user).values_list("role", flat=True)
        assert list(roles) == [login.role] * len(PLANS)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.code)
def test_the_collector_sees_a_real_part_of_the_portfolio(plan: Plan) -> None:
    creditor = Creditor.objects.get(code=plan.code)
    collector = User.objects.get(email=LOGINS[0].email)
    with scope(creditor=creditor):
        today = Run.objects.latest("id").as_of
        share = visible_customers(collector, creditor, today).count() / Customer.objects.count()
    assert 0.25 < share < 0.6


def test_the_first_corte_has_two_rejected_rows_and_the_second_settles_what_vanished() -> None:
    with scope(creditor=Creditor.objects.get(code="andina")):
        first, second = ImportBatch.objects.filter(mode="snapshot").order_by("id")
        assert (first.rejected, second.rejected) == (2, 0)
        assert first.as_of < second.as_of
        settled = Document.objects.filter(applications__credit__kind="snapshot")
        assert settled.filter(applications__batch_id=second.pk).exists()


def test_the_telling_names_every_login_and_every_story_with_its_page() -> None:
    screen = Console(width=80, record=True, file=io.StringIO())
    screen.print(
        told(creditors_now(), stories_now(), rooms_now(), "x.xlsx", "http://localhost:8000")
    )
    text = screen.export_text()
    assert PASSWORD in text
    assert all(login.email in text for login in LOGINS)
    assert all(story.name in text and story.title in text for story in STORIES)
    assert all(f"http://localhost:8000{story.path}" in text for story in stories_now())
    assert all(f"http://localhost:8000{room.path}" in text for room in rooms_now())
    assert {"Buzón", "Bandeja de salida", "Plantillas", "Escribir"} <= {
        room.title for room in rooms_now()
    }


def reason_of(code: str) -> str:
    story = next(each for each in STORIES if each.code == code)
    with scope(creditor=Creditor.objects.get(code=story.plan.code)):
        return Decision.objects.get(customer__code=code).reason


def open_documents(code: str) -> list[Document]:
    story = next(each for each in STORIES if each.code == code)
    with scope(creditor=Creditor.objects.get(code=story.plan.code)):
        return list(
            Document.objects.filter(customer__code=code, open_amount__gt=0).order_by("due_on")
        )


def test_the_bounced_cheque_opened_its_two_invoices_again() -> None:
    assert [int(each.open_amount) for each in open_documents("H-1")] == [
        4_180_000, 2_750_000, 3_900_000,
    ]  # fmt: skip


def test_the_advance_covers_the_debt_and_nobody_is_reminded() -> None:
    assert reason_of("H-2") == "credits_cover"


def test_the_written_off_debt_paid_a_little_and_is_still_claimed() -> None:
    documents = open_documents("H-8")
    assert documents and all(each.written_off_on for each in documents)
    assert any(each.open_amount < each.amount for each in documents)


def test_who_asked_not_to_be_contacted_is_not() -> None:
    assert reason_of("H-10") == "do_not_contact"


def test_nothing_can_leave() -> None:
    with scopes_disabled():
        assert not MailAccount.objects.exists()
        assert (
            not Message.objects.filter(channel="email")
            .exclude(state__in=["planned", "proposed", "withdrawn"])
            .exists()
        )


def test_the_inbox_has_answers_of_every_kind_and_one_of_nobody_known() -> None:
    with scope(creditor=Creditor.objects.get(code="andina")):
        waiting = InboundMessage.objects.filter(state="new", kind="reply")
        assert {"paid", "objection", "situation", "question", "promise", "wrong_person"} <= set(
            waiting.filter(customer__isnull=False).values_list("proposed", flat=True)
        )
        assert waiting.filter(customer=None).count() == 1
        paid = waiting.get(proposed="paid")
        assert [each.content_type for each in paid.files.all()] == ["image/png"]
        assert InboundMessage.objects.filter(kind="auto_reply").count() == 1
        assert InboundMessage.objects.filter(classified="stop").count() == 1
        assert InboundMessage.objects.filter(classified="other").count() == 1


def test_people_wrote_and_the_gate_was_asked() -> None:
    with scope(creditor=Creditor.objects.get(code="andina")):
        states = set(Message.objects.filter(origin="hand").values_list("state", flat=True))
        assert {"planned", "withdrawn", "attempted", "sent"} <= states
        sent = Message.objects.filter(origin="hand", state__in=["attempted", "sent"])
        for message in sent:
            assert Verdict.objects.filter(message_id=message.pk, is_allowed=True).exists()


def test_everybody_has_what_a_message_needs() -> None:
    for plan in PLANS:
        creditor = Creditor.objects.get(code=plan.code)
        assert creditor.address and creditor.phone and creditor.website
        with scope(creditor=creditor):
            assert PaymentWay.objects.exists() and Template.objects.exists()
            assert RegimeChoice.objects.exists() == (plan.preset == "b2b")


def test_between_companies_no_authorisation_is_missing() -> None:
    creditor = Creditor.objects.get(code="andina")
    with scope(creditor=creditor):
        late = Customer.objects.filter(documents__open_amount__gt=0, consents=None).first()
    assert late is not None
    asked = Request(late.pk, "phone")
    assert look(creditor, asked, at=timezone.now()).rule != "consent_missing"


def test_the_distributors_money_has_a_life() -> None:
    creditor = Creditor.objects.get(code="andina")
    with scope(creditor=creditor):
        states = set(Instrument.objects.values_list("state", flat=True))
        kinds = set(PaymentLot.objects.values_list("kind", flat=True))
        held = CashReceipt.objects.filter(lot=None).count()
        papers = PendingPaper.objects.filter(state="pending").count()
        owes_nothing = Credit.objects.get(source="demo", external_id="saldo-0").customer
        assert not owes_nothing.documents.filter(open_amount__gt=0).exists()
    assert states == {"held", "returned"}
    assert kinds == {"group", "receipts"}
    assert (held, papers) == (2, 1)


def test_every_creditor_has_terms_and_the_stores_have_rents_in_uf() -> None:
    with scopes_disabled():
        with_terms = ChargeTerms.objects.values_list("creditor__code", flat=True)
        assert sorted(set(with_terms)) == sorted(plan.code for plan in PLANS)
        rents = Document.objects.filter(currency="CLF")
        assert rents.count() == 6
        assert set(rents.values_list("creditor__code", flat=True)) == {"austral"}
