"""The timeline's entries as sentences: what happened, told from kind and facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from recaudo.access.models import User
from recaudo.contact.hand.outcomes import titles_of
from recaudo.contact.models import ReplyClass
from recaudo.core.problems import N_
from recaudo.desk import figures
from recaudo.desk.book import Titles
from recaudo.desk.names import MESSAGE_STATES, OUTCOMES, TASK_KINDS, called, channel, sent_by
from recaudo.insights.queries.timeline import Entry
from recaudo.payments.models import (
    ChargeKind,
    CreditKind,
    InstrumentKind,
    InstrumentState,
    LotKind,
    PaperKind,
)
from recaudo.portfolio.models import HoldKind
from recaudo.strategy.telling import channel_told

Facts = dict[str, Any]

EVENTS = {
    "filed": N_("Radicada"),
    "accepted": N_("Aceptada"),
    "rejected": N_("Rechazada"),
    "ceded": N_("Cedida"),
    "cession_undone": N_("Cesión deshecha"),
    "written_off": N_("Castigada"),
    "write_off_undone": N_("Castigo deshecho"),
    "accelerated": N_("Vencimiento anticipado"),
}
TASK_STATES = {
    "proposed": N_("propuesta"),
    "open": N_("abierta"),
    "done": N_("hecha"),
    "withdrawn": N_("retirada"),
}
REPORT_STATES = {
    "waiting": N_("se espera el dinero"),
    "matched": N_("llegó el dinero"),
    "expired": N_("el dinero no llegó"),
    "rejected": N_("descartado"),
}
ROLES = {"seller": N_("Vendedor"), "collector": N_("Gestor")}
#: Whose reason a person wrote; elsewhere it is a code.
WITH_REASON = ("hold", "hold_released", "charge_waived")
ICONS = {
    "credit": "check",
    "credit_adjusted": "alert",
    "application_reversed": "alert",
    "interaction": "phone",
    "reply": "mail",
    "payment_reported": "check",
    "message": "message",
    "task": "list",
    "task_finished": "check",
    "hold": "pause",
    "hold_released": "play",
    "document": "upload",
    "charge": "money",
    "charge_waived": "money",
    "refund": "out",
    "instrument": "template",
    "paper": "template",
    "paper_settled": "check",
    "clearance": "star",
    "clearance_voided": "alert",
}


@dataclass(frozen=True)
class Told:
    """``about`` is the second line: a note, a reference, who did it."""

    entry: Entry
    icon: str
    text: str
    about: str
    amount: str


def tell_entries(entries: list[Entry], names: Titles) -> list[Told]:
    """Two queries: the names of the users in them, and those of the results."""
    ids = {entry.facts["by"] for entry in entries if entry.facts.get("by")}
    people = dict(User.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
    results = titles_of(entry.facts.get("outcome") or "" for entry in entries)
    return [_tell(entry, names, people, results) for entry in entries]


def _tell(entry: Entry, names: Titles, people: dict[int, str], results: dict[str, str]) -> Told:
    code = entry.facts.get("outcome") or ""
    facts = entry.facts | {"result": results.get(code) or called(OUTCOMES, code)}
    parts = [
        facts.get("note", ""),
        _reference(facts),
        facts.get("reason", "") if entry.kind in WITH_REASON else "",
        _payer(facts),
        people.get(facts.get("by") or 0, ""),
    ]
    return Told(
        entry,
        icon=ICONS.get(entry.kind, "dot"),
        text=TELLERS[entry.kind](facts, names),
        about=" · ".join(part for part in parts if part),
        amount=_amount(facts),
    )


def _amount(facts: Facts) -> str:
    if not facts.get("amount") or not facts.get("currency"):
        return ""
    return figures.money(Decimal(facts["amount"]), facts["currency"])


def _payer(facts: Facts) -> str:
    return _("pagó %(payer)s") % {"payer": facts["payer"]} if facts.get("payer") else ""


def _reference(facts: Facts) -> str:
    if not facts.get("reference"):
        return ""
    return _("referencia %(reference)s") % {"reference": facts["reference"]}


def _day(text: str | None) -> str:
    return figures.day(date.fromisoformat(text[:10])) if text else figures.NOTHING


def _numbered(facts: Facts) -> str:
    instalment = facts.get("instalment")
    return f"{facts['document']}/{instalment}" if instalment else str(facts["document"])


def _document(facts: Facts, names: Titles) -> str:
    told = {"number": _numbered(facts), "day": _day(facts["due_on"])}
    return _("Documento %(number)s, vence el %(day)s") % told


def _due_date_moved(facts: Facts, names: Titles) -> str:
    told = {"number": _numbered(facts), "old": _day(facts["from"]), "new": _day(facts["to"])}
    return _("El vencimiento de %(number)s pasó del %(old)s al %(new)s") % told


def _document_event(facts: Facts, names: Titles) -> str:
    return f"{called(EVENTS, facts['kind'])}: {_numbered(facts)}"


def _document_adjusted(facts: Facts, names: Titles) -> str:
    return _("Corrección del valor de %(number)s") % {"number": _numbered(facts)}


def _credit(facts: Facts, names: Titles) -> str:
    told = {"kind": str(CreditKind(facts["kind"]).label)}
    applied = ", ".join(facts.get("documents") or [])
    if facts.get("lot"):
        told["kind"] += f" ({str(LotKind(facts['lot']).label).lower()})"
    if not applied:
        # What was taken back says so in an entry of its own.
        waits = bool(Decimal(facts["unapplied"]))
        return (_("%(kind)s, por aplicar") if waits else "%(kind)s") % told
    return _("%(kind)s: pagó %(documents)s") % (told | {"documents": applied})


def _credit_adjusted(facts: Facts, names: Titles) -> str:
    told = {"kind": str(CreditKind(facts["kind"]).label).lower()}
    if facts.get("reason") in ("taken_back", "bank_line_undone"):
        return _("Reversado: %(kind)s") % told
    return _("Corrección de %(kind)s") % told


def _charge(facts: Facts, names: Titles) -> str:
    told = {
        "kind": str(ChargeKind(facts["kind"]).label),
        "number": _numbered(facts),
        "start": _day(facts["from"]),
        "end": _day(facts["until"]),
    }
    if facts["kind"] == ChargeKind.DEFAULT_INTEREST:
        return _("%(kind)s de %(number)s, del %(start)s al %(end)s") % told
    return _("%(kind)s de %(number)s") % told


def _charge_waived(facts: Facts, names: Titles) -> str:
    told = {"kind": str(ChargeKind(facts["kind"]).label).lower(), "number": _numbered(facts)}
    return _("Se condonó: %(kind)s de %(number)s") % told


def _refund(facts: Facts, names: Titles) -> str:
    return _("Dinero devuelto al cliente")


def _instrument(facts: Facts, names: Titles) -> str:
    told = {
        "kind": str(InstrumentKind(facts["kind"]).label),
        "number": facts["number"],
        "state": str(InstrumentState(facts["state"]).label).lower(),
        "day": _day(facts["due_on"]),
    }
    if facts["state"] == InstrumentState.HELD:
        return _("%(kind)s %(number)s recibido, vence el %(day)s") % told
    return _("%(kind)s %(number)s: %(state)s") % told


def _paper(facts: Facts, names: Titles) -> str:
    told = {
        "kind": str(PaperKind(facts["kind"]).label),
        "number": facts.get("document") or "",
        "day": _day(facts["due_on"]),
    }
    if facts["state"] != "pending":
        return _("%(kind)s %(number)s pedido") % told
    return _("%(kind)s %(number)s pendiente, hasta el %(day)s") % told


def _paper_settled(facts: Facts, names: Titles) -> str:
    told = {"kind": str(PaperKind(facts["kind"]).label), "number": facts["number"]}
    return _("%(kind)s recibido %(number)s") % told


def _clearance(facts: Facts, names: Titles) -> str:
    told = {"number": facts["number"], "day": _day(facts["as_of"])}
    return _("Paz y salvo n.º %(number)s, al %(day)s") % told


def _clearance_voided(facts: Facts, names: Titles) -> str:
    return _("Paz y salvo n.º %(number)s anulado") % {"number": facts["number"]}


def _application_reversed(facts: Facts, names: Titles) -> str:
    return _("Aplicación deshecha en %(number)s") % {"number": _numbered(facts)}


def _interaction(facts: Facts, names: Titles) -> str:
    came_in = facts["direction"] == "in"
    told = {"channel": channel_told(facts["channel"])}
    text = (
        _("El cliente escribió o llamó por %(channel)s")
        if came_in
        else _("Gestión por %(channel)s")
    )
    return f"{text % told}: {facts['result']}" if facts["result"] else text % told


def _reply(facts: Facts, names: Titles) -> str:
    told = {"channel": channel_told(facts["channel"])}
    if not facts["class"]:
        return _("El cliente respondió por %(channel)s: por clasificar") % told
    told["what"] = str(ReplyClass(facts["class"]).label).lower()
    text = _("El cliente respondió por %(channel)s: %(what)s") % told
    promised = facts.get("promised") or {}
    if promised.get("on"):
        text += _(", para el %(day)s") % {"day": _day(promised["on"])}
    return text


def _payment_reported(facts: Facts, names: Titles) -> str:
    told = {
        "state": called(REPORT_STATES, facts["state"]),
        "day": _day(facts["paid_on"]) if facts.get("paid_on") else _("un día que no dijo"),
    }
    text = _("Reportó un pago de %(day)s: %(state)s") % told
    return text + _(" (comprobante repetido)") if facts.get("repeats") else text


def _message(facts: Facts, names: Titles) -> str:
    told = {
        "state": called(MESSAGE_STATES, facts["state"]),
        "channel": sent_by(facts["channel"]),
        "step": names.step(facts["step"]),
    }
    return _("Mensaje %(state)s por %(channel)s: %(step)s") % told


def _task(facts: Facts, names: Titles) -> str:
    told = {
        "kind": called(TASK_KINDS, facts["kind"]).lower(),
        "state": called(TASK_STATES, facts["state"]),
        "day": _day(facts["due_on"]),
    }
    return _("Tarea %(state)s: %(kind)s, hasta el %(day)s") % told


def _task_finished(facts: Facts, names: Titles) -> str:
    told = {
        "kind": called(TASK_KINDS, facts["kind"]).lower(),
        "outcome": facts["result"].lower(),
    }
    return _("Tarea terminada (%(kind)s): %(outcome)s") % told


def _hold(facts: Facts, names: Titles) -> str:
    told = {"kind": str(HoldKind(facts["kind"]).label), "day": _day(facts.get("until"))}
    about = f" ({facts['document']})" if facts.get("document") else ""
    if facts.get("until"):
        return _("Pausa: %(kind)s, hasta el %(day)s") % told + about
    return _("Pausa: %(kind)s, sin fecha de fin") % told + about


def _hold_released(facts: Facts, names: Titles) -> str:
    return _("Se levantó la pausa: %(kind)s") % {"kind": str(HoldKind(facts["kind"]).label)}


def _consent(facts: Facts, names: Titles) -> str:
    where = _("todos los canales") if facts["channel"] == "*" else channel(facts["channel"])
    text = (
        _("Autorizó el contacto por %(where)s")
        if facts["is_granted"]
        else _("Retiró la autorización de contacto por %(where)s")
    )
    return text % {"where": where}


def _assignment(facts: Facts, names: Titles) -> str:
    return f"{called(ROLES, facts['role'])}: {facts['name']}"


TELLERS: dict[str, Callable[[Facts, Titles], str]] = {
    "document": _document,
    "due_date_moved": _due_date_moved,
    "document_event": _document_event,
    "document_adjusted": _document_adjusted,
    "credit": _credit,
    "credit_adjusted": _credit_adjusted,
    "application_reversed": _application_reversed,
    "charge": _charge,
    "charge_waived": _charge_waived,
    "refund": _refund,
    "instrument": _instrument,
    "paper": _paper,
    "paper_settled": _paper_settled,
    "clearance": _clearance,
    "clearance_voided": _clearance_voided,
    "interaction": _interaction,
    "reply": _reply,
    "payment_reported": _payment_reported,
    "message": _message,
    "task": _task,
    "task_finished": _task_finished,
    "hold": _hold,
    "hold_released": _hold_released,
    "consent": _consent,
    "assignment": _assignment,
}
