"""What the codes of bringing a file into the ledger say on screen."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    # the whole import
    "needs_answer": N_(
        "«{file}» deja en duda lo que sigue, y no se adivina: {keys}. Responda con {how}."
    ),
    "file_without_rows": N_(
        "«{file}» tiene encabezados y ninguna fila. No se escribió nada. "
        "Genere el reporte otra vez."
    ),
    "cuadre_no_cuadra": N_(
        "No cuadra: lo importado suma {imported}, el total de control es {control_total} y la "
        "diferencia es {difference}. No se escribió nada. Corrija el archivo o el total, o acepte "
        "la diferencia con un motivo."
    ),
    "corte_parece_parcial": N_(
        "El corte parece parcial: cerraría {documents} documentos por {amount} {currency}, el "
        "{pct} % del saldo (el límite es {limit} %). No se escribió nada. Cargue el corte "
        "completo, "
        "indique su alcance (sucursal, producto) en el mapeo, o acéptelo con un motivo."
    ),
    "import_running": N_(
        "Ya se está cargando «{file}» para este acreedor, desde {started_at}. "
        "Espere a que termine y repita."
    ),
    "import_started": N_(
        "La carga de «{file}» ya comenzó o terminó. Mírela en la lista de cargas."
    ),
    "import_interrupted": N_(
        "La carga se interrumpió antes de terminar y no dejó nada a medias. Repítala."
    ),
    "import_failed": N_(
        "La carga falló por un error del programa ({detail}) y no dejó nada a medias. "
        "Avise a quien lo administra; el registro tiene el detalle."
    ),
    "upload_gone": N_("El archivo «{file}» ya no está guardado. Súbalo de nuevo."),
    "mode_unknown": N_("«{mode}» no es un modo de carga. Los que hay: {known}."),
    "scope_unknown": N_(
        "El alcance del corte no puede ser por «{word}». Puede ser por: {known}. Corrija el mapeo."
    ),
    # rows that the ledger refuses
    "duplicate_differs": N_(
        "El documento «{document}» ya estaba en la fila {row} con otros datos. "
        "Deje una sola fila, o diga la cuota."
    ),
    "document_of_other_customer": N_(
        "El documento «{document}» ya es del cliente «{customer}», no de «{said}». "
        "Corrija el cliente o el número."
    ),
    "document_currency_differs": N_(
        "El documento «{document}» está en {currency}, no en {said}. Corrija la moneda."
    ),
    "payment_document_unknown": N_(
        "El pago nombra el documento «{document}», que no existe o es de varios clientes, y no "
        "dice "
        "el cliente. Agregue el código del cliente."
    ),
    "customer_unknown": N_(
        "El pago es del cliente «{customer}», que no existe. Cargue antes sus documentos, o "
        "agregue "
        "su nombre."
    ),
    "payment_to_take_back_unknown": N_(
        "No se encontró el pago que esta fila devuelve. Escriba la misma referencia, o el mismo "
        "documento y valor del pago."
    ),
    "rate_already_set": N_(
        "La tasa de {currency} del {day} ya es {rate}. Una tasa registrada no se cambia."
    ),
    # notices
    "row_repeated": N_("Filas idénticas a otra, contadas una sola vez: {count}, como {examples}."),
    "nothing_owed": N_("No se debe nada por este documento."),
    "instalments_numbered": N_(
        "Filas de una misma factura que vencen en días distintos, numeradas como cuotas por "
        "fecha: {count}, como {examples}."
    ),
    "issue_date_kept": N_(
        "Documentos con otra fecha de emisión, que conservan la que tenían: {count}, como "
        "{examples}."
    ),
    "currency_without_rate": N_(
        "No hay tasa de cambio para {examples}. Se cargó igual, pero esos saldos no se trabajan "
        "hasta que registre una tasa."
    ),
    "tax_id_not_valid": N_(
        "Identificaciones tributarias que no son válidas: {count}, como {examples}. Revíselas."
    ),
    "pay_days_unreadable": N_(
        "Días de pago que no se entendieron: {count}, como {examples}. Escriba, por ejemplo, "
        "«viernes» o «15 y 30»."
    ),
    "contact_not_valid": N_(
        "Datos de contacto que no sirven y quedaron marcados: {count}. Revíselos en cada cliente."
    ),
    "contact_conflict": N_(
        "Datos de contacto distintos de los verificados a mano, que no se tocaron: {count} "
        "(clientes {examples}). Decida cada caso en los conflictos."
    ),
    "payment_not_tied": N_(
        "Pagos que nombran documentos que no existen: {count}, como {examples}. Quedaron sin "
        "aplicar, a favor del cliente."
    ),
    "import_kind_unknown": N_("No hay una clase de archivo «{kind}». Use una de estas: {known}."),
    "import_kind_differs": N_(
        "Usted dijo que el archivo trae {kind} y trae también {found}. No se cargó nada: revise el "
        "archivo, o cárguelo sin --kind."
    ),
}
