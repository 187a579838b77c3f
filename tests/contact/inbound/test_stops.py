"""Which refusals act at once, and how far they reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from recaudo.contact.inbound.stops import stop_of

DOC = Path(__file__).resolve().parents[3] / "docs" / "rules" / "replies.md"


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


def stop_table() -> list[tuple[str, str, str]]:
    """(text, rule, what is withdrawn) of docs/rules/replies.md."""
    text = DOC.read_text("utf-8").split("## Stop words")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [
        (row[0], row[1], row[2]) for row in rows if row[0] != "they write" and "---" not in row[0]
    ]


@pytest.mark.parametrize(("text", "rule", "withdrawn"), stop_table())
def test_the_table_of_stop_words_is_right(text: str, rule: str, withdrawn: str) -> None:
    stop = stop_of(text)
    if rule == "–":
        assert stop is None
        return
    assert stop is not None and stop.rule == rule
    told = {"all": "everything", "point": "that address only"}.get(
        stop.scope, stop.channel or "the channel it came by"
    )
    assert told == withdrawn
