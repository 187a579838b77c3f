"""From the rows of PostgreSQL to the engine's relations, and through a whole run."""

from __future__ import annotations

from contextlib import closing
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from engine.portfolios import PLAN, TODAY, UNIT, a_day, postgres_engine
from factories import (
    adjust,
    apply,
    assign,
    happen,
    make_contact_point,
    make_credit,
    make_creditor,
    make_customer,
    make_document,
    make_hold,
    make_rate,
    pay,
)
from recaudo.access.models import Creditor
from recaudo.core.problems import Problem
from recaudo.engine.engines.duckdb import DuckDB
from recaudo.engine.relations import LEDGER, read_sources, source_sql
from recaudo.engine.result import SCHEMAS, Result
from recaudo.engine.run import run

SOURCES = read_sources(
    ["recaudo.portfolio", "recaudo.payments", "recaudo.contact", "recaudo.strategy"]
)


def dsn() -> str:
    given = connection.settings_dict
    return psycopg.conninfo.make_conninfo(
        host=given["HOST"], port=given["PORT"], user=given["USER"], password=given["PASSWORD"],
        dbname=given["NAME"],
    )  # fmt: skip


def in_place(creditor: Creditor, as_of: date = TODAY, **fields: Any) -> Result:
    with transaction.atomic(), postgres_engine(connection.connection) as engine:
        return run(engine, PLAN, a_day(as_of, **fields), SOURCES)


def in_duckdb(creditor: Creditor, as_of: date = TODAY, **fields: Any) -> Result:
    with closing(DuckDB(dsn(), threads=1)) as engine:
        return run(engine, PLAN, a_day(as_of, **fields), SOURCES)


def relation(name: str, creditor: Creditor, **fields: Any) -> list[dict[str, Any]]:
    day = a_day(creditor_id=creditor.pk, **fields)
    select = source_sql(SOURCES, name, day, creditor.currency)
    assert select is not None
    with connection.cursor() as cursor:
        cursor.execute(select)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.mark.django_db
def test_each_source_gives_the_columns_that_the_engine_expects() -> None:
    creditor = make_creditor()
    for is_past in (False, True):
        for name, schema in LEDGER.items():
            if name in ("disputes", "promises", "payment_plans"):
                assert name not in SOURCES
                continue
            day = a_day(creditor_id=creditor.pk, is_past=is_past)
            with connection.cursor() as cursor:
                cursor.execute(source_sql(SOURCES, name, day, "COP") or "")
                assert [column[0] for column in cursor.description] == schema.names


@pytest.mark.django_db
def test_a_creditor_reads_only_its_own_rows() -> None:
    ours, theirs = make_creditor(), make_creditor()
    for creditor in (ours, theirs):
        customer = make_customer(creditor)
        make_document(customer)
        pay(make_document(customer, due_on="2026-03-01"), on="2026-03-02")
        make_credit(customer, value_on="2026-03-01")
        make_hold(customer)
        make_contact_point(customer, "email", "a@example.com")
        assign(customer)
        make_rate(creditor, "USD", "4000")
    for name in SOURCES:
        if not name.startswith("past/") and name not in ("stays", "done_steps", "interactions"):
            expected = 0 if name == "consents" else 1
            assert len(relation(name, ours)) == expected, name


@pytest.mark.django_db
def test_an_open_document_in_the_engines_units() -> None:
    creditor = make_creditor(timezone="America/Bogota")
    customer = make_customer(creditor)
    document = make_document(customer, "1000.5", due_on="2026-03-01", currency="USD", product="x")
    pay(document, "0.2501", on="2026-03-02")
    (row,) = relation("open_documents", creditor, zone=creditor.timezone)
    assert row["open_amount"] == 10_002_499
    assert (row["currency"], row["product"]) == ("USD", "x")
    assert row["due_day"] == (date(2026, 3, 1) - date(1970, 1, 1)).days


@pytest.mark.django_db
def test_a_wrong_address_and_a_reference_do_not_reach_the_customer() -> None:
    creditor = make_creditor()
    customer = make_customer(creditor)
    make_contact_point(customer, "email", "old@example.com", state="invalid")
    make_contact_point(customer, "phone", "+573001112233", is_active=False)
    make_contact_point(customer, "sms", "+573001112234", state="valid")
    assert relation("contact_points", creditor) == [{"customer_id": customer.pk, "channel": 4}]


@pytest.mark.django_db
def test_the_newest_rate_up_to_the_day_counts() -> None:
    creditor = make_creditor()
    make_rate(creditor, "USD", "4000", valid_on="2026-01-01")
    make_rate(creditor, "USD", "4100.25", valid_on="2026-03-11")
    make_rate(creditor, "USD", "9999", valid_on="2026-03-12")
    assert relation("rates", creditor) == [{"currency": "USD", "rate_e10": 41_002_500_000_000}]


@pytest.mark.django_db
def test_a_past_day_is_replayed_to_the_balance_that_it_had() -> None:
    """Open now, plus what was applied later, minus what was adjusted later."""
    creditor = make_creditor()
    customer = make_customer(creditor)
    document = make_document(customer, "1000", due_on="2026-02-01")
    credit = make_credit(customer, "700", value_on="2026-02-10")
    apply(credit, document, "100", value_on="2026-02-10")
    apply(credit, document, "600", value_on="2026-03-20")
    adjust(document, "-300", on="2026-03-25")
    seen = {}
    for day in (date(2026, 2, 9), date(2026, 2, 10), date(2026, 3, 20), date(2026, 3, 25)):
        result = in_place(creditor, day, creditor_id=creditor.pk, is_past=True)
        (facts,) = result["customer_facts"].to_pylist()
        seen[day.isoformat()[5:]] = (facts["balance"] // UNIT, facts["unapplied"] // UNIT)
    assert seen == {"02-09": (1000, 0), "02-10": (900, 600), "03-20": (300, 0), "03-25": (0, 0)}


def a_portfolio() -> tuple[Creditor, list[Any]]:
    creditor = make_creditor(code="cartera")
    customers = [make_customer(creditor, code=f"c{n}") for n in range(6)]
    make_rate(creditor, "USD", "4000.1234567")
    for n, customer in enumerate(customers):
        make_contact_point(customer, "email", f"c{n}@example.com")
        for age in (-10, n * 17, n * 40 + 1):
            make_document(customer, f"{1000 + n}.55", due_on=TODAY - timedelta(days=age))
        paid = make_document(customer, "500", due_on=TODAY - timedelta(days=60))
        pay(paid, on=TODAY - timedelta(days=50 - n))
    make_document(customers[1], "9.99", due_on=TODAY, currency="USD")
    make_document(customers[1], "9.99", due_on=TODAY, currency="EUR")
    make_hold(customers[2])
    make_credit(customers[3], "9999", value_on=TODAY)
    happen(make_document(customers[4], due_on=TODAY), "written_off", on=TODAY)
    return creditor, customers


@pytest.mark.django_db(transaction=True)
def test_both_engines_give_the_same_result_of_a_ledger_in_postgresql() -> None:
    creditor, _ = a_portfolio()
    wanted = in_place(creditor, creditor_id=creditor.pk)
    assert wanted.counts.customers == 6
    assert wanted.counts.quarantined == 1
    assert wanted.counts.without_next_action == 0
    for day in (TODAY, TODAY - timedelta(days=20)):
        past = {"creditor_id": creditor.pk, "is_past": day < TODAY}
        ours, theirs = in_duckdb(creditor, day, **past), in_place(creditor, day, **past)
        for name in SCHEMAS:
            assert ours[name].equals(theirs[name]), name


@pytest.mark.django_db(transaction=True)
def test_some_customers_of_a_ledger_give_that_part_of_the_whole() -> None:
    creditor, customers = a_portfolio()
    chosen = [customers[1].pk, customers[4].pk]
    whole = in_place(creditor, creditor_id=creditor.pk)
    part = in_place(creditor, creditor_id=creditor.pk, customers=chosen)
    nobody = in_duckdb(creditor, creditor_id=creditor.pk, customers=[])
    for name, schema in SCHEMAS.items():
        keep = [field for field in schema.names if field != "act"]
        rows = [row for row in whole[name].select(keep).to_pylist() if row["customer_id"] in chosen]
        assert part[name].select(keep).to_pylist() == rows, name
        assert nobody[name].num_rows == 0


@pytest.mark.django_db(transaction=True)
def test_the_engine_leaves_nothing_behind_in_the_callers_session() -> None:
    creditor, _ = a_portfolio()
    with connection.cursor() as cursor:
        cursor.execute("SHOW search_path")
        before = cursor.fetchone()
        with transaction.atomic():
            in_place(creditor, creditor_id=creditor.pk)
            cursor.execute("SHOW search_path")
            assert cursor.fetchone() == before
            cursor.execute("SELECT COUNT(*) FROM pg_class WHERE relpersistence = 't' "
                           "AND relnamespace = pg_my_temp_schema()")  # fmt: skip
            assert cursor.fetchone() == (0,)
            in_place(creditor, creditor_id=creditor.pk)


# -- what goes wrong -----------------------------------------------------------------------------


def test_a_database_that_is_away_is_said() -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    with closing(DuckDB(nowhere)) as engine, pytest.raises(Problem) as refused:
        run(engine, PLAN, a_day(), SOURCES)
    assert refused.value.code == "database_gone"


@pytest.mark.django_db(transaction=True)
def test_a_source_that_cannot_be_read_is_named() -> None:
    broken = SOURCES | {"rates": "SELECT 1/0 AS currency"}
    with closing(DuckDB(dsn())) as engine, pytest.raises(Problem) as refused:
        run(engine, PLAN, a_day(), broken)
    assert (refused.value.code, refused.value.facts["relation"]) == ("source_unreadable", "rates")


@pytest.mark.django_db(transaction=True)
def test_a_connection_cut_half_way_is_said() -> None:
    cut = SOURCES | {
        "rates": "SELECT 'x' AS currency, "
        "pg_terminate_backend(pg_backend_pid())::int::bigint AS rate_e10"
    }
    with closing(DuckDB(dsn())) as engine, pytest.raises(Problem) as refused:
        run(engine, PLAN, a_day(), cut)
    assert refused.value.code == "database_gone"


def test_too_little_memory_is_said_with_the_limit() -> None:
    with closing(DuckDB("", memory_mb=20)) as engine, pytest.raises(Problem) as refused:
        engine._connection.execute("SET max_temp_directory_size = '1MB'")
        engine.make("huge", "SELECT i, hash(i) AS h FROM range(20000000) r(i) ORDER BY h")
    assert (refused.value.code, refused.value.facts["limit"]) == ("engine_memory", 20)


def test_a_day_outside_the_calendar_is_refused() -> None:
    with closing(DuckDB("")) as engine, pytest.raises(Problem) as refused:
        run(engine, PLAN, a_day(ordinals=()), {})
    assert refused.value.code == "day_without_ordinal"
