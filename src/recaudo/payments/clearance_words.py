"""What the codes of certificates and statements say on screen, and what the papers are called."""

from django.utils.translation import gettext as _

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    "clearance_owes": N_(
        "No se expidió: al {day} queda algo por resolver ({count}). Está en «Estado de cuenta», "
        "junto a «Expedir»."
    ),
    "clearance_in_future": N_(
        "El {day} no ha llegado (hoy es {today}): solo se certifica un día que ya se conoce."
    ),
    "clearance_documents": N_(
        "Documentos con saldo: {count}, por {amount}. Si hay un saldo a favor, aplíquelo primero."
    ),
    "clearance_written_off": N_(
        "Castigados que se siguen debiendo: {count}, por {amount}. Solo una condonación los borra."
    ),
    "clearance_charges": N_("Cargos sin pagar: {count}, por {amount}. Cóbrelos o condónelos."),
    "clearance_accrued": N_(
        "Interés de mora y gastos causados que aún no se cargan: {count}, por {amount}."
    ),
    "clearance_instruments": N_(
        "Cheques, letras o pagarés sin cobrar: {count}, por {amount}. Espere a que se cobren."
    ),
    "clearance_came_back": N_(
        "Abonos que contaban ese día y después se reversaron: {count}, por {amount}. Expídalo con "
        "una fecha en la que ya se haya pagado de nuevo."
    ),
    "clearance_rate_missing": N_(
        "Falta la tasa {series}: no se sabe si debe interés. Cárguela con `recaudo rates load`."
    ),
    "clearance_reason_missing": N_("Escriba por qué queda sin efecto: se guarda con él."),
    "clearance_unknown": N_("No hay un certificado con el número {number}. Nada cambió."),
    "clearance_gone": N_(
        "El PDF del certificado {number} ya no está donde se guardó. Restáurelo de una copia."
    ),
    "statement_form_unknown": N_("No hay un estado de cuenta en «{form}». Los que hay: {known}."),
}

#: Country of the creditor → what the paper is called there.
TITLES: dict[str, str] = {
    "CO": N_("Paz y salvo"),
    "CL": N_("Certificado de no deuda"),
    "AR": N_("Certificado de libre deuda"),
    "EC": N_("Certificado de no adeudar"),
}
#: The reasons that the machine gives.
COME_BACK, WAIVER_UNDONE = "payment_taken_back", "waiver_undone"
ELSEWHERE = N_("Carta de no adeudo")


def title_of(country: str) -> str:
    """What a certificate that nothing is owed is called, in the active language."""
    return _(TITLES.get(country, ELSEWHERE))


def reason_told(reason: str) -> str:
    """Why it no longer stands; what a person wrote stays as it was written."""
    if reason == WAIVER_UNDONE:
        return _("Se deshizo una condonación en la que se apoyaba.")
    return _("Se devolvió un pago en el que se apoyaba.") if reason == COME_BACK else reason
