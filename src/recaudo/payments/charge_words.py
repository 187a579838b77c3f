"""What the codes of charges and their terms say on screen."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    "charge_reason_unknown": N_(
        "No se sabe por qué se fijan los cargos: «{reason}». Use una de estas razones: {known}."
    ),
    "charges_do_not_reach": N_(
        "No se corrigieron los intereses: a los cargos de ese documento les faltan {excess} para "
        "llegar a lo que hay que bajar. Corra `recaudo check --ledger` y avise a quien administra."
    ),
    "terms_source_missing": N_(
        "Diga dónde está pactado: la cláusula del contrato o el texto de la factura. Sin eso no se "
        "podría demostrar el cobro."
    ),
    "terms_scope_twice": N_(
        "Unas condiciones son de una obligación, de un cliente o de un producto: elija uno solo, o "
        "ninguno si son de todo el acreedor."
    ),
    "terms_rate_absurd": N_(
        "Una tasa de {rate} % no es posible: escriba entre 0 y {most} % (24,5 es veinticuatro y "
        "medio por ciento)."
    ),
    "terms_quote_unknown": N_(
        "No se sabe leer una tasa «{quote}». Diga cómo está escrita en el contrato: {known}."
    ),
    "terms_day_count_unknown": N_(
        "No se sabe contar los días así: «{day_count}». Use una de estas formas: {known}."
    ),
    "terms_grace_absurd": N_("{days} días de gracia no son posibles. Escriba entre 0 y {most}."),
    "terms_number_unreadable": N_("«{text}» no es un número. Escriba por ejemplo 24,5."),
    "interest_mode_unknown": N_(
        "No se sabe qué hacer con «{mode}». El interés no se cobra, lo trae el sistema de origen o "
        "lo calcula Recaudo: {known}."
    ),
    "interest_mode_imported": N_(
        "El documento {document} ya trae interés de mora de su sistema. O lo trae el sistema o lo "
        "calcula Recaudo, nunca los dos: deje de importarlo, o escoja «La trae el sistema de "
        "origen»."
    ),
    "interest_needs_agreed_rate": N_(
        "En este país ({country}) no se conoce una tasa legal que valga sin pacto. Escriba la tasa "
        "del contrato."
    ),
    "fee_kind_unknown": N_("No se sabe cobrar gastos «{kind}». Use una de estas formas: {known}."),
    "fee_amount_missing": N_(
        "Falta cuánto se pactó por gastos: un valor, o un porcentaje de lo vencido."
    ),
    "fee_not_lawful": N_(
        "La ley no deja cobrar esos gastos aquí ({article}). Quítelos, o escoja la tarifa legal si "
        "la hay."
    ),
    "contract_order_not_lawful": N_(
        "En {country} los intereses se pagan antes que el capital y la ley no deja pactar otro "
        "orden. Ponga los intereses antes."
    ),
    "waiver_right": N_("Usted no puede condonar cargos. Pídaselo a quien dirige la cobranza."),
    "waiver_reason_missing": N_("Escriba por qué se condona el cargo: queda en el historial."),
    "waiver_nothing_open": N_("El cargo {charge} ya no debe nada: no hay qué condonar."),
    "waiver_too_much": N_(
        "Del cargo solo quedan {open} abiertos; no se pueden condonar {amount}. Vuelva a abrirlo y "
        "condone lo que queda."
    ),
    "charge_changed": N_(
        "El cargo cambió desde que abrió la página: quedan {open} abiertos. Mírelo de nuevo."
    ),
    "waiver_not_positive": N_("Escriba cuánto se condona, más que cero."),
    "terms_right": N_(
        "Usted no puede cambiar las condiciones de cobro. Pídaselo a quien dirige la cobranza."
    ),
    "terms_other_creditor": N_("Ese cliente u obligación es de otro acreedor. Nada cambió."),
    "terms_customer_unknown": N_(
        "No hay un cliente con el código «{customer}». Revise el código y vuelva a guardar."
    ),
    "terms_obligation_unknown": N_(
        "No hay una obligación con el número «{obligation}». Revíselo y vuelva a guardar."
    ),
    "terms_day_missing": N_("Diga desde qué día valen las condiciones."),
    "terms_above_ceiling": N_(
        "La tasa pactada ({rate} %) pasa del tope de hoy ({ceiling} %, {series}): se cobra el tope."
    ),
    "terms_not_verified": N_(
        "Los números de la ley para «{regime}» no están verificados. Confírmelos antes de cobrar."
    ),
    "terms_fee_refused": N_(
        "A los documentos de «{regime}» no se les cobran estos gastos: {article}."
    ),
    "fee_absurd": N_(
        "Gastos de {fee} no son posibles: a lo sumo el 100 % de lo vencido, y menos de mil "
        "millones. Revise los ceros."
    ),
    "fee_currency_differs": N_(
        "Los gastos se pactaron en otra moneda que la de la deuda, así que no se cobran. Ponga "
        "condiciones en la moneda del documento."
    ),
    "charge_rate_missing": N_(
        "Falta la tasa {series} desde el {day}: desde ese día no se cobran intereses. Cárguela en "
        "Tasas."
    ),
    "charge_unknown": N_("No hay un cargo {number}. Búsquelo con `recaudo charges list`."),
    "charge_customer_unknown": N_("No hay un cliente con el código {customer}."),
    "charge_user_unknown": N_("Nadie usa el correo que escribió. Revise `recaudo user list`."),
    "charge_state_unknown": N_("No hay cargos «{state}». Use uno de estos estados: {known}."),
    "charges_day_ahead": N_(
        "El {day} no ha llegado: hasta entonces puede entrar un pago. Se puede mirar, no fijar."
    ),
    "charge_account_failed": N_(
        "Una cuenta no se pudo fijar ({code}); las demás sí. Se intenta de nuevo cada noche."
    ),
}
