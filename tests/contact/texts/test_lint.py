"""What a text must say, what it may not, and where: docs/rules/texts.md is read here too."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from recaudo.contact.texts.lint import Draft, Finding, lint, tone_findings
from recaudo.contact.texts.presets import ready_templates
from recaudo.contact.texts.sms import as_sms, segments
from recaudo.contact.words.texts import SENTENCES
from recaudo.words import sentence

ROOT = Path(__file__).resolve().parents[3]
COUNTRIES = ("CO", "CL", "MX", "PE", "EC", "AR", "BR", "DO", "CR", "ES", "GB", "US", "XX")

GOOD = """Buen día, {{ customer.name }}:

{% for item in items %}{{ item.name }}: {{ item.amount }}
{% endfor %}Total {{ total }}. Saldo con corte al {{ as_of }}.
Pague con la referencia {{ reference }}: {% for way in ways %}{{ way.title }}{% endfor %}
Si ya pagó, haga caso omiso y envíenos su {{ words.receipt }}.
{{ creditor.name }}, {{ creditor.phone }}. {{ collector.name }} {{ words.legal_note }}
Para no recibir más mensajes responda BAJA.
"""


def draft(
    text: str = GOOD, channel: str = "whatsapp", purpose: str = "collection", **given: str
) -> Draft:
    return Draft(channel, purpose, given.pop("language", "es"), text, **given)


def codes(found: tuple[Finding, ...], level: str = "error") -> set[str]:
    return {each.code for each in found if each.level == level}


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_ready_text_is_in_order_in_every_country(country: str) -> None:
    wrong = [
        (ready.key, ready.channel, version.language, each.code, each.facts)
        for ready in ready_templates()
        for version in ready.versions
        for each in lint(
            Draft(
                ready.channel,
                ready.purpose,
                version.language,
                version.text,
                version.subject,
                version.preview,
                version.mjml,
            ),
            country,
        )
        if each.is_error and each.code != "text_lacks_by_law"
    ]
    assert wrong == []


@pytest.mark.parametrize("country", ["CO", "CL", "MX", "PE"])
def test_the_ready_texts_need_no_correction_where_most_are_used(country: str) -> None:
    errors = [
        each
        for ready in ready_templates()
        for version in ready.versions
        for each in lint(
            Draft(
                ready.channel,
                ready.purpose,
                version.language,
                version.text,
                version.subject,
                version.preview,
                version.mjml,
            ),
            country,
        )
        if each.is_error
    ]
    assert errors == []


def test_a_text_with_everything_is_in_order() -> None:
    assert lint(draft(), "CO") == ()


@pytest.mark.parametrize(
    ("taken", "code"),
    [
        (r"Total {{ total }}\.|{{ item.amount }}", "text_lacks_amount"),
        (r"Saldo con corte al", "text_lacks_as_of"),
        (r"{{ as_of }}", "text_lacks_as_of"),
        (r"{{ reference }}", "text_lacks_how_to_pay"),
        (r"{% for way.*endfor %}", "text_lacks_how_to_pay"),
        (r"{{ creditor.name }}", "text_lacks_identity"),
        (r"Para no recibir.*", "text_lacks_opt_out"),
        (r"Si ya pagó.*", "text_lacks_if_paid"),
    ],
)
def test_each_part_is_required(taken: str, code: str) -> None:
    assert codes(lint(draft(re.sub(taken, "", GOOD)), "CO")) == {code}


def test_a_service_message_asks_for_no_money_and_needs_no_amount() -> None:
    text = "Gracias. {{ creditor.name }}. Responda BAJA para no recibir más."
    assert codes(lint(draft(text, purpose="service"), "CO")) == set()


@pytest.mark.parametrize(
    ("phrase", "code"),
    [
        ("Iniciaremos la demanda", "court_like"),
        ("Su caso pasa al Juzgado 5", "court_like"),
        ("EMBARGO de sus cuentas", "court_like"),
        ("Notificación   judicial", "court_like"),
        ("Es el último aviso", "threat"),
        ("Iniciaremos acciones legales", "threat"),
        ("No sea moroso", "insult"),
        ("Lo reportaremos a las centrales de riesgo", "bureau"),
        ("Aparecerá en Datacrédito", "bureau"),
        ("Cuéntenos el motivo de su mora", "asks_reason"),
        ("¿Por qué no ha pagado?", "asks_reason"),
    ],
)
def test_what_may_not_be_said_is_found_with_its_words(phrase: str, code: str) -> None:
    (found,) = [each for each in lint(draft(f"{GOOD}{phrase}\n"), "CO") if each.is_error]
    assert (found.code, found.where, found.line) == (code, "text", 9)
    assert str(found.facts["found"]).lower() in " ".join(phrase.split()).lower() or "  " in phrase
    assert str(found.facts["found"]) in sentence(found.code, found.facts, "es")


@pytest.mark.parametrize(
    "phrase",
    [
        "Este aviso no viene de un juzgado ni de una autoridad.",
        "¿En qué fecha podrá pagar?",
        "Juan Juezas le atiende.",
        "Sin embargo, podemos esperar.",
    ],
)
def test_what_only_looks_like_it_is_left_alone(phrase: str) -> None:
    assert codes(lint(draft(f"{GOOD}{phrase}"), "CO")) == set()


def test_asking_why_is_forbidden_where_the_law_says_so_and_warned_of_elsewhere() -> None:
    text = draft(f"{GOOD}¿Por qué no ha pagado?")
    assert "asks_reason" in codes(lint(text, "CO"))
    assert "asks_reason" not in codes(lint(text, "MX"))
    assert "asks_reason" in codes(lint(text, "MX"), "warning")


def test_words_that_only_one_country_knows_are_looked_for_there() -> None:
    text = draft(f"{GOOD}Lo verá el receptor judicial.")
    assert "court_like" in codes(lint(text, "CL"))
    assert "court_like" not in codes(lint(text, "CO"))


def test_chile_asks_for_its_sentence() -> None:
    text = draft(GOOD.replace("{{ words.legal_note }}", ""), "email", subject="Aviso")
    assert "text_lacks_by_law" in codes(lint(text, "CL"))
    assert "text_lacks_by_law" not in codes(lint(text, "CO"))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"preview": "Su deuda está vencida"}, "debt_in_preview"),
        ({"preview": "Debe $ 1.200.000"}, "amount_seen_by_others"),
        ({"preview": "Son {{ total }}"}, "amount_seen_by_others"),
        ({"subject": ""}, "subject_missing"),
        ({"subject": "Uno\nBcc: dos"}, "subject_lines"),
    ],
)
def test_what_others_see_before_the_mail_is_opened(given: dict[str, str], code: str) -> None:
    assert code in codes(lint(draft(GOOD, "email", **{"subject": "Aviso"} | given), "CO"))


def test_the_first_line_of_a_text_message_tells_nothing() -> None:
    first = "Su deuda es de {{ total }}.\n"
    found = lint(draft(first + GOOD, "sms"), "CO")
    assert {"debt_in_preview", "amount_seen_by_others"} <= codes(found)
    assert {"debt_in_preview", "amount_seen_by_others"} <= codes(
        lint(draft(first + GOOD), "CO"), "warning"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Tiene una factura por pagar", "debt_to_third_party"),
        ("Le llamamos de cobranza", "debt_to_third_party"),
        ("Por favor llámenos: {{ total }}", "amount_seen_by_others"),
        ("Pague con {{ reference }}", "amount_seen_by_others"),
    ],
)
def test_another_person_learns_nothing(text: str, code: str) -> None:
    assert code in codes(lint(draft(text, purpose="third_party"), "CO"))


def test_a_message_for_another_person_may_say_who_calls() -> None:
    text = "Mensaje para {{ customer.name }}: llame a {{ creditor.name }}, {{ creditor.phone }}."
    assert lint(draft(text, purpose="third_party"), "CO") == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ cliente.nombre }}", "variable_unknown"),
        ("{% for item in items %}{{ item.saldo }}{% endfor %}", "variable_unknown"),
        ("{{ total | pesos }}", "template_filter_unknown"),
        ("{% if total %}", "template_syntax"),
        ("{% for a in (1..99999999) %}{% endfor %}", "template_endless"),
    ],
)
def test_what_cannot_be_written_is_told_on_saving(text: str, code: str) -> None:
    assert code in codes(lint(draft(GOOD + text), "CO"))


@pytest.mark.parametrize(
    ("mjml", "code"),
    [
        ("<mjml><mj-body><mj-section></mjml>", "mjml_invalid"),
        ("<html></html>", "mjml_invalid"),
        ("<!DOCTYPE x [<!ENTITY e 'x'>]><mjml>&e;</mjml>", "mjml_invalid"),
        ("<mjml><mj-body><mj-raw><script>x</script></mj-raw></mj-body></mjml>", "html_active"),
        ("<mjml><mj-body><mj-raw><b onclick='x'>x</b></mj-raw></mj-body></mjml>", "html_active"),
        (
            "<mjml><mj-body><mj-raw><a href='javascript:x'>x</a></mj-raw></mj-body></mjml>",
            "html_active",
        ),
        ("<mjml><mj-body><mj-include path='/etc/passwd' /></mj-body></mjml>", "html_active"),
    ],
)
def test_a_page_that_could_run_something_is_refused(mjml: str, code: str) -> None:
    assert code in codes(lint(draft(GOOD, "email", subject="Aviso", mjml=mjml), "CO"))


@pytest.mark.parametrize(("letters", "count"), [(0, 0), (160, 1), (161, 2), (306, 2), (307, 3)])
def test_a_text_message_is_counted_as_the_network_counts(letters: int, count: int) -> None:
    assert segments("a" * letters) == count


@pytest.mark.parametrize(("letters", "count"), [(70, 1), (71, 2), (134, 2), (135, 3)])
def test_a_letter_of_another_alphabet_costs_more_room(letters: int, count: int) -> None:
    assert segments("ж" * letters) == count
    assert as_sms("¿Pagó? «sí»") == '¿Pago? "si"'


def test_a_step_of_another_tone_is_told() -> None:
    assert tone_findings(2, [("Segundo aviso", 2)]) == []
    (found,) = tone_findings(1, [("Segundo aviso", 2)])
    assert found.code == "tone_differs"
    assert "Segundo aviso" in sentence(found.code, found.facts, "es")


def test_manners_are_warned_of() -> None:
    found = lint(draft(f"{GOOD}Escríbenos YA MISMO POR FAVOR HOY"), "CO")
    assert {"informal", "shouting"} <= codes(found, "warning")


#: Findings whose code is put together, or comes with a Problem.
PUT_TOGETHER = """
text_lacks_amount text_lacks_as_of text_lacks_how_to_pay text_lacks_identity text_lacks_opt_out
text_lacks_if_paid text_lacks_by_law court_like threat insult bureau asks_reason debt_in_preview
debt_to_third_party amount_seen_by_others informal tone_differs template_syntax template_too_long
template_endless template_filter_unknown template_variable_unknown mjml_invalid mjml_too_long
html_active
"""
ROW = re.compile(r"^\| `(\w+)` \| (?:error|warning|by country|by channel) \|", re.MULTILINE)


def test_the_docs_list_every_finding_and_no_other() -> None:
    told = set(ROW.findall((ROOT / "docs/rules/texts.md").read_text("utf-8")))
    folder = ROOT / "src/recaudo/contact/texts/lint"
    source = "".join(each.read_text("utf-8") for each in folder.glob("*.py"))
    made = set(re.findall(r'_(?:error|warning)\(\s*"(\w+)"', source)) | set(PUT_TOGETHER.split())
    assert told == made
    assert made <= set(SENTENCES)
