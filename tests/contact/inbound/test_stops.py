"""Which refusals act at once, and how far they reach."""

from __future__ import annotations

import pytest

from recaudo.contact.inbound.stops import stop_of


@pytest.mark.parametrize(
    ("text", "scope", "channel"),
    [
        ("BAJA", "channel", ""),
        ("stop.", "channel", ""),
        ("Baja por favor", "channel", ""),
        ("BAJA\n\nAna Ruiz\nContabilidad", "channel", ""),
        ("unsubscribe", "channel", ""),
        ("No me escriban más", "channel", ""),
        ("no me llamen", "channel", "phone"),
        ("dejen de escribirme al whatsapp", "channel", "whatsapp"),
        ("no quiero más correos", "channel", "email"),
        ("no me contacten", "all", ""),
        ("no me contacten por este medio", "channel", ""),
        ("no me escriban por ningún medio", "all", ""),
        ("no me escriban a este correo", "point", ""),
        ("dejen de molestarme", "all", ""),
        ("ya pagué, no me llamen más", "channel", "phone"),
    ],
)
def test_a_clear_refusal_says_how_far_it_reaches(text: str, scope: str, channel: str) -> None:
    stop = stop_of(text)
    assert stop is not None
    assert (stop.scope, stop.channel) == (scope, channel)
    assert stop.words in text


@pytest.mark.parametrize(
    "text",
    [
        "Denme de baja del servicio de internet",
        "quiero dar de baja la línea",
        "Di de baja el vehículo",
        "baja temporal",
        "baja de la póliza",
        "Stop payment please",
        "no me llamen tan temprano",
        "no me llamen los domingos",
        "no me escriban a esta hora",
        "no me manden la factura, mejor la recojo",
        "no quiero recibir la mercancía",
        "¿Por qué no me llaman?",
        "si no me contactan hoy voy a reclamar",
        "nadie me contactó",
        "",
        "el precio va a la baja",
    ],
)
def test_what_is_not_clear_is_left_to_a_person(text: str) -> None:
    assert stop_of(text) is None
