"""What the codes of withholdings, instruments and write-downs say on screen."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    # papers
    "paper_state_unknown": N_("Un papel se recibe o se descarta; «{state}» no es una de las dos."),
    "paper_number_missing": N_("Escriba el número del certificado o del comprobante."),
    "paper_settled": N_(
        "Ese papel ya se había cerrado ({state}), quizá por otra persona. Vuelva a abrir la lista."
    ),
    # profiles
    "withholding_kind_unknown": N_(
        "No se conoce la retención «{kind}». Use una de estas: {known}."
    ),
    "withholding_base_unknown": N_(
        "Una retención se calcula sobre el valor sin impuesto, el impuesto o el total: {known}."
    ),
    "withholding_span": N_(
        "La retención empieza el {from_on} y terminaría el {until_on}: escriba un final posterior."
    ),
    "withholding_twice": N_(
        "Este cliente ya tiene una retención «{kind}» desde el {day}, con otros valores. Termínela "
        "o use otra fecha."
    ),
    "withholding_minimum": N_(
        "La base mínima de «{kind}» ({minimum}) no puede ser: escriba cero o una suma menor."
    ),
    # instruments
    "instrument_unknown": N_(
        "No hay un título {instrument} aquí. Mire los números con «recaudo instruments list»."
    ),
    "write_down_unknown": N_(
        "No hay una propuesta {proposal} aquí. Mire los números con «recaudo writedowns list»."
    ),
    "instrument_kind_unknown": N_("No se conoce la clase «{kind}». Use una de estas: {known}."),
    "user_unknown": N_("Nadie con el correo {email} trabaja con este acreedor. Revise el correo."),
    "instrument_changed": N_(
        "Otra persona movió este título mientras usted lo miraba. Vuelva a abrirlo."
    ),
    "instrument_known": N_(
        "El título {number} de ese banco ya está registrado para este cliente. Búsquelo en la "
        "lista de títulos."
    ),
    "instrument_covers_nothing": N_("Diga qué documentos cubre el título y por cuánto."),
    "instrument_covers_too_much": N_(
        "Lo que cubre suma {covered}, más que el título ({amount}). Corrija los valores."
    ),
    "instrument_document_unknown": N_(
        "El título cubre un documento que no es de este cliente o no está en {currency}. Escoja "
        "otro."
    ),
    "instrument_document_covered": N_(
        "El documento {document} debe {open} y otros títulos ya cubren {covered}: no caben "
        "{amount} más."
    ),
    "instrument_unnumbered": N_("Un título lleva número: escriba el que tiene impreso."),
    "instrument_in_future": N_(
        "Un título se registra cuando ya se tiene: el {day} es después de hoy ({today})."
    ),
    "instrument_dates": N_(
        "El título vence el {due_on}, antes de recibirlo ({received_on}). Corrija las fechas."
    ),
    # write-downs
    "write_down_reason_missing": N_(
        "Escriba por qué: queda en el historial y lo lee quien aprueba."
    ),
    "write_down_empty": N_(
        "No hay documentos para proponer. Revise el umbral o escoja otros documentos."
    ),
    "write_down_decided": N_(
        "Esa propuesta ya se decidió ({state}), quizá por otra persona. Vuelva a abrirla."
    ),
    "write_down_own": N_(
        "Quien propone no decide: pídale a otra persona que apruebe o rechace la propuesta."
    ),
    "write_down_right": N_(
        "Usted no puede decidir propuestas. Pídaselo al jefe de cobranza o al gerente."
    ),
    "write_down_kind_unknown": N_("No se sabe proponer «{kind}». Use una de estas: {known}."),
    "write_down_threshold": N_(
        "Este acreedor no tiene un umbral de saldo menor. Escriba hasta cuánto es un saldo menor."
    ),
    "write_down_currencies": N_(
        "Los documentos están en varias monedas ({currencies}). Haga una propuesta por moneda."
    ),
    "write_down_in_future": N_(
        "Eso cuenta desde un día que ya llegó, y el {day} es después de hoy ({today}). Espere a "
        "ese día, o use otra fecha."
    ),
    "not_written_off": N_("El documento {document} no está castigado: no hay nada que deshacer."),
    "document_unknown": N_(
        "Alguno de los documentos {documents} no existe aquí. Revise los números y escoja otros."
    ),
    "paper_in_future": N_(
        "Un papel llega, o se descarta, un día que ya pasó o hoy: el {day} es después de hoy "
        "({today})."
    ),
    # cession
    "cession_to_missing": N_("Diga a quién se cedió el documento."),
    "cession_in_future": N_(
        "Una cesión se registra cuando ya vale: el {day} es después de hoy ({today})."
    ),
    "already_ceded": N_("El documento {document} ya está cedido desde el {day}."),
    "not_ceded": N_("El documento {document} no está cedido: no hay nada que deshacer."),
    "cession_closed": N_("El documento {document} ya está pagado: no se puede ceder."),
}
