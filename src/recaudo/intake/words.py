"""What the codes of intake say on screen: what happened, and what to do next."""

from recaudo.core.problems import N_
from recaudo.intake import bank_words, ledger_words

SENTENCES: dict[str, str] = {
    # contacts that others made
    "contacts_no_headings": N_(
        "En «{file}» no se reconocen los títulos. Hacen falta: cliente o NIT, fecha (y hora) y "
        "canal; sirven también resultado, documento e id externo."
    ),
    "contact_source_unusable": N_(
        "«{source}» no sirve como origen. Use una palabra en minúsculas: agencia, marcador."
    ),
    "contact_customer_unknown": N_(
        "El cliente de la fila no existe o su identificación es de varios. Revise el código."
    ),
    "contact_channel_unread": N_(
        "No se entiende el canal. Use llamada, WhatsApp, SMS, correo, carta o visita."
    ),
    "contact_time_unread": N_("No se entiende la hora. Escríbala como 14:05."),
    "contact_in_future": N_("El contacto tiene una fecha que todavía no llega. Corríjala."),
    "consents_no_headings": N_(
        "En «{file}» no se reconocen los títulos. Hacen falta: cliente o NIT, canal, autoriza "
        "(sí o no) y fecha; sirve también fuente."
    ),
    "consent_unread": N_("No se entiende si autoriza. Escriba sí o no."),
    "consent_in_future": N_("La autorización tiene una fecha que todavía no llega. Corríjala."),
    "consent_stopped_that_day": N_(
        "Ese mismo día el cliente retiró una autorización, y el retiro vale. Si autorizó de nuevo "
        "después, anótelo en su ficha."
    ),
    # lists that a payer sends
    "payer_list_too_large": N_("El archivo pasa de {limit} MB. Divídalo en varios."),
    "payer_list_unreadable": N_(
        "En la fila {row} no se entiende «{text}». Corríjala y tráigala de nuevo."
    ),
    "payer_list_columns": N_(
        "Faltan columnas: la lista lleva un encabezado con documento o cliente y con valor."
    ),
    "payer_list_empty": N_("La lista no trae filas."),
    # the file
    "file_missing": N_("No se pudo abrir «{file}» ({detail}). Revise el nombre y los permisos."),
    "file_empty": N_("El archivo «{file}» está vacío. Genere el reporte otra vez y súbalo."),
    "file_binary": N_(
        "«{file}» no es una tabla: contiene datos binarios. Suba un archivo CSV, XLSX, XLS u ODS."
    ),
    "file_kind_unread": N_(
        "«{file}» es un archivo {kind}, que no se lee como cartera. Expórtelo como CSV o XLSX."
    ),
    "file_too_large": N_(
        "«{file}» pasa de {limit} bytes, demasiado para su formato. Expórtelo como CSV."
    ),
    "line_too_long": N_(
        "«{file}» tiene una línea de más de {limit} bytes; una tabla no las tiene. "
        "Revise que el archivo no esté dañado y expórtelo de nuevo."
    ),
    "quote_not_closed": N_(
        "En «{file}» hay unas comillas que no se cierran y juntan las filas siguientes (fila "
        "{row}; 0 = no se sabe cuál). Corríjalas o exporte el archivo de nuevo."
    ),
    "quote_not_closed_row": N_(
        "Unas comillas abiertas juntaron esta fila con las siguientes. Cierre las comillas."
    ),
    "csv_in_csv": N_(
        "«{file}» es un CSV metido dentro de otro: cada línea entera va entre comillas "
        "({example}…). Ábralo, quite esas comillas o expórtelo de nuevo desde el sistema de origen."
    ),
    "encoding_broken": N_(
        "«{file}» tiene letras que no corresponden a su codificación ({encoding}). "
        "Guárdelo como «CSV UTF-8» o indique encoding en el mapeo."
    ),
    "zip_bomb": N_(
        "«{file}» ocupa {packed} bytes y se expandiría a {unpacked}. No se abrió por seguridad. "
        "Guarde el libro de nuevo con solo los datos, o expórtelo como CSV."
    ),
    "workbook_encrypted": N_("«{file}» tiene contraseña. Quítesela en Excel y súbalo de nuevo."),
    "workbook_broken": N_(
        "El libro «{file}» está dañado ({detail}). Ábralo en Excel y guárdelo de nuevo."
    ),
    "too_many_columns": N_(
        "Una hoja de «{file}» tiene {columns} columnas. Deje solo las de la cartera."
    ),
    "sheet_missing": N_("El libro no tiene la hoja «{sheet}». Tiene: {sheets}."),
    "no_header": N_(
        "En «{file}» no se reconoce la fila de títulos. Las primeras filas dicen: {rows}. "
        "Ponga los títulos de las columnas (cliente, factura, vencimiento, saldo) o use un mapeo."
    ),
    "no_customer_column": N_(
        "No se reconoce quién debe: falta una columna de cliente, NIT/RUT o nombre. "
        "Columnas del archivo: {headings}. Indíquela en el mapeo."
    ),
    "no_document_column": N_(
        "No se reconoce el número de documento u obligación. Columnas del archivo: {headings}. "
        "Indíquela en el mapeo."
    ),
    "no_due_date_column": N_(
        "No se sabe cuándo vence cada documento: falta la fecha de vencimiento, el plazo o los "
        "días de mora. Columnas del archivo: {headings}. Agréguela o indíquela en el mapeo."
    ),
    "as_of_missing": N_(
        "El archivo da edades o días de mora, pero no a qué fecha. Indique la fecha del corte."
    ),
    "excel_mangled_dates": N_(
        "Excel dañó las fechas de «{column}»: quedaron como {examples} y el día se perdió. "
        "Exporte de nuevo desde el sistema de origen con formato de fecha corta, "
        "sin abrir el archivo en Excel."
    ),
    # mappings and answers
    "mapping_unreadable": N_("No se pudo leer el mapeo: {detail}. Corrija el archivo TOML."),
    "mapping_unknown": N_("El mapeo dice «{word}» en [{place}], que no existe. Corríjalo."),
    "mapped_heading_missing": N_(
        "El mapeo busca «{headings}» para «{field}» y el archivo no tiene esa columna."
    ),
    "layout_unknown": N_("No hay un formato de reporte «{name}». Hay: {known}."),
    "answer_unknown": N_("No se entiende la respuesta {key} = {value}. Revise las opciones."),
    "questions_open": N_("Antes de importar hay que responder: {keys}. Nada se da por supuesto."),
    # questions
    "date_order_ambiguous": N_(
        "En «{column}» no se sabe si {examples} es día/mes o mes/día. Elija el orden."
    ),
    "date_order_mixed": N_(
        "En «{column}» unas fechas son día/mes y otras mes/día. Elija un orden; "
        "las que no lo cumplan se rechazarán."
    ),
    "date_order_differs": N_(
        "El mapeo dice que «{column}» es {mapped}, pero las fechas del archivo son {found}. "
        "Confirme el orden."
    ),
    "decimal_sign_differs": N_(
        "El mapeo dice que el signo decimal de «{column}» es «{mapped}», pero el archivo usa "
        "«{found}». Confirme cuál."
    ),
    "decimal_sign_ambiguous": N_(
        "En «{column}» no se sabe si {examples} son miles o decimales. Elija el signo decimal."
    ),
    "decimal_sign_mixed": N_(
        "En «{column}» hay valores con coma decimal y con punto decimal. Elija uno; "
        "los demás se rechazarán."
    ),
    "column_ambiguous": N_("Hay dos columnas que pueden ser lo mismo: {choices}. Elija cuál usar."),
    "ages_without_documents": N_(
        "El archivo trae saldos por edad ({examples}) y no documentos. "
        "¿Cargar un saldo por cada edad de cada cliente?"
    ),
    "credit_notes_positive": N_(
        "Hay documentos {examples} con valor positivo. ¿Restan (crédito) o suman (débito)?"
    ),
    "customers_blank_below": N_(
        "Muchas filas no dicen el cliente en «{column}». ¿Es el mismo de la fila de arriba?"
    ),
    "paid_on_meaning": N_(
        "«{column}» dice cuándo se pagó, pero no cuánto. ¿Se pagó completo ese día?"
    ),
    # rows
    "missing_key": N_("Falta «{column}», que identifica la fila. Escríbalo."),
    "missing_amount": N_("Falta el valor en «{column}». Escríbalo; si no debe nada, ponga 0."),
    "missing_due_date": N_("Falta la fecha de vencimiento. Escríbala."),
    "missing_date": N_("Falta la fecha en «{column}». Escríbala."),
    "missing_paid_on": N_("Hay un pago sin fecha. Escriba el día en «{column}»."),
    "bad_date": N_("«{value}» en «{column}» no es una fecha. Escríbala como 31/12/2026."),
    "no_such_date": N_("«{value}» en «{column}» no existe en el calendario. Corrija la fecha."),
    "date_out_of_range": N_("«{value}» en «{column}» queda fuera de 1970–2100. Corrija la fecha."),
    "excel_mangled_date": N_(
        "Excel dañó esta fecha («{value}» en «{column}») y el día se perdió. "
        "Tómela del sistema de origen."
    ),
    "bad_amount": N_("«{value}» en «{column}» no es un valor. Corrija la cifra."),
    "amount_too_large": N_("«{value}» en «{column}» pasa del máximo. Corrija la cifra."),
    "excel_scientific": N_(
        "Excel abrevió el número ({value} en «{column}») y se perdieron cifras. "
        "Tómelo del sistema de origen, con la columna en formato de texto."
    ),
    "excel_error": N_("«{column}» tiene un error de Excel ({value}). Corrija la fórmula."),
    "bad_number": N_("«{value}» en «{column}» no es un número de días. Corríjalo."),
    "bad_flag": N_("«{value}» en «{column}» debe ser sí o no."),
    "bad_value": N_("«{value}» en «{column}» no se entiende. Corríjalo."),
    "unknown_currency": N_(
        "«{value}» en «{column}» no es una moneda. Use su código: COP, CLP, MXN, PEN, USD."
    ),
    "wrong_column_count": N_(
        "La fila tiene {found} columnas y los títulos {expected}. "
        "Suele ser un separador dentro de un texto o de una cifra: póngalo entre comillas."
    ),
    "ages_do_not_add": N_("Las edades no suman lo que dice «{column}» ({value}). Revise la fila."),
    "components_do_not_add": N_(
        "Capital, intereses y demás partes no suman lo que dice «{column}» ({value}). Revíselos."
    ),
    # notices
    "date_order_inferred": N_(
        "El orden de las fechas de «{column}» ({order}) se tomó de otra columna de la tabla."
    ),
    "decimal_sign_inferred": N_(
        "El signo decimal de «{column}» («{sign}») se tomó de otra columna de la tabla."
    ),
    "leading_zeros_lost": N_(
        "«{column}» parece haber perdido los ceros a la izquierda (lo usual son {width} cifras): "
        "{count} valores, como {examples}. Si es así, agregue [zero_fill] al mapeo."
    ),
    "leading_zeros_restored": N_(
        "Valores de «{column}» a los que se completaron los ceros a la izquierda hasta {width} "
        "cifras: {count}."
    ),
    "ids_were_numbers": N_(
        "Números de documento de «{column}» guardados como decimales, a los que se quitó el «.0»: "
        "{count}."
    ),
    "value_ignored": N_("Valores de «{column}» que no se entendieron: {count}, como {examples}."),
    "label_unknown": N_("Valores de «{column}» que no se conocen: {count}, como {examples}."),
    "balance_above_amount": N_(
        "Filas con un saldo mayor que el valor del documento, en las que se tomó el saldo: {count}."
    ),
    "components_ignored": N_(
        "Las columnas de capital e intereses no suman el saldo y no se tomaron como sus partes."
    ),
    "sheet_ignored": N_("La hoja «{sheet}» no se leyó ({reason})."),
    "customer_by_name": N_(
        "El archivo no trae código ni NIT/RUT: cada cliente se identifica por su nombre."
    ),
    "layout_used": N_("Se reconoció el formato de reporte «{name}»."),
    # contact points
    "bad_phone": N_("«{value}» no es un teléfono de {country}. Corríjalo."),
    "bad_email": N_("«{value}» no es un correo. Corríjalo."),
}
SENTENCES |= ledger_words.SENTENCES
SENTENCES |= bank_words.SENTENCES
