"""The run of the day: the same day twice, days missed, payments between, one bad account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django_scopes import scope

from factories import (
    happen,
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    make_hold,
    make_rate,
    pay,
)
from recaudo.contact.models import Message
from recaudo.core.problems import Problem
from recaudo.payments.actions.applications import auto_apply
from recaudo.strategy.actions.kept_facts import creditor_folder, run_folder
from recaudo.strategy.actions.runs import refresh_customers, release, run_day
from recaudo.strategy.models import Decision, DocumentDecision, Run, Task
from strategy.portfolio import (
    DAY,
    ONE,
    mixed_portfolio,
    owing,
    picture,
    ready_creditor,
    run,
    run_and_release,
    waiting,
    with_channels,
)

pytestmark = pytest.mark.django_db

NOTHING = {"messages_added": 0, "messages_withdrawn": 0, "tasks_added": 0, "tasks_withdrawn": 0}


def test_every_open_document_has_a_next_step_or_a_stated_hold_from_issue_to_400_days_late():
    creditor = ready_creditor()
    mixed_portfolio(creditor)
    result = run(creditor)
    assert result["without_next_action"] == 0
    assert result["documents_open"] == 35
    with scope(creditor=creditor):
        assert not DocumentDecision.objects.filter(reason="no_next_step").exists()
        assert DocumentDecision.objects.count() == 35


def test_the_first_run_is_a_proposal_and_nothing_is_open_before_somebody_releases_it():
    creditor = ready_creditor()
    mixed_portfolio(creditor)
    result = run(creditor)
    assert result["state"] == "proposal"
    with scope(creditor=creditor):
        assert not Task.objects.exclude(state="proposed").exists()
        assert not Message.objects.exclude(state="proposed").exists()
        counts = release(creditor, today=DAY, by=None)
        assert Task.objects.filter(state="open").count() == counts["tasks"] == result["tasks"]
        planned = Message.objects.filter(state="planned").count()
        assert planned == counts["messages"] == result["messages"]
        assert Run.objects.get().state == "done"


def test_a_proposal_of_yesterday_is_not_released_for_somebody_may_have_paid():
    creditor = ready_creditor()
    owing(creditor, "A")
    run(creditor)
    with pytest.raises(Problem, match="proposal_old"):
        release(creditor, today=DAY + ONE, by=None)


def test_nothing_to_release_and_released_twice_are_refused():
    creditor = ready_creditor()
    with pytest.raises(Problem, match="nothing_to_release"):
        release(creditor, today=DAY, by=None)
    run_and_release(creditor)
    with pytest.raises(Problem, match="already_released"):
        release(creditor, today=DAY, by=None)


def test_the_same_day_twice_changes_nothing():
    creditor = ready_creditor()
    mixed_portfolio(creditor)
    run_and_release(creditor)
    before = picture(creditor)
    assert run(creditor)["changes"] == NOTHING
    assert picture(creditor) == before


@pytest.mark.django_db(transaction=True)
def test_both_engines_write_the_same():
    creditor = ready_creditor()
    mixed_portfolio(creditor)
    run_and_release(creditor, engine="duckdb")
    before = picture(creditor)
    assert run(creditor, engine="postgres")["changes"] == NOTHING
    assert picture(creditor) == before
    run(creditor, DAY + ONE, engine="duckdb")
    before = picture(creditor)
    assert run(creditor, DAY + ONE, engine="postgres")["changes"] == NOTHING
    assert picture(creditor) == before


def test_an_unreleased_proposal_is_made_anew_each_day():
    creditor = ready_creditor()
    owing(creditor, "A", dpd=8)
    run(creditor)
    assert waiting(creditor) == [("A", "vencida_8", "email")]
    run(creditor, DAY + 7 * ONE)
    assert waiting(creditor) == [("A", "llamada_15", "phone")]
    with scope(creditor=creditor):
        assert Message.objects.count() == 0, "a proposal that nobody wants any more never was"


def test_a_step_is_never_repeated_on_later_days():
    creditor = ready_creditor()
    owing(creditor, "A", dpd=3)
    run_and_release(creditor)
    for number in range(1, 5):
        run(creditor, DAY + number * ONE)
    with scope(creditor=creditor):
        assert [m.step_key for m in Message.objects.all()] == ["vencida_3"]


def test_after_a_missed_week_the_step_for_the_age_comes_and_the_ones_between_do_not():
    creditor = ready_creditor()
    owing(creditor, "A", dpd=3)
    run_and_release(creditor)
    run(creditor, DAY + 13 * ONE)  # 16 days late: the call of day 15, not the notice of day 8
    with scope(creditor=creditor):
        assert [m.step_key for m in Message.objects.all()] == ["vencida_3"]
        assert [t.step_key for t in Task.objects.all()] == ["llamada_15"]


def test_a_payment_between_two_runs_of_the_day_withdraws_what_it_made_pointless():
    creditor = ready_creditor()
    customer, invoice = owing(creditor, "A", dpd=8)
    owing(creditor, "B", dpd=8)
    run_and_release(creditor)
    pay(invoice, on=DAY)
    changes = run(creditor)["changes"]
    assert (changes["messages_withdrawn"], changes["tasks_withdrawn"]) == (1, 0)
    with scope(creditor=creditor):
        gone = Message.objects.get(customer=customer, purpose="collection")
        assert (gone.state, gone.withdrawn_reason) == ("withdrawn", "paid")
    assert ("B", "vencida_8", "email") in waiting(creditor)


def test_a_payment_the_next_day_withdraws_the_open_task():
    creditor = ready_creditor()
    customer, invoice = owing(creditor, "A", dpd=15)
    run_and_release(creditor)
    pay(invoice, on=DAY + ONE)
    run(creditor, DAY + ONE)
    with scope(creditor=creditor):
        task = Task.objects.get(customer=customer)
        assert (task.state, task.outcome) == ("withdrawn", "paid")


def test_a_part_of_the_documents_paid_leaves_the_message_with_the_rest():
    creditor = ready_creditor()
    customer, paid = owing(creditor, "A", dpd=8, amount=400_000)
    make_document(customer, 600_000, due_on=DAY - timedelta(days=8))
    run_and_release(creditor)
    pay(paid, on=DAY)
    run(creditor)
    with scope(creditor=creditor):
        message = Message.objects.get(customer=customer, state="planned", purpose="collection")
        assert message.balance == 600_000
        assert [i.balance for i in message.items.filter(is_live=True)] == [600_000]


def test_the_message_total_is_the_sum_of_its_items():
    creditor = ready_creditor()
    customer, _ = owing(creditor, "A", dpd=8)
    for days in (9, 10, 20):
        make_document(customer, 111 * days, due_on=DAY - timedelta(days=days))
    run(creditor)
    with scope(creditor=creditor):
        rows = [*Message.objects.all(), *Task.objects.all()]
        assert len(rows) == 1
        assert rows[0].balance == sum(item.balance for item in rows[0].items.all())


def test_one_bad_account_is_put_aside_with_its_reason_and_the_rest_go_on():
    creditor = ready_creditor()
    bad, _ = owing(creditor, "MALO")
    make_document(bad, 100, currency="USD", due_on=DAY - timedelta(days=8))
    owing(creditor, "BUENO", dpd=8)
    result = run(creditor)
    assert result["quarantined"] == 1
    assert ("BUENO", "vencida_8", "email") in waiting(creditor)
    make_rate(creditor, "USD", 4000)
    assert run(creditor)["quarantined"] == 0


def test_what_waits_for_a_document_without_rate_stays_until_there_is_one():
    creditor = ready_creditor()
    make_rate(creditor, "USD", 4000, valid_on=DAY)
    customer = with_channels(make_customer(creditor, "A"))
    make_document(customer, 500, currency="USD", due_on=DAY - timedelta(days=15))
    run_and_release(creditor)
    with scope(creditor=creditor):
        assert Task.objects.get().state == "open"


def test_another_day_is_a_what_if_and_writes_nothing():
    creditor = ready_creditor()
    mixed_portfolio(creditor)
    run_and_release(creditor)
    before = picture(creditor)
    result = run_day(creditor, DAY + 30 * ONE, today=DAY, engine="postgres")
    assert (result["state"], result["run"]) == ("what_if", None)
    assert result["customers"] == 18
    assert picture(creditor) == before
    with scope(creditor=creditor):
        assert Run.objects.count() == 1


def test_a_what_if_of_today_gives_the_same_answer_as_the_run():
    creditor = ready_creditor()
    mixed_portfolio(creditor)
    asked = run_day(creditor, DAY, today=DAY, what_if=True, engine="postgres")
    done = run(creditor)
    for name in ("customers", "documents_open", "tasks", "messages", "by_segment", "by_reason"):
        assert asked[name] == done[name]


def test_live_runs_only_move_forward():
    creditor = ready_creditor()
    run(creditor, DAY)
    with pytest.raises(Problem, match="run_goes_back"):
        run(creditor, DAY - ONE)


def test_a_creditor_without_a_book_is_told_so():
    creditor = make_creditor()
    with pytest.raises(Problem, match="book_missing"):
        run(creditor)


def test_the_daily_cap_lets_messages_out_in_order_of_priority_on_business_days():
    creditor = ready_creditor(daily_message_cap=2)
    for number in range(5):
        owing(creditor, f"C{number}", dpd=8, amount=1_000_000 * (number + 1))
    run(creditor)
    assert release(creditor, today=DAY, by=None)["later"] == 3
    assert _days_of_messages(creditor) == {
        "C4": DAY, "C3": DAY, "C2": DAY + ONE, "C1": DAY + ONE, "C0": DAY + 2 * ONE
    }  # fmt: skip
    before = picture(creditor)
    run(creditor)
    assert picture(creditor) == before, "twice is the same as once"


def _days_of_messages(creditor):
    with scope(creditor=creditor):
        return {
            m.customer.code: m.not_before.astimezone(_zone(creditor)).date()
            for m in Message.objects.filter(state="planned").select_related("customer")
        }


def _zone(creditor):
    from zoneinfo import ZoneInfo

    return ZoneInfo(creditor.timezone)


def test_credits_that_cover_what_is_overdue_give_a_task_to_apply_them_and_no_reminder():
    creditor = ready_creditor()
    customer, _ = owing(creditor, "A", dpd=8, amount=500_000)
    make_credit(customer, 500_000, value_on=DAY - ONE)
    run_and_release(creditor)
    assert waiting(creditor) == [("A", "apply_credit", "")]


def test_a_refreshed_customer_is_what_the_whole_run_would_have_made_of_it():
    creditor = ready_creditor()
    mixed_portfolio(creditor)
    customer, invoice = owing(creditor, "A", dpd=15)
    run_and_release(creditor)
    pay(invoice, on=DAY)
    refresh_customers(creditor, [customer.pk], today=DAY)
    refreshed = picture(creditor)
    assert run(creditor)["changes"] == NOTHING
    assert picture(creditor) == refreshed


def test_a_refresh_touches_nobody_else():
    creditor = ready_creditor()
    mixed_portfolio(creditor)
    customer, _ = owing(creditor, "A", dpd=15)
    _, other = owing(creditor, "B", dpd=15)
    run_and_release(creditor)
    pay(other, on=DAY)
    make_hold(customer)
    refresh_customers(creditor, [customer.pk], today=DAY)
    with scope(creditor=creditor):
        assert Decision.objects.get(customer=customer).reason == "hold_manual"
        assert Task.objects.get(customer=customer).state == "withdrawn"
        assert Task.objects.get(customer__code="B").state == "open"


def test_a_refresh_before_the_days_run_leaves_everything_to_it():
    creditor = ready_creditor()
    customer, invoice = owing(creditor, "A", dpd=15)
    run_and_release(creditor)
    before = picture(creditor)
    pay(invoice, on=DAY + ONE)
    refresh_customers(creditor, [customer.pk], today=DAY + ONE)
    assert picture(creditor) == before


def test_the_facts_of_each_day_are_kept_once_as_parquet():
    creditor = ready_creditor()
    mixed_portfolio(creditor)
    run(creditor)
    second = run(creditor)["run"]
    next_day = run(creditor, DAY + ONE)["run"]
    kept = sorted(str(f.relative_to(creditor_folder(creditor.pk))) for f in
                  creditor_folder(creditor.pk).glob("*/*"))  # fmt: skip
    assert kept == [f"2026-04-15/run-{second}", f"2026-04-16/run-{next_day}"]
    files = sorted(f.name for f in run_folder(creditor.pk, DAY, second).iterdir())
    assert files == [
        "customer_facts.parquet",
        "decisions.parquet",
        "document_decisions.parquet",
        "document_facts.parquet",
    ]


@pytest.mark.parametrize(
    ("happening", "reason"),
    [
        ("paid", "paid"),
        ("held", "hold_manual"),
        ("ceded", "ceded"),
        ("covered", "credits_cover"),
        ("asked not to be contacted", "do_not_contact"),
        ("unreachable", "no_channel"),
    ],
)
def test_a_message_that_the_cap_delayed_goes_when_there_is_no_point_in_it(happening, reason):
    creditor = ready_creditor(daily_message_cap=1)
    for number in range(3):
        owing(creditor, f"ANTES-{number}", dpd=8, amount=9_000_000)
    customer, invoice = owing(creditor, "A", dpd=8, amount=1_000)
    run_and_release(creditor)
    _happens(happening, customer, invoice)
    run(creditor, DAY + ONE)
    with scope(creditor=creditor):
        message = Message.objects.get(customer=customer, step_key="vencida_8")
        assert (message.state, message.withdrawn_reason) == ("withdrawn", reason)
        assert not message.items.filter(is_live=True).exists()
        assert Message.objects.filter(state="planned").count() == 3


def _happens(what, customer, invoice):
    with scope(creditor=customer.creditor):
        if what == "paid":
            make_credit(customer, 1_000, value_on=DAY + ONE, kind="credit_note")
            auto_apply(customer)
        elif what == "held":
            make_hold(customer, from_on=DAY + ONE)
        elif what == "ceded":
            happen(invoice, "ceded", on=DAY + ONE)
        elif what == "covered":
            make_credit(customer, 5_000, value_on=DAY + ONE, kind="credit_note")
        elif what == "unreachable":
            customer.contact_points.update(state="invalid")
        else:
            customer.do_not_contact_since = DAY + ONE
            customer.save(update_fields=["do_not_contact_since"])


def test_a_notice_of_issue_that_has_not_left_goes_when_the_document_is_paid():
    creditor = ready_creditor()
    customer, _ = owing(creditor, "A", dpd=-60)
    run_and_release(creditor)
    invoice = make_document(customer, issued_on=DAY + ONE, due_on=DAY + 60 * ONE)
    run(creditor, DAY + ONE)
    pay(invoice, on=DAY + 2 * ONE)
    run(creditor, DAY + 2 * ONE)
    assert waiting(creditor) == [("A", "pago_recibido", "email")]
