"""What comes back."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    "reply_class_unknown": N_(
        "No existe la clase de respuesta «{reply_class}». Elija una de las que se muestran."
    ),
    "reply_already_classified": N_(
        "Otra persona ya clasificó esta respuesta ({reply_class}). Vuelva a abrirla para ver cómo "
        "quedó."
    ),
    "reply_without_customer": N_(
        "Todavía no se sabe de quién es esta respuesta. Busque primero al cliente en «¿De quién "
        "es?»."
    ),
    "reply_attached": N_("Esta respuesta ya es de {customer}. Nada cambió."),
    "reply_empty": N_("Escriba o pegue lo que respondió el cliente."),
    "reply_in_future": N_("La respuesta no puede llegar después de ahora. Corrija la hora."),
    "promise_day_missing": N_("Diga qué día promete pagar: sin fecha no hay promesa que esperar."),
    "promise_in_past": N_(
        "El {day} ya pasó: una promesa es de hoy en adelante. Si ese día pagó, use «Ya pagó»."
    ),
    "promise_day_unreadable": N_("No se entiende la fecha «{typed}». Escríbala como 2026-12-31."),
    "reply_amount_unreadable": N_(
        "No se entiende el valor «{typed}». Escriba solo números, por ejemplo 1250000,50."
    ),
    "receipt_kind": N_(
        "Ese archivo no es una foto ni un PDF. Suba el comprobante como JPG, PNG, WebP o PDF."
    ),
    "receipt_too_big": N_("El archivo pesa más de {max_mb} MB. Suba una foto más liviana."),
    "receipt_not_kept": N_(
        "No se pudo guardar el archivo en el disco. Avise a quien administra el sistema e intente "
        "de nuevo."
    ),
    "answer_not_available": N_(
        "Todavía no se puede responder desde aquí: falta la bandeja de salida. Responda por su "
        "medio y anótelo en el cliente."
    ),
    "answer_empty": N_("Escriba la respuesta antes de enviarla."),
    "answer_no_point": N_(
        "El cliente no tiene un dato de contacto para responder por ese canal. Agréguelo en su "
        "ficha."
    ),
    "sender_of_several": N_("El remitente figura en varios clientes: elija cuál es."),
    "sender_bad_email": N_("El remitente no es una dirección de correo válida."),
    "sender_bad_phone": N_("El remitente no es un número de teléfono válido."),
    "rule_score": N_("El puntaje mínimo va de 50 a 100: con menos, acertar es cosa de suerte."),
}
