"""What the codes of portfolio/ say on screen: what happened, and what to do next."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    "customer_changed": N_(
        "Otra persona cambió a {customer} mientras usted lo miraba. Vuelva a abrirlo y repita el "
        "cambio si todavía hace falta."
    ),
    "contact_channel_unknown": N_("«{channel}» no es un medio de contacto conocido."),
    "contact_value_missing": N_("Falta el dato de contacto. Escríbalo y guarde de nuevo."),
    "contact_state_unknown": N_("Un dato de contacto sirve o no sirve; «{state}» no es una opción."),
    "assignment_overlaps": N_(
        "El cliente ya tiene a alguien asignado en esas fechas. Termine la otra asignación primero."
    ),
    "assignment_span": N_("La asignación termina antes de empezar. Corrija las fechas."),
}
