"""What the codes of payments/ say on screen: what happened, and what to do next."""

from recaudo.core.problems import N_
from recaudo.payments import (
    bank_words,
    by_hand_words,
    charge_words,
    clearance_words,
    credit_words,
    paper_words,
    rate_words,
)

SENTENCES: dict[str, str] = {
    "document_over_applied": N_(
        "No se aplicó: un documento recibiría más de lo que debe, quizá porque otra persona lo "
        "acaba de pagar. Vuelva a abrir al cliente y aplique lo que queda."
    ),
    "credit_exhausted": N_(
        "No se aplicó: al pago {credit} ya no le queda tanto por aplicar. Vuelva a abrir al "
        "cliente y mire su saldo."
    ),
    "application_currency_mismatch": N_(
        "Un pago solo se aplica a documentos de su misma moneda. Registre el pago en la moneda "
        "del documento."
    ),
    "already_reversed": N_("Esa aplicación ya estaba reversada: no hay nada que hacer."),
    "reversal_mismatch": N_(
        "Una reversa deshace una aplicación completa: mismo pago, mismo documento y mismo valor."
    ),
    "reversal_of_reversal": N_(
        "La fila {application} ya es una reversa. Aplique el pago de nuevo en lugar de deshacerla."
    ),
    "value_before": N_(
        "La fecha {day} es anterior a {first}, cuando empezó a contar. Use esa fecha o una "
        "posterior."
    ),
    "line_not_positive": N_(
        "Una aplicación debe ser mayor que cero y se pidió {amount}. Para deshacer, reverse la "
        "aplicación."
    ),
    "credit_differs": N_(
        "El pago {external_id} de {source} ya existe con otro valor, fecha, moneda o cliente. "
        "Revise cuál es el correcto; el que había quedó como estaba."
    ),
    "other_creditor": N_("Esa fila no existe para este acreedor. Nada cambió."),
    "ledger_guarded": N_(
        "El libro no se edita ni se borra ({rule}): registre una corrección, que queda a la vista."
    ),
    "try_again": N_(
        "Otra persona cambiaba lo mismo al tiempo. Repita la orden: nada quedó a medias."
    ),
    "reported_not_positive": N_(
        "El valor reportado debe ser mayor que cero. Si no lo sabe, déjelo vacío."
    ),
    "reported_in_future": N_(
        "Nadie paga después de hoy ({today}): el {day} no ha llegado. Si es una promesa, use "
        "«Promete pagar»."
    ),
    "report_settled": N_(
        "Ese pago reportado ya está cerrado. Vuelva a abrir al cliente para ver cómo quedó."
    ),
    "report_other_customer": N_(
        "El pago {credit} es de otro cliente: no puede confirmar lo que este reportó."
    ),
    "ledger_agrees": N_("El libro cuadra: cada saldo es la suma de sus movimientos."),
    # recaudo check --ledger: what does not agree
    "document_amount_differs": N_(
        "{creditor}: {count} documentos no valen su original más sus correcciones; "
        "por ejemplo {what}: dice {kept} y debería ser {should_be}."
    ),
    "document_open_differs": N_(
        "{creditor}: {count} documentos tienen un saldo que no es su valor menos lo aplicado; por "
        "ejemplo {what}: dice {kept} y debería ser {should_be}."
    ),
    "document_closed_on_differs": N_(
        "{creditor}: {count} documentos tienen mal la fecha en que quedaron pagados; por ejemplo "
        "{what}: dice «{kept}» y su último movimiento es «{should_be}»."
    ),
    "component_differs": N_(
        "{creditor}: {count} componentes tienen un saldo que no es su valor menos lo aplicado; por "
        "ejemplo {what}: dice {kept} y debería ser {should_be}."
    ),
    "components_do_not_add_up": N_(
        "{creditor}: en {count} documentos los componentes no suman el documento; por ejemplo "
        "{what}: el documento debe {kept} y sus componentes {should_be}."
    ),
    "component_unknown": N_(
        "{creditor}: {count} aplicaciones pagan un componente que el documento no tiene; por "
        "ejemplo {what}, por {kept}."
    ),
    "credit_amount_differs": N_(
        "{creditor}: {count} pagos tienen un valor que no es el original más sus correcciones; por "
        "ejemplo {what}: dice {kept} y debería ser {should_be}."
    ),
    "credit_unapplied_differs": N_(
        "{creditor}: en {count} pagos lo que queda por aplicar no es su valor menos lo aplicado; "
        "por ejemplo {what}: dice {kept} y debería ser {should_be}."
    ),
    "application_currency_differs": N_(
        "{creditor}: {count} aplicaciones atan un pago a un documento de otra moneda; por ejemplo "
        "{what}: pago en {kept}, documento en {should_be}."
    ),
    "reversal_differs": N_(
        "{creditor}: {count} reversas no deshacen su aplicación entera; por ejemplo {what}: dice "
        "{kept} y debería ser {should_be}."
    ),
    "crosses_creditors": N_(
        "{creditor}: {count} filas apuntan a otro acreedor; por ejemplo {what}. Es grave: no siga "
        "trabajando y pida ayuda."
    ),
    "due_date_differs": N_(
        "{creditor}: {count} documentos tienen otro vencimiento que el último registrado; por "
        "ejemplo {what}: dice {kept} y debería ser {should_be}."
    ),
    # references and ways to pay
    "way_kind_unknown": N_("No hay una forma de pago «{kind}». Elija una de la lista."),
    "way_title_missing": N_("Escriba el nombre de la forma de pago, por ejemplo el del banco."),
    "way_details_missing": N_("Escriba el número de cuenta, el convenio o el enlace."),
    "way_too_long": N_(
        "Es demasiado largo: caben {title} letras en el nombre y {details} en el detalle."
    ),
    "way_link_invalid": N_(
        "«{link}» no sirve como enlace de pago. Debe empezar por https:// y no llevar espacios."
    ),
    "way_placeholder_unknown": N_(
        "«{found}» no se reconoce. Lo único que va entre llaves es {{reference}}."
    ),
    "way_clabe_invalid": N_(
        "«{clabe}» no es una CLABE: son 18 dígitos y el último comprueba los demás. Revísela."
    ),
    "pay_website_invalid": N_(
        "«{website}» no parece un sitio web. Escríbalo como www.empresa.com."
    ),
}

SENTENCES |= bank_words.SENTENCES
SENTENCES |= charge_words.SENTENCES
SENTENCES |= credit_words.SENTENCES
SENTENCES |= paper_words.SENTENCES
SENTENCES |= rate_words.SENTENCES
SENTENCES |= by_hand_words.SENTENCES
SENTENCES |= clearance_words.SENTENCES
