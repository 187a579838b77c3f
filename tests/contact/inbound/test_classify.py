"""The classifier, measured on replies that its phrases were not fitted to."""

from __future__ import annotations

import hashlib
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from recaudo.contact.inbound.classify import CLASSES, fold, own_words, propose, tokens_of
from recaudo.contact.inbound.stops import stop_of

FILE = Path(__file__).resolve().parents[2] / "fixtures" / "replies" / "replies.tsv"
TOP_ONE_AT_LEAST = 0.85
STOP_RECALL_AT_LEAST = 0.99


@dataclass(frozen=True)
class Labelled:
    reply_class: str
    text: str

    @property
    def is_for_fitting(self) -> bool:
        """Half of them, by chance that nobody chose: only these were looked at when fitting."""
        return hashlib.sha256(self.text.encode()).digest()[0] % 2 == 0


def labelled() -> list[Labelled]:
    lines = FILE.read_text("utf-8").splitlines()[1:]
    return [Labelled(line.split("\t")[0], line.split("\t")[2]) for line in lines]


def accuracy(replies: list[Labelled]) -> float:
    right = [each for each in replies if propose(each.text)[0].reply_class == each.reply_class]
    return len(right) / len(replies)


def test_the_labelled_set_is_large_and_knows_every_class() -> None:
    replies = labelled()
    assert len(replies) >= 150
    assert {each.reply_class for each in replies} == set(CLASSES)
    assert len({each.text for each in replies}) == len(replies)
    unseen = [each for each in replies if not each.is_for_fitting]
    assert len(unseen) >= 75
    assert {each.reply_class for each in unseen} == set(CLASSES)


def test_the_first_proposal_is_right_for_most_replies_never_seen(
    capsys: pytest.CaptureFixture[str],
) -> None:
    fitted = [each for each in labelled() if each.is_for_fitting]
    unseen = [each for each in labelled() if not each.is_for_fitting]
    with capsys.disabled():
        sys.stdout.write(
            f"\nreplies, first proposal right: {accuracy(unseen):.1%} of {len(unseen)} unseen, "
            f"{accuracy(fitted):.1%} of {len(fitted)} fitted\n"
        )
    assert accuracy(unseen) >= TOP_ONE_AT_LEAST


def test_refusals_of_contact_are_found_and_nothing_else_is_taken_for_one() -> None:
    replies = labelled()
    stops = [each for each in replies if each.reply_class == "stop"]
    found = [each for each in stops if stop_of(each.text)]
    assert len(found) / len(stops) >= STOP_RECALL_AT_LEAST
    others = [each.text for each in replies if each.reply_class != "stop"]
    assert [text for text in others if stop_of(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "no he pagado",
        "No he pagado todavía",
        "todavía no pago",
        "aún no he podido pagar",
        "no pude pagar ayer",
        "I have not paid",
        "nunca pagué eso",
    ],
)
def test_a_denied_payment_is_no_payment(text: str) -> None:
    assert propose(text)[0].reply_class != "paid"


@pytest.mark.parametrize(
    "text",
    [
        "no entiendo por qué me cobran si ya pagué",
        "No, ya pagué",
        "no ven que ya pagué la factura",
    ],
)
def test_a_no_that_belongs_to_something_else_denies_nothing(text: str) -> None:
    assert propose(text)[0].reply_class == "paid"


@pytest.mark.parametrize(
    "text",
    [
        "YA PAGUÉ LA FACTURA",
        "ya pague la factura",
        "yaaa paguéee la factura",
        "ya  pagué\nla factura",
    ],
)
def test_case_accents_and_stretched_letters_make_no_difference(text: str) -> None:
    assert propose(text)[0].reply_class == "paid"


def test_a_misspelt_long_word_is_understood() -> None:
    assert propose("adjunto el conprobante")[0].reply_class == "paid"
    assert propose("numero equivocdo")[0].reply_class == "wrong_person"


@pytest.mark.parametrize(
    "quoted",
    [
        "> Si ya pagó, envíe el comprobante. Para no recibir más mensajes responda BAJA",
        "El lun, 30 nov 2026 a las 9:00, Cobranzas <c@andina.co> escribió:\nresponda BAJA",
        "-----Mensaje original-----\nDe: Cobranzas\nSi ya pagó, omita. BAJA",
        "De: Cobranzas <c@andina.co>\nEnviado: lunes\nNo me escriban más",
        "On Mon, Nov 30, 2026 at 9:00 AM Andina wrote:\nunsubscribe",
    ],
)
def test_what_they_quote_of_ours_says_nothing(quoted: str) -> None:
    text = f"¿A qué cuenta consigno?\n\n{quoted}"
    assert own_words(text) == "¿A qué cuenta consigno?"
    assert propose(text)[0].reply_class == "question"
    assert stop_of(text) is None


def test_the_words_that_made_it_think_so_are_those_of_the_text() -> None:
    text = "Buenas, YA PAGUÉ ayer. Adjunto el comprobante."
    best = propose(text)[0]
    assert "YA PAGUÉ" in best.words and all(word in text for word in best.words)
    assert 0 <= best.score <= 100


def test_two_meanings_are_less_sure_than_one() -> None:
    alone = propose("No reconozco esa deuda")[0]
    mixed = propose("No reconozco esa deuda, y además perdí mi trabajo")
    assert mixed[0].score < alone.score
    assert {each.reply_class for each in mixed[:2]} == {"objection", "situation"}


@pytest.mark.parametrize("text", ["", "   ", "\x00", "🙂🙂", "12345", "…", ">", "\n\n--\nAna"])
def test_a_text_without_words_is_something_else_and_hardly_sure(text: str) -> None:
    assert propose(text)[0].reply_class == "other"
    assert propose(text)[0].score <= 60


def test_a_very_long_text_is_read_in_time() -> None:
    began = time.perf_counter()
    propose("ya no " * 200_000)
    stop_of("no me " * 200_000)
    assert time.perf_counter() - began < 10


def test_tokens_stand_where_the_words_stand() -> None:
    text = "Xq me cobran, ¿ah? Ñandú…"
    for token in tokens_of(text):
        piece = text[token.start : token.end]
        assert token.word in ("|", "¿", "porque") or token.word == fold(piece)
