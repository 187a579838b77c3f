"""Does the ledger add up? Everything is re-added from the postings and compared with what is kept.

Each rule is one statement over sets, so that millions of rows take seconds.
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from recaudo.access.models import Creditor
from recaudo.payments.queries import check_money
from recaudo.payments.queries.rule import Rule

#: Rows named per rule; ``count`` says how many there are.
NAMED_MAX = 20


RULES = (
    # Document: original + corrections = amount; amount − applied = open.
    Rule(
        "document_amount_differs",
        """
        SELECT d.key, d.amount::text, (d.original_amount + COALESCE(a.delta, 0))::text
        FROM portfolio_document d LEFT JOIN (
          SELECT document_id, SUM(delta) AS delta FROM portfolio_documentadjustment
          WHERE creditor_id = %(creditor)s GROUP BY document_id) a ON a.document_id = d.id
        WHERE d.creditor_id = %(creditor)s
          AND d.amount <> d.original_amount + COALESCE(a.delta, 0)
        """,
    ),
    Rule(
        "document_open_differs",
        """
        SELECT d.key, d.open_amount::text, (d.amount - COALESCE(a.applied, 0))::text
        FROM portfolio_document d LEFT JOIN (
          SELECT document_id, SUM(amount) AS applied FROM payments_application
          WHERE creditor_id = %(creditor)s GROUP BY document_id) a ON a.document_id = d.id
        WHERE d.creditor_id = %(creditor)s
          AND d.open_amount <> d.amount - COALESCE(a.applied, 0)
        """,
    ),
    # A document is closed exactly when nothing is open, since its last standing posting.
    Rule(
        "document_closed_on_differs",
        """
        SELECT d.key, COALESCE(d.closed_on::text, ''), COALESCE(s.last_on::text, '')
        FROM portfolio_document d LEFT JOIN (
          SELECT document_id, MAX(value_on) AS last_on FROM (
            SELECT a.document_id, a.value_on FROM payments_application a
            LEFT JOIN payments_application r ON r.reverses_id = a.id
            WHERE a.creditor_id = %(creditor)s AND a.amount > 0 AND r.id IS NULL
            UNION ALL
            SELECT document_id, value_on FROM portfolio_documentadjustment
            WHERE creditor_id = %(creditor)s) postings
          GROUP BY document_id) s ON s.document_id = d.id
        WHERE d.creditor_id = %(creditor)s
          AND ((d.open_amount = 0) <> (d.closed_on IS NOT NULL)
               OR d.closed_on <> COALESCE(s.last_on, '-infinity'))
        """,
    ),
    # Parts: original + corrections = amount; amount − applied = open; together they are the whole.
    Rule(
        "component_differs",
        """
        SELECT d.key || ' ' || p.component, p.open_amount::text,
               (p.original_amount + COALESCE(j.delta, 0) - COALESCE(a.applied, 0))::text
        FROM portfolio_documentcomponent p
        JOIN portfolio_document d ON d.id = p.document_id
        LEFT JOIN (
          SELECT document_id, component, SUM(delta) AS delta FROM portfolio_documentadjustment
          WHERE creditor_id = %(creditor)s AND component <> '' GROUP BY document_id, component
        ) j ON j.document_id = p.document_id AND j.component = p.component
        LEFT JOIN (
          SELECT document_id, component, SUM(amount) AS applied FROM payments_application
          WHERE creditor_id = %(creditor)s AND component <> '' GROUP BY document_id, component
        ) a ON a.document_id = p.document_id AND a.component = p.component
        WHERE p.creditor_id = %(creditor)s
          AND (p.amount <> p.original_amount + COALESCE(j.delta, 0)
               OR p.open_amount <> p.amount - COALESCE(a.applied, 0))
        """,
    ),
    Rule(
        "components_do_not_add_up",
        """
        SELECT d.key, d.open_amount::text, p.open_amount::text
        FROM (
          SELECT document_id, SUM(amount) AS amount, SUM(open_amount) AS open_amount,
                 SUM(original_amount) AS original_amount
          FROM portfolio_documentcomponent WHERE creditor_id = %(creditor)s GROUP BY document_id
        ) p JOIN portfolio_document d ON d.id = p.document_id
        WHERE p.amount <> d.amount OR p.open_amount <> d.open_amount
           OR p.original_amount <> d.original_amount
        """,
    ),
    Rule(
        "component_unknown",
        """
        SELECT d.key || ' ' || a.component, a.amount::text, '0'
        FROM payments_application a JOIN portfolio_document d ON d.id = a.document_id
        WHERE a.creditor_id = %(creditor)s AND a.component <> '' AND NOT EXISTS (
          SELECT FROM portfolio_documentcomponent p
          WHERE p.document_id = a.document_id AND p.component = a.component)
        """,
    ),
    Rule(
        "credit_amount_differs",
        """
        SELECT c.source || ' ' || c.external_id, c.amount::text,
               (c.original_amount + COALESCE(a.delta, 0))::text
        FROM payments_credit c LEFT JOIN (
          SELECT credit_id, SUM(delta) AS delta FROM payments_creditadjustment
          WHERE creditor_id = %(creditor)s GROUP BY credit_id) a ON a.credit_id = c.id
        WHERE c.creditor_id = %(creditor)s
          AND c.amount <> c.original_amount + COALESCE(a.delta, 0)
        """,
    ),
    Rule(
        "credit_unapplied_differs",
        """
        SELECT c.source || ' ' || c.external_id, c.unapplied::text,
               (c.amount - COALESCE(a.applied, 0))::text
        FROM payments_credit c LEFT JOIN (
          SELECT credit_id, SUM(amount) AS applied FROM payments_application
          WHERE creditor_id = %(creditor)s GROUP BY credit_id) a ON a.credit_id = c.id
        WHERE c.creditor_id = %(creditor)s AND c.unapplied <> c.amount - COALESCE(a.applied, 0)
        """,
    ),
    Rule(
        "application_currency_differs",
        """
        SELECT d.key, c.currency, d.currency
        FROM payments_application a JOIN portfolio_document d ON d.id = a.document_id
        JOIN payments_credit c ON c.id = a.credit_id
        WHERE a.creditor_id = %(creditor)s AND c.currency <> d.currency
        """,
    ),
    Rule(
        "reversal_differs",
        """
        SELECT d.key, r.amount::text, (-a.amount)::text
        FROM payments_application r JOIN payments_application a ON a.id = r.reverses_id
        JOIN portfolio_document d ON d.id = r.document_id
        WHERE r.creditor_id = %(creditor)s
          AND (r.amount <> -a.amount OR r.credit_id <> a.credit_id
               OR r.document_id <> a.document_id OR r.component <> a.component)
        """,
    ),
    # Nothing of one creditor may touch another's, whatever keys somebody dropped.
    Rule(
        "crosses_creditors",
        """
        SELECT 'application ' || a.id, a.creditor_id::text, d.creditor_id::text
        FROM payments_application a JOIN portfolio_document d ON d.id = a.document_id
        JOIN payments_credit c ON c.id = a.credit_id
        WHERE a.creditor_id = %(creditor)s
          AND (d.creditor_id <> a.creditor_id OR c.creditor_id <> a.creditor_id)
        UNION ALL
        SELECT 'document ' || d.key, d.creditor_id::text, k.creditor_id::text
        FROM portfolio_document d JOIN portfolio_customer k ON k.id = d.customer_id
        WHERE d.creditor_id = %(creditor)s AND k.creditor_id <> d.creditor_id
        UNION ALL
        SELECT 'credit ' || c.external_id, c.creditor_id::text, k.creditor_id::text
        FROM payments_credit c JOIN portfolio_customer k ON k.id = c.customer_id
        WHERE c.creditor_id = %(creditor)s AND k.creditor_id <> c.creditor_id
        """,
    ),
    # The dated rows and the day they left on the document.
    Rule(
        "due_date_differs",
        """
        SELECT d.key, d.due_on::text, n.due_on::text
        FROM (
          SELECT DISTINCT ON (document_id) document_id, due_on FROM portfolio_duedate
          WHERE creditor_id = %(creditor)s ORDER BY document_id, id DESC
        ) n JOIN portfolio_document d ON d.id = n.document_id
        WHERE d.due_on <> n.due_on
        """,
    ),
    *check_money.RULES,
)


def check_ledger(creditor: Creditor) -> list[dict[str, Any]]:
    """What does not agree, one entry per rule broken; empty when the ledger adds up.

    Each: code, creditor (its code), count, the first disagreement (what, kept, should_be) and up to
    ``NAMED_MAX`` ``rows`` of the same three. Each rule reads one moment, so that writers at work
    meanwhile cause no false alarm.
    """
    found: list[dict[str, Any]] = []
    with connection.cursor() as cursor:
        for rule in RULES:
            text = (
                "WITH wrong (what, kept, should_be) AS (" + rule.sql + ") "
                "SELECT what, kept, should_be, COUNT(*) OVER () FROM wrong "
                "ORDER BY what LIMIT %(named)s"
            )
            cursor.execute(text, {"creditor": creditor.pk, "named": NAMED_MAX})
            rows = cursor.fetchall()
            if rows:
                found.append(_entry(rule, creditor, rows))
    return found


def _entry(rule: Rule, creditor: Creditor, rows: list[tuple[str, str, str, int]]) -> dict[str, Any]:
    what, kept, should_be, count = rows[0]
    return {
        "code": rule.code,
        "creditor": creditor.code,
        "count": count,
        "what": what,
        "kept": kept,
        "should_be": should_be,
        "rows": [{"what": w, "kept": k, "should_be": s} for w, k, s, _ in rows],
    }
