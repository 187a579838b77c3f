"""What the codes of core/ say on screen: what happened, and what to do next."""

from recaudo.core.charge_words import SENTENCES as CHARGES
from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    # money
    "currency_unknown": N_(
        "«{currency}» no es una moneda. Escriba el código de tres letras: COP, CLP, MXN, PEN, USD."
    ),
    "currency_mismatch": N_(
        "No se pueden sumar {one} y {other}. Convierta uno de los dos con una tasa del día."
    ),
    "money_not_a_number": N_("«{amount}» no es un importe. Corrija la cifra."),
    "money_out_of_range": N_(
        "El importe {amount} pasa del máximo que se puede registrar ({limit}). Revise la cifra."
    ),
    "money_too_fine": N_("El importe {amount} tiene más de cuatro decimales. Redondéelo antes."),
    "rate_not_positive": N_(
        "La tasa de cambio a {currency} es {rate}. Registre una tasa mayor que cero."
    ),
    # calendar
    "instant_without_zone": N_(
        "La hora {instant} no dice su zona horaria, así que no se sabe qué día es. Agréguela."
    ),
    "zone_unknown": N_(
        "La zona horaria «{zone}» no existe. Use un nombre como America/Bogota o America/Lima."
    ),
    "holidays_unknown": N_(
        "No hay calendario de festivos para {country} {subdivision}. Revise el país y la región."
    ),
    "business_days_negative": N_(
        "La tolerancia no puede ser de {count} días hábiles. Escriba cero o más."
    ),
    "no_business_day": N_(
        "No se encontró ningún día hábil cerca del {near} en {country}. "
        "Revise los días de cierre registrados."
    ),
    "payment_calendar_unreadable": N_(
        "No se entiende «{part}» en los días de pago. "
        "Escriba, por ejemplo, «viernes», «15 y 30», «último viernes» o «viernes; revisión martes»."
    ),
    "payment_calendar_never": N_(
        "Con esos días de pago el cliente no pagaría nunca después del {after}. "
        "Corrija su calendario."
    ),
    # buckets
    "buckets_count": N_(
        "La tabla de edades «{table}» tiene {slots} tramos. Deben ser entre 1 y {limit}."
    ),
    "buckets_start": N_(
        "La tabla de edades «{table}» empieza en {starts_at} días. El primer tramo empieza en 0."
    ),
    "buckets_end": N_(
        "El último tramo de «{table}» ({slot}) tiene fin. Déjelo abierto para que ninguna deuda "
        "quede por fuera."
    ),
    "buckets_gap": N_(
        "Entre los tramos {one} y {other} de «{table}» faltan días. Hágalos consecutivos."
    ),
    "buckets_overlap": N_(
        "Los tramos {one} y {other} de «{table}» comparten días. Cada día va en un solo tramo."
    ),
    "buckets_backwards": N_("El tramo {slot} de «{table}» termina antes de empezar. Corríjalo."),
    "buckets_code": N_(
        "El código de tramo «{slot}» está vacío o repetido en «{table}». Use uno por tramo."
    ),
    "buckets_unreadable": N_(
        "No se entiende este tramo de «{table}»: {slot}. Lleva code, from, to, es, en y critical."
    ),
    # application of payments
    "credit_not_positive": N_("El pago es de {credit}. Solo se aplica lo que es mayor que cero."),
    "component_unranked": N_(
        "El orden de aplicación no dice dónde va «{component}» (documento {number}). Agréguelo."
    ),
    "owed_negative": N_(
        "El documento {number} tiene un saldo negativo ({open}). Regístrelo como saldo a favor."
    ),
    "owed_twice": N_(
        "El documento {number} aparece dos veces con el componente «{component}». Deje uno solo."
    ),
    "stated_not_positive": N_(
        "El valor indicado para el documento {document} es {amount}. Debe ser mayor que cero."
    ),
    "not_owed": N_(
        "El documento {document} no tiene saldo de «{component}». Elija otro documento."
    ),
    "over_applied": N_(
        "Al documento {document} se le aplicaría {by} más de lo que debe en «{component}». "
        "Reduzca el valor; lo que sobre queda como saldo a favor."
    ),
    # payment references
    "reference_unreadable": N_(
        "«{reference}» no es una referencia de pago: son diez dígitos o más. Revísela."
    ),
    "reference_mistyped": N_(
        "La referencia «{reference}» tiene algún dígito mal: los de control no coinciden. Revísela "
        "con el cliente o con el banco."
    ),
    # indicators without a value
    "no_credit_sales": N_("Sin definir: no hay ventas a crédito en el periodo."),
    "sales_history_short": N_(
        "Sin definir: la cartera supera las ventas de los meses cargados. Cargue más meses."
    ),
    "sales_missing": N_("Sin definir: falta la venta de un mes con facturas abiertas. Cárguela."),
    "negative_base": N_("Sin definir: los saldos a favor superan la cartera."),
    "nothing_open": N_("Sin definir: no hay saldo abierto."),
    "nothing_paid": N_("Sin definir: todavía no hay pagos ni vencidos que medir."),
    "nothing_collectable": N_("Sin definir: no había nada vencido por cobrar en el periodo."),
    "nobody_due": N_("Sin definir: ningún cliente estaba por gestionar."),
    # scorecard
    "scorecard_unreadable": N_("No se entiende la tabla de puntaje: {detail}. Corrija el archivo."),
    "scorecard_bands": N_(
        "Los rangos de «{fact}» en la tabla de puntaje dejan huecos o se cruzan. Hágalos "
        "consecutivos."
    ),
    "scorecard_thresholds": N_(
        "Los umbrales de la tabla de puntaje no van de menor a mayor, o no están entre 0 y "
        "1.000.000. Corríjalos."
    ),
    # instruments
    "instrument_step": N_(
        "No se puede: el título está «{state}» y de ahí no pasa a «{wanted}». Vuelva a abrirlo y "
        "mire su estado."
    ),
    **CHARGES,
}
