"""What the codes of money are called on screen: methods, where a payment came from, novelties."""

from __future__ import annotations

from recaudo.core.problems import N_
from recaudo.desk.names import called
from recaudo.payments.methods import NAMES, method_of
from recaudo.portfolio.models import Component

#: A name that no code has is what the bank or the file called it.
SOURCES: dict[str, str] = {
    "desk": N_("a mano"),
    "bank": N_("extracto bancario"),
    "api": N_("integración"),
    "exchange": N_("cambio de moneda"),
    "lot": N_("parte de un lote"),
    "receipt": N_("recibo de vendedor"),
    "rounding": N_("redondeo"),
    "instrument": N_("título cobrado"),
    "withholding": N_("retención de un pago"),
    "write_down": N_("ajuste aprobado"),
    "waiver": N_("condonación de un cargo"),
    "import": N_("archivo"),
    "import_credit": N_("archivo"),
    "demo": N_("demostración"),
    "file": N_("archivo"),
    "snapshot": N_("corte de saldos"),
}
NOVELTIES: dict[str, str] = {
    "retired": N_("Retirado"),
    "leave": N_("Licencia o incapacidad"),
    "no_capacity": N_("Sin capacidad de descuento"),
    "partial": N_("Descuento parcial"),
    "other": N_("Otra"),
}
LOT_STATES: dict[str, str] = {
    "open": N_("por explicar"),
    "applied": N_("aplicado"),
    "taken_back": N_("reversado"),
}
#: Why a credit's amount was corrected.
ADJUSTED: dict[str, str] = {
    "taken_back": N_("reversado"),
    "refunded": N_("devuelto al cliente"),
    "converted": N_("cambiado a otra moneda"),
    "conversion_undone": N_("cambio deshecho"),
    "bank_line_undone": N_("conciliación deshecha"),
}


def method_name(code: str) -> str:
    return called(NAMES, method_of(code))


def source_name(code: str) -> str:
    """``deposit:Ana`` and the like are told by their first word."""
    return called(SOURCES, code.partition(":")[0])


def component_name(code: str) -> str:
    return str(Component(code).label) if code in Component.values else ""
