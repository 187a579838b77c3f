"""What the codes of portfolio/ say on screen: what happened, and what to do next."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    "assignment_overlaps": N_(
        "El cliente ya tiene a alguien asignado en esas fechas. Termine la otra asignación primero."
    ),
    "assignment_span": N_("La asignación termina antes de empezar. Corrija las fechas."),
    # files of documents
    "file_kind_unknown": N_("No hay archivos de clase «{kind}». Elija una de la lista."),
    "document_file_empty": N_("El archivo está vacío. Elija otro."),
    "document_file_too_large": N_("El archivo pasa de {limit} MB. Redúzcalo o parta el documento."),
    "file_type_refused": N_(
        "El archivo no es lo que dice ser. Se aceptan PDF, XML, PNG y JPG; la factura va en PDF y "
        "el documento electrónico en XML."
    ),
    "files_too_many": N_("El documento ya tiene {limit} archivos: no caben más."),
    "file_gone": N_(
        "El archivo {name} ya no está en el disco. Vuelva a adjuntarlo, o restaure la copia de "
        "seguridad de los archivos."
    ),
}
