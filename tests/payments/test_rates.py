"""Published rates: taken whole or not at all, never changed, and missed when they end."""

from __future__ import annotations

import json
import threading
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import typer
from django.db import connection, connections
from django_scopes import scope
from typer.testing import CliRunner

from factories import make_creditor, make_rate, make_user
from recaudo.access.models import Creditor
from recaudo.audit.models import ChangeEvent
from recaudo.cli import rates as rates_cli
from recaudo.core.interest import Quote, Rate
from recaudo.core.problems import Problem
from recaudo.payments.actions.rates import Loaded, load_rates
from recaudo.payments.models import ChargeTerms, ReferenceRate
from recaudo.payments.queries.rates import (
    exchange_rate,
    exchange_told,
    rates_of,
    series_told,
    unit_value,
)
from recaudo.payments.rate_files import read_rates
from recaudo.words import sentences

pytestmark = pytest.mark.django_db
EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "rates").glob("*.csv"))
HEADING = "series;valid_from;valid_until;value;quoted_as;source"
IBC = "CO.ibc.consumo_ordinario"
JANUARY = f"{IBC};2026-01-01;2026-01-31;16,24;EA;Resolución 1"
FEBRUARY = f"{IBC};2026-02-01;2026-02-28;16,35;EA;Resolución 2"


@pytest.fixture
def owner() -> Creditor:
    return make_creditor()


def csv(*lines: str, heading: str = HEADING) -> bytes:
    return "\n".join([heading, *lines, ""]).encode()


def load(owner: Creditor, *lines: str, **options: object) -> Loaded:
    return load_rates(owner, csv(*lines), **options)  # type: ignore[arg-type]


def codes(loaded: Loaded) -> list[tuple[int, str]]:
    return [(one.line, one.code) for one in loaded.refused]


def test_a_file_is_taken_and_says_from_when_to_when(owner: Creditor) -> None:
    loaded = load(owner, JANUARY, FEBRUARY)

    assert (loaded.new, loaded.unchanged, loaded.refused) == (2, 0, ())
    found = rates_of(owner, [IBC], date(2026, 12, 31))[IBC]
    first = date(2026, 2, 1)
    ea = Quote.EFFECTIVE_ANNUAL
    assert found == [
        Rate(date(2026, 1, 1), first, Decimal("16.24"), ea, "Resolución 1"),
        Rate(first, date(2026, 3, 1), Decimal("16.35"), ea, "Resolución 2"),
    ]


def test_the_same_file_twice_changes_nothing(owner: Creditor) -> None:
    load(owner, JANUARY, FEBRUARY)

    again = load(owner, JANUARY, FEBRUARY)

    assert (again.new, again.unchanged, again.replaced) == (0, 2, 0)
    with scope(creditor=owner):
        assert ReferenceRate.objects.count() == 2
    assert ChangeEvent.objects.filter(kind="rates_loaded").count() == 1


def test_another_value_for_a_known_day_needs_a_reason_and_leaves_both_rows(owner: Creditor) -> None:
    load(owner, JANUARY)
    other = JANUARY.replace("16,24", "17,24")

    assert codes(load(owner, other)) == [(2, "rate_differs")]
    with pytest.raises(Problem, match="rates_reason_missing"):
        load(owner, other, replace=True)
    replaced = load(owner, other, replace=True, reason="fe de erratas", by=make_user())

    assert replaced.replaced == 1
    (rate,) = rates_of(owner, [IBC], date(2026, 12, 31))[IBC]
    assert rate.per_cent == Decimal("17.24")
    with scope(creditor=owner):
        rows = list(ReferenceRate.objects.order_by("id").values_list("value", "reason"))
    assert rows == [(Decimal("16.24"), ""), (Decimal("17.24"), "fe de erratas")]


def test_one_bad_line_and_nothing_is_written(owner: Creditor) -> None:
    loaded = load(owner, JANUARY, FEBRUARY.replace("16,35", "-1"))

    assert codes(loaded) == [(3, "rate_negative")]
    assert rates_of(owner, [IBC], date(2026, 12, 31)) == {IBC: []}


def test_a_dry_run_tells_the_same_and_writes_nothing(owner: Creditor) -> None:
    loaded = load(owner, JANUARY, dry_run=True)

    assert (loaded.new, loaded.is_dry_run) == (1, True)
    assert rates_of(owner, [IBC], date(2026, 12, 31)) == {IBC: []}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"{IBC};2026-01-01;;1000,01;EA;x", "rate_absurd"),
        (f"{IBC};2026-01-01;;-0,01;EA;x", "rate_negative"),
        (f"{IBC};2026-01-01;;16,24;EA;", "rate_source_missing"),
        (f"{IBC};2026-01-01;;16,24;EA;{'x' * 301}", "rate_source_unreadable"),
        (f"{IBC};2026-01-01;;16,24;diaria;x", "rate_quote_unknown"),
        (f"{IBC};2026-01-01;;16,24;;x", "rate_quote_unknown"),
        (f"{IBC};2026-01-01;;16,24;nominal_annual;x", "rate_quote_differs"),
        (f"{IBC};2026-01-01;2025-12-31;16,24;EA;x", "rate_span_backwards"),
        (f"{IBC};01/02/2026;;16,24;EA;x", "rate_day_unreadable"),
        (f"{IBC};2026-02-30;;16,24;EA;x", "rate_day_unreadable"),
        (f"{IBC};1026-02-03;;16,24;EA;x", "rate_day_unreadable"),
        (f"{IBC};2026-01-01;;dieciséis;EA;x", "rate_value_unreadable"),
        (f"{IBC};2026-01-01;;NaN;EA;x", "rate_value_unreadable"),
        (f"{IBC};2026-01-01;;1E2;EA;x", "rate_value_unreadable"),
        (f"{IBC};2026-01-01;;1.2.3;EA;x", "rate_value_unreadable"),
        (f"{IBC};2026-01-01;;0,12345678901;EA;x", "rate_too_fine"),
        (f"{IBC};2026-01-01;;1.000;EA;x", "rate_value_ambiguous"),
        ("ibc;2026-01-01;;16,24;EA;x", "rate_series_unreadable"),
        ("=cmd();2026-01-01;;16,24;EA;x", "rate_series_unreadable"),
        ("MX.legal.mercantil;2026-01-01;;7;nominal_annual;x", "rate_is_the_laws"),
        ("USD/USD;2026-01-01;;1;;x", "exchange_same"),
        ("USD/COP;2026-01-01;;0;;x", "exchange_not_positive"),
        ("USD/COP;2026-01-01;2026-01-31;4050;;x", "exchange_span"),
        ("USD/COP;2026-01-01;;4.050;;x", "rate_value_ambiguous"),
        ("USD/COP;2026-01-01;;99999999999;;x", "rate_too_fine"),
    ],
)
def test_each_bad_line_is_refused_by_its_number_with_what_to_do(
    owner: Creditor, line: str, code: str
) -> None:
    assert codes(load(owner, line)) == [(2, code)]
    assert code in sentences()


@pytest.mark.parametrize(("value", "is_taken"), [("999,99", True), ("1000,00", True)])
def test_a_thousand_per_cent_is_the_last_that_is_taken(
    owner: Creditor, value: str, is_taken: bool
) -> None:
    assert (not load(owner, f"CO.propia;2026-01-01;;{value};EA;x").refused) is is_taken


@pytest.mark.parametrize(
    ("values", "taken"),
    [
        (["16,24", "1.234"], ["16.24", "1234"]),
        (["16.24", "1,234"], ["16.24", "1234"]),
        (["39.640,12"], ["39640.12"]),
        (["39,640.12"], ["39640.12"]),
        (["4050"], ["4050"]),
        (["0.123"], ["0.123"]),
        (["1.234.567,8"], ["1234567.8"]),
    ],
)
def test_comma_and_point_are_told_apart(values: list[str], taken: list[str]) -> None:
    lines = [f"USD/COP;2026-01-{n:02};;{value};;x" for n, value in enumerate(values, 1)]
    found, refused = read_rates(csv(*lines))
    assert not refused
    assert [line.value for line in found] == [Decimal(value) for value in taken]


def test_a_rate_with_three_decimals_is_no_twenty_five_thousand_per_cent(owner: Creditor) -> None:
    load(owner, f"{IBC};2026-01-01;;25.620;EA;x")
    assert rates_of(owner, [IBC], date(2026, 1, 1))[IBC][0].per_cent == Decimal("25.62")


def test_commas_between_cells_and_spanish_headings(owner: Creditor) -> None:
    text = csv(
        f'{IBC},2026-01-01,,"16,24",efectiva anual,"Resolución 1, del 30 de diciembre"',
        heading="Serie,Desde,Hasta,Valor,Cotizada,Fuente",
    )
    assert load_rates(owner, text).new == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "rates_file_empty"),
        (HEADING.encode(), "rates_file_empty"),
        (b"series;value\nx;1\n", "rates_columns_missing"),
        (b"\x00\x01\x02", "rates_file_unreadable"),
        (b"x" * 5_000_001, "rates_file_too_large"),
    ],
)
def test_a_file_that_is_none_is_refused(owner: Creditor, content: bytes, code: str) -> None:
    with pytest.raises(Problem) as refused:
        load_rates(owner, content)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("last", "is_refused"), [("2026-01-30", False), ("2026-01-31", False), ("2026-02-01", True)]
)
def test_a_span_may_end_on_the_eve_of_the_next_and_not_on_its_first_day(
    owner: Creditor, last: str, is_refused: bool
) -> None:
    load(owner, FEBRUARY)
    loaded = load(owner, JANUARY.replace("2026-01-31", last))
    assert codes(loaded) == ([(2, "rate_overlaps")] if is_refused else [])


def test_the_same_day_twice_in_a_file_is_refused_unless_it_says_the_same(owner: Creditor) -> None:
    assert codes(load(owner, JANUARY, JANUARY.replace("16,24", "16,25"))) == [(3, "rate_twice")]
    assert load(owner, JANUARY, JANUARY).new == 1


def test_an_open_rate_ends_where_the_next_begins(owner: Creditor) -> None:
    load(owner, "GB.boe;2025-08-07;;4,00;nominal_annual;x")
    load(owner, "GB.boe;2025-12-18;;3,75;nominal_annual;x")

    found = rates_of(owner, ["GB.boe"], date(2026, 12, 31))["GB.boe"]
    assert [(rate.from_on, rate.until_on) for rate in found] == [
        (date(2025, 8, 7), date(2025, 12, 18)),
        (date(2025, 12, 18), None),
    ]
    assert len(rates_of(owner, ["GB.boe"], date(2025, 12, 17))["GB.boe"]) == 1


def test_what_the_law_itself_fixes_is_there_without_loading(owner: Creditor) -> None:
    (rate,) = rates_of(owner, ["MX.legal.mercantil"], date(2026, 1, 1))["MX.legal.mercantil"]
    assert (rate.per_cent, rate.until_on) == (Decimal(6), None)
    assert "362" in rate.source


def test_rates_between_currencies_count_from_their_day(owner: Creditor) -> None:
    load(owner, "UF/CLP;2026-11-01;;39.640,12;;x", "UF/CLP;2026-11-02;;39.644,43;;x")

    def value(day: int) -> Decimal | None:
        return unit_value(owner, "CLF", "CLP", date(2026, 11, day))

    assert exchange_rate(owner, "CLF", "CLP", date(2026, 10, 31)) is None
    assert value(1) == Decimal("39640.12")
    assert value(2) == value(28) == Decimal("39644.43")
    assert unit_value(owner, "CLP", "CLP", date(2026, 1, 1)) == 1


def test_a_rate_at_which_money_was_counted_is_never_replaced(owner: Creditor) -> None:
    load(owner, "USD/COP;2026-11-01;;4050,10;;x")
    other = "USD/COP;2026-11-01;;4051,10;;x"

    assert codes(load(owner, other)) == [(2, "exchange_differs")]
    assert codes(load(owner, other, replace=True, reason="error")) == [(2, "exchange_differs")]
    assert load(owner, "USD/COP;2026-11-01;;4050,10;;y").unchanged == 1


def test_of_each_pair_the_newest_that_has_begun_is_told(owner: Creditor) -> None:
    for day, rate in (("2026-11-01", "4010"), ("2026-11-03", "4030"), ("2026-11-05", "4050")):
        make_rate(owner, "USD", rate, valid_on=day)
    make_rate(owner, "EUR", "4700", valid_on="2026-12-01")

    told = exchange_told(owner, date(2026, 11, 4))

    assert [(one.pair, one.rate, one.valid_on.day, one.count) for one in told] == [
        ("EUR/COP", Decimal(4700), 1, 1),
        ("USD/COP", Decimal(4030), 3, 3),
    ]


def test_rates_stay_with_their_creditor(owner: Creditor) -> None:
    load(owner, JANUARY, "USD/COP;2026-01-01;;4050,10;;x")
    other = make_creditor()

    assert rates_of(other, [IBC], date(2026, 12, 31)) == {IBC: []}
    assert exchange_rate(other, "USD", "COP", date(2026, 12, 31)) is None
    assert load(other, JANUARY.replace("16,24", "20,00")).new == 1


def test_it_says_since_when_a_rate_is_missing(owner: Creditor) -> None:
    load(owner, JANUARY, FEBRUARY.replace("2026-02", "2026-03"))

    def told(day: date) -> object:
        (one,) = [one for one in series_told(owner, day) if one.code == IBC]
        return one.now and one.now.per_cent, one.missing_since, one.is_needed

    assert told(date(2026, 1, 31)) == (Decimal("16.24"), None, True)
    assert told(date(2026, 2, 1)) == (None, date(2026, 2, 1), True)
    assert told(date(2026, 3, 28)) == (Decimal("16.35"), None, True)
    assert told(date(2026, 3, 29)) == (None, date(2026, 3, 29), True)


def test_a_series_that_the_law_needs_and_nobody_loaded_is_named() -> None:
    (one,) = series_told(make_creditor(country="GB", currency="GBP"), date(2026, 1, 1))
    assert (one.code, one.rates, one.now, one.missing_since) == ("GB.boe", (), None, None)
    assert series_told(make_creditor(country="MX", currency="MXN"), date(2026, 1, 1)) == []


def test_a_series_that_only_a_contract_names_is_needed_too(owner: Creditor) -> None:
    with scope(creditor=owner):
        ChargeTerms.objects.create(
            creditor=owner,
            from_on=date(2026, 1, 1),
            interest="computed",
            legal_series="CO.legal.civil",
            ceiling_series="CO.ibc.microcredito",
            source="cláusula 7",
        )

    needed = [one.code for one in series_told(owner, date(2026, 1, 1)) if one.is_needed]

    assert needed == [IBC, "CO.ibc.microcredito"]  # the civil 6 % is the law's own number


def test_asking_costs_the_same_for_one_series_and_for_three(
    owner: Creditor, django_assert_num_queries: object
) -> None:
    load(owner, JANUARY)
    with django_assert_num_queries(2):  # type: ignore[operator]
        series_told(owner, date(2026, 1, 1))
    load(owner, "CO.a;2026-01-01;;1;EA;x", "CO.b;2026-01-01;;1;EA;x")
    with django_assert_num_queries(2):  # type: ignore[operator]
        series_told(owner, date(2026, 1, 1))
    with django_assert_num_queries(1):  # type: ignore[operator]
        rates_of(owner, [IBC, "CO.a", "CO.b"], date(2026, 1, 1))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_the_examples_can_be_loaded_and_say_that_they_are_samples(
    owner: Creditor, file: Path
) -> None:
    loaded = load_rates(owner, file.read_bytes())

    assert loaded.new > 2 and not loaded.refused
    lines, _ = read_rates(file.read_bytes())
    assert all("MUESTRA" in line.source for line in lines)


@pytest.mark.django_db(transaction=True)
def test_two_people_with_the_same_file_write_it_once() -> None:
    owner = make_creditor()
    found: list[Loaded] = []

    def work() -> None:
        try:
            found.append(load(owner, JANUARY, FEBRUARY))
        finally:
            connections.close_all()

    both = [threading.Thread(target=work) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()

    assert sorted((one.new, one.unchanged) for one in found) == [(0, 2), (2, 0)]
    with scope(creditor=owner):
        assert ReferenceRate.objects.count() == 2


# -- the command

app = typer.Typer()
rates_cli.register(app)
app.command("other")(lambda: None)


def run(*typed: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(app, ["rates", *typed])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == exit_code, result.output
    return result.output


def test_the_command_loads_lists_and_shows(owner: Creditor, tmp_path: Path) -> None:
    file = tmp_path / "ibc.csv"
    file.write_bytes(csv(JANUARY, FEBRUARY))

    dry = json.loads(run("load", str(file), "-c", owner.code, "--dry-run", "--json"))
    assert dry["files"][0]["new"] == 2 and dry["files"][0]["is_dry_run"]
    assert "2 tasas cargadas" in run("load", str(file), "-c", owner.code)
    make_rate(owner, "USD", "4050", valid_on="2026-01-15")

    listed = json.loads(run("list", "-c", owner.code, "--as-of", "2026-03-10", "--json"))
    (one,) = listed["series"]
    assert (one["series"], one["missing_since"]) == (IBC, "2026-03-01")
    assert listed["exchange"][0]["pair"] == "USD/COP"
    shown = json.loads(run("show", IBC, "-c", owner.code, "--json"))
    assert [rate["valid_until"] for rate in shown["rates"]] == ["2026-01-31", "2026-02-28"]
    assert "falta desde 2026-03-01" in run("list", "-c", owner.code, "--as-of", "2026-03-10")


def test_a_refused_file_ends_with_one_and_names_the_line(owner: Creditor, tmp_path: Path) -> None:
    file = tmp_path / "mala.csv"
    file.write_bytes(csv(JANUARY.replace("16,24", "abc")))

    told = run("load", str(file), "-c", owner.code, exit_code=1)

    assert "Línea 2: «abc» no es un número." in told
    in_json = json.loads(run("load", str(file), "-c", owner.code, "--json", exit_code=1))
    assert in_json["error"] == "rates_refused" and in_json["files"][0]["refused"][0]["line"] == 2


def test_a_series_that_is_not_there_is_refused(owner: Creditor) -> None:
    with pytest.raises(Problem, match="rates_series_unknown"):
        run("show", "CO.nada", "-c", owner.code)
    assert connection.in_atomic_block
