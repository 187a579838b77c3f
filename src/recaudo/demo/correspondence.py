"""What came in the post and what people wrote: by the product's own doors, once each.

Mails are made here and taken in as a mailbox would take them; messages by hand are asked of the
gate at an hour of the past at which they could have been sent. No mail account is configured:
nothing leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django_scopes import scope

from recaudo.access.models import Creditor, User
from recaudo.contact.actions.policy import grant_regime, save_policy
from recaudo.contact.gate import Request, admit
from recaudo.contact.inbound.acting import classify
from recaudo.contact.mail.ingest import ingest
from recaudo.contact.models import HousePolicy, Message, RegimeChoice
from recaudo.contact.outbox import confirm_by_hand, withdraw, write_by_hand
from recaudo.contact.outbox.by_hand import open_by_hand
from recaudo.contact.texts import Written, render_text
from recaudo.core.calendar import local_day, previous_business_day
from recaudo.demo.creditors import Plan
from recaudo.demo.picture import receipt_image
from recaudo.portfolio.actions.consents import grant_consent
from recaudo.portfolio.models import ContactPoint, Customer, Document

#: The creditors whose debts are truly between companies: their treasurers may be called.
BETWEEN_COMPANIES = ("andina", "bajio")
#: Whose inbox has something in it.
WITH_POST = ("andina",)
#: One creditor asks more of itself than the law does.
CAREFUL = "austral"
HOUSE = """[[caps]]
channels = ["call"]
max = 1
per = "day"
kind = "attempt"
scope = "debtor"
"""
HOUSE_REASON = "Una llamada al día: pedido de servicio al cliente"
SOURCES = ("document", "recorded_call", "form")


@dataclass(frozen=True)
class Mail:
    """One reply. ``who``: the how-manieth of those written to, -1 somebody unknown; ``day``: how
    many days ago; ``means``: the class a person has already given it."""

    who: int
    day: int
    subject: str
    text: str
    picture: bool = False
    is_automatic: bool = False
    means: str = ""


MAILS = (
    Mail(0, 1, "Re: Facturas vencidas", "Buenos días. Esa factura ya la pagamos el viernes por "
         "transferencia. Adjunto el comprobante.\n\nTesorería", picture=True),
    Mail(1, 1, "Re: Recordatorio de pago", "No estamos de acuerdo con el valor: la mercancía llegó "
         "incompleta y falta la nota crédito. Por favor revisen."),
    Mail(2, 1, "Re: Su saldo", "Estamos en reorganización y este mes no tenemos liquidez. ¿Podemos "
         "hablar de un acuerdo?"),
    Mail(3, 1, "Re: Recordatorio de pago", "BAJA"),
    Mail(4, 0, "Re: Facturas vencidas", "¿Me pueden enviar otra vez el estado de cuenta y la "
         "factura en PDF? Gracias."),
    Mail(5, 0, "Re: Recordatorio de pago", "Pagamos la próxima semana, apenas nos giren."),
    Mail(6, 0, "Re: Recordatorio de pago", "Se equivocaron de persona: yo ya no trabajo en esa "
         "empresa."),
    Mail(7, 0, "Respuesta automática: fuera de la oficina", "Estoy fuera de la oficina hasta el "
         "lunes. Para urgencias escriba a recepción.", is_automatic=True),
    Mail(-1, 0, "Consulta", "Buenas tardes, les escribo por la cuenta de mi hermana. ¿A dónde se "
         "puede pagar?"),
    Mail(8, 2, "Re: Facturas vencidas", "Recibido, gracias. Quedamos atentos.", means="other"),
)  # fmt: skip


def sign(plan: Plan, creditor: Creditor, by: User) -> None:
    """What the creditor answers for: the kind of its debts, its own limits, who allowed what."""
    born = local_day(creditor.created_at, creditor.timezone)
    with scope(creditor=creditor):
        is_signed = RegimeChoice.objects.exists()
        has_house = HousePolicy.objects.exists()
    if plan.code in BETWEEN_COMPANIES and not is_signed:
        grant_regime(
            creditor,
            "company",
            signed_name="Adriana Soto, gerente",
            reason="Solo se vende a empresas, con factura a su nombre",
            by=by,
            origin="demo",
        )
    if plan.code == CAREFUL and not has_house:
        save_policy(
            creditor,
            HOUSE,
            from_on=born,
            today=born,
            reason=HOUSE_REASON,
            by=by,
            origin="demo",
        )
    _allow(creditor, born, by)


def _allow(creditor: Creditor, born: date, by: User) -> None:
    """Some customers said yes to a channel, each in another way."""
    with scope(creditor=creditor):
        for n, customer in enumerate(Customer.objects.order_by("code")[:12]):
            grant_consent(
                customer,
                channel=("email", "whatsapp", "phone")[n % 3],
                on=born - timedelta(days=400 - 20 * n),
                source=SOURCES[n % len(SOURCES)],
                by=by,
                origin="demo",
            )


def take_in_the_post(plan: Plan, creditor: Creditor, told: Sequence[str], by: User) -> None:
    """Eight answers, an automatic one and one of nobody known; told customers keep their story."""
    if plan.code not in WITH_POST:
        return
    with scope(creditor=creditor):
        points = _points(told, "email", _late_before(creditor), len(MAILS))
    for number, mail in enumerate(MAILS):
        sender = "persona@otra-parte.example" if mail.who < 0 else points[mail.who].normalised
        at = _came_at(creditor, mail, number)
        inbound = ingest(creditor, None, _raw(creditor, mail, sender, number, at), now=at)
        if mail.means and not inbound.classified:
            classify(inbound, mail.means, by=by, now=creditor.created_at)


def _points(told: Sequence[str], channel: str, before: date, most: int) -> list[ContactPoint]:
    """Of customers with something overdue, one way each that may work."""
    found = (
        ContactPoint.objects.filter(
            channel=channel,
            is_active=True,
            customer__do_not_contact_since=None,
            customer__documents__open_amount__gt=0,
            customer__documents__due_on__lt=before,
        )
        .exclude(state="invalid")
        .exclude(party__role="reference")
        .exclude(customer__code__in=told)
        .select_related("customer")
        .order_by("customer__code", "id")
        .distinct()
    )
    first: dict[int, ContactPoint] = {}
    for point in found:
        first.setdefault(point.customer_id, point)
    return list(first.values())[:most]


def _late_before(creditor: Creditor) -> date:
    """Due by then is late enough to be written about on the office day before."""
    return local_day(creditor.created_at, creditor.timezone) - timedelta(days=10)


def _came_at(creditor: Creditor, mail: Mail, number: int) -> datetime:
    return creditor.created_at - timedelta(days=mail.day, minutes=7 * (number + 1))


def _raw(creditor: Creditor, mail: Mail, sender: str, number: int, at: datetime) -> bytes:
    """The same bytes whenever it is made: the same mail comes in once."""
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"] = sender, f"cartera@{creditor.code}.example"
    made["Subject"], made["Date"] = mail.subject, format_datetime(at)
    made["Message-ID"] = f"<demo-{creditor.code}-{number}@correo.example>"
    if mail.is_automatic:
        made["Auto-Submitted"] = "auto-replied"
    made.set_content(mail.text)
    if mail.picture:
        made.add_attachment(
            receipt_image(), maintype="image", subtype="png", filename="comprobante.png"
        )
        made.set_boundary(f"=_demo-{number}")
    return made.as_bytes()


def write_messages(plan: Plan, creditor: Creditor, told: Sequence[str], by: User) -> None:
    """A few by hand: one waits, one is taken back, WhatsApps that were sent, or only opened."""
    if plan.code not in WITH_POST:
        return
    at = _office_hour(creditor, plan)
    with scope(creditor=creditor):
        if Message.objects.filter(origin="hand").exists():
            return
        with transaction.atomic():
            late = _late_before(creditor)
            mails = _points(told, "email", late, len(MAILS) + 2)[-2:]
            chats = _points(told, "whatsapp", late, len(MAILS) + 12)[-3:]
            for point in mails:
                message = _write(creditor, point, by, at)
            withdraw(message, by=by, reason="by_hand", now=at)
            for n, point in enumerate(chats):
                _by_whatsapp(creditor, point, by, at + timedelta(minutes=9 * n), is_sent=n > 0)


def _by_whatsapp(
    creditor: Creditor, point: ContactPoint, by: User, at: datetime, *, is_sent: bool
) -> None:
    """The gate is asked as the page asks it; where it says no, the message stays planned."""
    written = _text(creditor, point, at)
    message = _write(creditor, point, by, at, written)
    asked = Request(
        point.customer_id,
        point.channel,
        contact_point_id=point.pk,
        party_id=point.party_id,
        message_id=message.pk,
    )
    (admitted,) = admit(creditor, [asked], at=at, by=by)
    if admitted.word.is_allowed and is_sent:
        confirm_by_hand(message, by=by, now=at, contact_point=point)
    elif admitted.word.is_allowed:
        open_by_hand(message, written=written, contact_point=point, now=at)


def _write(
    creditor: Creditor,
    point: ContactPoint,
    by: User,
    at: datetime,
    written: Written | None = None,
) -> Message:
    return write_by_hand(
        creditor,
        point.customer,
        channel=point.channel,
        contact_point=point,
        by=by,
        now=at,
        written=written or _text(creditor, point, at),
    )


def _text(creditor: Creditor, point: ContactPoint, at: datetime) -> Written:
    today = local_day(at, creditor.timezone)
    overdue = Document.objects.filter(
        customer=point.customer, open_amount__gt=0, due_on__lt=today
    ).order_by("due_on", "id")
    return render_text(
        creditor,
        point.customer,
        "Buenos días. Como quedamos, le envío el detalle de lo pendiente. ¿Nos confirma la fecha "
        "de pago? Gracias.",
        channel=point.channel,
        at=at,
        document_ids=list(overdue.values_list("id", flat=True)[:20]),
        purpose="collection",
        subject="Lo pendiente" if point.channel == "email" else "",
    )


def _office_hour(creditor: Creditor, plan: Plan) -> datetime:
    """Ten in the morning of the last working day before the creditor was made."""
    born = local_day(creditor.created_at, creditor.timezone)
    day = previous_business_day(born - timedelta(days=1), plan.place)
    return datetime.combine(day, time(10), ZoneInfo(creditor.timezone))
