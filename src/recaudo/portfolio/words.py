"""What the codes of portfolio/ say on screen: what happened, and what to do next."""

from recaudo.core.problems import N_

SENTENCES: dict[str, str] = {
    "assignment_overlaps": N_(
        "El cliente ya tiene a alguien asignado en esas fechas. Termine la otra asignación primero."
    ),
    "assignment_span": N_("La asignación termina antes de empezar. Corrija las fechas."),
}
