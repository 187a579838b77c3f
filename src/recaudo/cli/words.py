"""Sentences of the command line's own codes, and of the installation's."""

from recaudo.core.problems import N_

SENTENCES = {
    "unknown_creditor": N_(
        "No hay un acreedor con el código «{creditor}». Los que hay: {known}. "
        "Cree uno con `recaudo creditor add`."
    ),
    "not_initialised": N_(
        "La base de datos todavía no tiene las tablas de Recaudo. Ejecute `recaudo init`."
    ),
    "database_gone": N_(
        "La base de datos no responde o cortó la conexión ({detail}). No se perdió nada de lo "
        "confirmado: revise con `recaudo check` y repita la orden."
    ),
    "disk_full": N_(
        "No queda espacio en el disco de la base de datos. Nada quedó a medias: libere espacio y "
        "repita la orden."
    ),
    "secret_missing": N_(
        "Falta la clave secreta de esta instalación. Ejecute `recaudo init`, o defina "
        "RECAUDO_SECRET_KEY en el entorno."
    ),
    "import_mode_unknown": N_(
        "No se conoce el modo «{mode}». Use incremental, o snapshot si el archivo es un corte."
    ),
    "control_total_unreadable": N_(
        "No se entiende el total «{typed}». Escríbalo como 1999900.50 o 1.999.900,50."
    ),
    "answer_unreadable": N_(
        "No se entiende la respuesta «{typed}». Escríbala como 'clave=valor', con la clave que "
        "mostró la pregunta."
    ),
    "port_taken": N_(
        "El puerto {port} ya está en uso. Detenga el otro programa o use --port con otro número."
    ),
}
