"""A walk over every address: nobody sees, or changes, what is not theirs.

The addresses come from the resolver, so that a new one is walked by itself; a new kind of object in
an address must be told here, or the walk fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from django_scopes import scope

from factories import assign, make_charge, make_member
from recaudo.access.models import Role, User
from recaudo.access.queries import grants
from recaudo.audit.models import ChangeEvent
from recaudo.contact.models import (
    InboundFile,
    InboundMessage,
    MailAccount,
    Template,
    TemplateVersion,
)
from recaudo.contact.texts import install_ready
from recaudo.core.bank_statement import BankStatement, StatementLine
from recaudo.desk.models import SavedView
from recaudo.intake.models import ContactConflict, ImportBatch, RejectedRow
from recaudo.payments.actions.statements import open_account, take_in
from recaudo.payments.actions.waivers import waive
from recaudo.payments.actions.ways import add_way
from recaudo.payments.models import (
    BankLine,
    CashReceipt,
    Clearance,
    Credit,
    Instrument,
    LineClaim,
    LineWork,
    PaymentLot,
    PaymentWay,
    PendingPaper,
    Refund,
    ReportedPayment,
    WithholdingProfile,
    WriteDown,
    WriteDownItem,
)
from recaudo.portfolio.models import ContactPoint, DocumentFile, Hold

from .conftest import World, add_customer

Enter = Callable[[User], Client]

#: What stands outside any creditor: logging in, choosing one, the language.
OUTSIDE = {
    "choose",
    "language",
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",
    "account_change_password",
    "account_reauthenticate",
    # A customer's page: tests/portal walks it.
    "unsubscribe",
    # Whoever holds a certificate: tests/portal walks it too.
    "clearance",
    # Other systems, with a key of one creditor: tests/api walks them.
    "api-payment",
    "api-payments",
    "api-reversal",
    "api-root",
    "api-unknown",
    "openapi-json",
}


@dataclass(frozen=True)
class Address:
    """One address of the resolver with a creditor in it."""

    name: str
    route: str
    parameters: tuple[str, ...]
    view: object

    def of(self, given: dict[str, object]) -> str:
        missing = set(self.parameters) - set(given)
        assert not missing, f"tell the walk what to put for {missing} of {self.name}"
        path = self.route
        if "inbound_id" in self.parameters:
            given = given | {"file_id": given["attached_id"]}
        for name in self.parameters:
            for kind in ("int", "str", "slug"):
                path = path.replace(f"<{kind}:{name}>", str(given[name]))
        return f"/{path}"


def every_pattern() -> Iterator[tuple[str, URLPattern]]:
    def walk(
        prefix: str, patterns: list[URLPattern | URLResolver]
    ) -> Iterator[tuple[str, URLPattern]]:
        for each in patterns:
            route = prefix + str(each.pattern)
            if isinstance(each, URLResolver):
                yield from walk(route, each.url_patterns)
            else:
                yield route, each

    yield from walk("", get_resolver().url_patterns)


def addresses() -> list[Address]:
    return [
        Address(
            str(pattern.name),
            route,
            tuple(part.split(">")[0].split(":")[1] for part in route.split("<")[1:]),
            pattern.callback,
        )
        for route, pattern in every_pattern()
        if "creditor_code" in route
    ]


ADDRESSES = addresses()
NAMING_A_ROW = [each for each in ADDRESSES if any(p.endswith("_id") for p in each.parameters)]
NAMING_TWO = [
    each for each in NAMING_A_ROW if "customer_id" in each.parameters and len(each.parameters) > 2
]
METHODS = ("get", "post")


def everything_of(world: World) -> dict[str, object]:
    """An id of every kind of object that an address may name."""
    creditor = world.creditor
    with scope(creditor=creditor):
        batch = ImportBatch.objects.create(
            creditor=creditor,
            file_name=f"{world.customer.name}.csv",
            sha256="0" * 64,
            mode="incremental",
            state="done",
            as_of=world.today,
            rejected=1,
        )
        RejectedRow.objects.create(
            creditor=creditor, batch=batch, row_no=2, code="x", original={"a": world.customer.name}
        )
        conflict = ContactConflict.objects.create(
            creditor=creditor,
            batch=batch,
            customer=world.customer,
            contact_point=world.contact,
            offered_value="otro@example.com",
        )
        view = SavedView.objects.create(
            creditor=creditor, user=world.supervisor, name=f"De {world.customer.name}", query=""
        )
        install_ready(creditor)
        version = TemplateVersion.objects.filter(template__channel="email").earliest("id")
        way = add_way(
            creditor, kind="account", title="Banco", details="123", currency=creditor.currency
        )
        file = DocumentFile.objects.create(
            creditor=creditor,
            document=world.document,
            kind="pdf",
            name=f"{world.customer.name}.pdf",
            content_type="application/pdf",
            size=1,
            sha256="0" * 64,
            path="documents/none.pdf",
        )
        account = MailAccount.objects.create(
            creditor=creditor,
            name=f"Correo de {world.customer.name}",
            from_name="Cobranza",
            from_address="cobranza@example.com",
            smtp_host="127.0.0.1",
            smtp_port=1,
            smtp_security="none",
        )
        inbound = InboundMessage.objects.create(
            creditor=creditor,
            channel="email",
            kind="reply",
            customer=world.customer,
            text=f"Soy {world.customer.name}",
            own_text="Ya pagué",
            received_at=timezone.now(),
            fingerprint=f"{creditor.pk:064d}",
        )
        attached = InboundFile.objects.create(
            creditor=creditor,
            inbound=inbound,
            name=f"{world.customer.name}.png",
            content_type="image/png",
            size=1,
            sha256="1" * 64,
            path="nowhere",
        )
        report = ReportedPayment.objects.create(
            creditor=creditor,
            customer=world.customer,
            currency=creditor.currency,
            until_on=world.today,
            source="test",
        )
        clearance = Clearance.objects.create(
            creditor=creditor,
            customer=world.customer,
            number=1,
            token=f"{creditor.pk:032d}",
            as_of=world.today,
            sha256="0" * 64,
            path="nowhere",
        )
        credit = Credit.objects.filter(customer=world.customer, unapplied__gt=0).earliest("id")
        lot = PaymentLot.objects.create(
            creditor=creditor,
            kind="group",
            source="test",
            external_id=f"lot-{creditor.code}",
            payer=f"Casa de {world.customer.name}",
            value_on=world.today,
            currency=creditor.currency,
            amount=10,
            unassigned=10,
        )
        instrument = Instrument.objects.create(
            creditor=creditor,
            customer=world.customer,
            kind="cheque",
            number="1",
            drawer=world.customer.name,
            currency=creditor.currency,
            amount=1,
            received_on=world.today,
            due_on=world.today,
            state_on=world.today,
        )
    task = world.task()
    message = world.message()
    line, claim = bank_line_of(world)
    charge = make_charge(world.document, until_on=world.today)
    waiver = waive(charge, Decimal(1), reason="acuerdo", by=world.supervisor, now=timezone.now())
    return {
        "message_id": message.id,
        "template_id": version.template_id,
        "version_id": version.id,
        "way_id": way.id,
        "document_id": world.document.id,
        "file_id": file.id,
        "inbound_id": inbound.id,
        "attached_id": attached.id,
        "report_id": report.id,
        "creditor_code": creditor.code,
        "customer_id": world.customer.id,
        "contact_id": world.contact.id,
        "hold_id": world.hold.id,
        "task_id": task.id,
        "batch_id": batch.id,
        "conflict_id": conflict.id,
        "view_id": view.id,
        "account_id": account.id,
        "line_id": line.id,
        "claim_id": claim.id,
        "clearance_id": clearance.id,
        **papers_of(world),
        "credit_id": credit.id,
        "lot_id": lot.id,
        "instrument_id": instrument.id,
        "charge_id": charge.id,
        "waiver_id": waiver.id,
        "kind": "csv",
        "name": "seller",
    }


def papers_of(world: World) -> dict[str, object]:
    """A rule of withholding, a paper that is missing and a proposal."""
    creditor, customer, day = world.creditor, world.customer, world.today
    with scope(creditor=creditor):
        rule = WithholdingProfile.objects.create(
            creditor=creditor, customer=customer, kind="isr", per_cent=1, from_on=day
        )
        paper = PendingPaper.objects.create(
            creditor=creditor,
            customer=customer,
            credit=Credit.objects.filter(customer=customer).first(),
            kind="withholding_certificate",
            amount=1,
            currency=creditor.currency,
            since_on=day,
            due_on=day,
        )
        proposal = WriteDown.objects.create(
            creditor=creditor,
            kind="write_off",
            day=day,
            currency=creditor.currency,
            reason="x",
            by=world.supervisor,
        )
        WriteDownItem.objects.create(
            creditor=creditor, write_down=proposal, document=world.document, amount=1
        )
    return {
        "profile_id": rule.id,
        "paper_id": paper.id,
        "write_down_id": proposal.id,
    }


def bank_line_of(world: World) -> tuple[BankLine, LineClaim]:
    """A line that nobody identified, claimed for the customer."""
    open_account(world.creditor, "111", currency="COP", origin="test")
    told = BankStatement(
        "111", "COP", (StatementLine(world.today, world.today, Decimal(7), "COP", "DEPOSITO"),)
    )
    take_in(world.creditor, [told], file_name="x", format="t", today=world.today, origin="test")
    with scope(creditor=world.creditor):
        work = LineWork.objects.select_related("line").get()
        LineWork.objects.filter(pk=work.pk).update(state="unidentified")
        claim = LineClaim.objects.create(
            creditor=world.creditor,
            line=work.line,
            customer=world.customer,
            receipt_name=f"{world.customer.name}.jpg",
            receipt_path="receipts/none",
            receipt_sha256="0" * 64,
            by=world.supervisor,
        )
    return work.line, claim


def state_of(world: World) -> tuple[object, ...]:
    """What a stranger could have changed."""
    with scope(creditor=world.creditor):
        return (
            ChangeEvent.objects.filter(creditor=world.creditor).count(),
            SavedView.objects.count(),
            list(Hold.objects.order_by("id").values_list("id", "released_at")),
            list(ContactPoint.objects.order_by("id").values_list("id", "value", "state")),
            list(ContactConflict.objects.values_list("resolution", flat=True)),
            list(Template.objects.order_by("id").values_list("id", "title", "is_active")),
            TemplateVersion.objects.count(),
            list(PaymentWay.objects.values_list("title", "is_active")),
            DocumentFile.objects.count(),
            list(ImportBatch.objects.order_by("id").values_list("id", "state")),
            list(MailAccount.objects.order_by("id").values_list("id", "name", "dkim_key")),
            list(InboundMessage.objects.order_by("id").values_list("id", "customer_id", "state")),
            list(ReportedPayment.objects.order_by("id").values_list("id", "state")),
            list(Clearance.objects.order_by("id").values_list("id", "voided_on")),
            list(PendingPaper.objects.order_by("id").values_list("id", "state", "asked_on")),
            list(WithholdingProfile.objects.order_by("id").values_list("id", "until_on")),
            list(WriteDown.objects.order_by("id").values_list("id", "state")),
            list(Credit.objects.order_by("id").values_list("id", "amount", "unapplied", "lot_id")),
            list(PaymentLot.objects.order_by("id").values_list("id", "state", "unassigned")),
            list(Instrument.objects.order_by("id").values_list("id", "state")),
            Refund.objects.count(),
            CashReceipt.objects.count(),
        )


def test_the_walk_finds_the_addresses() -> None:
    assert len(ADDRESSES) > 25
    assert {each.name for each in ADDRESSES} >= {"home", "worklist", "customer", "imports"}


def test_what_stands_outside_a_creditor_is_listed_here() -> None:
    names = {str(each.name) for route, each in every_pattern() if "creditor_code" not in route}
    assert names == OUTSIDE


def walk(
    browser: Client,
    addresses: list[Address],
    given: dict[str, object],
    *,
    expected: set[int],
    hidden: tuple[str, ...] = (),
    methods: tuple[str, ...] = METHODS,
) -> None:
    """Ask for every address; all answers must be expected, and none may hold what is hidden."""
    wrong = []
    for address in addresses:
        for method in methods:
            answer = getattr(browser, method)(address.of(given))
            text = answer.content.decode(errors="replace")
            if answer.status_code not in expected or any(word in text for word in hidden):
                wrong.append(f"{method} {address.name}: {answer.status_code}")
    assert wrong == []


def test_every_page_says_to_whom_it_is_open() -> None:
    assert [each.name for each in ADDRESSES if not hasattr(each.view, "rights")] == []


def all_powerful(world: World) -> User:
    """Somebody whom no right is missing: what is refused is refused for the row's sake."""
    return make_member(
        world.creditor, Role.ADMINISTRATOR, can_export=True, can_see_identifiers=True
    )


def test_another_creditors_user_finds_nothing_and_changes_nothing(
    andina: World, pacifico: World, enter: Enter
) -> None:
    given, before = everything_of(andina), state_of(andina)
    hidden = (andina.customer.name, andina.creditor.name)
    walk(enter(pacifico.supervisor), ADDRESSES, given, expected={404}, hidden=hidden)
    assert state_of(andina) == before


def test_nobody_reaches_another_creditors_rows_through_their_own_creditor(
    andina: World, pacifico: World, enter: Enter
) -> None:
    given = everything_of(andina) | {"creditor_code": pacifico.creditor.code}
    before, hidden = state_of(andina), (andina.customer.name,)
    walk(enter(all_powerful(pacifico)), NAMING_A_ROW, given, expected={404, 405}, hidden=hidden)
    assert state_of(andina) == before


def test_a_row_of_somebody_else_under_ones_own_customer_is_not_found(
    andina: World, pacifico: World, enter: Enter
) -> None:
    """/mine/clientes/<mine>/datos/<theirs>/ver/"""
    mine = {"creditor_code": pacifico.creditor.code, "customer_id": pacifico.customer.id}
    given, before = everything_of(andina) | mine, state_of(andina)
    walk(enter(all_powerful(pacifico)), NAMING_TWO, given, expected={404, 405})
    assert state_of(andina) == before


def test_whoever_is_not_logged_in_is_sent_to_the_login(andina: World) -> None:
    given, nobody = everything_of(andina), Client()
    walk(nobody, ADDRESSES, given, expected={302}, hidden=(andina.customer.name,))
    for address in ADDRESSES:
        assert nobody.get(address.of(given))["Location"].startswith("/cuenta/entrar/")


def test_who_has_no_membership_finds_nothing(andina: World, stranger: User, enter: Enter) -> None:
    walk(enter(stranger), ADDRESSES, everything_of(andina), expected={404})


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_what_its_rights_say_and_nothing_else(
    role: Role, andina: World, enter: Enter
) -> None:
    user = make_member(andina.creditor, role)
    assign(andina.customer, user, from_on=andina.today)
    membership, given = user.memberships.get(), everything_of(andina)
    allowed = [
        each
        for each in ADDRESSES
        if all(grants(membership, right) for right in each.view.rights)  # type: ignore[attr-defined]
    ]
    refused = [each for each in ADDRESSES if each not in allowed]
    before = state_of(andina)
    walk(enter(user), refused, given, expected={403})
    assert state_of(andina) == before
    walk(enter(user), allowed, given, expected={200, 204, 302, 404, 405}, methods=("get",))


def test_a_collector_finds_nothing_of_customers_of_others(ran: World, enter: Enter) -> None:
    user = make_member(ran.creditor, Role.COLLECTOR, can_export=True, can_see_identifiers=True)
    mine = add_customer(ran.creditor, "Papelería Mía", ran.today)
    assign(mine, user, from_on=ran.today)
    given, before, hidden = everything_of(ran), state_of(ran), (ran.customer.name,)
    of_customers = [each for each in ADDRESSES if "customer_id" in each.parameters]
    others = [each for each in ADDRESSES if each not in of_customers]
    # 403: what no collector may do to any customer.
    walk(enter(user), of_customers, given, expected={403, 404, 405}, hidden=hidden)
    assert state_of(ran) == before
    anything = {200, 204, 302, 403, 404, 405}
    walk(enter(user), others, given, expected=anything, hidden=hidden, methods=("get",))


@pytest.mark.parametrize("role", list(Role))
def test_exports_and_identifiers_come_with_no_role(role: Role, andina: World, enter: Enter) -> None:
    user = make_member(andina.creditor, role)
    assign(andina.customer, user, from_on=andina.today)
    browser = enter(user)
    assert browser.get(andina.path("trabajo/exportar/csv/")).status_code == 403
    assert browser.get(andina.path("informes/seller/xlsx/")).status_code == 403
    assert browser.post(f"{andina.page}datos/{andina.contact.id}/ver/").status_code == 403
    assert browser.post(f"{andina.page}identificacion/").status_code == 403
