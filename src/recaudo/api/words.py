"""What the codes of api/ say to who runs the other system: what happened, and what to do."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    # keys
    "key_not_administrator": N_(
        "Las claves de {creditor} las hace y las revoca quien lo administra. Pídaselo."
    ),
    "key_name_invalid": N_(
        "«{name}» no sirve como nombre del sistema: minúsculas, números y guiones, hasta 40."
    ),
    "key_right_unknown": N_("No hay un derecho «{right}». Use uno o varios de estos: {known}."),
    "key_name_used": N_(
        "El sistema {name} ya tiene una clave. Si esta la va a reemplazar, diga --takes-over; si "
        "es otro sistema, póngale otro nombre."
    ),
    "key_unknown": N_("No hay una clave «{key}». Mire cuáles hay con `recaudo keys list`."),
    "key_ambiguous": N_(
        "El sistema {name} tiene varias claves: {prefixes}. Diga cuál por su comienzo."
    ),
}
