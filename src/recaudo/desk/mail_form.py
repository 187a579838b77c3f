"""The form of a mail account. Passwords go in and never come out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recaudo.contact.models import MailAccount

SECURITIES = (
    ("starttls", _("STARTTLS (puerto 587)")),
    ("tls", _("TLS (puerto 465 o 993)")),
    ("none", _("Sin cifrar (solo esta máquina)")),
)


class MailAccountForm(forms.Form):
    """Fields named as the model's; ``cleaned_data`` is what ``save_account`` takes."""

    name = forms.CharField(max_length=80, label=_("Nombre de la cuenta"))
    from_name = forms.CharField(max_length=100, label=_("Nombre de quien escribe"))
    from_address = forms.CharField(max_length=320, label=_("Dirección de quien escribe"))
    reply_to = forms.CharField(
        required=False,
        max_length=320,
        label=_("Dirección para respuestas"),
        help_text=_("Vacía: la misma de quien escribe."),
    )
    bounce_address = forms.CharField(
        required=False,
        max_length=320,
        label=_("Dirección de rebotes"),
        help_text=_("Con {token} si el servidor acepta el signo más: rebotes+{token}@empresa.com."),
    )
    smtp_host = forms.CharField(max_length=253, label=_("Servidor de envío (SMTP)"))
    smtp_port = forms.IntegerField(min_value=1, max_value=65535, initial=587, label=_("Puerto"))
    smtp_security = forms.ChoiceField(choices=SECURITIES, initial="starttls", label=_("Cifrado"))
    smtp_user = forms.CharField(required=False, max_length=320, label=_("Usuario"))
    smtp_secret = forms.CharField(
        required=False,
        max_length=500,
        label=_("Contraseña"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    per_minute = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=10_000,
        label=_("Mensajes por minuto, como máximo"),
        help_text=_("Vacío: sin límite propio. Su proveedor dice cuántos acepta."),
    )
    imap_host = forms.CharField(
        required=False,
        max_length=253,
        label=_("Servidor del buzón (IMAP)"),
        help_text=_("De aquí se leen respuestas y rebotes. Nada se borra ni se marca como leído."),
    )
    imap_port = forms.IntegerField(min_value=1, max_value=65535, initial=993, label=_("Puerto"))
    imap_security = forms.ChoiceField(choices=SECURITIES, initial="tls", label=_("Cifrado"))
    imap_user = forms.CharField(required=False, max_length=320, label=_("Usuario"))
    imap_secret = forms.CharField(
        required=False,
        max_length=500,
        label=_("Contraseña"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    imap_folder = forms.CharField(max_length=200, initial="INBOX", label=_("Carpeta"))
    is_default = forms.BooleanField(required=False, label=_("Es la cuenta de envío"))
    is_active = forms.BooleanField(required=False, initial=True, label=_("Está en uso"))

    def __init__(self, data: Any = None, *, account: MailAccount | None = None) -> None:
        known = {}
        if account is not None:
            known = {name: getattr(account, name) for name in self.base_fields}
            known |= {"smtp_secret": "", "imap_secret": ""}
        super().__init__(data, initial=known)
        for part in ("smtp", "imap"):
            if account is not None and getattr(account, f"{part}_secret"):
                self.fields[f"{part}_secret"].help_text = _(
                    "Hay una guardada. Escriba solo si cambia."
                )

    @property
    def sections(self) -> list[tuple[Any, list[Any], str]]:
        """(title, fields) in the order in which a person knows the answers."""
        groups = (
            (_("Quién escribe"), ("name", "from_name", "from_address", "reply_to")),
            (
                _("Envío"),
                ("smtp_host", "smtp_port", "smtp_security", "smtp_user", "smtp_secret"),
            ),
            (
                _("Buzón"),
                (
                    "imap_host",
                    "imap_port",
                    "imap_security",
                    "imap_user",
                    "imap_secret",
                    "imap_folder",
                ),
            ),
            (_("Rebotes y ritmo"), ("bounce_address", "per_minute")),
        )
        return [(title, [self[name] for name in names], names[0]) for title, names in groups]

    @property
    def switches(self) -> list[Any]:
        return [self["is_default"], self["is_active"]]
