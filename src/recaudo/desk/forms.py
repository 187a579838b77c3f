"""What people fill in on the desk."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from recaudo.strategy.queries.worklist import Filter

WORK = (
    ("", _("Todos")),
    ("task", _("Alguien debe hacer algo")),
    ("message", _("Con mensaje planeado")),
    ("held", _("Hoy no se hace nada")),
)
ORDERS = (
    ("priority", _("Prioridad")),
    ("overdue", _("Saldo vencido")),
    ("dpd", _("Días de mora")),
    ("balance", _("Saldo")),
    ("next_on", _("Próximo paso")),
    ("name", _("Nombre")),
)


class WorklistForm(forms.Form):
    """The filter of the worklist, as it stands in the address."""

    q = forms.CharField(required=False, max_length=100, label=_("Buscar"))
    segment = forms.ChoiceField(required=False, label=_("Segmento"))
    bucket = forms.ChoiceField(required=False, label=_("Edad de mora"))
    work = forms.ChoiceField(required=False, choices=WORK, label=_("Qué pasa hoy"))
    kind = forms.ChoiceField(required=False, label=_("Tarea"))
    reason = forms.ChoiceField(required=False, label=_("Motivo"))
    least = forms.DecimalField(
        required=False, min_value=Decimal(0), max_digits=18, label=_("Vencido desde")
    )
    condition = forms.CharField(required=False, max_length=1000, label=_("Condición"))
    order = forms.ChoiceField(required=False, choices=ORDERS, label=_("Ordenar por"))

    def __init__(
        self,
        data: Any,
        *,
        segments: list[tuple[str, str]],
        slots: list[tuple[int, str]],
        kinds: list[tuple[str, str]],
        reasons: list[tuple[str, str]],
    ) -> None:
        super().__init__(data)
        everything = ("", _("Todos"))
        self.fields["segment"].choices = [everything, *segments]  # type: ignore[attr-defined]
        self.fields["bucket"].choices = [everything, *slots]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [("", _("Todas")), *kinds]  # type: ignore[attr-defined]
        self.fields["reason"].choices = [everything, *reasons]  # type: ignore[attr-defined]
        self.fields["least"].widget.attrs |= {"inputmode": "decimal", "step": "any"}
        self.fields["q"].widget.attrs |= {"data-search": ""}
        self.fields["condition"].widget.attrs |= {
            "class": "condition",
            "spellcheck": "false",
            "autocapitalize": "off",
            "placeholder": "max_dpd > 30 AND overdue_balance >= 1000000",
        }

    def as_filter(self) -> Filter:
        """What the query takes. The simple controls become part of the condition."""
        given = self.cleaned_data
        parts = []
        if given["bucket"]:
            parts.append(f"bucket_slot = {int(given['bucket'])}")
        if given["least"] is not None:
            parts.append(f"overdue_balance >= {given['least']:f}")
        if given["condition"]:
            parts.insert(0, f"({given['condition']})" if parts else given["condition"])
        return Filter(
            condition=" AND ".join(parts),
            segment=given["segment"],
            reason=given["reason"],
            work=given["work"],
            kind=given["kind"],
            search=given["q"].strip(),
        )

    @property
    def is_narrowed(self) -> bool:
        return any(value for name, value in self.cleaned_data.items() if name != "order")
