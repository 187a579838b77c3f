"""What the codes of bank lines and their matching say on screen."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    "bank_account_unknown": N_(
        "La cuenta {account} no está abierta para este acreedor. Si es suya, ábrala con "
        "`recaudo bank account {account} --currency {currency}` y cargue el archivo otra vez."
    ),
    "bank_account_differs": N_(
        "La cuenta {account} ya está en {currency}, no en {asked}. Una cuenta tiene una sola "
        "moneda: revise el número."
    ),
    "bank_account_unreadable": N_("«{account}» no es un número de cuenta. Escríbalo con cifras."),
    "statement_other_account": N_(
        "El archivo es de la cuenta {told} y usted pidió {asked}. No se tomó nada: revise cuál es."
    ),
    "statement_other_currency": N_(
        "El extracto está en {told} y la cuenta {account} en {currency}. No se tomó nada: revise "
        "el archivo o el formato."
    ),
    "statement_in_future": N_(
        "El archivo trae un movimiento del {day} y hoy es {today}. No se tomó nada: revise el "
        "orden de día y mes del formato."
    ),
    "statement_id_reused": N_(
        "{count} movimientos traen un número que el banco ya había usado para otros. Se tomaron "
        "como nuevos: revise que no sean correcciones."
    ),
    "line_changed": N_(
        "Otra persona cambió este movimiento mientras usted lo miraba. No se hizo nada: mire cómo "
        "quedó y decida de nuevo."
    ),
    "line_done": N_(
        "Este movimiento ya se aplicó. No se aplicó otra vez: si está mal, deshágalo primero."
    ),
    "line_not_applied": N_("Este movimiento no está aplicado: no hay nada que deshacer."),
    "line_no_payment": N_("Este movimiento no es un ingreso: no paga nada."),
    "shares_do_not_add": N_(
        "Las partes suman {shares} y el movimiento es de {line}. Corrija los valores hasta que den."
    ),
    "share_not_positive": N_("Cada parte debe ser mayor que cero, y una es {amount}."),
    "share_over_documents": N_(
        "Los documentos de una parte suman más que ella ({amount}). Baje lo que se aplica."
    ),
    "receipt_missing": N_("Adjunte el comprobante: sin él nadie puede reclamar la consignación."),
    "receipt_too_large": N_("El comprobante pesa demasiado: hasta {limit} MB. Redúzcalo."),
    "claim_exists": N_("Ya se reclamó este movimiento para ese cliente."),
    "claim_customer_unknown": N_(
        "No hay un cliente suyo con el código «{customer}». Revíselo en su ficha."
    ),
    # Why a line was matched, or was not.
    "match_own_reference": N_("trae la referencia de pago del cliente"),
    "match_sure_number": N_("nombra el documento"),
    "match_document_number": N_("nombra el documento"),
    "match_short_number": N_("nombra un documento de número corto"),
    "match_cut_number": N_("trae un número cortado que puede ser el del documento"),
    "match_reported": N_("es el pago que el cliente reportó"),
    "match_tax_id": N_("trae la identificación o el código del cliente"),
    "match_account": N_("viene de una cuenta conocida del cliente"),
    "match_alias": N_("viene con un nombre que ya se asoció al cliente"),
    "match_name": N_("el nombre es el del cliente"),
    "match_like_name": N_("el nombre se parece al del cliente"),
    "match_one_of_name": N_("el nombre puede ser de este cliente o de otro"),
    "match_amount": N_("solo coincide el valor"),
    "match_person": N_("lo decidió una persona"),
    "match_undone": N_("se deshizo"),
    "match_two_claims": N_("dos gestores lo reclaman para clientes distintos"),
    "match_not_sure": N_("no es seguro"),
    "match_several_customers": N_("puede ser de varios clientes"),
    "match_signs_differ": N_("unas señas apuntan a un cliente y otras a otro"),
    "match_already_paid": N_("nombra un documento que ya está pagado"),
    "match_known_payment": N_("ya hay un pago igual de este cliente, registrado por otra vía"),
    "match_which_of_several": N_("el número cortado puede ser de varias facturas del mismo valor"),
    "match_names_some": N_("lo que sobra alcanza para otro documento que no nombra"),
    "match_two_readings": N_("paga un documento o, juntos, los más antiguos: el valor es el mismo"),
    "match_nothing_speaks": N_("nada dice de quién es"),
    "fit_exact": N_("y el valor es exacto"),
    "fit_together": N_("y varios documentos suman el valor"),
    "fit_tolerance": N_("y falta solo lo que descuenta el banco"),
    "fit_short": N_("y paga una parte"),
    "fit_over": N_("y sobra, que queda a favor"),
    "fit_none": N_("y el valor no coincide con lo que debe"),
}
