"""One customer's statement and decisions, with the words that the page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import translation

from recaudo.contact.gate import Request
from recaudo.contact.gate.case import Said
from recaudo.contact.gate.decide import consent_of
from recaudo.core.buckets import Slot
from recaudo.desk.book import Titles
from recaudo.desk.names import (
    CONTACT_STATES,
    DOCUMENT_STATES,
    FILE_KINDS,
    REASONS,
    called,
    channel,
)
from recaudo.desk.views.contacts import is_barred, masked
from recaudo.desk.work import Answer
from recaudo.insights.queries.statement import DocumentLine, Statement
from recaudo.payments.models import CreditKind
from recaudo.portfolio.models import (
    Component,
    ContactPoint,
    DocumentFile,
    Hold,
    HoldKind,
    Party,
    PartyRole,
)
from recaudo.portfolio.queries.files import files_of
from recaudo.strategy.models import DocumentDecision

DOCUMENTS_SHOWN = 100
ICONS = {"email": "mail", "phone": "phone", "whatsapp": "message", "sms": "message"}
CONTACT_ORDER = {"valid": 0, "unknown": 1, "invalid": 2}


@dataclass(frozen=True)
class DocumentRow:
    """One open document with its words. ``days`` past due; below zero: until it falls due."""

    line: DocumentLine
    about: str
    days: int
    bucket: str
    state: str
    parts: list[tuple[str, Any]]
    next_step: str
    next_on: date | None
    reason: str
    files: list[dict[str, Any]]


def document_rows(shown: list[DocumentLine], names: Titles, today: date) -> list[DocumentRow]:
    """Two queries: the newest run's word on each of them, and their files."""
    ids = [line.row.pk for line in shown]
    found = DocumentDecision.objects.filter(document__in=ids)
    decisions = {each.document_id: each for each in found}
    files = files_of(ids)
    return [
        _row(line, decisions.get(line.row.pk), files.get(line.row.pk, []), names, today)
        for line in shown
    ]


def _row(
    line: DocumentLine,
    decision: DocumentDecision | None,
    files: list[DocumentFile],
    names: Titles,
    today: date,
) -> DocumentRow:
    obligation = line.row.obligation.number if line.row.obligation else ""
    return DocumentRow(
        line=line,
        about=" · ".join(part for part in (line.row.product, obligation) if part),
        days=(today - line.due_on).days,
        bucket=slot_name(line.slot),
        state=_state(line),
        parts=[(str(Component(part).label), value) for part, value in line.parts.items()],
        next_step=names.step(decision.next_step) if decision else "",
        next_on=decision.next_on if decision else None,
        reason=called(REASONS, decision.reason) if decision else "",
        files=[{"file": each, "kind": called(FILE_KINDS, each.kind)} for each in files],
    )


def _state(line: DocumentLine) -> str:
    if line.is_ceded:
        return called(REASONS, "ceded")
    return called(DOCUMENT_STATES, "written_off" if line.is_written_off else line.row.state)


def slot_name(slot: Slot) -> str:
    english = (translation.get_language() or "").startswith("en")
    return slot.name_en if english else slot.name_es


def most_days(statement: Statement) -> int:
    """Days of the oldest claimable document."""
    return max((line.dpd for line in statement.documents if not line.is_ceded), default=0)


def credit_rows(statement: Statement) -> list[dict[str, Any]]:
    return [
        {"line": line, "kind": CreditKind(line.row.kind).label} for line in statement.credits[:50]
    ]


def contact_rows(
    statement: Statement, country: str, answers: dict[int, Answer]
) -> list[dict[str, Any]]:
    """Active points, those that work first; values masked; the gate's answer to each.

    ``is_barred``: a reference, whom nobody may chase in that country (F17)."""
    active = [each for each in statement.reach if each.row.is_active]
    return [
        {
            "point": each.row,
            "masked": masked(each.row.channel, each.row.value),
            "channel": channel(each.row.channel),
            "icon": ICONS.get(each.row.channel, "pin"),
            "state": called(CONTACT_STATES, each.row.state),
            "party": each.party.name if each.party else "",
            "is_barred": is_barred(each.party, country),
            "answer": answers.get(each.row.pk),
            "is_allowed": _is_allowed(statement, each.row),
        }
        for each in sorted(active, key=lambda each: CONTACT_ORDER[each.row.state])
    ]


def _is_allowed(statement: Statement, point: ContactPoint) -> bool | None:
    """What the customer said about this way, as the gate reads it; None: nothing."""
    oldest_first = sorted(statement.consents, key=lambda each: (each.given_on, each.pk))
    said = [
        Said(each.channel, each.purpose, each.contact_point_id, each.is_granted)
        for each in oldest_first
    ]
    asked = Request(point.customer_id, point.channel, contact_point_id=point.pk)
    return consent_of(said, asked)


def party_rows(parties: list[Party]) -> list[dict[str, Any]]:
    return [{"party": each, "role": PartyRole(each.role).label} for each in parties]


def hold_rows(holds: list[Hold]) -> list[dict[str, Any]]:
    return [
        {
            "hold": each,
            "kind": HoldKind(each.kind).label,
            "channel": channel(each.channel) if each.channel else "",
        }
        for each in holds
    ]
