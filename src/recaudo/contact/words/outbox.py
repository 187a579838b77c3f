"""Messages on their way."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    "paid": N_("De lo que decía el mensaje ya no se debe nada. No hace falta enviarlo."),
    "message_state": N_(
        "El mensaje ya cambió de estado ({state}) y no puede pasar a {asked}. Vuelva a abrirlo."
    ),
    "not_uncertain": N_("Ese mensaje ya no está incierto. Vuelva a abrir la bandeja de salida."),
    "delivery_reason_missing": N_("Falta el motivo. Escriba cómo lo sabe."),
    "unknown_word": N_("Diga si el mensaje salió o si se envía de nuevo."),
    "again_too_late": N_(
        "El plazo de ese mensaje ya pasó y no se puede enviar de nuevo. "
        "Si hace falta, escriba uno a mano."
    ),
    "text_missing": N_("El mensaje no tiene texto. Escríbalo de nuevo."),
    "balance_changed": N_(
        "El saldo cambió después de escribir el mensaje. Escríbalo de nuevo con el saldo de hoy."
    ),
    "balance_mismatch": N_(
        "El total del texto no es la suma de sus documentos; no se envió. Avise a soporte."
    ),
    "worker_gone": N_(
        "Quien lo enviaba se detuvo antes de saber si salió. Revise con el servidor de correo."
    ),
    "restored": N_(
        "Esperaba cuando se hizo la copia que se restauró; pudo salir después de esa copia. "
        "Revise con el servidor de correo, o pregunte a quien lo enviaba."
    ),
    "lease_over": N_(
        "Quien lo preparaba se detuvo antes de enviarlo. Sale de nuevo por su cuenta."
    ),
    "stopped": N_("El envío se detuvo antes de este mensaje. Sale en el siguiente."),
    "interrupted": N_("El envío se interrumpió a la mitad; no se sabe si salió."),
    "said_by_hand": N_("Una persona dijo que salió."),
    "repeated_by_hand": N_("Una persona pidió enviarlo de nuevo; otro mensaje lo reemplaza."),
    "by_hand": N_("Lo envió una persona."),
    "withdrawn_by_hand": N_("Lo retiró una persona."),
    "replaced": N_("El proceso del día lo cambió por otro."),
    "at_needs_dry_run": N_(
        "Los mensajes salen ahora o no salen: --at solo se puede usar con --dry-run."
    ),
    "moment_unreadable": N_("«{typed}» no es un momento. Escríbalo así: 2026-11-30T09:00."),
}
