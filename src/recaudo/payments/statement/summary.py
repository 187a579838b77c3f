"""The lines that lead to the two totals of a statement, for whatever form it takes."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from recaudo.payments.queries.debt_parts import CurrencyDebt, Standing


def apart(standing: Standing) -> str:
    """Where a charge is added up, if not with the charges."""
    if standing == "alive":
        return ""
    return _("va con lo castigado") if standing == "written_off" else _("va con lo cedido")


@dataclass(frozen=True, slots=True)
class SummaryLine:
    """``amount`` without its sign: «−» is what is taken off."""

    label: str
    amount: Decimal
    sign: str = ""
    is_total: bool = False

    @property
    def signed(self) -> Decimal:
        return -self.amount if self.sign else self.amount


def summary_lines(sums: CurrencyDebt) -> list[SummaryLine]:
    """Down to each total they add up to it, as long as no credit is larger than the debt."""
    minus = "−"
    return [
        SummaryLine(_("Vencido"), sums.due),
        SummaryLine(_("Documentado con cheque o título"), sums.documented_due, minus),
        SummaryLine(_("Cargos por mora"), sums.charged),
        SummaryLine(_("Saldos a favor sin aplicar"), sums.unapplied, minus),
        SummaryLine(_("Para ponerse al día"), sums.catch_up, is_total=True),
        SummaryLine(_("Por vencer"), sums.not_due),
        SummaryLine(_("Documentado, pendiente de cobro"), sums.documented_due),
        SummaryLine(_("Castigado, se sigue debiendo"), sums.written_off),
        SummaryLine(_("Para pagar todo"), sums.total, is_total=True),
        SummaryLine(_("Saldo a favor"), sums.favour),
    ]
