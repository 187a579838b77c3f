"""What the codes of the desk, and of the acts on the customer page, say on screen."""

from recaudo.core.problems import N_
from recaudo.desk import money_words

SENTENCES: dict[str, str] = {
    "customer_changed": N_(
        "Otra persona cambió a {customer} mientras usted lo tenía abierto. No se guardó nada: "
        "mire el cambio y repita lo suyo si todavía hace falta."
    ),
    "contact_value_missing": N_("Escriba el dato de contacto antes de guardarlo."),
    "contact_value_invalid": N_(
        "«{value}» no sirve para contactar a nadie. Revise que esté completo y bien escrito."
    ),
    "contact_channel_unknown": N_("Elija el canal: correo, teléfono, WhatsApp, SMS o dirección."),
    "consent_said_unknown": N_("Diga si el cliente autorizó o retiró la autorización."),
    "consent_source_unknown": N_("Elija dónde consta la autorización o el retiro."),
    "consent_not_yet": N_("El {day} todavía no llega. Ponga el día en que el cliente lo dijo."),
    "contact_state_unknown": N_("Diga si el dato sirve o no sirve."),
    "conflict_resolved": N_("Alguien ya decidió ese conflicto. No se cambió nada más."),
    "hold_kind_unknown": N_("Elija el motivo de la pausa."),
    "columns_none": N_(
        "Diga qué significa al menos una columna: quién debe, qué documento, cuándo vence y cuánto."
    ),
    "day_unreadable": N_("«{typed}» no es una fecha. Elíjala en el calendario."),
    **money_words.SENTENCES,
}
