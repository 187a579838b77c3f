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
    "law_zone_needed": N_(
        "No se conoce la hora de «{country}». Indique la zona con --zone, p. ej. America/Bogota."
    ),
    "law_moment_unreadable": N_(
        "No se entiende el momento «{typed}». Escríbalo como 2026-11-20T18:59, o con su "
        "diferencia horaria: 2026-11-20T18:59-05:00."
    ),
    "law_moment_skipped": N_(
        "La hora {typed} no existe en {zone}: ese día los relojes la saltan. Escriba otra."
    ),
    "law_channel_unknown": N_("No se conoce el canal «{channel}». Use uno de estos: {known}."),
    "law_history_unreadable": N_(
        "No se puede leer «{file}»: {detail}. Debe ser un CSV en UTF-8 con at, channel, kind y "
        "debt."
    ),
    "law_history_columns": N_(
        "A «{file}» le faltan columnas: {missing}. Lleva at, channel, kind y, si se quiere, debt."
    ),
    "law_history_row": N_(
        "No se entiende la fila {row} del historial, columna {column}: «{detail}». Corríjala y "
        "repita."
    ),
    "file_unwritable": N_(
        "No se pudo escribir {file}: {detail}. Elija otra carpeta o revise los permisos."
    ),
}
