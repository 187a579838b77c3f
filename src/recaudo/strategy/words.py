"""The codes of this room as sentences, and an explanation as a collector would tell it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recaudo.core.problems import N_
from recaudo.strategy.queries.explain import Explanation, HeldWhy, PriorityWhy, SegmentWhy, StepWhy
from recaudo.strategy.telling import Teller

SENTENCES: dict[str, str] = {
    # the run
    "run_in_progress": N_(
        "Ya hay un proceso del día en curso para «{creditor}». Espere a que termine; si se cortó, "
        "en unos segundos podrá repetirlo."
    ),
    "run_goes_back": N_(
        "El último proceso es del {last} y no se puede procesar un día anterior ({as_of}). "
        "Para ver cómo habría sido ese día, pida una simulación con --what-if."
    ),
    "book_missing": N_(
        "«{creditor}» todavía no tiene una estrategia. Cargue una con `recaudo strategy load` o "
        "parta de un modelo con `recaudo strategy preset b2b`."
    ),
    "engine_unknown": N_("No hay un motor «{engine}». Los que hay: {known}."),
    "database_busy": N_(
        "Otro programa tiene ocupada la cartera y el proceso no se pudo publicar. Nada cambió: "
        "repítalo en unos minutos."
    ),
    "facts_not_kept": N_(
        "No se pudieron guardar los datos del día en el disco ({detail}). Nada cambió: libere "
        "espacio y repita el proceso."
    ),
    "nothing_to_release": N_(
        "«{creditor}» no tiene un proceso que liberar. Ejecute primero el proceso del día."
    ),
    "already_released": N_(
        "«{creditor}» ya fue liberado: sus procesos quedan en firme sin aprobación. No hay nada "
        "que hacer."
    ),
    "proposal_old": N_(
        "La propuesta de «{creditor}» es del {as_of} y desde entonces alguien pudo haber pagado. "
        "Ejecute el proceso de hoy y libérelo."
    ),
    # the book
    "book_refused": N_(
        "La estrategia tiene problemas ({count}) y no se guardó. Corríjalos y vuelva a cargarla."
    ),
    "book_not_toml": N_("El archivo no se puede leer como TOML ({detail}). Corrija esa línea."),
    "book_field_missing": N_("{where}: falta este dato. Escríbalo."),
    "book_field_unknown": N_("{where}: no existe un dato con ese nombre. Corríjalo o bórrelo."),
    "book_field_choice": N_("{where}: «{value}» no vale. Elija entre {choices}."),
    "book_field_wrong": N_("{where}: «{value}» no sirve aquí. Corrija el valor."),
    "book_step_unknown": N_(
        "{where}: el paso «{step}» no está definido. Escriba su tabla [steps.{step}] o quítelo."
    ),
    "book_strategy_unknown": N_(
        "{where}: no hay una estrategia «{strategy}». Escriba su tabla [strategies.{strategy}] "
        "o nombre otra."
    ),
    "book_key_twice": N_("{where}: «{key}» aparece dos veces. Cambie uno de los dos nombres."),
    "book_steps_order": N_(
        "{where}: «{after}» va después de «{before}» en la lista, pero no en días. "
        "Ordene los pasos por su plazo."
    ),
    "book_tone_jump": N_(
        "{where}: el tono sube de {before_tone} («{before}») a {after_tone} («{after}») de un "
        "paso al siguiente. Agregue un paso intermedio o baje el tono."
    ),
    "book_silence": N_(
        "{where}: entre el día {from_day} y el día {to_day} de mora nadie contacta al cliente "
        "({days} días; el máximo es {limit}). Agregue un paso o uno que se repita."
    ),
    "book_step_unused": N_("{where}: ninguna estrategia usa el paso «{step}»."),
    "book_strategy_unused": N_("{where}: ningún segmento usa la estrategia «{strategy}»."),
    "book_stage_missing": N_(
        "Falta el mensaje «{stage}» de los cinco de una cobranza ordenada: emitida, por vencer, "
        "vencida, resumen con cargos y pago recibido."
    ),
    "book_single_segment": N_(
        "Hay un solo segmento («{segment}»): todos los clientes recibirían el mismo trato. "
        "Separe al menos los que están al día de los que están en mora."
    ),
    "one_segment_for_all": N_(
        "«{segment}» reúne al {percent} % de los clientes que deben. Vea si conviene separarlos."
    ),
    "nobody_assigned": N_(
        "Clientes que no caben en ningún segmento y seguirían la estrategia por defecto: {count}."
    ),
    "buckets_preset_unknown": N_(
        "{where}: no hay una tabla de tramos «{preset}». Las que hay: {known}."
    ),
    "preset_unknown": N_("No hay un modelo «{preset}». Los que hay: {known}."),
    # creditors
    "creditor_exists": N_("Ya hay un acreedor con el código «{creditor}». Use otro código."),
    "creditor_code_invalid": N_(
        "El código «{creditor}» solo puede llevar letras sin tilde, números y guiones."
    ),
    "creditor_code_reserved": N_(
        "El código «{creditor}» es una dirección del propio sistema. Use otro código."
    ),
    "country_unknown": N_("No se conoce el país «{country}». Use el código de dos letras: CO, MX."),
    # holds, tasks, lists
    "hold_reason_missing": N_("Escriba por qué se hace la pausa."),
    "hold_span": N_("La pausa debe terminar después de hoy ({today}), y dice {until}."),
    "hold_foreign_document": N_("El documento {document} no es de {customer}."),
    "hold_already_released": N_("Esa pausa ya se había levantado. No cambió nada."),
    "task_not_open": N_("Esa tarea ya no está abierta. Vuelva a la lista para ver la siguiente."),
    "assignee_cannot_see": N_(
        "{person} no tiene a este cliente en su cartera. Asígneselo primero o elija a otra persona."
    ),
    "order_unknown": N_("No se puede ordenar por «{order}». Elija entre {known}."),
    "page_unknown": N_("Esa página de la lista ya no existe. Vuelva a la primera."),
    "unknown_customer": N_("No hay un cliente con el código «{customer}» en «{creditor}»."),
}

#: Why nothing happens today, told of a customer.
WHY_NOT: dict[str, str] = {
    "nothing_open": N_("No debe nada, así que no hay nada que hacer."),
    "credits_cover": N_(
        "Tiene {unapplied} sin aplicar, que cubre lo vencido: no se le cobra, hay que aplicarlo."
    ),
    "waiting_payment_day": N_("Se espera a su día de pago antes de volver a escribirle."),
    "min_gap": N_("Se le contactó hace muy poco: se espera antes de insistir."),
    "not_business_day": N_("Hoy no es día hábil: el paso que sigue espera al próximo."),
    "ledger_stale": N_(
        "La cartera cargada es vieja: no se le escribe hasta tener un corte reciente."
    ),
    "no_channel": N_("Le toca un paso, pero no hay cómo contactarlo: hay que completar sus datos."),
    "not_yet_due": N_("Hoy no le toca nada."),
    "no_next_step": N_("La estrategia no le da ningún paso: avísele a su jefe de cobranza."),
    "do_not_contact": N_("Pidió que no lo contacten: no se le llama ni se le escribe."),
    "small_balance": N_("Su saldo es menor que el mínimo que se cobra."),
    "ceded": N_("Sus documentos están cedidos: los cobra otro."),
    "disputed": N_("Lo que debe está objetado: se espera a que se resuelva."),
    "promised": N_("Prometió pagar: se espera a esa fecha."),
    "planned": N_("Tiene un acuerdo de pago y lo está cumpliendo."),
    "hold_manual": N_("Está en pausa."),
    "hold_small_balance": N_("Su saldo es menor que el mínimo que se cobra."),
    "hold_disputed": N_("Presentó una objeción: se espera a que se resuelva."),
    "hold_reported_paid": N_("Dijo que ya pagó: se espera a que aparezca el pago."),
    "hold_instrument": N_("La deuda está documentada con un cheque o título en custodia."),
    "hold_legal": N_("Está en jurídico."),
    "hold_reply_pending": N_("Respondió y falta leer su respuesta."),
    "hold_situation": N_("Contó una situación especial: por ahora no se le presiona."),
}

TASK_KINDS: dict[str, str] = {
    "call": N_("Llamar"),
    "visit": N_("Visitar"),
    "review": N_("Revisar el caso"),
    "apply_credit": N_("Aplicar saldos a favor"),
    "fix_contact": N_("Completar datos de contacto"),
}


def task_kind(kind: str) -> str:
    """What a kind of task is called; the code itself where it is not known."""
    return _(TASK_KINDS[kind]) if kind in TASK_KINDS else kind


def tell(why: Explanation) -> list[str]:
    """The explanation in a few sentences, ready to be read aloud, in the active language.

    Amounts and days are written as in the creditor's country.
    """
    say = Teller(why.country, why.currency)
    if why.as_of is None:
        return [_("Ningún proceso ha evaluado todavía a {name}.").format(name=why.name)]
    told = [_debt(why, say)]
    if why.segment is not None and why.reason != "nothing_open":
        told.append(_segment(why.segment, say))
    if why.step is not None:
        told += _step(why.step, why, say)
    else:
        fallback = N_("Hoy no le toca nada.")
        reason = _(WHY_NOT.get(why.reason, fallback))
        told.append(reason.format(unapplied=say.money(why.unapplied)))
    told += [_held(hold, say) for hold in why.held]
    if why.next_on is not None:
        told.append(
            _("Después sigue «{step}», el {day}.").format(
                step=why.next_step_name, day=say.day(why.next_on)
            )
        )
    if why.priority is not None and why.priority.balance:
        told.append(_priority(why.priority, say))
    return told


def _debt(why: Explanation, say: Teller) -> str:
    given = {
        "name": why.name,
        "balance": say.money(why.balance),
        "overdue": say.money(why.overdue),
        "unapplied": say.money(why.unapplied),
    }
    if not why.balance:
        return _("{name} no debe nada.").format(**given)
    if not why.max_dpd:
        told = _("{name} debe {balance} y está al día.")
    elif why.overdue == why.balance:
        told = ngettext(
            "{name} debe {balance}, todo vencido; lo más antiguo, hace {days} día.",
            "{name} debe {balance}, todo vencido; lo más antiguo, hace {days} días.",
            why.max_dpd,
        )
    elif not why.overdue:
        told = ngettext(
            "{name} debe {balance}, ya castigado; lo más antiguo venció hace {days} día.",
            "{name} debe {balance}, ya castigado; lo más antiguo venció hace {days} días.",
            why.max_dpd,
        )
    else:
        told = ngettext(
            "{name} debe {balance}; {overdue} está vencido, lo más antiguo hace {days} día.",
            "{name} debe {balance}; {overdue} está vencido, lo más antiguo hace {days} días.",
            why.max_dpd,
        )
    told = told.format(**given, days=say.number(why.max_dpd))
    if why.unapplied > 0:
        told += " " + _("Tiene {unapplied} a favor, sin aplicar.").format(**given)
    return told


def _segment(segment: SegmentWhy, say: Teller) -> str:
    numbers = say.listed(
        f"{number.title.lower()}: {say.fact(number)}" for number in segment.numbers
    )
    given = {"name": segment.name, "numbers": numbers}
    if not segment.numbers:
        return _("No cabe en ningún segmento: sigue la estrategia por defecto.")
    if segment.since is None:
        return _("Está en el segmento «{name}» ({numbers}).").format(**given)
    return _("Está en el segmento «{name}» desde el {since} ({numbers}).").format(
        **given, since=say.day(segment.since)
    )


def _step(step: StepWhy, why: Explanation, say: Teller) -> list[str]:
    told = [_("Hoy toca: {step}.").format(step=f"«{step.name}»") + " " + _cause(step, why, say)]
    if step.channel:
        told.append(_("Se hace por {channel}.").format(channel=say.channel(step.channel)))
    if step.state == "proposed":
        told.append(_("Es una propuesta: nada sale hasta que se libere el primer proceso."))
    return [sentence.strip() for sentence in told]


def _cause(step: StepWhy, why: Explanation, say: Teller) -> str:
    """Why today: the document's age, the entry into the segment, the turn of a repeat."""
    if step.key == "apply_credit":
        return _("Hay {unapplied} sin aplicar que cubre lo vencido.").format(
            unapplied=say.money(why.unapplied)
        )
    if step.key == "fix_contact":
        return _("Le toca un paso y ningún canal llega al cliente.")
    if not step.items:
        return ""
    oldest, count = step.items[0], len(step.items)
    given = {
        "number": oldest.number,
        "due": say.day(oldest.due_on),
        "days": say.number(abs(oldest.dpd)),
        "count": say.number(count),
        "total": say.money(sum((item.balance for item in step.items), why.balance * 0)),
        "every": say.number(step.every_days),
        "since": say.day(why.segment.since) if why.segment and why.segment.since else "",
    }
    if step.anchor == "entry" and given["since"]:
        return _("Es lo primero en este segmento, al que entró el {since}.").format(**given)
    days = abs(oldest.dpd)
    if oldest.dpd < 0:
        age = ngettext(
            "El documento {number} vence el {due}, en {days} día.",
            "El documento {number} vence el {due}, en {days} días.",
            days,
        )
    elif oldest.dpd == 0:
        age = _("El documento {number} vence hoy.")
    elif step.anchor == "repeat":
        age = _(
            "El documento {number} venció hace {days} días y este paso se repite cada {every} días."
        )
    else:
        age = ngettext(
            "El documento {number} venció el {due}, hace {days} día.",
            "El documento {number} venció el {due}, hace {days} días.",
            days,
        )
    told = age.format(**given)
    if count > 1:
        told += " " + _("Se habla de {count} documentos que suman {total}.").format(**given)
    return told


def _held(hold: HeldWhy, say: Teller) -> str:
    given = {"document": hold.document, "note": hold.note, "kind": say.hold(hold.kind)}
    if hold.document:
        told = _("El documento {document} está en pausa ({kind})")
    elif hold.channel:
        told = _("El canal {channel} está en pausa ({kind})")
    else:
        told = _("Hay una pausa sobre todo el cliente ({kind})")
    told = told.format(**given, channel=say.channel(hold.channel))
    if hold.until is not None:
        told += _(", hasta el {day}").format(day=say.day(hold.until))
    return told + (f": {hold.note}." if hold.note else ".")


def _priority(priority: PriorityWhy, say: Teller) -> str:
    return _(
        "Prioridad: {percent} de probabilidad de cobrar {balance}, menos {cost} que cuesta "
        "gestionarlo, da {value}."
    ).format(
        percent=say.percent(priority.probability_ppm),
        balance=say.money(priority.balance),
        cost=say.about(priority.cost),
        value=say.about(priority.value),
    )
