import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recaudo.core.problems import Problem
from recaudo.core.scorecard import (
    contributions,
    house_scorecard,
    points,
    points_sql,
    ppm_sql,
    probability_ppm,
    read_scorecard,
)

from .rules import rows

CARD = house_scorecard()
NAMES = [entry.fact for entry in CARD.facts]
VALUES = st.one_of(st.none(), st.integers(-10, 3000), st.integers(-(10**6), 3 * 10**6))
FACTS = st.fixed_dictionaries(dict.fromkeys(NAMES, VALUES))

MORE_IS_WORSE = (
    "max_dpd",
    "weighted_days_late_12m",
    "attempts_no_answer_row",
    "days_since_last_payment",
    "limit_use_ppm",
)


def test_the_worked_table_is_true_and_names_every_fact() -> None:
    for row in rows("scorecard.md", "scorecard"):
        facts = {name: int(row[name]) if row[name] else None for name in NAMES}
        assert list(row) == [*NAMES, "points", "ppm"]
        assert (points(CARD, facts), probability_ppm(CARD, facts)) == (
            int(row["points"]),
            int(row["ppm"]),
        ), row


def test_the_thresholds_are_the_odds_they_say_they_are() -> None:
    for start, ppm in CARD.thresholds:
        odds = 2 ** (start / 20)
        assert ppm == round(1_000_000 * odds / (1 + odds))


def boundaries() -> list[dict[str, int | None]]:
    """Each edge of each band, one fact at a time, the rest unknown; then all unknown."""
    cases: list[dict[str, int | None]] = [dict.fromkeys(NAMES)]
    for entry in CARD.facts:
        edges = {
            band.to + step for band in entry.bands if band.to is not None for step in (-1, 0, 1)
        }
        cases += [{**cases[0], entry.fact: edge} for edge in sorted(edges)]
    return cases


def by_sql(cases: list[dict[str, int | None]]) -> list[tuple[int, int]]:
    columns = ", ".join(f"{name} BIGINT" for name in ["n", *NAMES])
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE facts ({columns})")
        connection.executemany(
            f"INSERT INTO facts VALUES ({', '.join('?' * (len(NAMES) + 1))})",
            [[n, *(case[name] for name in NAMES)] for n, case in enumerate(cases)],
        )
        return connection.execute(
            f"SELECT points, {ppm_sql(CARD, 'points')} FROM"
            f" (SELECT n, {points_sql(CARD, 'f.{}'.format)} AS points FROM facts AS f) AS p"
            " ORDER BY n"
        ).fetchall()


def by_python(cases: list[dict[str, int | None]]) -> list[tuple[int, int]]:
    return [(points(CARD, case), probability_ppm(CARD, case)) for case in cases]


def test_sql_gives_what_python_gives_at_every_edge() -> None:
    cases = boundaries()
    assert by_sql(cases) == by_python(cases)


@given(st.lists(FACTS, min_size=1, max_size=5))
def test_sql_gives_what_python_gives_anywhere(cases: list[dict[str, int | None]]) -> None:
    assert by_sql(cases) == by_python(cases)


@given(FACTS, st.sampled_from(NAMES), st.integers(0, 3 * 10**6), st.integers(0, 10**6))
def test_a_worse_fact_never_raises_the_probability(
    facts: dict[str, int | None], name: str, low: int, more: int
) -> None:
    at_low = probability_ppm(CARD, facts | {name: low})
    at_high = probability_ppm(CARD, facts | {name: low + more})
    assert at_low >= at_high if name in MORE_IS_WORSE else at_low <= at_high


def test_the_contributions_add_up_and_an_absent_fact_is_not_known() -> None:
    told = contributions(CARD, {"max_dpd": 45})

    assert told[0] == ("max_dpd", 45, 5)
    assert told[1] == ("weighted_days_late_12m", None, 0)
    assert CARD.base + sum(given for _, _, given in told) == points(CARD, {"max_dpd": 45})


GOOD = """
code = "t"
base = 0
thresholds = [{ from = 0, ppm = 1 }, { from = 5, ppm = 9 }]
[[facts]]
fact = "a"
missing = 0
bands = [{ to = 3, points = 1 }, { from = 4, points = 2 }]
"""


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("from = 4", "from = 5", "scorecard_bands"),
        ("from = 4", "from = 3", "scorecard_bands"),
        ("{ to = 3", "{ from = 0, to = 3", "scorecard_bands"),
        ("{ from = 4,", "{ from = 4, to = 9,", "scorecard_bands"),
        ("ppm = 9", "ppm = 0", "scorecard_thresholds"),
        ("ppm = 9", "ppm = 1000001", "scorecard_thresholds"),
        ("from = 5", "from = 0", "scorecard_thresholds"),
        ("points = 2", "points = 2.5", "scorecard_unreadable"),
        ("base = 0", "", "scorecard_unreadable"),
        ("base = 0", "base = ", "scorecard_unreadable"),
    ],
)
def test_a_table_with_a_mistake_is_refused(old: str, new: str, code: str) -> None:
    assert read_scorecard(GOOD).facts[0].fact == "a"
    with pytest.raises(Problem) as refused:
        read_scorecard(GOOD.replace(old, new))
    assert refused.value.code == code
