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
    # who may
    "api_key_refused": N_(
        "Falta una clave en vigor. Envíela en la cabecera Authorization como «Bearer rcd_…»; si la "
        "revocaron o se perdió, quien administra el acreedor hace otra con `recaudo keys create`."
    ),
    "api_right_missing": N_(
        "La clave no tiene el derecho {right} (tiene: {held}). Pida una que lo tenga."
    ),
    "api_payment_of_another": N_(
        "El pago {payment} no lo registró {source}. Reverse cada pago desde donde se registró, o "
        "en las páginas de Recaudo."
    ),
    # where, how
    "api_address_unknown": N_(
        "Esa dirección no existe. Las que hay están descritas en /api/v1/openapi.json."
    ),
    "api_method_unknown": N_("Esa dirección solo atiende {known}."),
    "api_body_not_json": N_(
        "El cuerpo debe ser JSON, con la cabecera Content-Type: application/json (llegó «{found}»)."
    ),
    "api_body_too_large": N_("El cuerpo pasa de {limit} bytes. Divida la petición."),
    "api_body_unreadable": N_("El cuerpo no es JSON en UTF-8. Revise comillas, comas y llaves."),
    "api_length_missing": N_(
        "El cuerpo llegó por partes (Transfer-Encoding) y sin Content-Length. Envíelo entero."
    ),
    "api_field_twice": N_("El campo «{field}» viene dos veces. Deje uno; no se registró nada."),
    "api_failed": N_(
        "No se pudo atender por una falla nuestra. Repita la petición igual más tarde: un pago con "
        "el mismo external_id no se registra dos veces."
    ),
    # what was sent
    "api_request_wrong": N_("La petición no se entiende, y no se hizo nada. {wrong}"),
    "api_field_missing": N_("Falta el campo «{field}»."),
    "api_field_unknown": N_("No hay un campo «{field}»."),
    "api_field_long": N_("El campo «{field}» pasa de {limit} caracteres."),
    "api_field_empty": N_("El campo «{field}» está vacío."),
    "api_field_many": N_("La lista «{field}» pasa de {limit}."),
    "api_field_not_one_of": N_("El campo «{field}» debe ser uno de estos: {known}."),
    "api_field_amount": N_(
        'El campo «{field}» va entre comillas y con punto decimal, como "1500000.50", o como '
        "número entero; nunca como número con decimales."
    ),
    "api_field_day": N_("El campo «{field}» es un día que existe, escrito AAAA-MM-DD."),
    "api_field_control": N_("El campo «{field}» trae caracteres de control. Quítelos."),
    "api_field_wrong": N_("El campo «{field}» no es del tipo que se espera."),
    # whom and what
    "api_customer_not_named": N_(
        "Diga de quién es el pago: con customer (el código del cliente) o con tax_id (su "
        "identificación), uno de los dos."
    ),
    "api_tax_id_unknown": N_("En «{creditor}» no hay un cliente con esa identificación."),
    "api_tax_id_ambiguous": N_(
        "En «{creditor}» varios clientes tienen esa identificación. Use el código del cliente."
    ),
    "api_stated_ambiguous": N_(
        "El número {document} es de varios documentos: {documents}. Diga cuál con doc_type o con "
        "instalment; no se registró nada."
    ),
    "api_stated_twice": N_(
        "El documento {document} viene dos veces. Déjelo una; no se registró nada."
    ),
    "api_external_unknown": N_("No hay un pago de {source} con el identificador «{external_id}»."),
}
