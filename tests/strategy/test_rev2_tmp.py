from datetime import timedelta
import threading
import pytest
from django.db import connection, transaction
from django_scopes import scope
from factories import *
from factories import make_credit, pay, make_hold
from recaudo.contact.models import Message, MessageItem
from recaudo.strategy.actions.runs import refresh_customers, release, run_day
from recaudo.strategy.actions.holds import place_hold
from recaudo.strategy.actions.locks import RUNS
from recaudo.strategy.models import Task
from strategy.portfolio import *
pytestmark = pytest.mark.django_db(transaction=True)

def live(c):
    with scope(creditor=c):
        return [(m.customer.code,m.step_key,m.purpose,m.state,m.run_id,m.not_before,m.not_after) for m in Message.objects.filter(state="planned").order_by("id")]

def test_two_holds_while_a_run_is_at_work():
    creditor = ready_creditor(); cust,_ = owing(creditor,"A")
    run_and_release(creditor)
    ready, done = threading.Event(), threading.Event()
    def other():
        from django.db import connection as c
        with c.cursor() as k:
            k.execute("SELECT pg_advisory_lock(%s,%s)",[RUNS,creditor.pk])
            ready.set(); done.wait(20)
        c.close()
    t=threading.Thread(target=other); t.start(); ready.wait(5)
    try:
        place_hold(creditor,cust,kind="manual",reason="x",today=DAY)
        place_hold(creditor,cust,kind="disputed",reason="y",today=DAY)
    finally:
        done.set(); t.join()

def test_notice_then_dnc():
    creditor = ready_creditor(); cust,_ = owing(creditor,"A", dpd=3)
    run_and_release(creditor)
    new = make_document(cust, 500000, due_on=DAY+timedelta(days=30), issued_on=DAY+ONE)
    make_credit(cust, 1000, value_on=DAY+ONE)
    run(creditor, DAY+ONE)
    print("day1", live(creditor))
    from recaudo.portfolio.models import Customer
    with scope(creditor=creditor):
        Customer.objects.filter(pk=cust.pk).update(do_not_contact_since=DAY+ONE)
    refresh_customers(creditor,[cust.pk],today=DAY+ONE)
    print("dnc same day", live(creditor))

def test_notice_then_dnc_next_day():
    creditor = ready_creditor(); cust,_ = owing(creditor,"A", dpd=3)
    run_and_release(creditor)
    make_document(cust, 500000, due_on=DAY+timedelta(days=30), issued_on=DAY+ONE)
    make_credit(cust, 1000, value_on=DAY+ONE)
    run(creditor, DAY+ONE)
    print("day1", live(creditor))
    from recaudo.portfolio.models import Customer
    with scope(creditor=creditor):
        Customer.objects.filter(pk=cust.pk).update(do_not_contact_since=DAY+ONE*2)
    run(creditor, DAY+ONE*2)
    print("dnc next day", live(creditor))

@pytest.mark.parametrize("what",["dnc","hold","ceded","covered","paid","consent","unreach"])
def test_capped_message_goes(what):
    creditor = ready_creditor(daily_message_cap=1)
    people=[owing(creditor,f"A{i}", dpd=3, amount=1_000_000-i) for i in range(4)]
    run_and_release(creditor)
    print("start", live(creditor))
    cust, doc = people[3]
    from recaudo.portfolio.models import Customer
    with scope(creditor=creditor):
        if what=="dnc": Customer.objects.filter(pk=cust.pk).update(do_not_contact_since=DAY+ONE)
        if what=="hold": make_hold(cust, "manual", from_on=DAY+ONE)
        if what=="ceded":
            from recaudo.portfolio.models import DocumentEvent
            DocumentEvent.objects.create(creditor=creditor, document=doc, kind="ceded", happened_on=DAY+ONE)
        if what=="covered": make_credit(cust, 2_000_000, value_on=DAY+ONE)
        if what=="paid": pay(doc, 1_000_000-3, on=DAY+ONE) if 0 else None
        if what=="consent":
            from recaudo.portfolio.models import Consent, ContactPoint
            for c in ContactPoint.objects.filter(customer=cust): print(c.pk,c.channel)
            f={x.name for x in Consent._meta.fields}; print(f)
            for c in ContactPoint.objects.filter(customer=cust):
                Consent.objects.create(creditor=creditor, customer=cust, contact_point=c, channel="*", is_granted=False, given_on=DAY+ONE, source="t")
        if what=="unreach":
            from recaudo.portfolio.models import ContactPoint
            ContactPoint.objects.filter(customer=cust).update(state="invalid")
    run(creditor, DAY+ONE)
    print(what, [x for x in live(creditor) if x[0]=="A3"])
