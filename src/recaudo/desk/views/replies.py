"""What a person does with a reply: say whose it is, what it means, answer it, or type one in."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.audit.actions import record_change
from recaudo.contact.inbound.acting import Details, classify
from recaudo.contact.inbound.answering import answer
from recaudo.contact.inbound.files import UNKNOWN, Kept, add_file, keep_receipt, kind_of, stored
from recaudo.contact.inbound.receiving import attach, type_in
from recaudo.contact.models import InboundFile, InboundMessage, ReplyClass, ReplyRule
from recaudo.core.problems import Problem
from recaudo.desk.cases import customer_or_404
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.inbox import CLASS_TITLES, typed_amount, typed_day
from recaudo.desk.views.inbox import inbound_or_404, stranger_file
from recaudo.payments.actions.reported import reject_report, report_payment
from recaudo.payments.models import ReportedPayment
from recaudo.portfolio.models import Channel, Customer, Document
from recaudo.strategy.actions.runs import refresh_customers

#: The channels by which a reply may reach a collector's own telephone or desk.
TYPED = (Channel.WHATSAPP, Channel.SMS, Channel.PHONE, Channel.EMAIL, Channel.ADDRESS)
SCORE_MIN = 50


@open_to("work")
@require_POST
def classify_reply(request: DeskRequest, inbound_id: int) -> HttpResponse:
    inbound = inbound_or_404(request, inbound_id)
    reply_class = request.POST.get("class", "")
    try:
        details = _details(request, inbound, reply_class)
        with transaction.atomic():
            classify(inbound, reply_class, by=request.user, now=timezone.now(), details=details)
            _decide_again(request, inbound.customer)
        messages.success(request, _done(inbound, reply_class))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
        return redirect(
            f"{_path(request, inbound)}?class={reply_class if reply_class in CLASS_TITLES else ''}"
        )
    return redirect("desk:inbox", request.creditor.code)


def _details(request: DeskRequest, inbound: InboundMessage, reply_class: str) -> Details:
    sent = request.POST
    return Details(
        amount=typed_amount(sent.get("amount", "")),
        day=typed_day(sent.get("day", "")),
        bank=sent.get("bank", "")[:80],
        reference=sent.get("reference", "")[:80],
        image=_picture(request, inbound) if reply_class == ReplyClass.PAID else ("", ""),
        documents=tuple(int(each) for each in sent.getlist("document") if _is_id(each)),
        note=sent.get("note", "").strip()[:300],
        everything=bool(sent.get("everything")),
    )


def _picture(request: DeskRequest, inbound: InboundMessage) -> tuple[str, str]:
    """The one uploaded with the form, else the attachment chosen there."""
    uploaded = _uploaded(request)
    if uploaded is not None:
        return uploaded.path, uploaded.sha256
    chosen = request.POST.get("picture", "")
    if not _is_id(chosen):
        return "", ""
    file = InboundFile.objects.filter(pk=int(chosen), inbound=inbound).first()
    return (file.path, file.sha256) if file else ("", "")


def _uploaded(request: DeskRequest) -> Kept | None:
    file: UploadedFile | None = request.FILES.get("photo")
    return keep_receipt(request.creditor, file.chunks()) if file else None


def _is_id(sent: str) -> bool:
    return sent.isascii() and sent.isdecimal() and len(sent) < 19


def _done(inbound: InboundMessage, reply_class: str) -> str:
    told = {"what": _(CLASS_TITLES[reply_class]), "who": inbound.customer or _("nadie")}
    return _("«%(what)s» de %(who)s: anotado.") % told


def _decide_again(request: DeskRequest, customer: Customer | None) -> None:
    """At once, so that the list that the collector goes back to is right."""
    if customer is not None:
        refresh_customers(request.creditor, [customer.pk], today=request.today)


@open_to("work")
@require_POST
def attach_reply(request: DeskRequest, inbound_id: int) -> HttpResponse:
    inbound = inbound_or_404(request, inbound_id)
    chosen = request.POST.get("customer", "")
    customer = customer_or_404(request, int(chosen)) if _is_id(chosen) else None
    if customer is None:
        raise Http404
    try:
        attach(inbound, customer, by=request.user, now=timezone.now())
        messages.success(request, _("Ahora es de %(who)s.") % {"who": customer.name})
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect(_path(request, inbound))


@open_to("work")
@require_POST
def answer_reply(request: DeskRequest, inbound_id: int) -> HttpResponse:
    inbound = inbound_or_404(request, inbound_id)
    text = request.POST.get("text", "")[:20_000]
    try:
        answer(
            inbound,
            text,
            subject=request.POST.get("subject", "")[:300],
            by=request.user,
            now=timezone.now(),
        )
        messages.success(
            request, _("La respuesta quedó en la bandeja de salida. Clasifique ahora el mensaje.")
        )
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect(_path(request, inbound))


@open_to("work")
def replied(request: DeskRequest, customer_id: int) -> HttpResponse:
    """What came to a collector's own telephone, typed or pasted in, with its photo."""
    customer = customer_or_404(request, customer_id)
    if request.method == "POST":
        try:
            inbound = _typed(request, customer)
            return redirect(_path(request, inbound))
        except Problem as problem:
            messages.error(request, words.sentence(problem))
    zone = ZoneInfo(request.creditor.timezone)
    context = {
        "customer": customer,
        "channels": [(code, Channel(code).label) for code in TYPED],
        "chosen": request.POST.get("channel") or request.GET.get("channel", "whatsapp"),
        "text": request.POST.get("text", ""),
        "at": request.POST.get("at")
        or timezone.localtime(timezone.now(), zone).strftime("%Y-%m-%dT%H:%M"),
    }
    return render(request, "desk/replied.html", context)


def _typed(request: DeskRequest, customer: Customer) -> InboundMessage:
    with transaction.atomic():
        inbound = type_in(
            customer,
            channel=request.POST.get("channel", ""),
            text=request.POST.get("text", ""),
            at=_instant(request),
            by=request.user,
            now=timezone.now(),
        )
        kept = _uploaded(request)
        if kept is not None:
            add_file(inbound, kept, request.FILES["photo"].name or "")
        _decide_again(request, customer)
    return inbound


def _instant(request: DeskRequest) -> datetime:
    """The local hour typed, or now. Raises Problem ``promise_day_unreadable``."""
    typed = request.POST.get("at", "").strip()
    if not typed:
        return timezone.now()
    try:
        local = datetime.fromisoformat(typed)
    except ValueError as error:
        raise Problem("promise_day_unreadable", typed=typed[:40]) from error
    return local.replace(tzinfo=ZoneInfo(request.creditor.timezone))


@open_to("work")
def report(request: DeskRequest, customer_id: int) -> HttpResponse:
    """'Ya pagó', said by telephone or at the counter (F13)."""
    customer = customer_or_404(request, customer_id)
    if request.method == "POST":
        try:
            _report(request, customer)
            return redirect("desk:customer", request.creditor.code, customer.pk)
        except Problem as problem:
            messages.error(request, words.sentence(problem))
    context = {
        "customer": customer,
        "documents": Document.objects.filter(customer=customer, open_amount__gt=0).order_by(
            "due_on", "id"
        )[:50],
        "typed": request.POST,
        "days": request.creditor.reported_paid_days,
        "reports": ReportedPayment.objects.filter(customer=customer)
        .select_related("by")
        .order_by("-id")[:10],
    }
    return render(request, "desk/reported_payment.html", context)


def _report(request: DeskRequest, customer: Customer) -> None:
    sent = request.POST
    document = None
    if _is_id(sent.get("document", "")):
        document = Document.objects.filter(pk=int(sent["document"]), customer=customer).first()
        if document is None:
            raise Problem("hold_foreign_document")
    amount, day = typed_amount(sent.get("amount", "")), typed_day(sent.get("day", ""))
    kept = _uploaded(request)
    with transaction.atomic():
        made = report_payment(
            customer,
            now=timezone.now(),
            amount=amount,
            paid_on=day,
            bank=sent.get("bank", "")[:80],
            reference=sent.get("reference", "")[:80],
            image_path=kept.path if kept else "",
            image_sha256=kept.sha256 if kept else "",
            document=document,
            source="desk",
            by=request.user,
        )
        _decide_again(request, customer)
    if made.repeats_id:
        messages.warning(
            request,
            _("Este comprobante ya se había reportado. Quedó anotado y marcado para revisar."),
        )
    messages.success(request, _("Pago reportado. No se le cobra mientras llega el dinero."))


@open_to("work")
@require_POST
def reject(request: DeskRequest, customer_id: int, report_id: int) -> HttpResponse:
    customer = customer_or_404(request, customer_id)
    found = ReportedPayment.objects.filter(pk=report_id, customer=customer).first()
    if found is None:
        raise Http404
    found.creditor = request.creditor
    try:
        with transaction.atomic():
            reject_report(
                found,
                now=timezone.now(),
                by=request.user,
                reason=request.POST.get("reason", ""),
            )
            _decide_again(request, customer)
        messages.success(request, _("El pago reportado se descartó: el cliente vuelve a la lista."))
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:customer_paid", request.creditor.code, customer.pk)


@open_to()
def receipt(request: DeskRequest, customer_id: int, report_id: int) -> HttpResponse:
    """The picture of a reported payment."""
    customer = customer_or_404(request, customer_id)
    found = ReportedPayment.objects.filter(pk=report_id, customer=customer).first()
    if found is None or not found.image_path:
        raise Http404
    return stranger_file(found.image_path, f"comprobante-{found.pk}", receipt_kind(found))


def receipt_kind(report: ReportedPayment) -> str:
    place = stored(report.image_path)
    if place is None:
        return UNKNOWN
    with place.open("rb") as file:
        return kind_of(file.read(16))


@open_to("lead")
def rules(request: DeskRequest) -> HttpResponse:
    """«Actuar solo cuando…»: which classes may act without a person, from which score on."""
    if request.method == "POST":
        try:
            _save_rules(request)
            messages.success(request, _("Reglas guardadas. Valen desde la próxima respuesta."))
            return redirect("desk:inbox_rules", request.creditor.code)
        except Problem as problem:
            messages.error(request, words.sentence(problem))
    held = {each.reply_class: each for each in ReplyRule.objects.select_related("by")}
    context = {
        "rows": [
            {"code": code, "title": _(title), "rule": held.get(code)}
            for code, title in CLASS_TITLES.items()
            if code != "stop"
        ],
        "score_min": SCORE_MIN,
    }
    return render(request, "desk/inbox_rules.html", context)


def _save_rules(request: DeskRequest) -> None:
    """Raises Problem ``rule_score``; then nothing is saved."""
    with transaction.atomic():
        for code in CLASS_TITLES:
            if code == "stop":
                continue  # acts at once anyway, where it is clear
            is_active = bool(request.POST.get(f"on-{code}"))
            typed = request.POST.get(f"score-{code}", "")
            if not is_active:
                ReplyRule.objects.filter(reply_class=code).update(is_active=False)
                continue
            if not _is_id(typed) or not SCORE_MIN <= int(typed) <= 100:
                raise Problem("rule_score")
            ReplyRule.objects.update_or_create(
                creditor=request.creditor,
                reply_class=code,
                defaults={"min_score": int(typed), "is_active": True, "by": request.user},
            )
        record_change(
            "reply_rules_changed",
            creditor=request.creditor,
            by=request.user,
            origin="web",
            rules={
                each.reply_class: each.min_score
                for each in ReplyRule.objects.filter(is_active=True)
            },
        )


def _path(request: DeskRequest, inbound: InboundMessage) -> str:
    return reverse("desk:inbox_message", args=[request.creditor.code, inbound.pk])
