"""What earlier days planned and still waits: is there still a point in it?

A task or message loses the documents that were paid, held or covered since; with none left it is
withdrawn with the reason. Whoever asked for silence loses the notices too. A contact task gives
way to a newer one of the same customer; a step that hung on a segment goes when the customer has
left it. A message that a worker has in hand is left to it: its text is made from the balance of
that moment, and the gate asks all of this again.
"""

from __future__ import annotations

from collections.abc import Iterable

import pyarrow as pa
from django.db.backends.utils import CursorWrapper

from recaudo.engine.plan import APPLY_CREDIT, FIX_CONTACT, Plan
from recaudo.engine.transfer import copy_in
from recaudo.strategy.actions.acts import Writing


def withdraw_pointless(
    cursor: CursorWrapper, writing: Writing, plan: Plan, *, facts: str, quarantined: Iterable[int]
) -> dict[str, int]:
    """``facts`` is this run's table of customer facts; of a ``quarantined`` document nothing is
    known today, so what waits for it stays. Counts as ``acts.write_acts`` does."""
    names = {"decisions": writing.decisions, "document_decisions": writing.document_decisions}
    names |= {"facts": facts, "among": "r." + writing.among if writing.customers else "TRUE"}
    allowed, entries = _entry_steps(plan)
    given = writing.parameters() | {
        "quarantined": list(quarantined),
        "allowed_segments": [segment for segment, _ in allowed],
        "allowed_steps": [step for _, step in allowed],
        "entries": entries,
        "apply_credit": APPLY_CREDIT,
        "fix_contact": FIX_CONTACT,
    }
    counts = {"messages_withdrawn": 0, "tasks_withdrawn": 0}
    for name, statement in STATEMENTS:
        cursor.execute(statement.format(**names), given)
        if name:
            counts[name] += cursor.rowcount
    return counts


def _entry_steps(plan: Plan) -> tuple[list[tuple[str, str]], list[str]]:
    """(segment, step) for every step that hangs on the entry into that segment; all their keys."""
    by_strategy = {
        strategy.key: [step.key for step in strategy.steps if step.anchor == "entry"]
        for strategy in plan.strategies
    }
    pairs = [(s.key, key) for s in plan.segments for key in by_strategy[s.strategy]]
    return pairs, sorted({key for keys in by_strategy.values() for key in keys})


def write_stays(cursor: CursorWrapper, writing: Writing, stays: pa.Table) -> None:
    """Close the stay that each customer leaves, open the one they enter.

    A customer who changed twice on one day never was in the segment between.
    """
    cursor.execute("DROP TABLE IF EXISTS stage_stay")
    cursor.execute(
        "CREATE TEMP TABLE stage_stay (customer_id bigint, segment text, previous text, "
        "entered_on date) ON COMMIT DROP"
    )
    copy_in(cursor, "stage_stay", stays)
    for statement in STAYS:
        cursor.execute(statement, writing.parameters())


STAYS = (
    """
    DELETE FROM strategy_segmentstay s USING stage_stay n
    WHERE n.previous IS NOT NULL AND s.customer_id = n.customer_id AND s.left_on IS NULL
      AND s.entered_on = n.entered_on
    """,
    """
    UPDATE strategy_segmentstay s SET left_on = n.entered_on FROM stage_stay n
    WHERE n.previous IS NOT NULL AND s.customer_id = n.customer_id AND s.left_on IS NULL
    """,
    """
    INSERT INTO strategy_segmentstay (creditor_id, customer_id, segment, entered_on)
    SELECT %(creditor)s, customer_id, segment, entered_on FROM stage_stay
    """,
)

# Planned messages of earlier runs, locked: no worker takes one meanwhile, and what a worker has
# taken is passed over, never waited for.
WAITING = """
CREATE TEMP TABLE stage_waiting ON COMMIT DROP AS
SELECT r.id FROM contact_message r
WHERE r.creditor_id = %(creditor)s AND r.state = 'planned' AND NOT r.run_id = ANY(%(runs)s)
  AND r.not_after > CAST(%(as_of)s AS timestamp) AT TIME ZONE %(zone)s AND {among}
FOR UPDATE SKIP LOCKED
"""
# Waiting rows of earlier runs, with the items whose documents need them no more.
LATE = """
CREATE TEMP TABLE stage_late ON COMMIT DROP AS
SELECT 'message' AS kind, r.id, i.id AS item_id, COALESCE(dd.reason, 'paid') AS reason
FROM contact_message r JOIN contact_messageitem i ON i.message_id = r.id AND i.is_live
LEFT JOIN {document_decisions} dd ON dd.document_id = i.document_id
WHERE r.id IN (SELECT id FROM stage_waiting) AND r.state = 'planned'
  AND i.document_id IS NOT NULL AND NOT i.document_id = ANY(%(quarantined)s)
  AND (dd.document_id IS NULL OR dd.reason = ANY(%(pointless)s))
  AND NOT (r.purpose = 'service' AND dd.reason IS NOT DISTINCT FROM 'credits_cover')
UNION ALL
SELECT 'task', r.id, i.id, COALESCE(dd.reason, 'paid')
FROM strategy_task r JOIN strategy_taskitem i ON i.task_id = r.id AND i.is_live
LEFT JOIN {document_decisions} dd ON dd.document_id = i.document_id
WHERE r.creditor_id = %(creditor)s AND r.state = 'open' AND NOT r.run_id = ANY(%(runs)s)
  AND {among}
  AND i.document_id IS NOT NULL AND NOT i.document_id = ANY(%(quarantined)s)
  AND (dd.document_id IS NULL OR dd.reason = ANY(%(pointless)s))
"""
LOSE_ITEMS = """
UPDATE {items} i SET is_live = FALSE FROM stage_late l WHERE l.kind = '{kind}' AND i.id = l.item_id
"""
REST = """
CREATE TEMP TABLE stage_rest ON COMMIT DROP AS
SELECT l.kind, l.id, MIN(l.reason) AS reason,
  CASE l.kind
    WHEN 'message' THEN
      (SELECT SUM(balance) FROM contact_messageitem WHERE message_id = l.id AND is_live)
    ELSE (SELECT SUM(balance) FROM strategy_taskitem WHERE task_id = l.id AND is_live)
  END AS balance
FROM stage_late l GROUP BY l.kind, l.id
"""
SHRINK = """
UPDATE {rows} r SET balance = s.balance FROM stage_rest s
WHERE s.kind = '{kind}' AND r.id = s.id AND s.balance IS NOT NULL
"""
WITHDRAW_MESSAGES = """
WITH gone AS (
UPDATE contact_message r
SET state = 'withdrawn', state_at = NOW(), withdrawn_at = NOW(), withdrawn_reason = s.reason
FROM stage_rest s WHERE s.kind = 'message' AND r.id = s.id AND s.balance IS NULL
RETURNING r.creditor_id, r.id, r.withdrawn_reason)
INSERT INTO contact_messageevent (creditor_id, message_id, state, at, code, detail, worker)
SELECT creditor_id, id, 'withdrawn', NOW(), withdrawn_reason, '', '' FROM gone
"""
WITHDRAW_TASKS = """
UPDATE strategy_task r SET state = 'withdrawn', finished_at = NOW(), outcome = s.reason
FROM stage_rest s WHERE s.kind = 'task' AND r.id = s.id AND s.balance IS NULL
"""
# The customer may not be contacted any more, or not by that channel. What was said to them is not
# taken back, so the step may come again by another.
UNREACHED = """
CREATE TEMP TABLE stage_unreached ON COMMIT DROP AS
SELECT r.id, CASE WHEN f.do_not_contact THEN 'do_not_contact' ELSE 'no_channel' END AS reason
FROM contact_message r JOIN {facts} f ON f.customer_id = r.customer_id
WHERE r.id IN (SELECT id FROM stage_waiting) AND r.state = 'planned'
  AND (f.do_not_contact OR NOT CASE r.channel
    WHEN 'email' THEN f.can_email WHEN 'phone' THEN f.can_phone WHEN 'whatsapp' THEN f.can_whatsapp
    WHEN 'sms' THEN f.can_sms ELSE f.can_address END)
"""
WITHDRAW_UNREACHED = """
WITH gone AS (
UPDATE contact_message r
SET state = 'withdrawn', state_at = NOW(), withdrawn_at = NOW(), withdrawn_reason = s.reason
FROM stage_unreached s WHERE r.id = s.id
RETURNING r.creditor_id, r.id, r.withdrawn_reason)
INSERT INTO contact_messageevent (creditor_id, message_id, state, at, code, detail, worker)
SELECT creditor_id, id, 'withdrawn', NOW(), withdrawn_reason, '', '' FROM gone
"""
LOSE_UNREACHED = """
UPDATE contact_messageitem i SET is_live = FALSE FROM stage_unreached s
WHERE i.message_id = s.id AND i.is_live
"""
# The step was taken, only not finished: its items stay as the memory of it.
SUPERSEDED = """
UPDATE strategy_task r SET state = 'withdrawn', finished_at = NOW(), outcome = 'superseded'
FROM stage_new n
WHERE n.kind = 'task' AND n.channel <> '' AND r.customer_id = n.customer_id AND r.state = 'open'
  AND r.creditor_id = %(creditor)s AND r.channel <> '' AND r.id <> n.id
  AND NOT r.run_id = ANY(%(runs)s)
"""
LEFT_SEGMENT = """
UPDATE strategy_task r SET state = 'withdrawn', finished_at = NOW(), outcome = 'left_segment'
FROM {decisions} d
WHERE r.creditor_id = %(creditor)s AND r.state = 'open' AND NOT r.run_id = ANY(%(runs)s)
  AND d.customer_id = r.customer_id AND r.step_key = ANY(%(entries)s)
  AND NOT EXISTS (
    SELECT FROM UNNEST(%(allowed_segments)s::text[], %(allowed_steps)s::text[]) a (segment, step)
    WHERE a.segment = d.segment AND a.step = r.step_key) AND {among}
"""
# Service tasks: the credit was applied, the customer can be reached again.
SERVED = """
UPDATE strategy_task r SET state = 'withdrawn', finished_at = NOW(),
  outcome = CASE WHEN r.step_key = %(apply_credit)s THEN 'credit_applied' ELSE 'reachable' END
FROM {decisions} d JOIN {facts} f ON f.customer_id = d.customer_id
WHERE r.creditor_id = %(creditor)s AND r.state = 'open' AND NOT r.run_id = ANY(%(runs)s)
  AND d.customer_id = r.customer_id AND {among}
  AND (r.step_key = %(apply_credit)s AND f.unapplied <= 0
    OR r.step_key = %(fix_contact)s AND f.reachable_channels > 0
      AND d.reason IN ('step_due', 'not_yet_due'))
"""
SERVED_ITEMS = """
UPDATE strategy_taskitem i SET is_live = FALSE FROM strategy_task r
WHERE r.id = i.task_id AND i.is_live AND r.creditor_id = %(creditor)s AND r.state = 'withdrawn'
  AND r.outcome IN ('credit_applied', 'reachable') AND r.finished_at = NOW() AND {among}
"""

# A notice is no collection, but whoever asked for silence gets none either.
SILENCED_ITEMS = """
UPDATE contact_messageitem i SET is_live = FALSE
FROM contact_message r JOIN {facts} f ON f.customer_id = r.customer_id
WHERE i.message_id = r.id AND i.is_live AND r.id IN (SELECT id FROM stage_waiting)
  AND r.state = 'planned' AND r.purpose <> 'collection'
  AND (f.do_not_contact OR f.consent = 'withdrawn')
"""
SILENCED = """
WITH gone AS (
UPDATE contact_message r SET state = 'withdrawn', state_at = NOW(), withdrawn_at = NOW(),
  withdrawn_reason = CASE WHEN f.do_not_contact THEN 'do_not_contact' ELSE 'no_channel' END
FROM {facts} f
WHERE f.customer_id = r.customer_id AND r.id IN (SELECT id FROM stage_waiting)
  AND r.state = 'planned' AND r.purpose <> 'collection'
  AND (f.do_not_contact OR f.consent = 'withdrawn')
RETURNING r.creditor_id, r.id, r.withdrawn_reason)
INSERT INTO contact_messageevent (creditor_id, message_id, state, at, code, detail, worker)
SELECT creditor_id, id, 'withdrawn', NOW(), withdrawn_reason, '', '' FROM gone
"""

_MESSAGE = {"{rows}": "contact_message", "{items}": "contact_messageitem", "{kind}": "message"}
_TASK = {"{rows}": "strategy_task", "{items}": "strategy_taskitem", "{kind}": "task"}


def _of_both(statement: str) -> list[tuple[str, str]]:
    made = []
    for names in (_MESSAGE, _TASK):
        text = statement
        for mark, name in names.items():
            text = text.replace(mark, name)
        made.append(("", text))
    return made


STATEMENTS: list[tuple[str, str]] = [
    ("", "DROP TABLE IF EXISTS stage_waiting, stage_late, stage_rest, stage_unreached"),
    ("", WAITING),
    ("", UNREACHED),
    ("messages_withdrawn", WITHDRAW_UNREACHED),
    ("", LOSE_UNREACHED),
    ("", LATE),
    ("", "ANALYZE stage_late"),
    *_of_both(LOSE_ITEMS),
    ("", REST),
    *_of_both(SHRINK),
    ("messages_withdrawn", WITHDRAW_MESSAGES),
    ("tasks_withdrawn", WITHDRAW_TASKS),
    ("tasks_withdrawn", SUPERSEDED),
    ("tasks_withdrawn", LEFT_SEGMENT),
    ("tasks_withdrawn", SERVED),
    ("", SERVED_ITEMS),
    ("", SILENCED_ITEMS),
    ("messages_withdrawn", SILENCED),
]
