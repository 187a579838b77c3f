"""Ways of paying: their codes, what they are called, and how banks and files write them."""

from __future__ import annotations

from recaudo.core.problems import N_

METHODS: dict[str, str] = {
    "transfer": N_("Transferencia"),
    "deposit": N_("Consignación"),
    "pse": N_("Débito en línea (PSE, Webpay…)"),
    "cash": N_("Efectivo"),
    "cheque": N_("Cheque"),
    "card": N_("Tarjeta"),
    "direct_debit": N_("Débito automático"),
    "payroll": N_("Libranza"),
    "offset": N_("Cruce de cuentas"),
}
#: Those that nobody chooses: a title that was cashed says which it was.
NAMES: dict[str, str] = METHODS | {"letra": N_("Letra"), "pagare": N_("Pagaré")}
#: How else each is written, in lower case. A credit keeps what its file said.
_WRITTEN: dict[str, tuple[str, ...]] = {
    "transfer": ("transferencia", "transferencia bancaria", "transferencia electrónica", "spei"),
    "deposit": ("consignación", "consignacion", "depósito", "deposito"),
    "pse": ("webpay", "débito en línea", "pago en línea"),
    "cash": ("efectivo",),
    "cheque": ("cheque posfechado", "check"),
    "card": ("tarjeta", "tarjeta de crédito", "tarjeta de débito"),
    "direct_debit": ("débito automático", "debito automatico", "pac", "domiciliación"),
    "payroll": ("libranza", "nómina", "planilla"),
    "offset": ("cruce de cuentas", "cruce", "compensación"),
}
_CODE_OF = {text: code for code in METHODS for text in (code, *_WRITTEN[code])}


def method_of(written: str) -> str:
    """The code of what a credit keeps; what has none stays as it is written."""
    return _CODE_OF.get(written.strip().lower(), written)


def written_as(code: str) -> list[str]:
    """Every way of writing ``code``, in lower case; of an unknown one, itself."""
    return [code.lower(), *_WRITTEN.get(code, ())]


def spellings() -> tuple[list[str], list[str]]:
    """What is written, in lower case, and beside it the code: for a query that groups."""
    return list(_CODE_OF), list(_CODE_OF.values())
