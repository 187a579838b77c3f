"""Putting the demonstration into the database: each creditor step by step, each step once.

The day that everything is dated from is the day on which the creditor's row was made. Whatever
stops the build, the next one makes the same books again, skips what is in and goes on; a creditor
whose first run was released is finished, and later only gets the runs of newer days.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django_scopes import scope

from recaudo.access.models import Creditor, Membership, User
from recaudo.contact.models import Interaction
from recaudo.core.calendar import local_day
from recaudo.demo.book import make_world
from recaudo.demo.correspondence import sign, take_in_the_post, write_messages
from recaudo.demo.creditors import COLLECTORS, LOGINS, PASSWORD, PLANS, Plan
from recaudo.demo.files import Export, write_all
from recaudo.demo.happenings import write_off
from recaudo.demo.messy import write_messy
from recaudo.demo.money import money_life
from recaudo.demo.paying import tell_how_to_pay
from recaudo.demo.stories import stories_of
from recaudo.demo.world import Contact, World
from recaudo.intake.actions import import_file
from recaudo.intake.models import ImportBatch
from recaudo.portfolio.models import Assignment, Customer
from recaudo.strategy.actions.creditors import add_creditor
from recaudo.strategy.actions.runs import release, run_day
from recaudo.strategy.models import Run

#: The distributor's history of single papers ends so many days ago; its cortes follow.
CUT_DAYS = 6
#: Credits that nobody has paid for so long were written off, but for the newest few.
WRITTEN_OFF_DAYS = 300
WRITTEN_OFF_MOST = 3

#: A ledger to be uploaded by hand, dated to the day of the build.
MESSY = "cartera_desordenada.xlsx"

#: Of one creditor, as the progress bar counts them.
STEPS = 13

Advance = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Built:
    """One creditor as it now stands. ``is_new``: made, or finished, by this call."""

    plan: Plan
    creditor: Creditor
    is_new: bool


def build(folder: Path, on_progress: Advance | None = None) -> list[Built]:
    """Make what is not there yet; files go to ``folder``, a folder of its own for each creditor."""
    users = {login.role: _user(login.email, login.name) for login in LOGINS}
    folder.mkdir(parents=True, exist_ok=True)
    built = []
    for n, plan in enumerate(PLANS):
        creditor = _creditor(plan, users)
        is_new = creditor.released_at is None
        if is_new:
            for step, _ in enumerate(_fill(plan, creditor, folder / plan.code, users)):
                if on_progress:
                    on_progress(STEPS * n + min(step, STEPS - 1), STEPS * len(PLANS))
        _run(creditor, users["supervisor"])
        built.append(Built(plan, creditor, is_new))
    if not (folder / MESSY).exists():
        write_messy(folder / MESSY, local_day(timezone.now(), PLANS[0].timezone))
    return built


def _user(email: str, name: str) -> User:
    known = User.objects.filter(email=email).first()
    return known or User.objects.create_user(email, PASSWORD, name=name)


@transaction.atomic
def _creditor(plan: Plan, users: dict[str, User]) -> Creditor:
    creditor = Creditor.objects.filter(code=plan.code).first()
    if creditor is None:
        creditor = add_creditor(
            plan.code,
            name=plan.name,
            country=plan.country,
            currency=plan.currency,
            timezone=plan.timezone,
            preset=plan.preset,
            tax_id=plan.tax_id,
            by=users["administrator"],
            origin="demo",
        )
        creditor.small_balance = plan.small_balance
        creditor.bucket_table = plan.bucket_table
        creditor.save(update_fields=["small_balance", "bucket_table"])
        tell_how_to_pay(creditor)
        for login in LOGINS:
            Membership.objects.create(
                user=users[login.role],
                creditor=creditor,
                role=login.role,
                can_export=login.can_export,
                can_see_identifiers=login.can_see_identifiers,
            )
    creditor.refresh_from_db()
    return creditor


def _fill(plan: Plan, creditor: Creditor, folder: Path, users: dict[str, User]) -> Iterator[str]:
    """The year of history: files, contacts, stories; what is there already is left alone.

    Gives the name of each part once it is in.
    """
    born = local_day(creditor.created_at, creditor.timezone)
    world = make_world(plan, born)
    exports = write_all(world, plan, folder, world.ago(CUT_DAYS))
    yield "files"
    for export in exports:
        _import(creditor, folder, export, users["supervisor"])
        yield export.name
    gestora, hers = users["collector"], COLLECTORS[0][0]
    with scope(creditor=creditor):
        Assignment.objects.filter(role="collector", person_code=hers, user=None).update(
            user=gestora
        )
        _contacts(creditor, world, gestora)
    yield "contacts"
    _write_off_oldest(plan, creditor, world)
    for story in stories_of(plan):
        if story.after:
            story.after(creditor, story.code, born)
    yield "stories"
    money_life(plan, creditor, born, users["supervisor"])
    yield "money"
    told = [story.code for story in stories_of(plan)]
    sign(plan, creditor, users["manager"])
    take_in_the_post(plan, creditor, told, gestora)
    yield "post"
    write_messages(plan, creditor, told, users["supervisor"])
    yield "messages"


def _import(creditor: Creditor, folder: Path, export: Export, by: User) -> None:
    with scope(creditor=creditor):
        if ImportBatch.objects.filter(file_name=export.name, state="done").exists():
            return
    import_file(
        creditor, folder / export.name, mode=export.mode, as_of=export.as_of, by=by, origin="demo"
    )


def _contacts(creditor: Creditor, world: World, gestora: User) -> None:
    """All contacts of the past; one that is there is left as it is."""
    ids = dict(Customer.objects.values_list("code", "id"))
    Interaction.objects.bulk_create(
        (
            _interaction(creditor, contact, ids[contact.client.code], number, gestora)
            for number, contact in enumerate(world.contacts)
        ),
        ignore_conflicts=True,
        batch_size=1000,
    )


def _interaction(
    creditor: Creditor, contact: Contact, customer_id: int, number: int, gestora: User
) -> Interaction:
    at = datetime.combine(contact.on, time(contact.hour, number % 60), ZoneInfo(creditor.timezone))
    is_hers = contact.client.collector == COLLECTORS[0][0]
    return Interaction(
        creditor=creditor,
        customer_id=customer_id,
        at=at,
        on_day=contact.on,
        channel=contact.channel,
        direction=contact.direction,
        is_answered=contact.is_answered,
        is_effective=contact.is_effective,
        outcome=contact.outcome,
        note=contact.note,
        source="demo",
        external_id=f"{number}",
        by=gestora if is_hers and contact.direction == "out" else None,
    )


def _write_off_oldest(plan: Plan, creditor: Creditor, world: World) -> None:
    """A few credits to people, unpaid for most of a year, were written off two months ago."""
    long_ago = world.ago(WRITTEN_OFF_DAYS)
    codes = {
        debit.client.code
        for debit in world.debits
        if debit.obligation and debit.due_on < long_ago and not debit.payments
    }
    told = {story.code for story in stories_of(plan)}
    write_off(creditor, sorted(codes - told)[:WRITTEN_OFF_MOST], world.ago(60))


def _run(creditor: Creditor, by: User) -> None:
    """Today's run where there is none yet, and the release of the first."""
    today: date = local_day(timezone.now(), creditor.timezone)
    with scope(creditor=creditor):
        latest = Run.objects.filter(state__in=["done", "proposal"]).order_by("-id").first()
    if latest is None or latest.as_of < today:
        run_day(creditor, today, today=today, by=by, origin="demo")
    creditor.refresh_from_db()
    if creditor.released_at is None:
        release(creditor, today=today, by=by, origin="demo")
        creditor.refresh_from_db()
