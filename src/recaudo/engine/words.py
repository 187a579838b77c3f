"""What the codes of engine/ say on screen: what happened, and what to do next."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    # conditions over facts
    "condition_empty": N_("La condición está vacía. Escriba, por ejemplo, «max_dpd > 30»."),
    "condition_too_long": N_(
        "La condición es demasiado larga (máximo {limit} caracteres). Sepárela en varias."
    ),
    "condition_unreadable": N_(
        "No se entiende la condición en el carácter {position}. "
        "Revise que no falte una comilla, un paréntesis o un valor."
    ),
    "condition_several": N_(
        "Hay más de una condición (carácter {position}). Únalas con AND u OR, sin punto y coma."
    ),
    "condition_unknown_fact": N_(
        "«{name}» no es un dato conocido (carácter {position}). Los más parecidos: {nearest}."
    ),
    "condition_not_allowed": N_(
        "«{what}» no se puede usar en una condición (carácter {position}). "
        "Use AND, OR, NOT, comparaciones, IN, BETWEEN, IS NULL, +, - y *."
    ),
    "condition_divides": N_(
        "En una condición no se divide (carácter {position}). "
        "Multiplique el otro lado: «2 * overdue_balance > balance»."
    ),
    "condition_type_mismatch": N_(
        "En el carácter {position} se compara {left} con {right}. "
        "Compare importes con importes, días con días y textos con textos."
    ),
    "condition_not_a_condition": N_(
        "En el carácter {position} hay un valor y no una condición. "
        "Compárelo con algo: «balance > 0»."
    ),
    "condition_too_fine": N_(
        "El número {value} tiene decimales de más (carácter {position}). "
        "Los importes admiten cuatro; los días y las cantidades, ninguno."
    ),
    "condition_too_large": N_(
        "El resultado puede ser demasiado grande (carácter {position}). "
        "Multiplique menos veces o por un número menor."
    ),
    "condition_bad_day": N_(
        "«{value}» no es una fecha (carácter {position}). Escríbala como '2026-03-31'."
    ),
    # rules
    "plan_segment_twice": N_("El segmento «{key}» aparece dos veces. Cambie uno de los nombres."),
    "plan_strategy_twice": N_(
        "La estrategia «{key}» aparece dos veces. Cambie uno de los nombres."
    ),
    "plan_step_twice": N_("El paso «{key}» aparece dos veces en una estrategia. Quite uno."),
    "plan_strategy_unknown": N_(
        "No existe la estrategia «{strategy}». Las que hay: {known}. Corrija el nombre."
    ),
    "plan_step_invalid": N_(
        "En la estrategia «{strategy}», el paso «{step}» tiene un valor imposible en «{field}». "
        "Corríjalo."
    ),
    "plan_steps_same_offset": N_(
        "En la estrategia «{strategy}», los pasos «{step}» y «{other}» caen el mismo día "
        "({offset}). Mueva uno de los dos."
    ),
    "plan_dead_end": N_(
        "La estrategia «{strategy}» se acaba y deja documentos sin próximo paso. "
        "Agregue un paso que se repita sin límite."
    ),
    # running
    "day_without_ordinal": N_(
        "No hay calendario de días hábiles para el {day}. Elija un día más cercano a hoy."
    ),
    "source_unreadable": N_(
        "No se pudieron leer los datos de «{relation}»: {detail}. No se escribió nada. Revise con "
        "`recaudo check` y repita el proceso."
    ),
    "step_failed": N_(
        "El paso «{step}» del cálculo falló: {detail}. No se escribió nada. "
        "Guarde este mensaje y avise a soporte."
    ),
    "engine_memory": N_(
        "El cálculo necesita más memoria de la que tiene permitida ({limit} MB). "
        "No se escribió nada. Libere memoria o use `--engine postgres`."
    ),
}
