"""Correo: the accounts that write and are read, and whether the world believes them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from recaudo import words
from recaudo.contact.actions.accounts import give_dkim_key, save_account, try_account
from recaudo.contact.mail.addresses import domain_of
from recaudo.contact.mail.dkim import public_record
from recaudo.contact.mail.figures import sender_figures
from recaudo.contact.mail.health import check_health, worst_state
from recaudo.contact.mail.secrets import unseal
from recaudo.contact.models import MailAccount
from recaudo.core.problems import N_, Problem
from recaudo.desk.doors import DeskRequest, open_to
from recaudo.desk.mail_form import MailAccountForm

STATES = {
    "good": (N_("Bien"), "good"),
    "warn": (N_("Mejorable"), "warn"),
    "bad": (N_("Por corregir"), "bad"),
    "unknown": (N_("Sin revisar"), ""),
}
CHECKS = (
    ("spf", "SPF", N_("Qué servidores pueden enviar con su dominio")),
    ("dkim", "DKIM", N_("La firma que prueba que el correo es suyo")),
    ("dmarc", "DMARC", N_("Qué debe hacer el mundo con lo que no lo es")),
    ("mx", "MX", N_("A dónde llegan las respuestas")),
)
PARTS = {"smtp": N_("Envío"), "imap": N_("Buzón")}


@open_to("lead")
def accounts(request: DeskRequest) -> HttpResponse:
    """Every account, with its health and its last 7 and 30 days."""
    found = list(MailAccount.objects.order_by("-is_active", "-is_default", "name"))
    figures = sender_figures([each.pk for each in found], now=timezone.now())
    rows = [
        {
            "account": each,
            "state": _state(worst_state(each.health)),
            "error": words.sentence(each.last_error, _about(each)) if each.last_error else "",
            "figures": figures[each.pk],
        }
        for each in found
    ]
    return render(request, "desk/mail.html", {"rows": rows})


@open_to("lead")
def account(request: DeskRequest, account_id: int) -> HttpResponse:
    found = _found(account_id)
    context: dict[str, Any] = {
        "account": found,
        "domain": domain_of(found.from_address),
        "checks": [_check(found, *each) for each in CHECKS],
        "checked_at": found.health.get("at"),
        "error": words.sentence(found.last_error, _about(found)) if found.last_error else "",
        "figures": sender_figures([found.pk], now=timezone.now())[found.pk],
        "key": _key(found),
        "suggested": _next_selector(found.dkim_selector),
    }
    return render(request, "desk/mail_account.html", context)


@open_to("administer")
def new(request: DeskRequest) -> HttpResponse:
    return _edited(request, None)


@open_to("administer")
def edit(request: DeskRequest, account_id: int) -> HttpResponse:
    return _edited(request, _found(account_id))


def _edited(request: DeskRequest, found: MailAccount | None) -> HttpResponse:
    posted = request.method == "POST"
    form = MailAccountForm(request.POST if posted else None, account=found)
    if posted and form.is_valid():
        try:
            saved = save_account(
                request.creditor, form.cleaned_data, account=found, by=request.user
            )
            messages.success(request, _("Cuenta guardada. Pruébela antes de usarla."))
            return redirect("desk:mail_account", request.creditor.code, saved.pk)
        except Problem as problem:
            form.add_error(None, words.sentence(problem))
    context = {"form": form, "account": found}
    return render(request, "desk/mail_form.html", context, status=400 if form.errors else 200)


@open_to("administer")
@require_POST
def try_out(request: DeskRequest, account_id: int) -> HttpResponse:
    """Log in at its servers; nothing is sent."""
    for tried in try_account(_found(account_id)):
        part = _(PARTS[tried.part])
        if tried.is_good:
            messages.success(request, _("%(part)s: la conexión funciona.") % {"part": part})
        else:
            messages.error(request, f"{part}: {words.sentence(tried.code, tried.facts)}")
    return redirect("desk:mail_account", request.creditor.code, account_id)


@open_to("lead")
@require_POST
def check(request: DeskRequest, account_id: int) -> HttpResponse:
    """Ask the domain again."""
    check_health(_found(account_id), now=timezone.now())
    messages.info(request, _("Se revisó lo que publica el dominio."))
    return redirect("desk:mail_account", request.creditor.code, account_id)


@open_to("administer")
@require_POST
def make_key(request: DeskRequest, account_id: int) -> HttpResponse:
    try:
        give_dkim_key(
            _found(account_id), selector=request.POST.get("selector", ""), by=request.user
        )
        messages.success(
            request, _("Llave nueva. Publique su registro: hasta entonces la firma no vale.")
        )
    except Problem as problem:
        messages.error(request, words.sentence(problem))
    return redirect("desk:mail_account", request.creditor.code, account_id)


def _found(account_id: int) -> MailAccount:
    found = MailAccount.objects.select_related("creditor").filter(pk=account_id).first()
    if found is None:
        raise Http404
    return found


def _state(code: str) -> dict[str, str]:
    title, tint = STATES[code]
    return {"title": _(title), "tint": tint}


def _check(account: MailAccount, name: str, title: str, about: str) -> dict[str, Any]:
    found = account.health.get(name)
    if found is None:
        return {"title": title, "about": _(about), "state": _state("unknown"), "told": ""}
    return {
        "title": title,
        "about": _(about),
        "state": _state(found["state"]),
        "told": words.sentence(found["code"], found["facts"]),
        "found": found["found"],
        "publish": found["publish"],
    }


def _key(account: MailAccount) -> dict[str, str] | None:
    """The record of the account's key, or why there is none to show."""
    if not account.dkim_key:
        return None
    name = f"{account.dkim_selector}._domainkey.{account.dkim_domain}"
    try:
        return {
            "name": name,
            "value": public_record(unseal(account.dkim_key, account=account.name)),
        }
    except Problem as problem:
        return {"name": name, "problem": words.sentence(problem)}


def _about(account: MailAccount) -> dict[str, object]:
    """What the sentences of a mailbox's problems name."""
    return {
        "host": account.imap_host,
        "port": account.imap_port,
        "folder": account.imap_folder,
        "account": account.name,
    }


def _next_selector(used: str) -> str:
    """``recaudo1`` → ``recaudo2``: a new key needs a name of its own while both are published."""
    stem = used.rstrip("0123456789") or "recaudo"
    number = used[len(stem) :]
    return f"{stem}{int(number) + 1 if number else 1}"
