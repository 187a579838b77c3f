"""What does a run give? Named Arrow tables with exactly the columns written down here.

In the facts tables days are 32-bit days since 1970-01-01 and money is 64-bit ten-thousandths, as
facts.toml says. Elsewhere days are Arrow dates; money stays ten-thousandths of the creditor's
currency. Rows come in the order of the ids in their first columns.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from recaudo.engine.facts import ARROW, About, facts_about


def _facts(key: str, about: About) -> pa.Schema:
    columns = [pa.field(key, pa.int64(), nullable=False)]
    for fact in facts_about(about).values():
        kind = pa.int64() if fact.name == "customer_id" else ARROW[fact.type]
        columns.append(pa.field(fact.name, kind, nullable=fact.null is not None))
    return pa.schema(columns)


def _table(**columns: str) -> pa.Schema:
    """``name="int64"`` or ``name="int64?"`` where it may be empty."""
    kinds = {
        "id": pa.int64(),
        "money": pa.int64(),
        "int": pa.int32(),
        "text": pa.string(),
        "day": pa.date32(),
    }
    return pa.schema(
        [pa.field(n, kinds[k.rstrip("?")], nullable=k.endswith("?")) for n, k in columns.items()]
    )


CUSTOMER_FACTS = _facts("customer_id", "customer")
DOCUMENT_FACTS = _facts("document_id", "document")

DECISIONS = _table(
    customer_id="id",  # every customer of the creditor, once
    segment="text",
    segment_entered_on="day",
    reason="text",  # one of REASONS
    step_key="text?",  # today's step: reason is step_due
    next_step="text?",  # what comes after today: the earliest over the documents
    next_on="day?",
    priority="money",  # orders the worklist, larger first
    value="money",  # expected_value, with today's step's cost instead of cost_to_work
    slot="int",  # 0 … 9999, for experiments
)

DOCUMENT_DECISIONS = _table(
    document_id="id",  # every open document that was not quarantined, once
    customer_id="id",
    reason="text",  # one of REASONS
    next_step="text?",  # today's where reason is step_due
    next_on="day?",  # a hold's end where it has one
    missed_step="text?",  # a step that came too late and is skipped (S2-01)
)

# What should happen today: at most one contact a customer, and at most one service task.
ACTS = _table(
    act="id",  # 1 … n in this result
    customer_id="id",
    kind="text",  # message or task
    step_key="text",
    channel="text",  # empty: not a contact
    template_key="text",  # messages
    task_kind="text",  # tasks: the step's, or apply_credit or fix_contact
    tone="int",
    balance="money",  # sum of its items
    due_on="day",  # deadline: the last day on which it is good
    priority="money",
)

# The due steps inside an act. (customer, document, step, anchor, occurrence) never comes twice.
ACT_ITEMS = _table(
    act="id",
    customer_id="id",
    document_id="id?",  # empty for a service task
    step_key="text",
    anchor_on="day",
    occurrence="int",
    balance="money",
)

# Customers whose segment is another than their open stay's, or who have none: entered today.
STAYS = _table(customer_id="id", segment="text", previous="text?", entered_on="day")

# Rows that took no part, with the reason: no_rate, bad_amount, bad_dates, unknown_customer.
QUARANTINE = _table(relation="text", row_id="id", customer_id="id", reason="text")

SCHEMAS: Mapping[str, pa.Schema] = {
    "customer_facts": CUSTOMER_FACTS,
    "document_facts": DOCUMENT_FACTS,
    "decisions": DECISIONS,
    "document_decisions": DOCUMENT_DECISIONS,
    "acts": ACTS,
    "act_items": ACT_ITEMS,
    "stays": STAYS,
    "quarantine": QUARANTINE,
}

HOLD_REASONS = (
    "hold_manual",
    "hold_small_balance",
    "hold_disputed",
    "hold_reported_paid",
    "hold_instrument",
    "hold_legal",
    "hold_reply_pending",
    "hold_situation",
)

# Why nothing is to be done: stated holds. A document needs one of these, or a step and a day.
STATED_HOLDS = (
    "do_not_contact",
    "small_balance",
    *HOLD_REASONS,
    "disputed",
    "promised",
    "planned",
    "ceded",
)

# Every reason of a decision. A customer has the first in this order that one of its documents has.
REASONS = (
    "step_due",  # today's step
    "credits_cover",  # unapplied credits cover what is overdue: a task to apply them
    "waiting_payment_day",  # the step waits for the customer's day of payment
    "min_gap",  # the step waits: the last contact is too recent
    "not_business_day",  # the step waits for the next business day
    "ledger_stale",  # the message waits: the ledger is too old
    "no_channel",  # the step is due and nothing reaches the customer: a task to complete the data
    "not_yet_due",  # the next step is in the future
    *STATED_HOLDS,
    "nothing_open",  # the customer owes nothing
    "no_next_step",  # never: what without_next_action counts
)


@dataclass(frozen=True)
class Result:
    """The tables of SCHEMAS; ``counts`` as `run --json` prints them; ``seconds`` by phase."""

    tables: Mapping[str, pa.Table]
    counts: "Counts"
    seconds: Mapping[str, float] = field(default_factory=dict)

    def __getitem__(self, name: str) -> pa.Table:
        return self.tables[name]


@dataclass(frozen=True)
class Counts:
    """``without_next_action``: open documents with neither a next step nor a stated hold."""

    customers: int
    documents_open: int
    decisions: int
    tasks: int
    messages: int
    quarantined: int
    missed_steps: int
    without_next_action: int
    by_segment: Mapping[str, int]
    by_reason: Mapping[str, int]
