"""What the codes of loaded rates say on screen."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    "rates_file_too_large": N_(
        "El archivo de tasas es demasiado grande (más de {limit} bytes o de cien mil líneas). "
        "Divídalo en varios."
    ),
    "rates_file_unreadable": N_(
        "El archivo no es un CSV que se pueda leer. Guárdelo como CSV (UTF-8) y cárguelo otra vez."
    ),
    "rates_file_empty": N_(
        "El archivo no trae ninguna tasa. La primera línea son los títulos; agregue las tasas."
    ),
    "rates_columns_missing": N_(
        "Faltan columnas: {missing}. Los títulos son: {columns} (o serie, desde, hasta, valor, "
        "cotizada, fuente)."
    ),
    "rates_reason_missing": N_("Para reemplazar una tasa escriba el motivo (`--reason`)."),
    "rates_reason_long": N_("El motivo pasa de {limit} caracteres. Escriba uno más corto."),
    "rates_refused": N_(
        "No se cargó nada: {count} líneas no se pueden tomar. Corríjalas y cargue el archivo otra "
        "vez."
    ),
    "rates_series_unknown": N_(
        "No hay ninguna tasa cargada de la serie «{series}». Vea las que hay con `recaudo rates "
        "list`."
    ),
    "rate_twice": N_(
        "La serie {series} trae dos valores para el {day} (el otro, en la línea {first}). Deje uno."
    ),
    "rate_differs": N_(
        "{series} ya tiene {known} desde el {day} y el archivo dice {given} o tiene otro fin o "
        "forma. Si el nuevo es el correcto, cárguelo reemplazando y con un motivo; el anterior "
        "queda a la vista."
    ),
    "exchange_differs": N_(
        "{series} ya tiene {known} el {day} y el archivo dice {given}. Una tasa de cambio con la "
        "que ya se contó no se reemplaza: quite la línea."
    ),
    "rate_overlaps": N_(
        "{series}: la tasa del {first} todavía valía el {next}, cuando empieza otra. «hasta» es el "
        "último día en que vale, como en el certificado: corrija las fechas."
    ),
    "rate_span_backwards": N_(
        "La tasa terminaría el {last}, antes de empezar el {first}. Corrija las fechas."
    ),
    "rate_source_missing": N_(
        "Falta la fuente: la resolución, el certificado o la página de donde sale la tasa."
    ),
    "rate_source_unreadable": N_(
        "La fuente debe ser una sola línea de a lo más {limit} caracteres. Acórtela."
    ),
    "rate_absurd": N_(
        "{value} % pasa de {limit} %: ninguna tasa es tan alta. Revise la coma de los decimales."
    ),
    "rate_negative": N_("{value} es menos que cero. Escriba la tasa como se publica."),
    "rate_too_fine": N_(
        "«{value}» tiene más de {decimals} decimales o es demasiado grande. Revise la cifra."
    ),
    "rate_value_unreadable": N_("«{value}» no es un número. Escriba solo la cifra, como 25,62."),
    "rate_value_ambiguous": N_(
        "«{value}» puede ser mil o uno con decimales. Escríbalo sin separar los miles, o con dos "
        "decimales."
    ),
    "rate_day_unreadable": N_("«{typed}» no es una fecha. Escríbala como 2026-01-31."),
    "rate_series_unreadable": N_(
        "«{series}» no es una serie. Use el código del país y el nombre, como "
        "CO.ibc.consumo_ordinario, o un par de monedas, como CLF/CLP."
    ),
    "rate_is_the_laws": N_(
        "{series} es un número que fija la ley misma y ya está en el marco legal: quite la línea."
    ),
    "rate_quote_unknown": N_(
        "«{typed}» no dice cómo está expresada la tasa. Escriba uno de estos: {known}."
    ),
    "rate_quote_differs": N_(
        "{series} se publica como {quoted_as} y la línea dice «{typed}». Cargue el valor "
        "publicado, sin convertirlo."
    ),
    "exchange_same": N_("De {currency} a {currency} no hay tasa de cambio: quite la línea."),
    "exchange_span": N_(
        "Una tasa de cambio vale desde su día hasta la siguiente: deje vacío «hasta» (dice "
        "{last} y empieza el {day})."
    ),
    "exchange_not_positive": N_(
        "La tasa de cambio {value} no es posible: escriba cuántas unidades de la segunda moneda "
        "vale una de la primera."
    ),
}
