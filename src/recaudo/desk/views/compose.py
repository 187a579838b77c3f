"""Writing to one customer: the text, the gate's answer beside it, and when it may leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages as notes
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from recaudo import words
from recaudo.access.models import Creditor
from recaudo.contact.gate import Request, Word, look, sentence_of
from recaudo.contact.hand.opening import BY_HAND, open_message
from recaudo.contact.inbound.answering import answer_subject
from recaudo.contact.models import InboundMessage, MailAccount, Message, Origin, Template
from recaudo.contact.outbox.by_hand import WAITS, write_by_hand
from recaudo.contact.texts import Written, install_ready, render_text
from recaudo.contact.texts import render as render_template
from recaudo.contact.texts.closing import closed
from recaudo.contact.texts.lint import Draft as TextDraft
from recaudo.contact.texts.lint import Finding, lint
from recaudo.contact.texts.writing import spoken
from recaudo.core.problems import Problem
from recaudo.desk import figures, work
from recaudo.desk.cases import customer_or_404
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.names import written_by
from recaudo.desk.views.contacts import masked
from recaudo.portfolio.models import Channel, ContactPoint, Customer, Document

#: A person's own words, about nothing in particular: an answer, an appointment.
TEXT_MAX = 4000
#: What one writes by, where nothing is said: what is read soonest; a letter last.
FIRST = ("whatsapp", "email", "sms", "address")


@dataclass(frozen=True)
class Draft:
    """What is being written. ``template`` empty: the person's own ``text``."""

    channel: str
    point: ContactPoint | None
    template: str
    subject: str
    text: str
    document: Document | None
    answers: InboundMessage | None

    @property
    def is_empty(self) -> bool:
        return not self.template and not self.text.strip()


@open_to("work")
def compose(request: DeskRequest, customer_id: int) -> HttpResponse:
    """One address for all of it: GET shows the form, POST previews, sends or plans what stands in
    it. The choice travels in the body: what is written is in no address."""
    customer = customer_or_404(request, customer_id)
    points = _points(customer)
    draft = _draft(request, customer, points)
    now = timezone.now()
    word = _word(request, customer, draft, now)
    refused = ""
    act = request.POST.get("do", "")
    if act in ("send", "schedule"):
        try:
            return _send(request, customer, draft, word, now=now, later=act == "schedule")
        except Problem as problem:
            refused = words.sentence(problem)
    context = {
        "customer": customer,
        "draft": draft,
        "points": [(each, masked(each.channel, each.value)) for each in points
                   if each.channel == draft.channel],
        "channels": [(code, written_by(code)) for code in BY_HAND],
        "templates": _templates(request.creditor, draft.channel),
        "documents": _open_documents(customer),
        "word": word,
        "word_told": sentence_of(word) if word else "",
        "earliest": _told_there(word, request.creditor.timezone),
        "refused": refused,
        **_preview(request, customer, draft, now),
    }  # fmt: skip
    is_part = bool(request.htmx) and act == "preview"
    page = "desk/parts/compose_answer.html" if is_part else "desk/compose.html"
    return render(request, page, context, status=422 if refused else 200)


def _draft(request: DeskRequest, customer: Customer, points: list[ContactPoint]) -> Draft:
    given = request.POST if request.method == "POST" else request.GET
    channel = given.get("channel", "")
    if channel not in BY_HAND:
        there = {each.channel for each in points}
        channel = next((each for each in FIRST if each in there), "email")
    mine = [each for each in points if each.channel == channel]
    point = next((each for each in mine if str(each.pk) == given.get("contact")), None)
    answers = _row(InboundMessage, customer, given.get("answers", ""))
    return Draft(
        channel=channel,
        point=point or (mine[0] if mine else None),
        template=given.get("template", "")[:100],
        subject=given.get("subject", answer_subject(answers) if answers else "")[:200],
        text=given.get("text", "")[:TEXT_MAX],
        document=_row(Document, customer, given.get("document", "")),
        answers=answers,
    )


def _row(model: Any, customer: Customer, given: str) -> Any:
    if not given.isdecimal() or len(given) > 18:
        return None
    return model.objects.filter(pk=int(given), customer=customer).first()


def _points(customer: Customer) -> list[ContactPoint]:
    """The customer's and those of who answers for the debt; a reference's never (F17)."""
    found = (
        ContactPoint.objects.select_related("party")
        .filter(customer=customer, is_active=True)
        .exclude(state="invalid")
        .order_by("-is_verified_by_hand", "-state", "id")
    )
    return [each for each in found if not work.is_reference(each)]


def _templates(creditor: Creditor, channel: str) -> list[Template]:
    if not Template.objects.exists():
        install_ready(creditor)
    return list(Template.objects.filter(channel=channel, is_active=True).order_by("tone", "title"))


def _open_documents(customer: Customer) -> list[Document]:
    found = Document.objects.filter(customer=customer, open_amount__gt=0)
    return list(found.order_by("due_on", "id")[:100])


def _about(request: DeskRequest, customer: Customer, draft: Draft) -> list[Document]:
    """The one chosen; or what is overdue; or, with nothing overdue, all that is open."""
    if draft.document is not None:
        return [draft.document]
    found = _open_documents(customer)
    return [each for each in found if each.due_on < request.today] or found


def _purpose(draft: Draft) -> str:
    """A template says what it is for; an answer serves who asked; anything else is collection."""
    if draft.template:
        chosen = Template.objects.filter(key=draft.template, channel=draft.channel).first()
        return str(chosen.purpose) if chosen else "collection"
    return "service" if draft.answers else "collection"


def _word(request: DeskRequest, customer: Customer, draft: Draft, now: datetime) -> Word | None:
    if draft.point is None:
        return None
    return look(
        request.creditor,
        Request(
            customer_id=customer.pk,
            channel=draft.channel,
            purpose=_purpose(draft),
            origin=Origin.REPLY if draft.answers else Origin.HAND,
            contact_point_id=draft.point.pk,
            party_id=draft.point.party_id,
            document_ids=(draft.document.pk,) if draft.document else (),
        ),
        at=now,
    )


def _written(request: DeskRequest, customer: Customer, draft: Draft, now: datetime) -> Written:
    documents = [each.pk for each in _about(request, customer, draft)]
    if draft.template:
        return render_template(
            request.creditor,
            customer,
            template_key=draft.template,
            channel=draft.channel,
            document_ids=documents,
            at=now,
            purpose=_purpose(draft),
        )
    return render_text(
        request.creditor,
        customer,
        draft.text,
        channel=draft.channel,
        at=now,
        document_ids=(draft.document.pk,) if draft.document else (),
        purpose=_purpose(draft),
        subject=draft.subject,
    )


def _preview(
    request: DeskRequest, customer: Customer, draft: Draft, now: datetime
) -> dict[str, Any]:
    if draft.is_empty:
        return {"preview": None, "cannot": "", "findings": []}
    try:
        written = _written(request, customer, draft, now)
    except Problem as problem:
        return {"preview": None, "cannot": words.sentence(problem), "findings": []}
    return {"preview": written, "cannot": "", "findings": _findings_told(request, customer, draft)}


def findings(request: DeskRequest, customer: Customer, draft: Draft) -> list[Finding]:
    """What the lint says of a person's own words; a template was looked at when it was saved.

    A part that is missing is told; whether this message needs it, the person knows. What may not
    be said at all is refused (``_check``).
    """
    if draft.template:
        return []
    creditor, language = request.creditor, spoken(customer, request.creditor)
    text = closed(
        draft.text,
        channel=draft.channel,
        purpose=_purpose(draft),
        language=language,
        country=creditor.country,
        subdivision=creditor.subdivision,
    )
    whole = TextDraft(draft.channel, _purpose(draft), language.split("-")[0], text, draft.subject)
    return list(lint(whole, creditor.country, creditor.subdivision))


def _is_barred(finding: Finding) -> bool:
    return finding.is_error and not finding.code.startswith("text_lacks_")


def _check(request: DeskRequest, customer: Customer, draft: Draft) -> None:
    """Raises Problem ``hand_text_barred`` with the first thing that may not be said."""
    for finding in findings(request, customer, draft):
        if _is_barred(finding):
            raise Problem("hand_text_barred", why=words.sentence(finding.code, finding.facts))


def _findings_told(request: DeskRequest, customer: Customer, draft: Draft) -> list[dict[str, str]]:
    return [
        {
            "level": "error" if _is_barred(each) else "warning",
            "told": words.sentence(each.code, each.facts),
        }
        for each in findings(request, customer, draft)
    ]


def _told_there(word: Word | None, zone: str) -> str:
    """The first allowed moment by the customer's clock, as the gate's sentence tells it."""
    if word is None or word.earliest_at is None:
        return ""
    return figures.moment(word.earliest_at, str(word.facts.get("zone") or zone))


def _send(
    request: DeskRequest,
    customer: Customer,
    draft: Draft,
    word: Word | None,
    *,
    now: datetime,
    later: bool,
) -> HttpResponse:
    """Into the outbox: to leave at once, at the first allowed moment, or by the person's hand."""
    if draft.point is None or word is None:
        raise Problem("hand_no_point")
    if draft.is_empty:
        raise Problem("hand_text_missing")
    _check(request, customer, draft)
    later = later and not word.is_allowed
    if not word.is_allowed and (not later or word.earliest_at is None):
        raise Problem("contact_not_allowed", why=sentence_of(word))
    goes_by_itself = draft.channel == Channel.EMAIL and _has_mailbox()
    with transaction.atomic():
        message = _write(request, customer, draft, now)
        if later and word.earliest_at is not None:
            _put_off(message, word.earliest_at)
        elif not goes_by_itself:
            opened = open_message(
                request.creditor, message, at=now, by=request.user, contact_point=draft.point
            )
            if opened.text is None and opened.word is not None:
                raise Problem("contact_not_allowed", why=sentence_of(opened.word))
    if later:
        notes.success(request, _("Programado: sale cuando se pueda, si para entonces aún procede."))
    elif goes_by_itself:
        notes.success(request, _("En la bandeja de salida: sale en un momento."))
    else:
        return redirect("desk:message_opened", request.creditor.code, customer.pk, message.pk)
    return redirect("desk:thread", request.creditor.code, customer.pk)


def _has_mailbox() -> bool:
    return bool(MailAccount.objects.filter(is_active=True).exists())


def _write(request: DeskRequest, customer: Customer, draft: Draft, now: datetime) -> Message:
    given: dict[str, Any] = {}
    if draft.template:
        about = _about(request, customer, draft)
        given = {
            "template": draft.template,
            "balances": {each.pk: each.open_amount for each in about},
        }
        _written(request, customer, draft, now)  # what cannot be written now is refused now
    else:
        given = {"written": _written(request, customer, draft, now)}
    return write_by_hand(
        request.creditor,
        customer,
        channel=draft.channel,
        contact_point=draft.point,
        by=request.user,
        now=now,
        answers=draft.answers,
        purpose=_purpose(draft),
        **given,
    )


def _put_off(message: Message, until: datetime) -> None:
    Message.objects.filter(pk=message.pk).update(not_before=until, not_after=until + WAITS)
    message.not_before, message.not_after = until, until + WAITS
