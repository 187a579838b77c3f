"""The gate: why a contact may not happen, and what was wrong with a question or a policy."""

from recaudo.core.problems import N_

#: Why not, by rule; the families of packs' and houses' rules by what they count (gate/telling.py).
REFUSED: dict[str, str] = {
    "ledger_stale": N_(
        "No se puede enviar: los saldos son del {balances_on} y tienen {business_days} días "
        "hábiles (máximo {limit}). Cargue los saldos de hoy."
    ),
    "paid": N_("No se puede cobrar: no queda saldo abierto de lo que se iba a cobrar."),
    "ceded": N_("No se puede cobrar: los documentos se cedieron a otro acreedor."),
    "credits_cover": N_(
        "No se puede cobrar: el cliente tiene saldo a favor que cubre lo vencido. "
        "Aplíquelo primero."
    ),
    "reported_paid": N_(
        "No se puede cobrar: el cliente dijo que ya pagó y se está verificando. "
        "Busque el pago o levante la pausa."
    ),
    "disputed": N_("No se puede cobrar: lo que se debe está en objeción. Resuélvala primero."),
    "on_hold": N_(
        "No se puede cobrar: hay una pausa en vigor, o una respuesta del cliente sin clasificar. "
        "Clasifíquela, o levante la pausa si ya no aplica."
    ),
    "small_balance": N_("No se cobra: el saldo es menor que el mínimo que la empresa persigue."),
    "do_not_contact": N_("No se puede contactar: el cliente está marcado para no contactar."),
    "consent_withdrawn": N_("No se puede: el cliente pidió que no lo contacten por {channel}."),
    "consent_missing": N_(
        "No se puede: no consta que el cliente haya autorizado {channel}. "
        "Si la dio, anótela en su ficha («Autorizó este canal») o cárguela con un archivo; "
        "si no, use un canal autorizado."
    ),
    "third_party": N_("No se puede contactar a esta persona: es un tercero que no debe."),
    "party_other": N_("No se puede: esa persona no está vinculada a este cliente."),
    "party_not_liable": N_("No se puede: esa persona no responde por estos documentos."),
    "contact_point_other": N_("No se puede: ese dato de contacto no es de esta persona."),
    "contact_point_invalid": N_(
        "No se puede: ese dato de contacto no sirve para {channel} o está marcado como errado. "
        "Elija otro o corríjalo."
    ),
    "channel_on_hold": N_("No se puede: {channel} está en pausa para este cliente."),
    "window_passed": N_("No se envía: ya pasó el plazo para hacerlo."),
    "window_not_open": N_("Todavía no: está planeado para más tarde."),
    "channel_forbidden": N_("No se puede: este canal está prohibido para cobrar."),
    "hours": N_("No se puede a esta hora: {day} se permite de {opens} a {closes}."),
    "closed_day": N_("No se puede hoy: {day} no se permite contactar."),
    "cap": N_("No se puede: con los contactos ya hechos a esta persona se llega al tope ({max})."),
    "spacing": N_("No se puede: deben pasar al menos {days} días entre un contacto y otro."),
    "one_channel_a_week": N_("No se puede: esta semana ya se usó otro canal con esta persona."),
}
CHANNELS: dict[str, str] = {
    "email": N_("correo electrónico"),
    "phone": N_("teléfono"),
    "whatsapp": N_("WhatsApp"),
    "sms": N_("SMS"),
    "address": N_("correspondencia"),
    "call": N_("teléfono"),
    "chat": N_("WhatsApp"),
    "letter": N_("correspondencia"),
    "visit": N_("visita"),
}
DAYS: dict[str, str] = {
    "weekday": N_("entre semana"),
    "saturday": N_("los sábados"),
    "sunday": N_("los domingos"),
    "holiday": N_("los festivos"),
}
GRADES: dict[str, str] = {
    "official": N_("texto oficial"),
    "quoted": N_("artículo citado por terceros"),
    "secondary": N_("según resúmenes"),
    "memory": N_("sin verificar"),
    "bill": N_("proyecto de ley"),
    "none": N_("sin fuente"),
    "house": N_("regla propia"),
}

SENTENCES: dict[str, str] = {
    "contact_purpose_unknown": N_(
        "«{purpose}» no es un propósito de contacto. Use collection o service."
    ),
    "customer_not_ours": N_("El cliente {customer} no es de este acreedor. Revise el número."),
    "override_not_yours": N_(
        "Solo quien dirige la cobranza puede dejar de lado una regla propia. Pídaselo."
    ),
    "policy_unreadable": N_(
        "No se entiende la política en la línea {line} ({where}): {why}. Corríjala y guarde."
    ),
    "policy_too_long": N_("La política tiene {length} caracteres; el máximo es {limit}. Acórtela."),
    "policy_windows": N_(
        "Las horas de «{where}» en la línea {line} terminan antes de empezar. Corríjalas."
    ),
    "policy_reason_missing": N_("Escriba por qué cambia la política."),
    "policy_from_past": N_(
        "La política no puede regir desde el {from_on}, que ya pasó. Elija hoy o un día futuro."
    ),
    "contact_regime_unknown": N_("«{regime}» no es un régimen. Elija uno de la lista."),
    "regime_unsigned": N_("Escriba el nombre de quien firma y el motivo."),
    "regime_is_default": N_(
        "El régimen de consumidor es el que se aplica siempre; no hace falta firmarlo."
    ),
}
