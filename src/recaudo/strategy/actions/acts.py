"""From what should happen today to messages and tasks: only the difference is written.

A run gives the whole of today's acts. Those that today's earlier runs wrote already stay, with
their items brought up to date; those that nobody wants any more are withdrawn with the reason; the
rest is added. A message that a worker has taken, or sent, meanwhile is left as it is, and none of
its steps is written a second time. What earlier days planned and is still waiting is withdrawn
where its documents are paid, held or covered. Rows of a proposal (F9) that are no longer wanted are
taken out: they never were anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
from django.db.backends.utils import CursorWrapper

from recaudo.engine.result import STATED_HOLDS
from recaudo.engine.transfer import copy_in

#: Reasons of a document's decision that make what was planned for it pointless.
POINTLESS = (*STATED_HOLDS, "credits_cover")


@dataclass(frozen=True)
class Writing:
    """What the statements need to know. ``decisions`` and ``document_decisions`` are the new
    tables of this run, ``run_ids`` the runs whose waiting rows are this run's own to keep or take.
    ``customers`` None: all."""

    creditor_id: int
    currency: str
    zone: str
    run_id: int
    as_of: date
    is_released: bool
    run_ids: Sequence[int]
    decisions: str
    document_decisions: str
    customers: Sequence[int] | None = None

    @property
    def among(self) -> str:
        if self.customers is None:
            return "TRUE"
        return f"customer_id IN ({', '.join(str(int(each)) for each in self.customers)})"

    def parameters(self) -> dict[str, object]:
        return {
            "creditor": self.creditor_id,
            "currency": self.currency,
            "zone": self.zone,
            "run": self.run_id,
            "as_of": self.as_of,
            "runs": list(self.run_ids),
            "message_state": "planned" if self.is_released else "proposed",
            "task_state": "open" if self.is_released else "proposed",
            "pointless": list(POINTLESS),
        }


def write_acts(
    cursor: CursorWrapper, writing: Writing, acts: pa.Table, items: pa.Table
) -> dict[str, int]:
    """Write the difference; ``{"messages_added", "tasks_added", "messages_withdrawn",
    "tasks_withdrawn"}``. The caller has staged nothing; notices are among ``acts``."""
    _stage(cursor, acts, items)
    names = {
        "decisions": writing.decisions,
        "document_decisions": writing.document_decisions,
        "among": writing.among,
    }
    given = writing.parameters()
    counts = {}
    for name, statement in STATEMENTS:
        cursor.execute(statement.format(**names), given)
        if name:
            counts[name] = counts.get(name, 0) + cursor.rowcount
    return counts


def _stage(cursor: CursorWrapper, acts: pa.Table, items: pa.Table) -> None:
    for statement in STAGING:
        cursor.execute(statement)
    copy_in(cursor, "stage_act", acts)
    copy_in(cursor, "stage_item", items)
    cursor.execute("ANALYZE stage_act (act, customer_id)")
    cursor.execute("ANALYZE stage_item (act)")


STAGED = (
    "stage_act",
    "stage_item",
    "stage_now",
    "stage_spent",
    "stage_match",
    "stage_gone",
    "stage_new",
)

STAGING = (
    *(f"DROP TABLE IF EXISTS {name}" for name in STAGED),
    """
    CREATE TEMP TABLE stage_act (
      act bigint NOT NULL, customer_id bigint NOT NULL, kind text NOT NULL,
      step_key text NOT NULL, channel text NOT NULL, template_key text NOT NULL,
      task_kind text NOT NULL, tone smallint NOT NULL, balance bigint NOT NULL,
      due_on date NOT NULL, priority bigint NOT NULL,
      purpose text NOT NULL, currency text NOT NULL) ON COMMIT DROP
    """,
    """
    CREATE TEMP TABLE stage_item (
      act bigint NOT NULL, customer_id bigint NOT NULL, document_id bigint,
      step_key text NOT NULL, anchor_on date NOT NULL, occurrence smallint NOT NULL,
      balance bigint NOT NULL) ON COMMIT DROP
    """,
)

# Today's own rows: what this run may keep, change or take back. Locked, so that no worker takes one
# meanwhile; never waited for, since a worker may wait for others: what it has in hand is 'busy'.
NOW = """
CREATE TEMP TABLE stage_now ON COMMIT DROP AS
WITH own AS (
  SELECT id FROM contact_message
  WHERE creditor_id = %(creditor)s AND run_id = ANY(%(runs)s) AND state IN ('proposed', 'planned')
    AND (state = 'proposed' OR not_after > CAST(%(as_of)s AS timestamp) AT TIME ZONE %(zone)s)
    AND {among}
  FOR UPDATE SKIP LOCKED
)
SELECT 'message' AS kind, id, customer_id, step_key, channel, purpose,
  CASE WHEN own.id IS NULL THEN 'busy' ELSE state END AS state
FROM contact_message LEFT JOIN own USING (id)
WHERE creditor_id = %(creditor)s AND run_id = ANY(%(runs)s) AND state IN ('proposed', 'planned')
  AND (state = 'proposed' OR not_after > CAST(%(as_of)s AS timestamp) AT TIME ZONE %(zone)s)
  AND {among}
UNION ALL
SELECT 'task', id, customer_id, step_key, channel, 'collection', state
FROM strategy_task
WHERE creditor_id = %(creditor)s AND run_id = ANY(%(runs)s)
  AND state IN ('proposed', 'open', 'done') AND {among}
"""

# Since this run read the book, a worker took or sent some of what it decided anew.
SPENT_ITEMS = """
CREATE TEMP TABLE stage_spent ON COMMIT DROP AS
SELECT DISTINCT s.act FROM stage_item s JOIN contact_messageitem i
  ON i.customer_id = s.customer_id AND i.document_id IS NOT DISTINCT FROM s.document_id
  AND i.step_key = s.step_key AND i.anchor_on = s.anchor_on AND i.occurrence = s.occurrence
WHERE i.is_live AND i.message_id IN (
  SELECT id FROM stage_now WHERE kind = 'message' AND state = 'busy'
  UNION ALL
  SELECT id FROM contact_message
  WHERE creditor_id = %(creditor)s AND run_id = ANY(%(runs)s)
    AND state NOT IN ('proposed', 'planned', 'withdrawn') AND {among})
"""
# All of the act goes: the customer has just been written to.
SPENT = (
    "DELETE FROM stage_item WHERE act IN (SELECT act FROM stage_spent)",
    "DELETE FROM stage_act WHERE act IN (SELECT act FROM stage_spent)",
)

MATCH = """
CREATE TEMP TABLE stage_match ON COMMIT DROP AS
SELECT DISTINCT ON (a.act) a.act, a.kind, n.id, n.state
FROM stage_act a JOIN stage_now n
  ON n.customer_id = a.customer_id AND n.kind = a.kind AND n.step_key = a.step_key
  AND n.channel = a.channel AND n.purpose = a.purpose
WHERE n.state <> 'busy'
ORDER BY a.act, CASE n.state WHEN 'done' THEN 1 ELSE 0 END, n.id
"""

# Nobody wants them any more; the reason is what the customer's decision says now.
GONE = """
CREATE TEMP TABLE stage_gone ON COMMIT DROP AS
SELECT n.kind, n.id, n.state,
  CASE
    WHEN i.is_paid THEN 'paid'
    WHEN d.customer_id IS NULL THEN 'nothing_open'
    WHEN d.reason = 'step_due' THEN 'replaced'
    ELSE d.reason
  END AS reason
FROM stage_now n
LEFT JOIN stage_match m ON m.kind = n.kind AND m.id = n.id
LEFT JOIN {decisions} d ON d.customer_id = n.customer_id
LEFT JOIN LATERAL (
  SELECT BOOL_AND(dd.document_id IS NULL) AS is_paid
  FROM (
    SELECT document_id FROM contact_messageitem
    WHERE n.kind = 'message' AND message_id = n.id AND is_live
    UNION ALL
    SELECT document_id FROM strategy_taskitem
    WHERE n.kind = 'task' AND task_id = n.id AND is_live
  ) own
  LEFT JOIN {document_decisions} dd ON dd.document_id = own.document_id
  WHERE own.document_id IS NOT NULL
) i ON TRUE
WHERE m.id IS NULL AND n.state NOT IN ('done', 'busy')
"""


def _of_both(statement: str) -> list[str]:
    """The same statement for messages and for tasks."""
    return [
        statement.replace("[items]", f"{app}_{kind}item")
        .replace("[rows]", f"{app}_{kind}")
        .replace("[row_id]", f"{kind}_id")
        .replace("[kind]", kind)
        for app, kind in (("contact", "message"), ("strategy", "task"))
    ]


SAME_STEP = """
  s.act = m.act AND s.document_id IS NOT DISTINCT FROM i.document_id
  AND s.step_key = i.step_key AND s.anchor_on = i.anchor_on AND s.occurrence = i.occurrence
"""

# -- what goes ---------------------------------------------------------------------------------

WITHDRAW_ITEMS = """
UPDATE [items] i SET is_live = FALSE FROM stage_gone g
WHERE g.kind = '[kind]' AND g.state <> 'proposed' AND i.[row_id] = g.id AND i.is_live
"""
WITHDRAW_MESSAGES = """
WITH gone AS (
UPDATE contact_message m
SET state = 'withdrawn', state_at = NOW(), withdrawn_at = NOW(), withdrawn_reason = g.reason
FROM stage_gone g WHERE g.kind = 'message' AND g.state = 'planned' AND m.id = g.id
  AND m.state = 'planned'
RETURNING m.creditor_id, m.id, m.withdrawn_reason)
INSERT INTO contact_messageevent (creditor_id, message_id, state, at, code, detail, worker)
SELECT creditor_id, id, 'withdrawn', NOW(), withdrawn_reason, '', '' FROM gone
"""
WITHDRAW_TASKS = """
UPDATE strategy_task t SET state = 'withdrawn', finished_at = NOW(), outcome = g.reason
FROM stage_gone g WHERE g.kind = 'task' AND g.state = 'open' AND t.id = g.id
"""
DROP_PROPOSED_ITEMS = """
DELETE FROM [items] i USING stage_gone g
WHERE g.kind = '[kind]' AND g.state = 'proposed' AND i.[row_id] = g.id
"""
DROP_PROPOSED = """
DELETE FROM [rows] r USING stage_gone g
WHERE g.kind = '[kind]' AND g.state = 'proposed' AND r.id = g.id
"""

# -- what stays --------------------------------------------------------------------------------

LOSE_ITEMS = (
    """
UPDATE [items] i SET is_live = FALSE FROM stage_match m
WHERE m.kind = '[kind]' AND m.state <> 'done' AND i.[row_id] = m.id AND i.is_live
  AND NOT EXISTS (SELECT FROM stage_item s WHERE """
    + SAME_STEP
    + ")"
)
CHANGE_ITEMS = (
    """
UPDATE [items] i SET balance = s.balance / 10000.0
FROM stage_match m JOIN stage_item s ON s.act = m.act
WHERE m.kind = '[kind]' AND m.state <> 'done' AND i.[row_id] = m.id AND i.is_live
  AND i.balance <> s.balance / 10000.0 AND """
    + SAME_STEP
)
GAIN_ITEMS = (
    """
INSERT INTO [items] (creditor_id, customer_id, document_id, step_key, anchor_on, occurrence,
  balance, is_live, [row_id])
SELECT %(creditor)s, s.customer_id, s.document_id, s.step_key, s.anchor_on, s.occurrence,
  s.balance / 10000.0, TRUE, m.id
FROM stage_match m JOIN stage_item s ON s.act = m.act
WHERE m.kind = '[kind]' AND m.state <> 'done' AND NOT EXISTS (
  SELECT FROM [items] i WHERE i.[row_id] = m.id AND i.is_live AND """
    + SAME_STEP
    + ")"
)
CHANGE_MESSAGES = """
UPDATE contact_message r
SET balance = a.balance / 10000.0, template_key = a.template_key, tone = a.tone
FROM stage_match m JOIN stage_act a ON a.act = m.act
WHERE m.kind = 'message' AND r.id = m.id AND r.state IN ('proposed', 'planned')
  AND (r.balance, r.template_key, r.tone) <> (a.balance / 10000.0, a.template_key, a.tone)
"""
CHANGE_TASKS = """
UPDATE strategy_task r
SET balance = a.balance / 10000.0, priority = a.priority, due_on = a.due_on, kind = a.task_kind
FROM stage_match m JOIN stage_act a ON a.act = m.act
WHERE m.kind = 'task' AND m.state <> 'done' AND r.id = m.id
  AND (r.balance, r.priority, r.due_on, r.kind)
    <> (a.balance / 10000.0, a.priority, a.due_on, a.task_kind)
"""

# -- what comes --------------------------------------------------------------------------------

NEW = """
CREATE TEMP TABLE stage_new ON COMMIT DROP AS
SELECT a.*, CASE a.kind
    WHEN 'message' THEN nextval('contact_message_id_seq')
    ELSE nextval('strategy_task_id_seq') END AS id
FROM stage_act a WHERE NOT EXISTS (SELECT FROM stage_match m WHERE m.act = a.act)
"""
ADD_MESSAGES = """
INSERT INTO contact_message (id, creditor_id, customer_id, run_id, step_key, channel, template_key,
  tone, purpose, state, currency, balance, not_before, not_after, withdrawn_reason)
SELECT id, %(creditor)s, customer_id, %(run)s, step_key, channel, template_key, tone, purpose,
  %(message_state)s, currency, balance / 10000.0,
  CAST(%(as_of)s AS timestamp) AT TIME ZONE %(zone)s,
  CAST(due_on + 1 AS timestamp) AT TIME ZONE %(zone)s, ''
FROM stage_new WHERE kind = 'message' ORDER BY id
"""
ADD_TASKS = """
INSERT INTO strategy_task (id, creditor_id, customer_id, run_id, step_key, kind, channel, state,
  priority, currency, balance, due_on, outcome)
SELECT id, %(creditor)s, customer_id, %(run)s, step_key, task_kind, channel, %(task_state)s,
  priority, currency, balance / 10000.0, due_on, ''
FROM stage_new WHERE kind = 'task' ORDER BY id
"""
ADD_ITEMS = """
INSERT INTO [items] (creditor_id, customer_id, document_id, step_key, anchor_on, occurrence,
  balance, is_live, [row_id])
SELECT %(creditor)s, s.customer_id, s.document_id, s.step_key, s.anchor_on, s.occurrence,
  s.balance / 10000.0, TRUE, n.id
FROM stage_new n JOIN stage_item s ON s.act = n.act WHERE n.kind = '[kind]'
"""

STATEMENTS: list[tuple[str, str]] = [
    ("", NOW),
    ("", "ANALYZE stage_now"),
    ("", SPENT_ITEMS),
    *(("", each) for each in SPENT),
    ("", MATCH),
    ("", "ANALYZE stage_match"),
    ("", GONE),
    *(("", each) for each in _of_both(WITHDRAW_ITEMS)),
    ("messages_withdrawn", WITHDRAW_MESSAGES),
    ("tasks_withdrawn", WITHDRAW_TASKS),
    *(("", each) for each in _of_both(DROP_PROPOSED_ITEMS)),
    *(("", each) for each in _of_both(DROP_PROPOSED)),
    *(("", each) for each in _of_both(LOSE_ITEMS)),
    *(("", each) for each in _of_both(CHANGE_ITEMS)),
    *(("", each) for each in _of_both(GAIN_ITEMS)),
    ("", CHANGE_MESSAGES),
    ("", CHANGE_TASKS),
    ("", NEW),
    ("messages_added", ADD_MESSAGES),
    ("tasks_added", ADD_TASKS),
    *(("", each) for each in _of_both(ADD_ITEMS)),
]
