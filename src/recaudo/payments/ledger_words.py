"""What the postings of a ledger are called."""

from __future__ import annotations

from django.utils.translation import gettext as _

from recaudo.core.problems import N_
from recaudo.payments.models import CreditKind
from recaudo.payments.queries.ledger import Posting

KINDS: dict[str, str] = {
    "document": N_("Documento"),
    "charge": N_("Cargo"),
    "adjustment": N_("Corrección del documento"),
    "credit": N_("Entra"),
    "credit_adjustment": N_("Corrección del pago"),
    "application": N_("Se aplica"),
    "reversal": N_("Reversa de la aplicación"),
}
REASONS: dict[str, str] = {
    "source_correction": N_("según el sistema de origen"),
    "converted": N_("convertido a otra moneda"),
    "refunded": N_("devuelto al cliente"),
    "recomputed": N_("cálculo corregido"),
}


def posting_told(posting: Posting) -> str:
    """What kind of posting it is, with the kind of credit behind it: «Se aplica: pago»."""
    name = _(KINDS[posting.kind])
    if posting.kind in ("credit", "application", "reversal"):
        return f"{name}: {str(CreditKind(posting.detail).label).lower()}"
    return f"{name}: {reason_told(posting.detail)}" if posting.detail else name


def reason_told(reason: str) -> str:
    """A reason by its code in words; one that a person wrote, as it was written."""
    known = REASONS.get(reason)
    return _(known) if known else reason
