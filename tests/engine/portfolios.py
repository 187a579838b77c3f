"""Made-up ledgers for the engine: written by hand row by row, or drawn at random."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import psycopg
import pyarrow as pa
from hypothesis import strategies as st

from recaudo.core.buckets import PRESETS
from recaudo.core.calendar import Place, business_ordinals
from recaudo.engine.engines import Engine
from recaudo.engine.engines.duckdb import DuckDB
from recaudo.engine.engines.postgres import Postgres
from recaudo.engine.lookups import day_number
from recaudo.engine.plan import Day, Plan, Segment, Step, Strategy
from recaudo.engine.relations import LEDGER
from recaudo.engine.result import Result
from recaudo.engine.run import judge

TODAY = date(2026, 3, 11)  # a Wednesday
UNIT = 10_000

Ledger = dict[str, list[dict[str, Any]]]
Moment = tuple[date, date | None]

MESSAGE = {"kind": "message", "channels": ("email",), "template_key": "t"}
CALL = {"kind": "task", "channels": ("phone",), "task_kind": "call"}


def step(key: str, anchor: str, offset: int, **fields: Any) -> Step:
    kind = {} if fields.get("kind") == "task" else MESSAGE
    return Step(key, **{"anchor": anchor, "offset_days": offset, **kind, **fields})


REMIND = Strategy(
    "remind",
    (
        step("before", "due", -5),
        step("first", "due", 1),
        step("second", "due", 15),
        step("call", "due", 30, **CALL),
        step("again", "repeat", 45, every_days=15, **CALL),
    ),
    min_gap_days=3,
)
HARD = Strategy(
    "hard",
    (
        step("weekly", "repeat", 1, every_days=7),
        step("review", "entry", 0, kind="task", task_kind="review"),
        step("visit", "entry", 10, kind="task", channels=("address", "phone"), task_kind="visit",
             tolerance_days=5),
        step("monthly", "repeat", 60, every_days=30, cap=2, channels=("whatsapp", "sms", "email")),
    ),
    min_gap_days=5,
)  # fmt: skip
PLAN = Plan(
    currency="COP",
    segments=(
        Segment("written_off", "written_off_balance > 0", "hard"),
        Segment("late", "max_dpd > 60 AND balance >= 1000", "hard"),
        Segment("some", "overdue_balance > 0 OR unapplied > 0", "remind"),
        Segment("good", "balance > 0 AND NOT (reachable_channels = 0)", "remind"),
    ),
    strategies=(REMIND, HARD),
    fallback_strategy="remind",
    small_balance=5 * UNIT,
    bucket_tables={"card": PRESETS["consumer_co"]},
    channel_costs={"email": 100, "phone": 20_000, "address": 900_000},
)


def a_day(as_of: date = TODAY, **fields: Any) -> Day:
    window = timedelta(days=400)
    ordinals = business_ordinals(as_of - window, as_of + window, Place("CO"))
    return Day(**{"creditor_id": 1, "as_of": as_of, "ordinals": ordinals, **fields})


def customer(customer_id: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "customer_id": customer_id, "since_day": None, "country": "CO", "kind": "company",
        "class_name": "", "branch": "", "zone": "", "credit_limit": None, "calendar": "",
        "do_not_contact_day": None, "slot": 7, **fields,
    }  # fmt: skip


def document(
    document_id: int = 1, customer_id: int = 1, *, age: int, amount: int = 1000, **fields: Any
) -> dict[str, Any]:
    """``age``: days from the due date to TODAY; ``amount`` in units."""
    due = day_number(TODAY) - age
    return {
        "document_id": document_id, "customer_id": customer_id, "issued_day": due - 30,
        "due_day": due, "recorded_day": due - 30, "open_amount": amount * UNIT, "currency": None,
        "product": "", "regime": 5, "ceded_day": None, "written_off_day": None, **fields,
    }  # fmt: skip


def done(
    document_id: int | None, key: str, *, anchor_age: int, days_ago: int, **fields: Any
) -> Any:
    """A step spent ``days_ago`` on an anchor ``anchor_age`` days before TODAY."""
    today = day_number(TODAY)
    return {
        "customer_id": 1, "document_id": document_id, "step_key": key,
        "anchor_day": today - anchor_age, "occurrence": 1, "done_day": today - days_ago,
        "is_contact": 1, "is_open": 0, **fields,
    }  # fmt: skip


def email(customer_id: int = 1) -> dict[str, Any]:
    return {"customer_id": customer_id, "channel": 1}


def phone(customer_id: int = 1) -> dict[str, Any]:
    return {"customer_id": customer_id, "channel": 2}


def tables(ledger: Ledger) -> Mapping[str, pa.Table]:
    assert set(ledger) <= set(LEDGER), set(ledger) - set(LEDGER)
    return {
        name: pa.Table.from_pylist(ledger.get(name, []), schema=schema)
        for name, schema in LEDGER.items()
    }


def decide(ledger: Ledger, plan: Plan = PLAN, day: Day | None = None) -> Result:
    """The result of DuckDB."""
    with DuckDB("", threads=1) as engine:
        return judge_on(engine, ledger, plan, day or a_day())


def judge_on(engine: Engine, ledger: Ledger, plan: Plan = PLAN, day: Day | None = None) -> Result:
    for name, rows in tables(ledger).items():
        engine.give(name, rows)
    return judge(engine, plan, day or a_day())


@contextmanager
def judged_engine(ledger: Ledger, plan: Plan = PLAN) -> Iterator[DuckDB]:
    """DuckDB with every relation of a run still in it."""
    with DuckDB("", threads=1) as engine:
        judge_on(engine, ledger, plan)
        yield engine


@contextmanager
def postgres_engine(connection: psycopg.Connection[Any]) -> Iterator[Postgres]:
    engine = Postgres(connection)
    try:
        yield engine
    finally:
        engine.close()


# -- drawn at random -----------------------------------------------------------------------------

_AGES = st.one_of(st.integers(-40, 120), st.sampled_from([-6, -5, 0, 1, 2, 30, 31, 60, 61, 400]))
_AMOUNTS = st.one_of(st.integers(1, 10**7), st.sampled_from([1, 49_999, 50_000, 9 * 10**16]))
_CURRENCIES = st.sampled_from([None, None, None, "USD", "EUR"])
_CUSTOMERS = st.integers(1, 4)
KEYS = [s.key for strategy in PLAN.strategies for s in strategy.steps]


def _day(least: int, most: int) -> st.SearchStrategy[int]:
    return st.integers(least, most).map(lambda age: day_number(TODAY) - age)


def _maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """Up to four customers, whose rows may do anything that the tables allow."""

    def rows(most: int, **columns: st.SearchStrategy[Any]) -> list[dict[str, Any]]:
        return draw(st.lists(st.fixed_dictionaries(columns), max_size=most))

    documents = draw(
        st.lists(
            st.builds(
                lambda age, **fields: document(age=age) | fields,
                age=_AGES,
                customer_id=_CUSTOMERS,
                open_amount=_AMOUNTS,
                currency=_CURRENCIES,
                product=st.sampled_from(["", "card", "loan"]),
                regime=st.integers(1, 5),
                recorded_day=_day(-1, 60),
                ceded_day=_maybe(_day(-2, 20)),
                written_off_day=_maybe(_day(-2, 20)),
            ),
            max_size=8,
        )
    )
    documents = [row | {"document_id": n} for n, row in enumerate(documents, 1)]
    numbers = [row["document_id"] for row in documents]
    some_document = st.sampled_from(numbers) if numbers else st.none()
    owner = {row["document_id"]: row["customer_id"] for row in documents}
    ledger: Ledger = {
        "customers": [
            draw(
                st.builds(
                    customer,
                    st.just(n),
                    since_day=_maybe(_day(0, 3000)),
                    credit_limit=_maybe(st.sampled_from([0, 1, 10**8])),
                    calendar=st.sampled_from(["", "", "fridays"]),
                    do_not_contact_day=_maybe(_day(-3, 3)) if n == 4 else st.none(),
                )
            )
            for n in range(1, 5)
        ],
        "open_documents": documents,
        "closed_documents": rows(
            6, customer_id=_CUSTOMERS, due_day=_day(0, 400), closed_day=_day(0, 364),
            amount=_AMOUNTS, currency=_CURRENCIES,
        ),
        "credits_unapplied": [
            row | {"credit_id": n}
            for n, row in enumerate(
                rows(3, customer_id=_CUSTOMERS, value_day=_day(0, 50), amount=_AMOUNTS,
                     currency=_CURRENCIES), 1)
        ],
        # A hold of a document is its customer's; portfolio/actions/holds.py refuses another's. With
        # one across customers, no part of the portfolio could be judged by itself.
        "holds": [
            row | {"customer_id": owner.get(row["document_id"], row["customer_id"])}
            for row in rows(
                2, customer_id=_CUSTOMERS, document_id=st.one_of(st.none(), some_document),
                channel=st.sampled_from(["", "", "email", "phone"]),
                kind=st.sampled_from(["manual", "disputed", "instrument", "of_another_time"]),
                until_day=_maybe(_day(-20, -1)),
            )
        ],
        "contact_points": rows(8, customer_id=_CUSTOMERS, channel=st.integers(1, 5)),
        "interactions": rows(
            8, customer_id=_CUSTOMERS, at_us=st.integers(0, 5), day=_day(0, 89),
            is_out=st.integers(0, 1), is_effective=st.integers(0, 1),
            is_answered=st.integers(0, 1),
        ),
        "stays": [
            {"customer_id": n, "segment": draw(st.sampled_from([s.key for s in PLAN.segments])),
             "entered_day": draw(_day(0, 60))}
            for n in sorted(draw(st.sets(_CUSTOMERS)))
        ],
        "done_steps": [
            row | {"customer_id": owner.get(row["document_id"], row["customer_id"])}
            for row in rows(
                6, customer_id=_CUSTOMERS, document_id=st.one_of(st.none(), some_document),
                step_key=st.sampled_from([*KEYS, "apply_credit", "fix_contact", "forgotten"]),
                anchor_day=_day(-5, 120), occurrence=st.integers(1, 3), done_day=_day(0, 60),
                is_contact=st.integers(0, 1), is_open=st.integers(0, 1),
            )
        ],
        "rates": [{"currency": "USD", "rate_e10": draw(st.sampled_from([1, 40_000_123 * 10**6]))}],
        "last_payments": [
            {"customer_id": n, "paid_day": draw(_day(0, 500))}
            for n in sorted(draw(st.sets(_CUSTOMERS)))
        ],
        "assignments": [
            {"customer_id": n, "role": "seller", "person_code": "ana"}
            for n in sorted(draw(st.sets(_CUSTOMERS)))
        ],
        "consents": [
            {"customer_id": n, "granted": draw(st.integers(0, 1))}
            for n in sorted(draw(st.sets(_CUSTOMERS)))
        ],
        "promises": [{"document_id": n, "balance": 5} for n in numbers[7:]],
    }  # fmt: skip
    return ledger


def moments() -> st.SearchStrategy[Moment]:
    """TODAY, or the Saturday after; and when the newest import was, if there ever was one."""
    as_of = st.sampled_from([TODAY, TODAY, TODAY + timedelta(days=3)])
    return st.tuples(as_of, st.sampled_from([None, TODAY, TODAY - timedelta(days=7)]))


def day_of(moment: Moment) -> Day:
    as_of, ledger_on = moment
    around = [as_of + timedelta(days=n) for n in range(-62, 63)]
    fridays = [day for day in around if day.isoweekday() == 5]
    return a_day(as_of, payment_days={"fridays": fridays}, ledger_on=ledger_on)
