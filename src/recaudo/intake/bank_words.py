"""What the codes of bank files say on screen."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    "statement_unsafe": N_(
        "El archivo {format} trae definiciones (DTD o entidades) que un extracto no necesita y que "
        "sirven para atacar. No se leyó: pida el archivo de nuevo al banco."
    ),
    "statement_incomplete": N_(
        "El archivo {format} está cortado o no es un extracto completo ({detail}). No se tomó "
        "nada: descárguelo otra vez y vuelva a cargarlo."
    ),
    "statement_empty": N_(
        "El archivo no trae ningún movimiento ni extracto de una cuenta ({format}). Revise que sea "
        "el archivo del banco y no otro."
    ),
    "statement_too_large": N_(
        "El archivo pesa {size} bytes y se leen hasta {limit}. Divídalo por días o por cuentas."
    ),
    "statement_format_unknown": N_(
        "No se reconoce el formato del archivo («{found}»). Use --layout con un formato guardado, "
        "o escriba uno: docs/how-to/bank.md explica cómo."
    ),
    "statement_layout_unclear": N_(
        "El archivo sirve para varios formatos: {layouts}. Diga cuál con --layout."
    ),
    "statement_layout_differs": N_(
        "El archivo no tiene los encabezados del formato {layout}: {headings}. ¿Cambió el banco su "
        "archivo, o es otro formato?"
    ),
    "statement_no_account": N_(
        "El archivo no dice de qué cuenta es ({where}). Dígala con --account."
    ),
    "statement_no_currency": N_(
        "El archivo no dice en qué moneda está la cuenta {where}. Pida al banco el archivo "
        "completo, o use un formato que diga la moneda."
    ),
    "statement_several_currencies": N_(
        "El archivo mezcla monedas ({currencies}) en una cuenta. Una cuenta tiene una sola moneda: "
        "cargue un archivo por cada una."
    ),
    "statement_bad_amount": N_(
        "No se entiende el valor «{value}» ({where}). No se tomó nada, para no perder plata en "
        "silencio: corrija el archivo o el formato."
    ),
    "statement_amount_too_large": N_(
        "El valor {value} ({where}) es más grande de lo que el libro admite. Revise el archivo: "
        "suele ser un separador de miles mal leído."
    ),
    "statement_amount_too_fine": N_(
        "El valor {value} ({where}) tiene más de cuatro decimales. Revise el archivo."
    ),
    "statement_bad_date": N_(
        "No se entiende la fecha «{value}» ({where}). No se tomó nada: corrija el archivo o el "
        "formato."
    ),
    "statement_totals_differ": N_(
        "Los totales del archivo no dan: los movimientos suman {debit} de cargos y {credit} de "
        "abonos, y el archivo dice {debit_told} y {credit_told}. Faltan filas o sobran."
    ),
    "statement_signs_unclear": N_(
        "La columna «{column}» trae valores con y sin signo menos: no se sabe cuáles entraron y "
        "cuáles salieron. Pida el archivo con una columna por sentido."
    ),
    "statement_bank_refused": N_(
        "El archivo no es un extracto: es la respuesta con que el banco negó la consulta (código "
        "{code})."
    ),
    "collection_control": N_(
        "Los registros de control no dan ({where}): hay {count} pagos por {total} y el archivo "
        "dice {count_told} por {total_told}. No se tomó nada: pida el archivo de nuevo."
    ),
    "collection_incomplete": N_(
        "Falta el registro de control «{record}»: el archivo está cortado. No se tomó nada: "
        "descárguelo otra vez."
    ),
    "collection_record_unknown": N_(
        "La línea {line} empieza por «{start}», que no es un registro de este formato. No se tomó "
        "nada: revise el archivo o el formato."
    ),
    "bank_layout_invalid": N_(
        "El formato {layout} no sirve: {detail}. docs/how-to/bank.md tiene un ejemplo completo."
    ),
    "bank_layout_unknown": N_("No hay un formato {layout}. Los que hay: {known}."),
    # Notices: the lines were taken, and the person should know.
    "statement_pending_left": N_(
        "{count} movimientos estaban pendientes en el banco: no se tomaron, vendrán en otro "
        "extracto."
    ),
    "statement_balance_currency": N_(
        "El saldo final viene en {currency} y la cuenta está en {account}: no se comprobó."
    ),
    "statement_balance_breaks": N_(
        "En {count} filas el saldo del banco no es el anterior más el movimiento. Puede faltar "
        "alguna fila."
    ),
    "statement_difference": N_(
        "El extracto no cuadra: de {opening} a {closing} sobran o faltan {difference}. Se tomaron "
        "los movimientos que trae; compare con el banco."
    ),
    "statement_gap": N_(
        "No empata con el extracto vecino: uno cierra en {closing} ({from_on}) y el otro abre en "
        "{opening} ({until_on}). Falta un extracto o sobra uno."
    ),
    "statement_repeated": N_(
        "Ese extracto ya estaba: no cambió nada ({lines} movimientos, todos conocidos)."
    ),
    "statement_lines_known": N_(
        "{count} movimientos ya habían llegado en otro archivo: no se repitieron."
    ),
    "collection_returned_left": N_("{count} pagos vienen con causal de devolución: no pagan nada."),
    "bank_layout_unchecked": N_(
        "El formato «{layout}» no se ha confirmado con el documento del banco. Revise el primer "
        "archivo con cuidado antes de conciliar."
    ),
}
