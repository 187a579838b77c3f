"""Short Spanish names for what charges and their terms keep as codes."""

from __future__ import annotations

from recaudo.core.problems import N_

BECAUSE: dict[str, str] = {
    "payment": N_("por un pago"),
    "statement": N_("por un estado de cuenta"),
    "agreement": N_("por un acuerdo"),
    "month_end": N_("por fin de mes"),
    "hand": N_("a mano"),
}
QUOTES: dict[str, str] = {
    "effective_annual": N_("efectiva anual"),
    "nominal_annual": N_("nominal anual"),
    "nominal_monthly": N_("nominal mensual"),
}
#: Which rate counted in a stretch.
SCALES: dict[str, str] = {
    "agreed": N_("pactada"),
    "legal": N_("legal"),
    "ceiling": N_("tope de ley"),
}
HOW_PARTS: dict[str, str] = {
    "bracket": N_("Tramo"),
    "fixed": N_("Suma fija"),
    "cell": N_("Tarifa"),
    "agreed": N_("Pactado"),
    "reminders": N_("Recordatorios enviados"),
    "missed_notice": N_("Rebaja: faltó la primera gestión gratuita"),
    "capped": N_("Rebaja: lo que la ley no deja cobrar"),
}
INTEREST: dict[str, str] = {
    "none": N_("No se cobran"),
    "imported": N_("Los trae el sistema de origen"),
    "computed": N_("Los calcula Recaudo"),
}
FEES: dict[str, str] = {
    "none": N_("No se cobran"),
    "legal": N_("La tarifa de la ley"),
    "per_reminder": N_("Por recordatorio enviado"),
    "once": N_("Una vez por documento vencido"),
}
DAY_COUNTS: dict[str, str] = {
    "": N_("La del país"),
    "actual_365": N_("días reales / 365"),
    "actual_360": N_("días reales / 360"),
    "thirty_360": N_("meses de 30 / 360"),
}
