"""Going through: what is kept, what a batch counts, what happens when several go at once."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from django_scopes import scope

from factories import make_contact_point, make_creditor, make_document
from recaudo.contact.gate import Request, admit, judge_many
from recaudo.contact.models import Verdict

from .conftest import THURSDAY, Debt, contacted, owe, tie

WRITERS = 6


def test_every_word_is_kept_whole(debt: Debt):
    who = tie(debt.customer, "co_debtor", person_key="CO:1")
    point = make_contact_point(debt.customer, "phone", "+573001112233", party=who)
    kept = debt.admit(contact_point_id=point.pk, task_id=7, document_ids=(debt.document.pk,))
    with scope(creditor=debt.creditor):
        row = Verdict.objects.get(pk=kept.verdict_id)
    word = kept.word
    assert (row.customer_id, row.party_id, row.contact_point_id) == (
        debt.customer.pk,
        who.pk,
        point.pk,
    )
    assert (row.task_id, row.origin, row.channel, row.purpose) == (7, "hand", "phone", "collection")
    assert (row.at, row.is_allowed, row.kind, row.rule) == (THURSDAY, True, "law", "allowed")
    assert (row.article, row.grade, row.pack, row.regime) == (
        word.article,
        word.grade,
        word.pack,
        word.regime,
    )
    assert row.facts == word.facts and "3001112233" not in str(row.facts)


def test_a_refusal_is_kept_with_its_earliest_moment(debt: Debt):
    contacted(debt.customer, "2026-11-19 08:00")
    kept = debt.admit()
    with scope(creditor=debt.creditor):
        row = Verdict.objects.get(pk=kept.verdict_id)
    assert (row.is_allowed, row.rule, row.earliest_at) == (False, "cap_day", kept.word.earliest_at)
    assert row.earliest_at is not None


def test_a_party_or_way_that_is_not_theirs_is_refused_and_not_tied_to_the_verdict(debt: Debt):
    other = owe(make_creditor())
    point = make_contact_point(other.customer, "phone", "+573001112233")
    kept = debt.admit(contact_point_id=point.pk, party_id=tie(other.customer, "reference").pk)
    with scope(creditor=debt.creditor):
        row = Verdict.objects.get(pk=kept.verdict_id)
    assert (row.is_allowed, row.party_id, row.contact_point_id) == (False, None, None)


def test_what_a_batch_lets_through_counts_for_the_rest_of_it(debt: Debt):
    one, other = debt.request("email"), debt.request("email")
    with transaction.atomic():
        words = [a.word for a in admit(debt.creditor, [one, other], at=THURSDAY)]
    assert [word.rule for word in words] == ["allowed", "cap_day"]
    # Asked only to look, each is judged as if it were alone.
    assert [w.is_allowed for w in judge_many(debt.creditor, [one, other], at=THURSDAY)] == [
        True
    ] * 2


def test_an_answer_in_the_batch_uses_nothing_up(debt: Debt):
    answer = debt.request("email", origin="reply", purpose="service")
    with transaction.atomic():
        done = admit(debt.creditor, [answer, debt.request("email")], at=THURSDAY)
    assert [each.word.is_allowed for each in done] == [True, True]


def test_words_come_back_in_the_order_of_the_questions(debt: Debt):
    others = [owe(debt.creditor) for _ in range(5)]
    contacted(others[2].customer, "2026-11-19 08:00")
    words = judge_many(debt.creditor, [each.request() for each in others], at=THURSDAY)
    assert [word.is_allowed for word in words] == [True, True, False, True, True]


def test_outside_a_transaction_nobody_goes_through(db, transactional_db):
    debt = owe(make_creditor())
    with pytest.raises(TransactionManagementError):
        admit(debt.creditor, [debt.request()], at=THURSDAY)


@pytest.mark.parametrize("ask", ["judge", "admit"])
def test_as_many_statements_for_three_hundred_as_for_one(creditor, ask: str):
    debts = [owe(creditor, person_key=f"CO:{n}") for n in range(300)]
    for debt in debts[::3]:
        contacted(debt.customer, "2026-11-19 08:00")
        point = make_contact_point(debt.customer, "email", f"a{debt.customer.pk}@example.com")
        debt.asked["contact_point_id"] = point.pk

    def count(some: list[Debt]) -> int:
        requests = [debt.request("email") for debt in some]
        with (
            transaction.atomic(),
            CaptureQueriesContext(
                connection,
            ) as seen,
        ):
            if ask == "judge":
                judge_many(creditor, requests, at=THURSDAY)
            else:
                admit(creditor, requests, at=THURSDAY)
        return len(seen)

    count(debts[:1])
    assert count(debts[:1]) == count(debts) <= 22


# -- several at once -----------------------------------------------------------------------------


def at_once(*acts):
    """Run the acts in threads that start together; gives back what each ended with."""
    start, ends = threading.Barrier(len(acts)), [None] * len(acts)

    def work(place, act):
        try:
            start.wait(10)
            ends[place] = act()
        except BaseException as error:
            ends[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    return ends


def go(debt: Debt, channel: str = "phone"):
    """Ask, and if allowed record the contact in the same transaction, as the callers must."""

    def act() -> bool:
        with transaction.atomic():
            kept = admit(debt.creditor, [debt.request(channel)], at=THURSDAY)[0]
            if kept.word.is_allowed:
                contacted(debt.customer, THURSDAY, channel)
        return kept.word.is_allowed

    return act


@pytest.mark.django_db(transaction=True)
def test_of_many_who_race_for_the_days_only_contact_one_gets_it():
    debt = owe(make_creditor())
    assert sorted(at_once(*[go(debt)] * WRITERS)) == [False] * (WRITERS - 1) + [True]


@pytest.mark.django_db(transaction=True)
def test_two_creditors_of_one_person_race_for_it_too():
    debts = [owe(make_creditor(), person_key="CO:900123456") for _ in range(3)]
    ends = at_once(*(go(debt) for debt in debts for _ in range(2)))
    assert sorted(ends) == [False] * 5 + [True]


@pytest.mark.django_db(transaction=True)
def test_batches_over_the_same_persons_in_any_order_wait_for_nobody_for_ever():
    one, other = make_creditor(), make_creditor()
    pairs = [(owe(one, person_key=f"CO:{n}"), owe(other, person_key=f"CO:{n}")) for n in range(12)]

    def batch(debts: list[Debt]):
        def act() -> int:
            with transaction.atomic():
                done = admit(debts[0].creditor, [d.request() for d in debts], at=THURSDAY)
                for debt, kept in zip(debts, done, strict=True):
                    if kept.word.is_allowed:
                        contacted(debt.customer, THURSDAY)
            return sum(kept.word.is_allowed for kept in done)

        return act

    mine, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    ends = at_once(batch(mine), batch(mine[::-1]), batch(theirs), batch(theirs[::-1]))
    assert sum(ends) == 12


@pytest.mark.django_db(transaction=True)
def test_what_was_paid_while_one_waited_for_the_lock_is_seen():
    """The balance is read under the lock, not before it."""
    from factories import pay

    debt = owe(make_creditor())
    holds, paid = threading.Event(), threading.Event()

    def first() -> bool:
        with transaction.atomic():
            admit(debt.creditor, [debt.request(purpose="service", origin="reply")], at=THURSDAY)
            holds.set()
            paid.wait(10)
        return True

    def second() -> str:
        holds.wait(10)
        pay(debt.document, on="2026-11-19")
        threading.Timer(0.2, paid.set).start()
        with transaction.atomic():
            return admit(debt.creditor, [debt.request()], at=THURSDAY)[0].word.rule

    assert at_once(first, second) == [True, "paid"]


def test_a_request_is_a_plain_value():
    assert Request(1, "email") == Request(1, "email") and hash(Request(1, "email"))


def test_a_customer_with_nothing_left_is_refused_in_a_batch_and_the_others_go_on(debt: Debt):
    from factories import pay

    other = owe(debt.creditor)
    pay(debt.document, on="2026-11-18")
    make_document(other.customer, 10, due_on="2026-10-01")
    words = judge_many(debt.creditor, [debt.request(), other.request()], at=THURSDAY)
    assert [word.rule for word in words] == ["paid", "allowed"]
