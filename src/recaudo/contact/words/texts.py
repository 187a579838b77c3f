"""Templates, their lint, and why a message could not be written."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    # writing a message
    "template_missing": N_(
        "No hay plantilla «{template}» para este canal. Escríbala en Plantillas, o cambie la del "
        "paso."
    ),
    "template_off": N_(
        "La plantilla «{template}» está apagada. Enciéndala para que el mensaje salga."
    ),
    "template_unlawful": N_(
        "La plantilla «{template}» ya no cumple las reglas de hoy ({finding}). Corríjala en "
        "Plantillas y el mensaje saldrá con el texto nuevo."
    ),
    "nothing_open_now": N_(
        "El mensaje pide un pago y ya no hay nada abierto de sus documentos. No se envía."
    ),
    "pay_ways_missing": N_(
        "Falta decir cómo le pagan en {currency}. Agregue una forma de pago en «Cómo le pagan» y "
        "el mensaje saldrá con ella."
    ),
    "text_rate_missing": N_(
        "El mensaje junta varias monedas y no hay tasa de cambio para {currency}. Cargue la tasa."
    ),
    "customer_gone": N_("El cliente del mensaje ya no está. No se envía."),
    # saving
    "template_refused": N_(
        "No se guardó: hay {count} por corregir. Abajo se ve dónde y qué hacer."
    ),
    "template_changed": N_(
        "Otra persona guardó una versión mientras usted escribía. Vuelva a abrir la plantilla, "
        "compare y pase su cambio."
    ),
    "template_language_unknown": N_(
        "No hay textos en «{language}». Elija uno de estos idiomas: {known}."
    ),
    "template_title_missing": N_("Escriba un título para reconocer la plantilla en la lista."),
    "template_tone_unknown": N_("El tono va de 1 (recordatorio) a 5. Elija uno de ellos."),
    "template_no_preview_customer": N_(
        "No hay ningún cliente que usted pueda ver con ese nombre o código. Búsquelo de otra forma."
    ),
    # lint: form
    "template_too_long": N_("El texto es demasiado largo: {length}, y caben {limit}. Acórtelo."),
    "template_syntax": N_(
        "No se entiende una marca ({detail}). Revise que cada llave y cada bloque se cierre."
    ),
    "template_filter_unknown": N_("No hay un filtro «{name}». Use solo los de la lista de ayuda."),
    "template_variable_unknown": N_(
        "La variable «{name}» no existe. Elija una de la lista de variables."
    ),
    "variable_unknown": N_("La variable «{found}» no existe. Elija una de la lista de variables."),
    "template_endless": N_(
        "El texto no termina o tarda demasiado. Quite las repeticiones que no sean de documentos o "
        "formas de pago."
    ),
    "mjml_too_long": N_("El diseño es demasiado largo: {length}, y caben {limit}. Acórtelo."),
    "mjml_invalid": N_(
        "El diseño no es MJML correcto: {detail}. Revise que cada etiqueta se cierre."
    ),
    "html_active": N_(
        "«{found}» no puede ir en un mensaje: corre, carga o pide algo. Use solo texto, imágenes y "
        "enlaces https."
    ),
    "text_missing": N_("Falta el texto del mensaje. Escríbalo."),
    "subject_missing": N_("Falta el asunto. Escríbalo: corto y sin cifras."),
    "subject_lines": N_("El asunto va en una sola línea."),
    # lint: what must be there
    "missing_amount": N_("Falta el valor. Agregue {{{{ total }}}} o {{{{ catch_up }}}}."),
    "missing_as_of": N_("Falta la fecha del saldo. Agregue «Saldo con corte al {{{{ as_of }}}}»."),
    "missing_how_to_pay": N_(
        "Falta cómo pagar. Agregue la referencia {{{{ reference }}}} y las formas de pago "
        "({{% for way in ways %}} …)."
    ),
    "missing_identity": N_("Falta quién escribe. Agregue {{{{ creditor.name }}}}."),
    "missing_opt_out": N_(
        "Falta cómo dejar de recibir mensajes. Agregue {{{{ links.unsubscribe }}}} o "
        "«responda BAJA»."
    ),
    "missing_if_paid": N_(
        "Falta la frase «si ya pagó, haga caso omiso y envíenos su comprobante». Agréguela."
    ),
    "missing_creditor_contact": N_(
        "No dice dónde encontrar a su empresa. Agregue teléfono, dirección o sitio web."
    ),
    "missing_by_law": N_(
        "La ley de {country} pide que el aviso lo diga ({asked}). Agregue lo que falta; las frases "
        "de ley están en {{{{ words.legal_note }}}}."
    ),
    # lint: what may not be there
    "court_like": N_(
        "«{found}» hace parecer que escribe un juzgado. Dígalo sin palabras de juicio."
    ),
    "threat": N_("«{found}» suena a amenaza. Diga qué puede hacer el cliente y hasta cuándo."),
    "insult": N_("«{found}» ofende. Hable del documento, no de la persona."),
    "bureau": N_(
        "«{found}» anuncia un reporte a centrales de riesgo. Solo puede hacerse en el aviso previo "
        "que pide la ley, con sus plazos. Quítelo."
    ),
    "asks_reason": N_(
        "«{found}» pregunta por qué no ha pagado, y la ley de Colombia lo prohíbe. Pregunte en qué "
        "fecha podrá pagar."
    ),
    "debt_in_preview": N_(
        "«{found}» se ve en la pantalla bloqueada, antes de abrir el mensaje. Dígalo más abajo."
    ),
    "amount_seen_by_others": N_(
        "{found} lo vería cualquiera antes de abrir el mensaje o quien conteste por el cliente. "
        "Quítelo de ahí."
    ),
    "debt_to_third_party": N_(
        "«{found}» revela el asunto a otra persona. Deje solo el nombre, su empresa y un teléfono."
    ),
    # lint: manners and length
    "informal": N_("«{found}» tutea. Trate de usted."),
    "shouting": N_("«{found}» está en mayúsculas: parece un grito. Escríbalo en minúsculas."),
    "amount_in_subject": N_("El asunto lleva una cifra que otros pueden ver. Déjela en el texto."),
    "subject_long": N_("El asunto tiene {count} letras; muchos lectores muestran solo {limit}."),
    "preview_long": N_("El avance tiene {count} letras; se muestran unas {limit}."),
    "sms_long": N_("El SMS ocupa {count} mensajes. Procure que sean {limit} o menos."),
    "sms_too_long": N_("El SMS ocupa {count} mensajes y el máximo es {limit}. Acórtelo."),
    "chat_long": N_("El mensaje tiene {count} letras: en un teléfono es largo. Procure {limit}."),
    "tone_differs": N_(
        "El paso «{step}» pide tono {asks} y esta plantilla tiene tono {tone}. Cambie uno de "
        "los dos."
    ),
}
