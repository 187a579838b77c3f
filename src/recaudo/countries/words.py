"""The words of the law's codes: what a pack says, and what is wrong with a question to it."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    "regime_unknown": N_("No se conoce el régimen «{regime}». Use uno de estos: {known}."),
    "house_policy_unreadable": N_(
        "No se entiende la política propia ({place}): {detail}. Lleva hours, caps, spacings, "
        "forbidden y one_channel_a_week, como un marco legal."
    ),
}

REGIMES = {
    "consumer": N_("Consumidor"),
    "company": N_("Empresa"),
    "small_company": N_("Micro o pequeña empresa"),
    "supervised_lender": N_("Entidad vigilada"),
    "guarantor": N_("Garante"),
}

CHANNELS = {
    "call": N_("llamada"),
    "visit": N_("visita"),
    "sms": N_("SMS"),
    "chat": N_("WhatsApp"),
    "email": N_("correo electrónico"),
    "letter": N_("carta"),
}

#: What stands behind a value.
GRADES = {
    "official": N_("texto oficial"),
    "quoted": N_("artículo citado por otros"),
    "secondary": N_("paráfrasis"),
    "memory": N_("de memoria"),
    "bill": N_("proyecto de ley"),
    "none": N_("nada encontrado"),
    "house": N_("regla propia"),
}

#: Rule ids that a refusal names. House rules may have others.
RULES = {
    "channel_forbidden": N_("ese canal está prohibido"),
    "hours": N_("fuera del horario"),
    "hours_days": N_("ese día no"),
    "hours_custom": N_("fuera del horario de costumbre"),
    "cap_day": N_("ya se llegó al tope del día"),
    "cap_week": N_("ya se llegó al tope de la semana"),
    "cap_7days": N_("ya se llegó al tope de 7 días"),
    "after_conversation": N_("hace poco hubo una conversación"),
    "spacing": N_("muy pronto después del anterior"),
    "one_channel_a_week": N_("esta semana ya se usó otro canal"),
}

DAYS = {
    "weekday": N_("lunes a viernes"),
    "saturday": N_("sábado"),
    "sunday": N_("domingo"),
    "holiday": N_("festivos"),
}

PER = {
    "day": N_("por día"),
    "week": N_("a la semana (de lunes a domingo, y también en 7 días corridos)"),
    "7days": N_("en 7 días corridos"),
}

COUNTS = {
    "attempt": N_("cuentan todos los intentos"),
    "contact": N_("cuentan solo las conversaciones"),
}

SCOPES = {"debt": N_("por cada deuda"), "debtor": N_("por persona")}

#: Codes of ``conduct`` in the packs.
CONDUCT = {
    "affect_family_or_work_life": N_("afectar la vida familiar o laboral"),
    "after_written_cease": N_("seguir después de que pidió por escrito que no"),
    "aggressive_practices": N_("prácticas agresivas"),
    "ask_reason_for_default": N_("preguntar por qué no pagó"),
    "constraint_or_threat": N_("constreñir o amenazar"),
    "contact_references": N_("contactar a las referencias"),
    "court_looking_claims": N_("reclamos que parezcan judiciales"),
    "court_looking_documents": N_("documentos que parezcan judiciales"),
    "debt_revealed_to_third_party": N_("revelar la deuda a un tercero"),
    "disturb_work_rest_leisure": N_("perturbar el trabajo, el descanso o el ocio"),
    "elderly_unless_debtor": N_("hablar con personas mayores que no son el deudor"),
    "false_statements": N_("afirmaciones falsas"),
    "harassment": N_("acosar"),
    "hidden_number": N_("llamar con número oculto"),
    "home_or_work_visit": N_("visitar la casa o el trabajo"),
    "insults": N_("insultar"),
    "messages_left_with_others": N_("dejar mensajes con otras personas"),
    "minors": N_("hablar con menores"),
    "misleading_pretext": N_("usar pretextos engañosos"),
    "names_like_public_bodies": N_("usar nombres que parezcan de una entidad pública"),
    "notice_to_employer": N_("avisar al empleador"),
    "people_with_placards": N_("enviar personas con carteles o disfraces"),
    "posters_or_signs": N_("poner letreros o carteles"),
    "public_embarrassment": N_("avergonzar en público"),
    "public_lists_or_posters": N_("publicar listas o carteles"),
    "publish_debtor_lists": N_("publicar listas de deudores"),
    "represented_by_attorney_direct_contact": N_("contactar a quien tiene abogado"),
    "ridicule": N_("ridiculizar"),
    "shaming_or_intimidating": N_("avergonzar o intimidar"),
    "take_payment_directly": N_("recibir el pago directamente"),
    "tell_third_parties": N_("contarlo a terceros"),
    "threats": N_("amenazar"),
    "visit_without_notice": N_("visitar sin avisar"),
    "workplace_if_barred": N_("contactar en el trabajo si el empleador lo prohíbe"),
}

MUST_SAY = {
    "agency_identity": N_("quién es la casa de cobranza"),
    "agent_name": N_("el nombre de quien habla"),
    "amount": N_("el valor"),
    "consumer_rights": N_("los derechos del consumidor"),
    "creditor": N_("el acreedor"),
    "creditor_address": N_("la dirección del acreedor"),
    "creditor_cpf_or_cnpj": N_("el CPF o CNPJ del acreedor"),
    "creditor_name": N_("el nombre del acreedor"),
    "creditor_represented": N_("a qué acreedor representa"),
    "debt_collector_disclosure": N_("que es un cobrador"),
    "debt_information": N_("los datos de la deuda"),
    "how_to_pay": N_("cómo pagar"),
    "identify_collector": N_("quién cobra"),
    "interest_and_fees": N_("intereses y gastos"),
    "may_offer_payment_alternatives": N_("se pueden ofrecer alternativas de pago"),
    "not_a_court_procedure": N_("que no es un trámite judicial"),
    "origin_of_debt": N_("el origen de la deuda"),
    "respectful": N_("con respeto"),
    "validation_information": N_("los datos para verificar la deuda"),
}

#: Roles of ``third_party_allowed``.
ROLES = {
    "attorney": N_("abogado"),
    "co_debtor": N_("codeudor"),
    "executor": N_("albacea"),
    "guarantor": N_("fiador o avalista"),
    "guardian": N_("tutor"),
    "joint_debtor": N_("deudor solidario"),
    "parent_of_minor": N_("padre o madre de un menor"),
    "spouse": N_("cónyuge"),
}

COMPONENTS = {
    "default_interest": N_("interés de mora"),
    "ordinary_interest": N_("interés corriente"),
    "overdue_interest": N_("intereses vencidos"),
    "interest": N_("intereses"),
    "costs": N_("gastos"),
    "capital": N_("capital"),
}

RATE_USES = {"legal": N_("Tasa legal, sin pacto"), "ceiling": N_("Tope")}

QUOTES = {
    "effective_annual": N_("efectiva anual"),
    "nominal_annual": N_("nominal anual"),
    "nominal_monthly": N_("nominal mensual"),
}

DAY_COUNTS = {
    "actual_365": N_("días calendario sobre un año de 365"),
    "actual_360": N_("días calendario sobre un año de 360"),
    "thirty_360": N_("meses de 30 días sobre un año de 360"),
}

#: Of ``core.fees``: what its rule comes to for one kind of debt.
FEE_KINDS = {
    "forbidden": N_("En esta clase de deuda están prohibidos."),
    "agreed": N_("En esta clase de deuda se cobra solo lo que el contrato diga."),
    "progressive": N_("En esta clase de deuda se cobra esa tarifa, una sola vez."),
    "fixed": N_("En esta clase de deuda se cobra esa suma, una sola vez."),
    "by_size": N_("En esta clase de deuda se cobra esa suma, una sola vez."),
    "tariff": N_("En esta clase de deuda se cobra esa tarifa; lo que no se ha visto, no."),
    "unknown": N_("En esta clase de deuda no se cobra ninguno: nadie lo ha investigado."),
}

SUBJECTS = {
    "hours": N_("Horarios"),
    "caps": N_("Topes de contacto"),
    "channels": N_("Canales"),
    "zone": N_("Hora y festivos"),
    "conduct": N_("Trato y terceros"),
    "negative_report": N_("Reporte a centrales de riesgo"),
    "imputation": N_("Aplicación de pagos"),
    "default_interest": N_("Interés de mora"),
    "fees": N_("Gastos de cobranza"),
}
