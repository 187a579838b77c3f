"""What the codes of insights/ say on screen, and the names of what its reports show."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    "rate_missing": N_(
        "Falta la tasa de {currencies} a {to} para el {day}: no se puede sumar {count} "
        "documento(s), por ejemplo {documents}. Cargue la tasa de ese día o de uno anterior y "
        "repita el informe."
    ),
    "grouping_unknown": N_("No se puede agrupar por «{by}». Se puede por {known}."),
    "part_unknown": N_("No hay una parte «{part}». Las que hay: {known}."),
    "bucket_unknown": N_("No hay una edad «{bucket}». Las que hay: {known}."),
    "date_unreadable": N_(
        "«{typed}» no es una fecha que exista. Escríbala como año-mes-día: 2026-03-31."
    ),
    "rows_without": N_("El indicador «{kpi}» no se abre en filas. Los que sí: {known}."),
    "kpi_unknown": N_("No hay un indicador «{kpi}». Los que hay: {known}."),
    "timeline_page_unknown": N_("Esa página de la historia no existe. Vuelva a abrir al cliente."),
    "format_unknown": N_("No hay un formato «{format}». Los que hay: {known}."),
    "format_of_file": N_("Un archivo se escribe como {known}, no como «{format}»."),
    "bucket_table_unknown": N_("No hay una tabla de edades «{table}». Las que hay: {known}."),
    "period_unreadable": N_("Un periodo tiene entre 1 y 366 días, no {days}."),
}
