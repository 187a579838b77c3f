"""What the codes of the pages of money say on screen."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    "payment_amount_missing": N_("Escriba cuánto pagó."),
    "payment_day_missing": N_("Escriba la fecha."),
    "documents_unmarked": N_("Marque primero los documentos de los que se trata."),
    "payment_looks_repeated": N_(
        "Se parece a un pago que ya está. Mírelo abajo; si es otro, márquelo y registre de nuevo."
    ),
    "payment_changed": N_(
        "Otra persona cambió este pago mientras usted lo tenía abierto. No se guardó nada: mire "
        "cómo quedó y repita lo suyo si todavía hace falta."
    ),
    "lot_choose_payers": N_("Elija un grupo, o traiga la lista de lo que pagó."),
    "lot_customer_unknown": N_("No hay un cliente suyo con el código «{code}»."),
    "receipt_seller_missing": N_("Elija el vendedor de la planilla."),
}
