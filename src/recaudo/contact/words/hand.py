"""Contacts that people make."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    "conversation_page_unknown": N_("Esa parte de la conversación no existe. Vuelva al cliente."),
    # -- the tree of results --
    "outcome_unknown": N_("«{outcome}» no es un resultado de esta tarea. Elija entre {known}."),
    "outcomes_empty": N_(
        "El árbol de resultados no tiene ninguno activo. Deje al menos uno encendido."
    ),
    "outcome_code_missing": N_(
        "Al resultado «{name}» le falta el código. Escriba uno corto, como no_contesta."
    ),
    "outcome_code_twice": N_(
        "El código «{outcome}» está dos veces. Cada resultado necesita el suyo."
    ),
    "outcome_name_missing": N_(
        "Al resultado «{outcome}» le falta el nombre en español (columna es)."
    ),
    "outcome_reach_unknown": N_(
        "En el resultado «{outcome}», «{reach}» no es un tipo de contacto. Use uno de: {known}."
    ),
    "outcome_effect_unknown": N_(
        "En el resultado «{outcome}», no se conoce el efecto «{effect}». Use uno de: {known}; o "
        "déjelo vacío."
    ),
    "outcome_channel_unknown": N_(
        "En el resultado «{outcome}», no se conoce el canal «{channel}». Use: {known}."
    ),
    "outcome_effect_needs_contact": N_(
        "El resultado «{outcome}» tiene el efecto «{effect}», que solo vale si se habló con el "
        "cliente. Póngale contacto directo (direct) o quite el efecto."
    ),
    "outcome_parent_missing": N_(
        "El resultado «{outcome}» depende de «{parent}», que no está, es de otro tipo de contacto "
        "o depende a su vez de otro. Corrija la columna parent."
    ),
    "outcome_key_invalid": N_(
        "La tecla «{key}» del resultado «{outcome}» no sirve: debe ser una letra o un número, y la "
        "«t» ya marca que habla el titular."
    ),
    "outcome_key_twice": N_(
        "La tecla «{key}» la tienen «{outcome}» y «{other}» en un mismo canal. Cambie una."
    ),
    "outcomes_file_unreadable": N_(
        "No se pudo leer «{file}». Guárdelo como CSV en UTF-8 o como XLSX y repita."
    ),
    "outcomes_file_kind": N_("«{file}» no termina en .csv ni en .xlsx. Use uno de los dos."),
    "outcomes_file_long": N_(
        "«{file}» tiene más de {most} filas: no parece un árbol de resultados. Revise el archivo."
    ),
    "outcomes_column_missing": N_(
        "A «{file}» le falta la columna «{column}». Exporte el árbol para ver las columnas."
    ),
    # -- recording --
    "callback_at_missing": N_("Falta cuándo lo llamamos. Escriba el día y la hora acordados."),
    "callback_past": N_("La hora acordada ya pasó. Escriba una que esté por venir."),
    "callback_far": N_(
        "La hora acordada está a más de {days} días. Acuerde una más cercana o anótelo en la nota."
    ),
    "callback_not_allowed": N_(
        "A esa hora no se puede llamar ({article}). Lo más pronto que se puede: {earliest}."
    ),
    # -- messages by hand --
    "contact_not_allowed": N_("{why}"),
    "hand_channel": N_("Por {channel} no se envía a mano. Use correo, WhatsApp, SMS o carta."),
    "hand_no_point": N_(
        "El cliente no tiene un dato de contacto que sirva para ese canal. Agréguelo y repita."
    ),
    "hand_message_state": N_(
        "Ese mensaje ya no espera a que alguien lo envíe: está {state}. Recargue la página."
    ),
    "hand_text_barred": N_("El mensaje no puede salir así. {why}"),
    "hand_text_missing": N_("Escriba el mensaje o elija una plantilla."),
}
