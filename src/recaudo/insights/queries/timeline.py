"""What happened with one customer, newest first, whoever wrote it down.

One statement gathers the sources; an entry says what kind it is and the facts, and the face makes
words of them. Money in facts is text, with its currency beside it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db import connection

from recaudo.core.problems import Problem
from recaudo.portfolio.models import Customer

#: kind → SELECT of (day, instant, id, facts). The day is the one that people mean: of value, of
#: issue, of the contact; the instant orders one day.
SOURCES: dict[str, str] = {
    "document": """
        SELECT issued_on, recorded_at, id, JSONB_BUILD_OBJECT('document', prefix || number,
          'instalment', instalment, 'kind', kind, 'amount', original_amount::text,
          'currency', currency, 'due_on', due_on, 'batch', batch_id)
        FROM portfolio_document d WHERE customer_id = %(customer)s
          AND NOT EXISTS (SELECT FROM payments_charge h WHERE h.document_id = d.id)""",
    "charge": """
        SELECT d.issued_on, h.recorded_at, h.id, JSONB_BUILD_OBJECT('kind', h.kind,
          'document', b.prefix || b.number, 'instalment', b.instalment, 'from', h.from_on,
          'until', h.until_on, 'amount', d.original_amount::text, 'currency', d.currency,
          'because', h.because, 'by', h.by_id)
        FROM payments_charge h JOIN portfolio_document d ON d.id = h.document_id
        JOIN portfolio_document b ON b.id = h.base_id WHERE d.customer_id = %(customer)s""",
    "charge_waived": """
        SELECT c.value_on, w.recorded_at, w.id, JSONB_BUILD_OBJECT('kind', h.kind,
          'document', b.prefix || b.number, 'instalment', b.instalment, 'amount', w.amount::text,
          'currency', c.currency, 'reason', w.reason, 'by', w.by_id)
        FROM payments_chargewaiver w JOIN payments_credit c ON c.id = w.credit_id
        JOIN payments_charge h ON h.id = w.charge_id JOIN portfolio_document b ON b.id = h.base_id
        WHERE c.customer_id = %(customer)s""",
    "due_date_moved": """
        SELECT (m.recorded_at AT TIME ZONE %(zone)s)::date, m.recorded_at, m.id,
          JSONB_BUILD_OBJECT('document', d.prefix || d.number, 'instalment', d.instalment,
            'from', m.previous_due_on, 'to', m.due_on, 'reason', m.reason, 'batch', m.batch_id)
        FROM portfolio_duedate m JOIN portfolio_document d ON d.id = m.document_id
        WHERE d.customer_id = %(customer)s""",
    "document_event": """
        SELECT e.happened_on, e.recorded_at, e.id, JSONB_BUILD_OBJECT('document',
          d.prefix || d.number, 'instalment', d.instalment, 'kind', e.kind, 'reason', e.reason,
          'batch', e.batch_id)
        FROM portfolio_documentevent e JOIN portfolio_document d ON d.id = e.document_id
        WHERE d.customer_id = %(customer)s AND e.kind <> 'issued'""",
    "document_adjusted": """
        SELECT a.value_on, a.recorded_at, a.id, JSONB_BUILD_OBJECT('document',
          d.prefix || d.number, 'instalment', d.instalment, 'amount', a.delta::text,
          'currency', d.currency, 'reason', a.reason, 'batch', a.batch_id)
        FROM portfolio_documentadjustment a JOIN portfolio_document d ON d.id = a.document_id
        WHERE d.customer_id = %(customer)s""",
    "credit": """
        SELECT c.value_on, c.recorded_at, c.id, JSONB_BUILD_OBJECT('kind', c.kind,
          'amount', c.original_amount::text, 'currency', c.currency,
          'unapplied', c.unapplied::text, 'reference', c.reference, 'batch', c.batch_id,
          'payer', c.payer, 'by', c.by_id, 'is_gone', c.amount = 0,
          'lot', (SELECT l.kind FROM payments_paymentlot l WHERE l.id = c.lot_id),
          'documents', (SELECT COALESCE(JSONB_AGG(DISTINCT d.prefix || d.number), '[]')
             FROM payments_application a JOIN portfolio_document d ON d.id = a.document_id
             WHERE a.credit_id = c.id AND a.amount > 0))
        FROM payments_credit c WHERE c.customer_id = %(customer)s
          AND NOT EXISTS (SELECT FROM payments_chargewaiver w WHERE w.credit_id = c.id)""",
    "credit_adjusted": """
        SELECT a.value_on, a.recorded_at, a.id, JSONB_BUILD_OBJECT('kind', c.kind,
          'amount', a.delta::text, 'currency', c.currency, 'reference', c.reference,
          'reason', a.reason, 'batch', a.batch_id)
        FROM payments_creditadjustment a JOIN payments_credit c ON c.id = a.credit_id
        WHERE c.customer_id = %(customer)s
          AND a.reason NOT IN ('refunded', 'converted', 'conversion_undone')""",
    "refund": """
        SELECT paid_on, recorded_at, r.id, JSONB_BUILD_OBJECT('amount', r.amount::text,
          'currency', (SELECT currency FROM payments_credit c WHERE c.id = r.credit_id),
          'reference', r.reference, 'note', r.reason, 'by', r.by_id)
        FROM payments_refund r WHERE r.customer_id = %(customer)s""",
    "instrument": """
        SELECT e.happened_on, e.recorded_at, e.id, JSONB_BUILD_OBJECT('kind', i.kind,
          'number', i.number, 'state', e.state, 'amount', i.amount::text, 'currency', i.currency,
          'due_on', i.due_on, 'note', e.reason, 'by', e.by_id)
        FROM payments_instrumentevent e JOIN payments_instrument i ON i.id = e.instrument_id
        WHERE i.customer_id = %(customer)s""",
    "paper": """
        SELECT since_on, p.recorded_at, p.id, JSONB_BUILD_OBJECT('kind', p.kind, 'state', p.state,
          'amount', p.amount::text, 'currency', p.currency, 'due_on', p.due_on,
          'document', (SELECT prefix || number FROM portfolio_document d
             WHERE d.id = p.document_id))
        FROM payments_pendingpaper p WHERE p.customer_id = %(customer)s""",
    "paper_settled": """
        SELECT settled_on, NULL::timestamptz, p.id, JSONB_BUILD_OBJECT('kind', p.kind,
          'number', p.number, 'note', p.note, 'by', p.by_id)
        FROM payments_pendingpaper p
        WHERE p.customer_id = %(customer)s AND p.state = 'received' AND settled_on IS NOT NULL""",
    "clearance": """
        SELECT (issued_at AT TIME ZONE %(zone)s)::date, issued_at, id, JSONB_BUILD_OBJECT(
          'number', number, 'as_of', as_of, 'by', by_id)
        FROM payments_clearance WHERE customer_id = %(customer)s""",
    "clearance_voided": """
        SELECT voided_on, NULL::timestamptz, id, JSONB_BUILD_OBJECT('number', number)
        FROM payments_clearance WHERE customer_id = %(customer)s AND voided_on IS NOT NULL""",
    "application_reversed": """
        SELECT a.value_on, a.recorded_at, a.id, JSONB_BUILD_OBJECT('document',
          d.prefix || d.number, 'instalment', d.instalment, 'amount', (-a.amount)::text,
          'currency', d.currency, 'batch', a.batch_id)
        FROM payments_application a JOIN portfolio_document d ON d.id = a.document_id
        WHERE d.customer_id = %(customer)s AND a.amount < 0""",
    "interaction": """
        SELECT on_day, at, id, JSONB_BUILD_OBJECT('channel', channel, 'direction', direction,
          'outcome', outcome, 'note', note, 'is_effective', is_effective,
          'is_answered', is_answered, 'by', by_id, 'source', source)
        FROM contact_interaction WHERE customer_id = %(customer)s
          AND source NOT IN ('inbound', 'inbound_promise')""",
    "reply": """
        SELECT (received_at AT TIME ZONE %(zone)s)::date, received_at, id, JSONB_BUILD_OBJECT(
          'channel', channel, 'class', classified, 'state', state, 'promised', facts -> 'promised',
          'note', LEFT(COALESCE(NULLIF(own_text, ''), subject), 240), 'by', classified_by_id,
          'source', matched_by)
        FROM contact_inboundmessage WHERE customer_id = %(customer)s AND kind = 'reply'""",
    "payment_reported": """
        SELECT (recorded_at AT TIME ZONE %(zone)s)::date, recorded_at, id, JSONB_BUILD_OBJECT(
          'amount', amount::text, 'currency', currency, 'paid_on', paid_on, 'note', bank,
          'reference', reference, 'state', state, 'repeats', repeats_id, 'by', by_id)
        FROM payments_reportedpayment WHERE customer_id = %(customer)s""",
    "message": """
        SELECT (created_at AT TIME ZONE %(zone)s)::date, created_at, id, JSONB_BUILD_OBJECT(
          'channel', channel, 'step', step_key, 'template', template_key, 'state', state,
          'amount', balance::text, 'currency', currency, 'not_before', not_before,
          'reason', withdrawn_reason)
        FROM contact_message WHERE customer_id = %(customer)s""",
    "task": """
        SELECT (created_at AT TIME ZONE %(zone)s)::date, created_at, id, JSONB_BUILD_OBJECT(
          'kind', kind, 'step', step_key, 'state', state, 'amount', balance::text,
          'currency', currency, 'due_on', due_on)
        FROM strategy_task WHERE customer_id = %(customer)s""",
    "task_finished": """
        SELECT (finished_at AT TIME ZONE %(zone)s)::date, finished_at, id, JSONB_BUILD_OBJECT(
          'kind', kind, 'step', step_key, 'state', state, 'outcome', outcome, 'by', finished_by_id)
        FROM strategy_task WHERE customer_id = %(customer)s AND finished_at IS NOT NULL""",
    "hold": """
        SELECT h.from_on, h.recorded_at, h.id, JSONB_BUILD_OBJECT('kind', h.kind,
          'until', h.until_on, 'reason', h.reason, 'channel', h.channel, 'by', h.by_id,
          'document', (SELECT prefix || number FROM portfolio_document WHERE id = h.document_id))
        FROM portfolio_hold h WHERE h.customer_id = %(customer)s""",
    "hold_released": """
        SELECT (released_at AT TIME ZONE %(zone)s)::date, released_at, id, JSONB_BUILD_OBJECT(
          'kind', kind, 'reason', reason, 'by', released_by_id)
        FROM portfolio_hold WHERE customer_id = %(customer)s AND released_at IS NOT NULL""",
    "consent": """
        SELECT given_on, recorded_at, id, JSONB_BUILD_OBJECT('channel', channel,
          'purpose', purpose, 'is_granted', is_granted, 'source', source)
        FROM portfolio_consent WHERE customer_id = %(customer)s""",
    "assignment": """
        SELECT from_on, NULL::timestamptz, id, JSONB_BUILD_OBJECT('role', role,
          'name', COALESCE(NULLIF(person_name, ''), person_code))
        FROM portfolio_assignment WHERE customer_id = %(customer)s""",
}

SIZE = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """``facts`` depend on ``kind`` (see ``SOURCES``); ``by`` there is a user's id or None.

    ``at`` is None where only the day is known.
    """

    kind: str
    on_day: date
    at: datetime | None
    id: int
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Page:
    """``next`` is what to give as ``after`` for the older page; None at the end."""

    entries: list[Entry]
    next: str | None


def timeline(customer: Customer, *, after: str | None = None, size: int = SIZE) -> Page:
    """One page of what happened, the newest day first; within a day by the instant, then by kind.

    Raises Problem ``timeline_page_unknown`` for an ``after`` that was not ours.
    """
    facts: dict[str, Any] = {
        "customer": customer.pk,
        "zone": customer.creditor.timezone,
        "size": size + 1,
    }
    older = ""
    if after is not None:
        facts |= _place(after)
        older = "WHERE (on_day, moment, kind, id) < (%(day)s, %(moment)s, %(kind)s, %(id)s)"
    text = f"""
        SELECT kind, on_day, at, id, facts, moment FROM (
          SELECT kind, on_day, at, id, facts,
                 COALESCE(at, on_day::timestamp AT TIME ZONE 'UTC') AS moment
          FROM ({_union()}) sources
        ) entries {older}
        ORDER BY on_day DESC, moment DESC, kind DESC, id DESC LIMIT %(size)s"""
    with connection.cursor() as cursor:
        cursor.execute(text, facts)
        rows = cursor.fetchall()
    entries = [
        Entry(kind, on_day, at, pk, told if isinstance(told, dict) else json.loads(told))
        for kind, on_day, at, pk, told, _ in rows[:size]
    ]
    return Page(entries, _cursor(rows[size - 1]) if len(rows) > size else None)


@cache
def _union() -> str:
    return " UNION ALL ".join(
        f"SELECT '{kind}' AS kind, s.* FROM ({text}) AS s (on_day, at, id, facts)"
        for kind, text in SOURCES.items()
    )


def _cursor(row: tuple[Any, ...]) -> str:
    kind, on_day, _, pk, _, moment = row
    return "|".join((on_day.isoformat(), moment.isoformat(), kind, str(pk)))


def _place(after: str) -> dict[str, Any]:
    try:
        day, moment, kind, pk = after.split("|")
        place: dict[str, Any] = {
            "day": date.fromisoformat(day),
            "moment": datetime.fromisoformat(moment),
            "kind": kind,
            "id": int(pk),
        }
    except ValueError as error:
        raise Problem("timeline_page_unknown", after=after) from error
    if place["moment"].tzinfo is None or kind not in SOURCES:
        raise Problem("timeline_page_unknown", after=after)
    return place
