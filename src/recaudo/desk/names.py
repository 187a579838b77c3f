"""What the codes of a run are called on screen: reasons, kinds of task, states, channels."""

from __future__ import annotations

from django.utils.translation import gettext as _

from recaudo.core.problems import N_
from recaudo.portfolio.models import Channel
from recaudo.strategy.telling import channel_told
from recaudo.strategy.words import TASK_KINDS

__all__ = ["TASK_KINDS", "called", "channel"]

REASONS: dict[str, str] = {
    "step_due": N_("Le toca un paso hoy"),
    "nothing_open": N_("No debe nada"),
    "ceded": N_("Documento cedido"),
    "hold_manual": N_("En pausa manual"),
    "hold_small_balance": N_("Saldo menor"),
    "hold_disputed": N_("En pausa por objeción"),
    "hold_reported_paid": N_("Reportó que pagó"),
    "hold_instrument": N_("Documentado con cheque o título"),
    "hold_legal": N_("En jurídico"),
    "hold_reply_pending": N_("Respuesta por clasificar"),
    "hold_situation": N_("Situación especial"),
    "disputed": N_("Objetado"),
    "promised": N_("Con promesa de pago"),
    "planned": N_("Con acuerdo de pago"),
    "do_not_contact": N_("Pidió que no lo contacten"),
    "small_balance": N_("Saldo menor"),
    "credits_cover": N_("Sus saldos a favor cubren lo vencido"),
    "waiting_payment_day": N_("Se espera su día de pago"),
    "min_gap": N_("Contacto reciente"),
    "not_business_day": N_("No es día hábil"),
    "ledger_stale": N_("Cartera desactualizada"),
    "no_channel": N_("Sin canal para contactarlo"),
    "not_yet_due": N_("El próximo paso es más adelante"),
    "no_next_step": N_("Sin próximo paso"),
    "": N_("Sin evaluar"),
}

UNASSIGNED: dict[str, str] = {"unassigned": N_("Sin segmento")}

#: Of tasks that contact nobody; those of a contact are the creditor's own tree.
OUTCOMES: dict[str, str] = {
    "finished": N_("Hecha"),
    "not_possible": N_("No se pudo hacer"),
}

#: Steps that no strategy asked for.
HAND_STEPS: dict[str, str] = {
    "callback": N_("Llamada acordada"),
    "by_hand": N_("Mensaje escrito a mano"),
}

CONTACT_STATES: dict[str, str] = {
    "unknown": N_("sin verificar"),
    "valid": N_("válido"),
    "invalid": N_("no sirve"),
}

DOCUMENT_STATES: dict[str, str] = {
    "issued": N_("emitida"),
    "filed": N_("radicada"),
    "accepted": N_("aceptada"),
    "rejected": N_("rechazada"),
    "written_off": N_("castigada"),
}

FILE_KINDS: dict[str, str] = {
    "pdf": N_("PDF"),
    "xml": N_("XML"),
    "order": N_("Orden de compra"),
    "delivery_note": N_("Remisión"),
    "other": N_("Otro archivo"),
}

MESSAGE_STATES: dict[str, str] = {
    "proposed": N_("propuesto"),
    "planned": N_("planeado"),
    "rendered": N_("listo para salir"),
    "attempted": N_("en envío"),
    "uncertain": N_("incierto"),
    "sent": N_("enviado"),
    "delivered": N_("entregado"),
    "read": N_("leído"),
    "answered": N_("respondido"),
    "bounced": N_("rebotado"),
    "failed": N_("fallido"),
    "withdrawn": N_("retirado"),
}

BATCH_STATES: dict[str, str] = {
    "uploaded": N_("por revisar"),
    "queued": N_("en cola"),
    "reading": N_("leyendo"),
    "writing": N_("guardando"),
    "done": N_("cargado"),
    "failed": N_("no se cargó"),
    "discarded": N_("descartado"),
}

FACT_TYPES: dict[str, str] = {
    "money": N_("importe"),
    "days": N_("días"),
    "int": N_("cantidad"),
    "ppm": N_("partes por millón"),
    "day": N_("fecha"),
    "text": N_("texto"),
    "bool": N_("sí o no"),
}

MODES: dict[str, str] = {
    "incremental": N_("movimientos"),
    "snapshot": N_("corte de saldos"),
    "contacts": N_("contactos de otros"),
}


SKIPPED: dict[str, str] = {
    "title": N_("títulos"),
    "subtotal": N_("subtotales"),
    "total": N_("totales"),
    "page": N_("saltos de página"),
    "heading": N_("encabezados repetidos"),
    "blank": N_("filas vacías"),
    "customer": N_("filas de cliente"),
}

QUESTION_CHOICES: dict[str, str] = {
    "dmy": N_("día / mes / año"),
    "mdy": N_("mes / día / año"),
    "ymd": N_("año / mes / día"),
    ",": N_("coma: 1.234,56"),
    ".": N_("punto: 1,234.56"),
    "yes": N_("sí"),
    "no": N_("no"),
    "one_per_age": N_("un documento por cada edad"),
    "credit": N_("restan (saldo a favor)"),
    "debit": N_("suman (deuda)"),
}


def called(table: dict[str, str], code: str | None) -> str:
    """The name of ``code`` in the reader's language; the code itself where it has none."""
    text = table.get(code or "")
    return _(text) if text else (code or "").replace("_", " ")


def channel(code: str) -> str:
    return str(Channel(code).label) if code in Channel.values else code


def sent_by(code: str) -> str:
    """The channel as the way a message goes."""
    return _("carta") if code == Channel.ADDRESS else channel_told(code)


def written_by(code: str) -> str:
    """The channel as a choice of how to write: one writes a letter, not an address."""
    return _("Carta") if code == Channel.ADDRESS else str(Channel(code).label)
