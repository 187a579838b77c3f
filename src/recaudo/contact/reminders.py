"""What was said to customers about late debts, as the room of money needs it.

Payments knows no contacts: here they are told to it, one row per contact and document. A message
that bounced or failed, and a call that nobody answered, tell nothing.
"""

from __future__ import annotations

from django.db import connection
from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.payments.models import ChargeTerms

# Debts named, or with none named every debt that was late that day. Of one message the oldest
# overdue document is billable; ties by id.
_RECORD = """
INSERT INTO payments_reminder
  (creditor_id, document_id, interaction_id, on_day, channel, is_billable)
SELECT i.creditor_id, d.id, i.id, i.on_day, i.channel,
       m.id IS NOT NULL AND d.due_on < i.on_day AND 1 = ROW_NUMBER() OVER (
         PARTITION BY i.id ORDER BY d.due_on, d.id)
FROM contact_interaction i
JOIN portfolio_document d ON d.creditor_id = i.creditor_id AND d.customer_id = i.customer_id
  AND d.kind <> 'charge' AND d.due_on <= i.on_day
  AND (d.closed_on IS NULL OR d.closed_on > i.on_day)
  AND (CARDINALITY(i.debts) = 0 OR d.id = ANY(i.debts))
LEFT JOIN contact_message m ON m.id = i.message_id
WHERE i.creditor_id = %(creditor)s AND i.direction = 'out' AND i.purpose = 'collection'
  AND (m.state IN ('sent', 'delivered', 'read', 'answered') OR i.is_effective)
  AND NOT EXISTS (SELECT FROM payments_reminder r
                  WHERE r.creditor_id = i.creditor_id AND r.interaction_id = i.id)
ON CONFLICT DO NOTHING
"""


def record_reminders(creditor: Creditor) -> int:
    """Every contact not told yet; how many rows are new. Twice is as once.

    Where no terms charge a fee there is nothing to know.
    """
    with scope(creditor=creditor):
        if not ChargeTerms.objects.exclude(fee="none").exists():
            return 0
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, {"creditor": creditor.pk})
        return int(cursor.rowcount)
