import pickle
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from string import Formatter

import recaudo
from recaudo.core.money import Money
from recaudo.core.problems import Problem
from recaudo.core.words import SENTENCES
from recaudo.words import ABSENT, all_sentences, sentence, sentences

SOURCE = Path(recaudo.__file__).parent
RAISED = re.compile(r"Problem\(\s*\"(\w+)\"((?:[^()]|\([^()]*(?:\([^()]*\)[^()]*)*\))*)\)")


def test_a_problem_is_its_code_and_facts_in_logs_and_across_processes() -> None:
    problem = Problem("buckets_gap", one="1-30", other="61-90", code="x")

    assert str(problem) == "buckets_gap one='1-30' other='61-90' code='x'"
    assert repr(problem) == "Problem('buckets_gap', one='1-30', other='61-90', code='x')"
    again = pickle.loads(pickle.dumps(problem))
    assert (again.code, again.facts) == (problem.code, problem.facts)


def test_no_two_apps_share_a_code() -> None:
    counted = Counter(code for _, code, _ in all_sentences())
    assert [code for code, times in counted.items() if times > 1] == []


def test_every_code_of_core_has_a_sentence_and_gives_the_facts_it_names() -> None:
    raised = [
        (code, set(re.findall(r"(\w+)=", facts)))
        for path in sorted((SOURCE / "core").glob("*.py"))
        for code, facts in RAISED.findall(path.read_text("utf-8"))
    ]
    assert len(raised) > 40
    for code, facts in raised:
        named = {name for _, name, _, _ in Formatter().parse(SENTENCES[code]) if name}
        assert named <= facts, code


def test_every_code_raised_anywhere_has_a_sentence() -> None:
    known = {code for _, code, _ in all_sentences()}
    raised = {
        f"{path.relative_to(SOURCE)}: {code}"
        for path in SOURCE.rglob("*.py")
        for code in re.findall(r"Problem\(\s*\"(\w+)\"", path.read_text("utf-8"))
        if code not in known
    }
    assert sorted(raised) == []


def test_every_reason_of_an_indicator_has_a_sentence() -> None:
    text = (SOURCE / "core" / "kpi.py").read_text("utf-8")
    reasons = set(re.findall(r'"((?:no|nothing|nobody|sales|negative)_\w+)"', text))
    assert len(reasons) == 8
    assert reasons <= set(SENTENCES)


def test_amounts_and_dates_follow_the_readers_locale() -> None:
    refused = Problem("owed_negative", number="FV-1", open=Money(Decimal("-1234567.50"), "COP"))

    assert "(-$1.234.567,50)" in sentence(refused, language="es-co").replace("\xa0", "")
    assert "(-COP 1,234,567.50)" in sentence(refused, language="en").replace("\xa0", " ").replace(
        "-COP1", "-COP 1"
    )
    told = sentence("payment_calendar_never", {"after": date(2026, 3, 9)}, "es")
    assert "9 mar 2026" in told


def test_small_decimals_are_shown_whole() -> None:
    told = sentence("money_too_fine", {"amount": Decimal("0.00001")}, "es-mx")
    assert "0.00001" in told


def test_an_absurd_amount_is_still_shown() -> None:
    told = sentence("money_out_of_range", {"amount": Decimal("9" * 30), "limit": 1}, "es")
    assert "999.999.999.999.999.999.999.999.999.999" in told


def test_a_missing_fact_leaves_a_gap_and_an_unknown_code_tells_itself() -> None:
    assert ABSENT in sentence("owed_twice", {"number": "FV-1"})
    unknown = sentence("never_seen", {"row": 12345, "amount": Decimal("1000.5")}, "es")
    assert "never_seen" in unknown and "row = 12345" in unknown and "1.000,5" in unknown


def test_a_sentence_with_a_mistake_still_tells_code_and_facts() -> None:
    sentences()["broken"] = "{amount:,.2f} {0}"
    try:
        assert "broken" in sentence("broken", {"amount": "x"})
    finally:
        del sentences()["broken"]


def test_any_language_gives_a_sentence() -> None:
    for language in ("es-pe", "en", "xx", "", None):
        assert sentence("currency_unknown", {"currency": "x"}, language)
