"""Letting messages out no faster than the creditor's daily cap (F9)."""

from __future__ import annotations

from datetime import date

from django.db.backends.utils import CursorWrapper

from recaudo.access.models import Creditor
from recaudo.core.calendar import ONE_DAY, next_business_day
from recaudo.strategy.judging import place_of

DAYS_AHEAD = 60

# In the order of their runs, then of priority: who has waited longest goes first.
SPREAD = """
WITH waiting AS (
  SELECT m.id, m.not_before,
    (ROW_NUMBER() OVER (ORDER BY m.run_id, d.priority DESC NULLS LAST, m.customer_id, m.id) - 1)
      / %(cap)s AS place
  FROM contact_message m LEFT JOIN strategy_decision d
    ON d.creditor_id = m.creditor_id AND d.customer_id = m.customer_id
  WHERE m.creditor_id = %(creditor)s AND m.state = 'planned' AND m.purpose = 'collection'
    AND m.not_before >= CAST(%(today)s AS timestamp) AT TIME ZONE %(zone)s
),
placed AS (
  SELECT id, not_before, CAST((%(days)s::date[])[LEAST(place, %(last)s) + 1] AS timestamp)
    AT TIME ZONE %(zone)s AS starts
  FROM waiting
)
UPDATE contact_message m
SET not_before = p.starts, not_after = m.not_after + (p.starts - p.not_before)
FROM placed p WHERE m.id = p.id AND p.starts <> m.not_before AND m.state = 'planned'
"""
LATER = """
SELECT COUNT(*) FROM contact_message
WHERE creditor_id = %(creditor)s AND state = 'planned' AND purpose = 'collection'
  AND not_before > CAST(%(today)s AS timestamp) AT TIME ZONE %(zone)s
"""


def spread(cursor: CursorWrapper, creditor: Creditor, today: date) -> int:
    """Give the messages beyond the cap a later business day; how many wait for one.

    Twice is the same as once. Whatever does not fit in ``DAYS_AHEAD`` waits for the last of them.
    """
    given = {"creditor": creditor.pk, "today": today, "zone": creditor.timezone}
    if creditor.daily_message_cap:
        days = [today]
        while len(days) < DAYS_AHEAD:
            days.append(next_business_day(days[-1] + ONE_DAY, place_of(creditor)))
        cap = {"cap": creditor.daily_message_cap, "days": days, "last": len(days) - 1}
        cursor.execute(SPREAD, given | cap)
    cursor.execute(LATER, given)
    return int(cursor.fetchone()[0])
