"""Nothing of one creditor can be read from, or tied to, another: in every table there is."""

from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django_scopes import ScopeError, scope

from factories import (
    make_credit,
    make_creditor,
    make_customer,
    make_document,
)
from recaudo.access.models import Creditor, CreditorRow
from recaudo.payments.models import Application, Credit
from recaudo.portfolio.models import Customer, Document, Hold

pytestmark = pytest.mark.django_db

ROWS = sorted(
    (model for model in apps.get_models() if issubclass(model, CreditorRow)),
    key=lambda model: model._meta.label,
)
#: Keys that the database does not guard one by one, and why. Whatever is not here must be.
OTHERWISE = {
    # A reversal has credit and document of the row that it undoes (trigger, RC003).
    ("payments_application", "reverses_id"),
    # Written with its application, by one statement for one creditor.
    ("payments_exchangedifference", "application_id"),
    # Run output is written whole, from a reading of one creditor, into a partition or under a
    # task, message or run of its own: keys on each row alone would double the time of a run.
    ("strategy_decision", "customer_id"),
    ("strategy_documentdecision", "customer_id"),
    ("strategy_documentdecision", "document_id"),
    ("strategy_segmentstay", "customer_id"),
    ("strategy_run", "book_id"),
    ("strategy_taskitem", "customer_id"),
    ("strategy_taskitem", "document_id"),
    ("strategy_taskitem", "task_id"),
    ("contact_messageitem", "customer_id"),
    ("contact_messageitem", "document_id"),
    ("contact_messageitem", "message_id"),
}
#: Only ever written together with what they hang on, by one statement for one creditor.
WRITTEN_TOGETHER = {"strategy_segmentstay", "strategy_taskitem", "contact_messageitem"}
#: Partitioned by creditor, so a row of none has nowhere to go.
PARTITIONED = {"strategy_decision", "strategy_documentdecision"}


def test_there_are_rows_to_walk_over():
    assert len(ROWS) > 20


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model._meta.label)
def test_without_a_creditor_in_scope_nothing_can_be_read(model):
    with pytest.raises(ScopeError):
        list(model.objects.all())


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model._meta.label)
def test_with_a_creditor_in_scope_only_its_rows_are_asked_for(model):
    creditor = make_creditor()
    with scope(creditor=creditor):
        assert f'"creditor_id" = {creditor.pk}' in str(model.objects.all().query)


def keys_of(table):
    """Columns of each foreign key of ``table`` → (columns there, table there)."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT ARRAY(SELECT a.attname::text FROM UNNEST(c.conkey) WITH ORDINALITY k (n, o)
                         JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n
                         ORDER BY k.o),
                   ARRAY(SELECT a.attname::text FROM UNNEST(c.confkey) WITH ORDINALITY k (n, o)
                         JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.n
                         ORDER BY k.o),
                   c.confrelid::regclass::text
            FROM pg_constraint c WHERE c.contype = 'f' AND c.conrelid = %s::regclass
            """,
            [table],
        )
        return {tuple(own): (tuple(there), other) for own, there, other in cursor.fetchall()}


def owned_columns(model):
    """Columns of ``model`` that point at another creditor row, with the table they point at."""
    return [
        (field.column, field.related_model._meta.db_table)
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and issubclass(field.related_model, CreditorRow)
    ]


@pytest.mark.parametrize("model", ROWS, ids=lambda model: model._meta.label)
def test_the_database_itself_keeps_each_row_with_its_creditor(model):
    table = model._meta.db_table
    keys = keys_of(table)
    guarded = [pair for pair in owned_columns(model) if (table, pair[0]) not in OTHERWISE]
    for column, target in guarded:
        assert keys.get(("creditor_id", column)) == (("creditor_id", "id"), target)
    if not guarded and table not in PARTITIONED | WRITTEN_TOGETHER:
        assert keys.get(("creditor_id",)) == (("id",), "access_creditor")


def test_what_is_said_to_be_unguarded_is_still_there():
    there = {(model._meta.db_table, pair[0]) for model in ROWS for pair in owned_columns(model)}
    assert there >= OTHERWISE


def refused(act):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        act()
    return error.value.__cause__.diag.constraint_name


def test_a_document_of_another_creditors_customer_is_refused():
    ours, theirs = make_creditor(), make_customer(make_creditor())
    with scope(creditor=ours):
        broken = refused(
            lambda: Document.objects.create(
                creditor=ours,
                customer_id=theirs.pk,
                key="F1",
                number="F1",
                issued_on=date(2026, 1, 1),
                due_on=date(2026, 2, 1),
                currency="COP",
                original_amount=1,
                amount=1,
                open_amount=1,
            )
        )
    assert broken == "portfolio_document_customer_id_owned"


def test_a_payment_cannot_be_applied_across_creditors():
    ours, theirs = make_customer(make_creditor()), make_customer(make_creditor())
    document, credit = make_document(theirs, 10), make_credit(ours, 10)
    for creditor in (ours.creditor, theirs.creditor):
        with scope(creditor=creditor):
            broken = refused(
                lambda creditor=creditor: Application.objects.create(
                    creditor=creditor,
                    credit_id=credit.pk,
                    document_id=document.pk,
                    amount=Decimal(1),
                    value_on=date(2026, 1, 1),
                )
            )
        assert broken in {
            "payments_application_document_id_owned",
            "payments_application_credit_id_owned",
        }


def test_a_hold_on_another_creditors_document_is_refused():
    ours, theirs = make_customer(make_creditor()), make_customer(make_creditor())
    foreign = make_document(theirs)
    with scope(creditor=ours.creditor):
        broken = refused(
            lambda: Hold.objects.create(
                creditor=ours.creditor,
                customer=ours,
                document_id=foreign.pk,
                kind="manual",
                from_on=date(2026, 1, 1),
                source="test",
            )
        )
    assert broken == "portfolio_hold_document_id_owned"


def test_a_row_of_no_creditor_is_refused():
    with pytest.raises(IntegrityError), transaction.atomic(), scope(creditor=Creditor(pk=999_999)):
        Customer.objects.create(creditor_id=999_999, code="X", name="X", country="CO", slot=1)


def test_a_row_never_moves_to_another_creditor():
    credit = make_credit(make_customer(make_creditor()))
    with scope(creditor=credit.creditor), pytest.raises(Exception) as error, transaction.atomic():
        Credit.objects.update(creditor=make_creditor())
    assert error.value.__cause__.sqlstate == "RC001"
