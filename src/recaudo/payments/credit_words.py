"""What the codes of payments received, reversed and shared among many say on screen."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    # one payment
    "credit_too_large": N_(
        "El valor {amount} no cabe en el libro. Revise la cifra: sobran ceros o falta la coma."
    ),
    "credit_kind_unknown": N_("No hay una clase de abono «{kind}». Use una de estas: {known}."),
    "value_too_far_ahead": N_(
        "La fecha {day} todavía no llega (hoy es {today}) y los bancos adelantan {days} días como "
        "mucho. Revise la fecha, o registre el pago cuando entre."
    ),
    "value_too_old": N_(
        "La fecha {day} es anterior a {first}: parece un error de digitación. Revise el año."
    ),
    "payment_rate_missing": N_(
        "No hay una tasa de {currency} a {home} para el {day} ni para antes. Cárguela con `recaudo "
        "rates load` y registre el pago de nuevo."
    ),
    "stated_unknown": N_(
        "El documento {document} no es del cliente {customer}. Revise el número; no se registró "
        "nada."
    ),
    "stated_closed": N_(
        "El documento {document} ya está pagado. Quítelo de la lista, o registre el pago sin "
        "nombrarlo; no se registró nada."
    ),
    "stated_rate_missing": N_(
        "El documento {document} está en {currency} y no hay una tasa con {paid} para el {day}. "
        "Cárguela con `recaudo rates load`; no se registró nada."
    ),
    "contract_order_unreadable": N_(
        "El orden de aplicación escrito en las condiciones no se entiende ({order}). Corríjalo: "
        "cada componente una sola vez."
    ),
    "reason_missing": N_("Escriba el motivo: quien lo lea después debe entender qué pasó."),
    # reversal
    "credit_of_conversion": N_(
        "Ese abono es el cambio de un pago en otra moneda. Reverse el pago: su cambio cae con él."
    ),
    "credit_of_instrument": N_(
        "Ese pago es del título {number}, que figura cobrado. Ábralo en «Títulos» y márquelo "
        "devuelto o protestado: el pago se reversa con él."
    ),
    # refunds and rounding
    "refund_over_unapplied": N_(
        "Al pago solo le quedan {unapplied} por aplicar y se pidió devolver {amount}. Devuelva "
        "menos, o deshaga primero lo que pagó."
    ),
    "refund_not_cash": N_("Un abono de clase «{kind}» no es dinero: no se devuelve."),
    "refund_in_future": N_("Una devolución se registra cuando sale: el {day} es después de hoy."),
    "refund_differs": N_(
        "Ya hay una devolución con la referencia {reference} y otro valor o fecha. La que había "
        "quedó como estaba."
    ),
    "rounding_nothing_open": N_("El documento {document} ya está en cero: no hay qué redondear."),
    "rounding_unpaid": N_(
        "El documento {document} no tiene pagos: el redondeo solo cierra lo que un pago dejó."
    ),
    "rounding_too_much": N_(
        "El documento {document} debe {open} y el redondeo llega a {most}. Use el ajuste de "
        "saldos menores, que lleva aprobación."
    ),
    # one payment for many
    "lot_differs": N_(
        "El lote {external_id} de {source} ya existe con otro valor, fecha, moneda o contenido. "
        "El que había quedó como estaba."
    ),
    "lot_over_listed": N_(
        "La lista suma {listed} y el pago es de {amount}: sobran {difference}. Corrija la lista; "
        "no se registró nada."
    ),
    "lot_without_customers": N_(
        "No se dijo quiénes pagan: indique un grupo, clientes o una lista de facturas."
    ),
    "lot_rows_too_many": N_("La lista pasa de {limit} filas. Divídala en varios pagos."),
    "lot_not_so_much": N_("Del lote solo quedan {left} sin asignar. Asigne eso o menos."),
    "lot_changed": N_(
        "El lote cambió desde que abrió la página: quedan {left} sin asignar. Mírelo de nuevo."
    ),
    "lot_taken_back": N_("El lote {lot} se reversó: ya no paga nada."),
    "lot_has_line": N_("El lote {lot} ya está atado a otro movimiento del banco."),
    "line_lot_differs": N_(
        "El movimiento es de {line} y el lote de {lot}. Deben ser iguales; revise cuál es."
    ),
    "payroll_does_not_add": N_(
        "Las filas suman {rows} y la planilla dice {stated}: la diferencia es {difference}. "
        "Pida la planilla corregida; no se registró nada."
    ),
    "payroll_row_negative": N_("La fila {row} trae un valor negativo ({amount}). Corríjala."),
    "payroll_novelty_unknown": N_(
        "La fila {row} trae la novedad «{novelty}», que no se conoce. Use retired, leave, "
        "no_capacity, partial u other."
    ),
    # receipts of sellers
    "receipt_unnumbered": N_("Un recibo lleva vendedor y número. Complete los dos."),
    "receipt_number_used": N_(
        "El recibo {number} de {seller} ya existe con otro cliente, fecha o valor. Revise el "
        "talonario; el que había quedó como estaba."
    ),
    "receipts_unknown": N_(
        "{seller} no tiene los recibos {numbers}. Regístrelos antes de la consignación."
    ),
    "receipts_taken_back": N_(
        "Los recibos {numbers} de {seller} se reversaron: quítelos de la planilla."
    ),
    "receipts_deposited": N_("Los recibos {numbers} de {seller} ya estaban en otra planilla."),
    "receipts_currency": N_(
        "No todos los recibos están en {currency}: haga una planilla por moneda."
    ),
    "deposit_empty": N_("La planilla de {seller} no trae recibos."),
    "deposit_short": N_(
        "Los recibos suman {receipts} y se consignaron {amount}: faltan {difference}. Quite "
        "recibos, o acepte la diferencia para que quede a la vista."
    ),
    "payment_state_unknown": N_("No hay un estado «{state}». Use uno de estos: {known}."),
    "payment_unknown": N_("No hay un pago con el número {payment} en este acreedor."),
    "lot_unknown": N_("No hay un lote {lot} en este acreedor."),
    # recaudo check --ledger: what does not agree
    "lot_does_not_add_up": N_(
        "{creditor}: en {count} pagos de grupo las partes y lo sin asignar no suman el pago; por "
        "ejemplo {what}: sin asignar dice {kept} y debería ser {should_be}."
    ),
    "conversion_differs": N_(
        "{creditor}: {count} cambios de moneda no coinciden con lo que salió del pago; por ejemplo "
        "{what}: dice {kept} y debería ser {should_be}."
    ),
    "exchange_difference_differs": N_(
        "{creditor}: {count} diferencias en cambio no son las de su aplicación; por ejemplo "
        "{what}: dice {kept} y debería ser {should_be}."
    ),
    "waiver_differs": N_(
        "{creditor}: {count} condonaciones de cargos no son de su cargo o valen otra cosa; por "
        "ejemplo {what}: dice {kept} y debería ser {should_be}."
    ),
    "charge_differs": N_(
        "{creditor}: {count} cargos no son un documento con un solo componente; por ejemplo "
        "{what}: vale {kept} y su componente {should_be}."
    ),
    "refunds_do_not_add_up": N_(
        "{creditor}: en {count} pagos lo devuelto no es lo que salió de ellos; por ejemplo {what}: "
        "salió {kept} y se devolvió {should_be}."
    ),
    "credit_outlives_cause": N_(
        "{creditor}: {count} abonos siguen en pie aunque el pago que los causó se reversó; por "
        "ejemplo {what}: vale {kept} y debería ser {should_be}."
    ),
    # what was wrong with a row of a lot
    "share_customer_unknown": N_("no hay un cliente con ese código o identificación"),
    "share_customer_ambiguous": N_("varios clientes tienen esa identificación"),
    "share_customer_outside": N_("el cliente no es del grupo"),
    "share_document_unknown": N_("no hay un documento con ese número"),
    "share_document_ambiguous": N_("varios documentos tienen ese número: diga el cliente"),
    "share_amount_not_positive": N_("el valor debe ser mayor que cero"),
    "share_amount_missing": N_("no trae valor ni novedad"),
    "match_lot": N_("es el dinero de un lote ya registrado"),
    "match_maybe_lot": N_("puede ser la consignación de una planilla o el pago de un grupo"),
}
