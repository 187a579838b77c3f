"""One worker: what is due is written from the balance read now, and leaves once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import Error
from django_scopes import scope

from factories import make_credit, make_creditor, pay
from recaudo.contact.models import (
    Interaction,
    MessageEvent,
    MessageItem,
    MessageText,
    Verdict,
)
from recaudo.contact.outbox import dispatch, mistrust_restored, recover, rehearse
from recaudo.contact.outbox.leasing import lease
from recaudo.contact.outbox.parts import TIMES
from recaudo.contact.outbox.sending import step

from .book import ONE_DAY, owing_customer, plan, sending_creditor
from .standins import Gate, Sent, Word, account_for, parts

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 4, 15, 15, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Wire:
    """A gateway that says what the test wants, in order; then that it sent."""

    def __init__(self, *words: Sent) -> None:
        self.words, self.sent = list(words), []

    def __call__(self, account):
        return self

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def send(self, envelope_from, to, raw):
        self.sent.append((to, raw))
        return self.words.pop(0) if self.words else Sent("sent")


def state(message):
    with scope(creditor=message.creditor):
        message.refresh_from_db()
    return message.state


def story(message):
    with scope(creditor=message.creditor):
        events = MessageEvent.objects.filter(message_id=message.pk).order_by("id")
        return [(each.state, each.code) for each in events]


def live_items(message):
    with scope(creditor=message.creditor):
        return list(MessageItem.objects.filter(message=message, is_live=True))


@pytest.fixture
def creditor():
    return sending_creditor(now=NOW)


def test_a_due_message_leaves_with_its_text_its_verdict_and_its_contact(sink):
    creditor = sending_creditor(sink.port, now=NOW)
    customer, documents = owing_customer(creditor, "1000", "250.50")
    message = plan(customer, *documents, now=NOW)

    figures = dispatch(creditor, now=NOW, parts=parts())

    assert (figures["sent"], figures["ended"], figures["waiting"]) == (1, "done", 0)
    assert state(message) == "sent"
    assert sink.kept() == {message.token: 1}
    assert [each for each, _ in story(message)] == ["rendered", "attempted", "sent"]
    with scope(creditor=creditor):
        text = MessageText.objects.get(message_id=message.pk)
        contact = Interaction.objects.get(message_id=message.pk)
        assert Verdict.objects.get(message_id=message.pk).is_allowed
    assert text.text == "Su saldo es 1250.5000."
    assert ["Message-ID", f"<{message.token}@acreedor.example>"] in text.headers
    assert contact.debts == [each.pk for each in documents]
    assert (contact.direction, contact.source, contact.external_id) == (
        "out",
        "outbox",
        str(message.pk),
    )
    assert contact.on_day.isoformat() == "2026-04-15"


def test_the_text_names_what_is_owed_now_and_the_total_is_the_sum_of_its_items(creditor):
    customer, (paid, part_paid, open_) = owing_customer(creditor, "1000", "500", "70")
    message = plan(customer, paid, part_paid, open_, now=NOW)
    pay(paid)
    pay(part_paid, "200")

    dispatch(creditor, now=NOW, parts=parts(gateway=Wire()))

    assert state(message) == "sent"
    items = live_items(message)
    assert {each.document_id: each.balance for each in items} == {part_paid.pk: 300, open_.pk: 70}
    assert message.balance == sum(each.balance for each in items) == Decimal(370)


def test_all_paid_since_it_is_withdrawn_and_nothing_leaves(creditor):
    customer, (document,) = owing_customer(creditor)
    message = plan(customer, document, now=NOW)
    pay(document)
    wire = Wire()

    figures = dispatch(creditor, now=NOW, parts=parts(gateway=wire))

    assert figures["withdrawn"] == {"paid": 1}
    assert (state(message), wire.sent, live_items(message)) == ("withdrawn", [], [])


@pytest.mark.parametrize(
    ("shift", "after"),
    [(-MINUTE, "planned"), (timedelta(0), "sent"), (MINUTE, "sent")],
)
def test_not_before_is_included(creditor, shift, after):
    customer, documents = owing_customer(creditor)
    message = plan(customer, *documents, now=NOW, not_before=NOW - shift)
    dispatch(creditor, now=NOW, parts=parts(gateway=Wire()))
    assert state(message) == after


@pytest.mark.parametrize(
    ("shift", "after"),
    [(MINUTE, "sent"), (timedelta(0), "withdrawn"), (-MINUTE, "withdrawn")],
)
def test_a_window_that_has_passed_is_told_and_never_sent_late(creditor, shift, after):
    customer, documents = owing_customer(creditor)
    message = plan(customer, *documents, now=NOW, not_after=NOW + shift)

    figures = dispatch(creditor, now=NOW, parts=parts(gateway=Wire()))

    assert state(message) == after
    assert figures["window_passed"] == (after == "withdrawn")
    if after == "withdrawn":
        assert story(message) == [("withdrawn", "window_passed")]
        assert live_items(message) == []


@pytest.mark.parametrize(
    ("earliest", "after"),
    [(ONE_DAY - MINUTE, "planned"), (ONE_DAY, "withdrawn"), (None, "withdrawn")],
)
def test_a_refusal_waits_for_an_allowed_moment_inside_the_window(creditor, earliest, after):
    customer, documents = owing_customer(creditor)
    message = plan(customer, *documents, now=NOW)
    at = NOW + earliest if earliest is not None else None
    gate = Gate({customer.pk: Word(False, "hours_weekday", at)})

    figures = dispatch(creditor, now=NOW, parts=parts(gate, gateway=Wire()))

    assert state(message) == after
    if after == "planned":
        assert (message.next_try_at, figures["put_off"]) == (at, {"hours_weekday": 1})
        gate.refuses.clear()
        again = parts(gate, gateway=Wire())
        assert dispatch(creditor, now=at - MINUTE, parts=again)["sent"] == 0
        assert dispatch(creditor, now=at, parts=again)["sent"] == 1
    else:
        assert (message.withdrawn_reason, live_items(message)) == ("hours_weekday", [])


def test_a_refusal_that_may_end_any_minute_is_asked_about_again(creditor):
    customer, documents = owing_customer(creditor)
    message = plan(customer, *documents, now=NOW)
    gate = Gate({customer.pk: Word(False, "ledger_stale", may_change=True)})
    assert dispatch(creditor, now=NOW, parts=parts(gate, gateway=Wire()))["put_off"]
    assert state(message) == "planned"
    assert message.next_try_at >= NOW + TIMES.again


def test_documents_that_may_not_be_spoken_of_are_left_out(creditor):
    customer, (held, free) = owing_customer(creditor, "1000", "70")
    message = plan(customer, held, free, now=NOW)
    gate = Gate({customer.pk: Word(facts={"documents": [free.pk]})})
    dispatch(creditor, now=NOW, parts=parts(gate, gateway=Wire()))
    assert (state(message), message.balance) == ("sent", 70)
    assert [each.document_id for each in live_items(message)] == [free.pk]


def test_a_text_that_cannot_be_made_fails_alone(creditor):
    bad = plan(*flat(owing_customer(creditor)), now=NOW, template_key="broken")
    good = plan(*flat(owing_customer(creditor)), now=NOW)

    figures = dispatch(creditor, now=NOW, parts=parts(gateway=Wire()))

    assert (state(bad), state(good)) == ("failed", "sent")
    assert figures["failed"] == {"template_broken": 1}
    assert (bad.error_code, live_items(bad)) == ("template_broken", [])


def flat(made):
    customer, documents = made
    return [customer, *documents]


def test_a_total_that_is_not_the_sum_of_its_parts_never_leaves(creditor):
    from dataclasses import replace

    from .standins import write

    message = plan(*flat(owing_customer(creditor)), now=NOW)

    def wrong(*given):
        return [replace(each, balance=Decimal(1)) for each in write(*given)]

    dispatch(creditor, now=NOW, parts=parts(write=wrong, gateway=Wire()))
    assert (state(message), message.error_code) == ("failed", "balance_mismatch")


def test_what_cannot_have_left_is_tried_again_after_longer_and_longer_pauses(creditor):
    message = plan(*flat(owing_customer(creditor)), now=NOW, not_after=NOW + 9 * ONE_DAY)
    now = NOW
    for pause in TIMES.pauses:
        wire = Wire(Sent("not_left", "451"))
        assert dispatch(creditor, now=now, parts=parts(gateway=wire))["retried"] == 1
        assert state(message) == "planned"
        early = Wire()
        dispatch(creditor, now=now + pause - timedelta(seconds=1), parts=parts(gateway=early))
        assert early.sent == []
        now = now + pause + timedelta(seconds=1)
    dispatch(creditor, now=now, parts=parts(gateway=Wire(Sent("not_left", "451"))))
    assert (state(message), message.error_code, live_items(message)) == ("failed", "451", [])
    with scope(creditor=creditor):
        assert MessageText.objects.filter(message_id=message.pk).count() == 1
        assert not Interaction.objects.exists()


@pytest.mark.parametrize(("code", "after"), [("5.1.1", "bounced"), ("5.7.1", "failed")])
def test_a_final_no_is_not_repeated(creditor, code, after):
    message = plan(*flat(owing_customer(creditor)), now=NOW)
    dispatch(creditor, now=NOW, parts=parts(gateway=Wire(Sent("refused", code))))
    assert (state(message), message.error_code) == (after, code)
    again = Wire()
    dispatch(creditor, now=NOW + ONE_DAY - MINUTE, parts=parts(gateway=again))
    assert again.sent == []


def test_what_may_have_left_is_uncertain_counts_as_a_contact_and_is_not_repeated(creditor):
    message = plan(*flat(owing_customer(creditor)), now=NOW)
    figures = dispatch(
        creditor, now=NOW, parts=parts(gateway=Wire(Sent("uncertain", "TimeoutError")))
    )
    assert (state(message), figures["uncertain"]) == ("uncertain", 1)
    assert len(live_items(message)) == 1
    with scope(creditor=creditor):
        assert Interaction.objects.filter(message_id=message.pk).count() == 1
    again = Wire()
    dispatch(creditor, now=NOW + MINUTE, parts=parts(gateway=again))
    assert again.sent == []


def test_a_gateway_that_breaks_leaves_the_message_uncertain(creditor):
    class Breaks(Wire):
        def send(self, *given):
            raise RuntimeError("who knows")

    message = plan(*flat(owing_customer(creditor)), now=NOW)
    dispatch(creditor, now=NOW, parts=parts(gateway=Breaks()))
    assert (state(message), message.error_code) == ("uncertain", "RuntimeError")


def test_a_server_that_is_away_is_left_alone_after_three(creditor):
    messages = [plan(*flat(owing_customer(creditor)), now=NOW) for _ in range(6)]
    figures = dispatch(creditor, now=NOW, parts=parts())
    assert (figures["ended"], figures["retried"]) == ("server_away", 3)
    assert [state(each) for each in messages] == ["planned"] * 6
    assert [each.attempts for each in messages] == [1, 1, 1, 0, 0, 0]


def test_messages_of_one_customer_leave_in_their_order(creditor):
    customer, (one, two) = owing_customer(creditor, "1", "2")
    first, second = plan(customer, one, now=NOW), plan(customer, two, now=NOW, step="otro")
    wire = Wire(Sent("not_left", "451"))
    dispatch(creditor, now=NOW, parts=parts(gateway=wire))
    assert (state(first), state(second)) == ("planned", "planned")
    wire = Wire()
    dispatch(creditor, now=NOW + MINUTE, parts=parts(gateway=wire))
    assert [b"Saldo 1." in raw for _, raw in wire.sent] == [True, False]


def test_one_whom_the_gate_put_off_does_not_hold_the_customers_next_one_back(creditor):
    customer, (one, two) = owing_customer(creditor, "1", "2")
    plan(customer, one, now=NOW, next_try_at=NOW + MINUTE)
    second = plan(customer, two, now=NOW, step="otro")
    dispatch(creditor, now=NOW, parts=parts(gateway=Wire()))
    assert state(second) == "sent"


@pytest.mark.parametrize("fields", [{"released_at": None}, {"is_active": False}])
def test_nothing_leaves_for_a_creditor_who_is_not_active_or_not_released(fields):
    creditor = sending_creditor(now=NOW)
    message = plan(*flat(owing_customer(creditor)), now=NOW)
    for name, value in fields.items():
        setattr(creditor, name, value)
    creditor.save()
    assert dispatch(creditor, now=NOW, parts=parts())["ended"] == "not_released"
    assert state(message) == "planned"


def test_without_a_mail_account_messages_stay_planned():
    creditor = make_creditor(released_at=NOW)
    message = plan(*flat(owing_customer(creditor)), now=NOW)
    figures = dispatch(creditor, now=NOW, parts=parts())
    assert (figures["ended"], figures["waiting"], state(message)) == ("no_account", 1, "planned")


def test_a_limit_ends_it_and_stopping_gives_back_what_was_not_tried(creditor):
    for _ in range(5):
        plan(*flat(owing_customer(creditor)), now=NOW)
    assert dispatch(creditor, now=NOW, limit=2, parts=parts(gateway=Wire()))["ended"] == "limit"
    wire = Wire()
    figures = dispatch(
        creditor, now=NOW, stop=lambda: len(wire.sent) == 1, parts=parts(gateway=wire)
    )
    assert (figures["sent"], figures["ended"], figures["waiting"]) == (1, "stopped", 2)


def test_a_rehearsal_counts_by_verdict_and_changes_nothing(creditor):
    allowed = plan(*flat(owing_customer(creditor)), now=NOW)
    customer, documents = owing_customer(creditor)
    plan(customer, *documents, now=NOW)
    plan(*flat(owing_customer(creditor)), now=NOW, not_after=NOW)
    gate = Gate({customer.pk: Word(False, "hours_weekday")})

    told = rehearse(creditor, at=NOW, parts=parts(gate))

    assert told == {
        "at": NOW,
        "due": 2,
        "allowed": 1,
        "refused": {"hours_weekday": 1},
        "window_passed": 1,
        "ended": "done",
    }
    assert (state(allowed), story(allowed)) == ("planned", [])
    with scope(creditor=creditor):
        assert not Verdict.objects.exists()


# -- dead workers ----------------------------------------------------------------------------------


def leased(creditor, now=NOW):
    with scope(creditor=creditor):
        batch = lease(
            creditor,
            account_for(creditor),
            channel="email",
            now=now,
            worker="muerto",
            after=0,
            size=50,
            parts=parts(),
            times=TIMES,
        )
    return batch.ready


def test_what_a_dead_worker_only_wrote_is_planned_again_and_written_anew(creditor):
    customer, (document,) = owing_customer(creditor)
    message = plan(customer, document, now=NOW)
    leased(creditor)
    assert state(message) == "rendered"
    pay(document, "400")
    with scope(creditor=creditor):
        early = recover(creditor, now=NOW + TIMES.rendered - MINUTE)
        assert early == {"planned": 0, "uncertain": 0}
    dispatch(creditor, now=NOW + TIMES.rendered, parts=parts(gateway=Wire()))
    assert state(message) == "sent"
    with scope(creditor=creditor):
        assert MessageText.objects.get(message_id=message.pk).text == "Su saldo es 600.0000."


def test_what_a_dead_worker_had_tried_is_uncertain_and_never_repeated(creditor):
    message = plan(*flat(owing_customer(creditor)), now=NOW)
    (ours,) = leased(creditor)
    with scope(creditor=creditor):
        assert step(creditor, [], [ours], now=NOW, worker="muerto", times=TIMES)
        late = NOW + TIMES.attempted
        assert recover(creditor, now=late - MINUTE) == {"planned": 0, "uncertain": 0}
        assert recover(creditor, now=late) == {"planned": 0, "uncertain": 1}
        assert recover(creditor, now=late) == {"planned": 0, "uncertain": 0}
        assert Interaction.objects.get(message_id=message.pk).at == NOW
    wire = Wire()
    dispatch(creditor, now=late, parts=parts(gateway=wire))
    assert (state(message), wire.sent) == ("uncertain", [])
    assert story(message)[-1] == ("uncertain", "worker_gone")


def test_a_message_that_waited_in_a_restored_copy_is_not_sent_a_second_time(creditor):
    due = plan(*flat(owing_customer(creditor)), now=NOW, not_before=NOW)
    later = plan(*flat(owing_customer(creditor)), now=NOW, not_before=NOW + MINUTE)
    by_hand = plan(*flat(owing_customer(creditor)), now=NOW, channel="whatsapp")
    tried = plan(*flat(owing_customer(creditor)), now=NOW)
    written = plan(*flat(owing_customer(creditor)), now=NOW)
    both = leased(creditor)
    with scope(creditor=creditor):
        assert step(
            creditor, [], [o for o in both if o.id == tried.pk], now=NOW, worker="w", times=TIMES
        )
        due.refresh_from_db()

    assert mistrust_restored(now=NOW) == 4
    assert mistrust_restored(now=NOW) == 0
    creditor.refresh_from_db()
    assert creditor.released_at is None  # what a later run sent is not in the copy

    wire = Wire()
    dispatch(creditor, now=NOW, parts=parts(gateway=wire))
    assert wire.sent == []
    for message in (due, by_hand, tried, written):
        assert story(message)[-1] == ("uncertain", "restored")
        with scope(creditor=creditor):
            assert Interaction.objects.get(message_id=message.pk).at == NOW
    assert state(later) == "planned"


def test_a_worker_that_slept_through_its_lease_may_not_send(creditor):
    plan(*flat(owing_customer(creditor)), now=NOW)
    (ours,) = leased(creditor)
    with scope(creditor=creditor):
        late = NOW + TIMES.rendered
        assert not step(creditor, [], [ours], now=late, worker="dormido", times=TIMES)
        recover(creditor, now=late)
        leased(creditor, late)
        assert not step(creditor, [], [ours], now=late, worker="dormido", times=TIMES)


def test_a_text_is_evidence_once_its_message_was_tried(creditor):
    plan(*flat(owing_customer(creditor)), now=NOW)
    (ours,) = leased(creditor)
    with scope(creditor=creditor):
        MessageText.objects.filter(message_id=ours.id).update(subject="todavía")
        step(creditor, [], [ours], now=NOW, worker="x", times=TIMES)
        for change in (
            lambda: MessageText.objects.filter(message_id=ours.id).update(subject="otro"),
            lambda: MessageText.objects.filter(message_id=ours.id).delete(),
        ):
            with pytest.raises(Error, match="only_added"), transaction.atomic():
                change()


def test_the_attempt_is_committed_before_the_wire(creditor):
    """As somebody else sees it, while the gateway is at work."""
    message = plan(*flat(owing_customer(creditor)), now=NOW)
    seen = []

    class Looks(Wire):
        def send(self, *given):
            other = connection.copy()
            with other.cursor() as cursor:
                cursor.execute("SELECT state FROM contact_message WHERE id = %s", [message.pk])
                seen.append(cursor.fetchone()[0])
                cursor.execute("SHOW synchronous_commit")
                seen.append(cursor.fetchone()[0])
            other.close()
            return Sent("sent")

    dispatch(creditor, now=NOW, parts=parts(gateway=Looks()))
    assert seen == ["attempted", "on"]


def test_a_credit_of_the_customer_changes_nothing_in_the_text_of_a_document(creditor):
    customer, (document,) = owing_customer(creditor)
    make_credit(customer, "5")
    message = plan(customer, document, now=NOW)
    dispatch(creditor, now=NOW, parts=parts(gateway=Wire()))
    assert (state(message), message.balance) == ("sent", 1000)
