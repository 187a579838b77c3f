"""Every periodic job, in one place. Each does everything due and not yet done: twice is as once.

Times are UTC; what must happen at a creditor's hour asks its zone. The worker (`recaudo worker`,
also inside `recaudo serve`) runs them.
"""

from __future__ import annotations

import logging

from django.core.management import call_command
from django.utils import timezone
from procrastinate import JobContext, builtin_tasks
from procrastinate.contrib.django import app

from recaudo.access.models import Creditor
from recaudo.audit.events import DELIVERY, deliver
from recaudo.config.subscribers import SUBSCRIBERS
from recaudo.contact.inbound.receiving import take_in_left
from recaudo.contact.mail.accounts import accounts_read
from recaudo.contact.outbox.tasks import dispatch_due
from recaudo.contact.reminders import record_reminders
from recaudo.contact.tasks import check_domains, read_soon
from recaudo.core.calendar import local_day
from recaudo.insights.actions import take_photo
from recaudo.payments.actions.month_end import post_month_ends
from recaudo.payments.actions.reported import expire_reports
from recaudo.strategy.actions.unattended import escalate_unattended
from recaudo.strategy.tasks import run_due

log = logging.getLogger(__name__)

KEPT_JOB_HOURS = 14 * 24


@app.periodic(cron="*/10 * * * *")
@app.task(name="schedule.runs_of_the_day", queueing_lock="schedule.runs_of_the_day")
def runs_of_the_day(timestamp: int) -> None:
    """Each active creditor's run, once its local hour has come. A missed day is not made up: the
    run of today sees everything that happened since."""
    now = timezone.now()
    for code, outcome in run_due(now).items():
        log.info("run of %s: %s", code, outcome)
        if outcome == "done":
            creditor = Creditor.objects.get(code=code)
            take_photo(creditor, local_day(now, creditor.timezone))


@app.periodic(cron="5,20,35,50 * * * *")
@app.task(name="schedule.unattended_tasks", queueing_lock="schedule.unattended_tasks")
def unattended_tasks(timestamp: int) -> None:
    """Tasks left past their day or their agreed hour go to the supervisor (S1-17)."""
    for code, count in escalate_unattended(timezone.now()).items():
        if count:
            log.info("unattended tasks of %s: %s", code, count)


@app.periodic(cron="* * * * *")
@app.task(name=DELIVERY, queueing_lock=DELIVERY)
def events(timestamp: int) -> None:
    """Events go to who listens; usually at once, and every minute what was left."""
    counts = deliver(SUBSCRIBERS)
    if counts["failed"]:
        log.warning("events: %s", counts)


@app.periodic(cron="* * * * *")
@app.task(name="schedule.mailboxes", queueing_lock="schedule.mailboxes")
def mailboxes(timestamp: int) -> None:
    """Each mailbox has a job of its own: a slow server keeps nobody else waiting."""
    for account in accounts_read():
        read_soon(account)


@app.periodic(cron="20 5 * * *")
@app.task(name="schedule.mail_domains", queueing_lock="schedule.mail_domains")
def mail_domains(timestamp: int) -> None:
    """Records that somebody took out of a domain are seen the next morning."""
    counts = check_domains(timezone.now())
    if counts["failed"]:
        log.warning("mail domains: %s", counts)


@app.periodic(cron="* * * * *")
@app.task(name="schedule.outbox", queueing_lock="schedule.outbox")
def outbox(timestamp: int) -> None:
    """A job for each creditor with messages that wait, or that a dead worker left behind."""
    dispatch_due(timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="schedule.reported_payments", queueing_lock="schedule.reported_payments")
def reported_payments(timestamp: int) -> None:
    """What customers said they paid and nobody saw, by each creditor's local day: back on the
    list."""
    now = timezone.now()
    for creditor in Creditor.objects.filter(is_active=True).order_by("code"):
        try:
            counts = expire_reports(creditor, local_day(now, creditor.timezone), now=now)
        except Exception:
            log.exception("reported payments of %s", creditor.code)
            continue
        if counts["failed"]:
            log.warning("reported payments of %s: %s", creditor.code, counts)


@app.periodic(cron="*/5 * * * *")
@app.task(name="schedule.replies_left", queueing_lock="schedule.replies_left")
def replies_left(timestamp: int) -> None:
    """Replies stored and not taken in because something failed: again."""
    now = timezone.now()
    for creditor in Creditor.objects.filter(is_active=True).order_by("code"):
        counts = take_in_left(creditor, now=now)
        if counts["failed"]:
            log.warning("replies of %s: %s", creditor.code, counts)


@app.periodic(cron="30 4 * * *")
@app.task(name="schedule.old_sessions", queueing_lock="schedule.old_sessions")
def old_sessions(timestamp: int) -> None:
    """Sessions that have ended leave the database."""
    call_command("clearsessions")


@app.periodic(cron="40 4 * * *")
@app.task(name="schedule.old_jobs", queueing_lock="schedule.old_jobs", pass_context=True)
async def old_jobs(context: JobContext, timestamp: int) -> None:
    """Jobs finished two weeks ago leave the queue; those that failed stay, to be looked at."""
    await builtin_tasks.remove_old_jobs(context, max_hours=KEPT_JOB_HOURS)


@app.periodic(cron="15 * * * *")
@app.task(name="schedule.reminders_sent", queueing_lock="schedule.reminders_sent")
def reminders_sent(timestamp: int) -> None:
    """What left about late debts is told to the room of money: free notices, fees per reminder."""
    for creditor in Creditor.objects.filter(is_active=True).order_by("code"):
        record_reminders(creditor)


@app.periodic(cron="45 7 * * *")
@app.task(name="schedule.charges_of_the_month", queueing_lock="schedule.charges_of_the_month")
def charges_of_the_month(timestamp: int) -> None:
    """Interest and fees of a month that has ended, by each creditor's local day; one missed is made
    up."""
    now = timezone.now()
    for creditor in Creditor.objects.filter(is_active=True).order_by("code"):
        today = local_day(now, creditor.timezone)
        try:
            record_reminders(creditor)
            for posted in post_month_ends(creditor, today, now=now):
                if posted.failed or posted.stopped:
                    log.warning(
                        "charges of %s until %s: %s failed, %s stopped for a rate",
                        creditor.code,
                        posted.as_of,
                        len(posted.failed),
                        len(posted.stopped),
                    )
        except Exception:
            log.exception("charges of the month of %s", creditor.code)
