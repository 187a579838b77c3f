"""What the codes of interest, fees and withholdings say on screen."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    # default interest
    "balance_missing": N_(
        "No se sabe qué capital estaba abierto, así que no hay sobre qué calcular intereses. Dé al "
        "menos un saldo con su fecha."
    ),
    "balance_negative": N_(
        "El capital del {day} es {capital}, menos que cero. Revise los pagos de ese documento."
    ),
    "grace_negative": N_("Los días de gracia no pueden ser {days}. Escriba cero o más."),
    # collection fees
    "fee_overdue_negative": N_(
        "El valor vencido es {overdue}, menos que cero. Revise los pagos de ese documento."
    ),
    "fee_rule_incomplete": N_(
        "A la regla de gastos ({article}) le falta un número. Corrija el marco legal del país."
    ),
    "fee_agreed_negative": N_(
        "El gasto pactado es {agreed} por {reminders} recordatorios: no puede ser menos que cero. "
        "Corrija las condiciones del contrato."
    ),
    "fees_forbidden": N_(
        "La ley prohíbe cobrar gastos por mora en esta deuda. Cobre solo el interés de mora."
    ),
    "fees_not_researched": N_(
        "Nadie ha investigado qué gastos permite la ley para esta deuda, así que no se cobra "
        "ninguno. Consulte a su abogado antes de cobrarlos aparte."
    ),
    "fees_by_law_only": N_(
        "La ley fija aquí la tarifa y no deja lugar a otra pactada. Use la tarifa legal en las "
        "condiciones de cobro."
    ),
    "fee_too_early": N_(
        "Todavía no se puede cobrar gastos: la ley da unos días libres después del vencimiento."
    ),
    "fee_not_agreed": N_(
        "Aquí solo se cobra el gasto que el contrato diga, y no hay ninguno registrado. Agréguelo "
        "a las condiciones de cobro, con la cláusula."
    ),
    "fee_cell_unknown": N_(
        "La tarifa oficial para este valor y estos días de mora no se ha visto completa, así que "
        "no se cobra. Consulte la tarifa vigente."
    ),
    "fee_unit_value_missing": N_(
        "Falta el valor de la unidad en que está la tarifa (UF o dólares) para ese día. Cárguelo "
        "con `recaudo rates load`."
    ),
    # withholdings
    "withholding_total_negative": N_(
        "El documento vale {total}: no hay de qué retener. Revise su valor."
    ),
    "withholding_tax_wrong": N_(
        "El impuesto {tax} no cabe en el total {total}. Revise los componentes del documento."
    ),
    "withholding_tax_unknown": N_(
        "La retención «{kind}» se calcula sobre el valor sin impuesto o sobre el impuesto, y el "
        "documento no dice cuánto es. Escriba en el perfil la tarifa de impuesto que se supone."
    ),
    "withholding_out_of_range": N_(
        "La retención «{kind}» de {pct} % no es posible. Corrija el perfil del cliente."
    ),
    "withholding_too_much": N_(
        "Las retenciones suman {over} más que el documento ({total}). Corrija el perfil del "
        "cliente: alguna está repetida o su tarifa es otra."
    ),
}
