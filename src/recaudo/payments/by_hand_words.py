"""What the codes of money applied by hand say on screen."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    "payment_nothing_left": N_("A este pago no le queda nada por aplicar."),
    "payment_nothing_owed": N_(
        "El cliente no debe nada que este pago pueda pagar: el valor sigue por aplicar."
    ),
    "payment_parts_missing": N_("Escriba cuánto paga de al menos un documento."),
    "payment_part_too_much": N_(
        "Para {document} escribió {amount} y solo debe {open}. Corrija el valor; no se aplicó nada."
    ),
    "payment_parts_over": N_(
        "Los valores suman {sum} y al pago le quedan {left}. Corríjalos; no se aplicó nada."
    ),
    "payments_page_unknown": N_("Esa página de la lista no existe. Vuelva a la primera."),
}
