"""Do lots, conversions, differences, waivers, charges and refunds add up with the ledger?

Rules like those of ``check``, of the tables that say how the ledger's rows came about.
"""

from __future__ import annotations

from recaudo.payments.queries.rule import Rule

RULES = (
    # The shares and what nobody owns yet are the lot. Of a sheet of receipts: what was deposited
    # over them is unassigned; a deposit that is short leaves nothing unassigned.
    Rule(
        "lot_does_not_add_up",
        """
        SELECT l.source || ' ' || l.external_id, l.unassigned::text,
               (l.amount - COALESCE(c.shares, 0))::text
        FROM payments_paymentlot l LEFT JOIN (
          SELECT lot_id, SUM(original_amount) AS shares FROM payments_credit
          WHERE creditor_id = %(creditor)s AND lot_id IS NOT NULL GROUP BY lot_id
        ) c ON c.lot_id = l.id
        WHERE l.creditor_id = %(creditor)s
          AND l.unassigned <> CASE WHEN l.kind = 'receipts'
            THEN GREATEST(l.amount - COALESCE(c.shares, 0), 0)
            ELSE l.amount - COALESCE(c.shares, 0) END
        """,
    ),
    # What left a payment for another currency, and what came back when that was undone.
    Rule(
        "conversion_differs",
        """
        SELECT c.source || ' ' || c.external_id, COALESCE(j.gone, 0)::text,
               COALESCE(x.gone, 0)::text
        FROM (
          SELECT paid_id AS credit_id, -SUM(paid_amount) FILTER (WHERE undone_at IS NULL) AS gone
          FROM payments_conversion WHERE creditor_id = %(creditor)s GROUP BY paid_id
        ) x FULL JOIN (
          SELECT credit_id, SUM(delta) AS gone FROM payments_creditadjustment
          WHERE creditor_id = %(creditor)s AND reason IN ('converted', 'conversion_undone')
          GROUP BY credit_id
        ) j ON j.credit_id = x.credit_id
        JOIN payments_credit c ON c.id = COALESCE(x.credit_id, j.credit_id)
        WHERE COALESCE(x.gone, 0) <> COALESCE(j.gone, 0)
        UNION ALL
        SELECT 'exchange ' || b.external_id, COALESCE(b.caused_by_id::text, ''), x.paid_id::text
        FROM payments_conversion x JOIN payments_credit b ON b.id = x.bought_id
        WHERE x.creditor_id = %(creditor)s
          AND (b.caused_by_id IS DISTINCT FROM x.paid_id OR b.kind <> 'exchange'
               OR (x.undone_at IS NOT NULL AND b.amount <> 0))
        """,
    ),
    # A difference is its application's amount at the two rates; a reversal undoes it.
    Rule(
        "exchange_difference_differs",
        """
        SELECT d.key, e.amount::text, (a.amount * (e.rate_at_payment - e.rate_at_issue))::text
        FROM payments_exchangedifference e JOIN payments_application a ON a.id = e.application_id
        JOIN portfolio_document d ON d.id = a.document_id
        WHERE e.creditor_id = %(creditor)s
          AND ABS(e.amount - a.amount * (e.rate_at_payment - e.rate_at_issue)) > 0.5
        UNION ALL
        SELECT d.key, COALESCE(o.amount, 0)::text, (-e.amount)::text
        FROM payments_exchangedifference e
        JOIN payments_application r ON r.reverses_id = e.application_id
        JOIN portfolio_document d ON d.id = r.document_id
        LEFT JOIN payments_exchangedifference o ON o.application_id = r.id
        WHERE e.creditor_id = %(creditor)s AND COALESCE(o.amount, 0) <> -e.amount
        """,
    ),
    # A waiver is a condonation of as much, and of nothing but its charge.
    Rule(
        "waiver_differs",
        """
        SELECT d.key, w.amount::text, c.original_amount::text
        FROM payments_chargewaiver w JOIN payments_charge h ON h.id = w.charge_id
        JOIN portfolio_document d ON d.id = h.document_id
        JOIN payments_credit c ON c.id = w.credit_id
        WHERE w.creditor_id = %(creditor)s
          AND (w.amount <> c.original_amount OR c.kind <> 'forgiveness' OR EXISTS (
            SELECT FROM payments_application a
            WHERE a.credit_id = c.id AND a.document_id <> h.document_id))
        """,
    ),
    # A charge is a document of that kind with one component, and that component is all of it.
    Rule(
        "charge_differs",
        """
        SELECT d.key, d.original_amount::text, COALESCE(p.whole, 0)::text
        FROM payments_charge h JOIN portfolio_document d ON d.id = h.document_id
        LEFT JOIN (
          SELECT document_id, SUM(original_amount) AS whole, COUNT(*) AS parts
          FROM portfolio_documentcomponent WHERE creditor_id = %(creditor)s GROUP BY document_id
        ) p ON p.document_id = d.id
        WHERE h.creditor_id = %(creditor)s
          AND (d.kind <> 'charge' OR COALESCE(p.parts, 0) <> 1 OR p.whole <> d.original_amount)
        """,
    ),
    Rule(
        "refunds_do_not_add_up",
        """
        SELECT c.source || ' ' || c.external_id, COALESCE(-j.gone, 0)::text,
               COALESCE(r.gone, 0)::text
        FROM (
          SELECT credit_id, SUM(amount) AS gone FROM payments_refund
          WHERE creditor_id = %(creditor)s GROUP BY credit_id
        ) r FULL JOIN (
          SELECT credit_id, SUM(delta) AS gone FROM payments_creditadjustment
          WHERE creditor_id = %(creditor)s AND reason = 'refunded' GROUP BY credit_id
        ) j ON j.credit_id = r.credit_id
        JOIN payments_credit c ON c.id = COALESCE(r.credit_id, j.credit_id)
        WHERE COALESCE(r.gone, 0) <> COALESCE(-j.gone, 0)
        """,
    ),
    # What a payment caused does not outlive it.
    Rule(
        "credit_outlives_cause",
        """
        SELECT c.source || ' ' || c.external_id, c.amount::text, '0'
        FROM payments_credit c JOIN payments_credit k ON k.id = c.caused_by_id
        WHERE c.creditor_id = %(creditor)s AND c.amount > 0 AND k.amount = 0 AND EXISTS (
          SELECT FROM payments_creditadjustment j
          WHERE j.credit_id = k.id AND j.reason = 'taken_back')
        """,
    ),
)
