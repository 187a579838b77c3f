"""What `check` finds, and that every code here has its sentence."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg
import pytest

import recaudo.database
from recaudo.core.problems import Problem
from recaudo.database.check import Finding, check
from recaudo.database.dsn import Dsn
from recaudo.database.launcher import ensure_running
from recaudo.database.words import SENTENCES


def bad(found: list[Finding]) -> dict[str, dict[str, object]]:
    return {finding.code: finding.facts for finding in found if finding.level == "error"}


def test_a_sound_database_has_no_errors(home: Path) -> None:
    found = check(ensure_running(), zones=["America/Bogota", "America/Santiago", "Europe/Madrid"])
    assert bad(found) == {}
    assert {"clock_good", "disk_enough", "database_encoding_good", "zone_good"} <= {
        finding.code for finding in found
    }


def test_each_fault_is_found(home: Path) -> None:
    dsn = ensure_running()
    with psycopg.connect(dsn.conninfo, autocommit=True) as connection:
        connection.execute(
            "CREATE DATABASE vieja ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0"
        )
        connection.execute("CREATE ROLE mirona LOGIN PASSWORD 'x'")
    poor = Dsn(dsn.host, dsn.port, "mirona", "x", "vieja")

    found = bad(check(poor, zones=["America/Bogotá"], pending=["portfolio.0002_x"]))

    assert found["database_encoding_wrong"] == {"encoding": "SQL_ASCII"}
    assert found["database_rights_missing"]["user"] == "mirona"
    assert found["creditor_zone_unknown"] == {"zone": "America/Bogotá"}
    assert found["migrations_pending"] == {"count": 1, "first": "portfolio.0002_x"}


def test_a_server_that_is_not_there_is_a_finding_without_the_password(home: Path) -> None:
    found = check(Dsn("127.0.0.1", 1, "ana", "secreta", "cartera"))
    assert found[-1].code == "database_unreachable"
    assert "secreta" not in repr(found)


def test_every_code_has_a_sentence_and_every_sentence_a_code() -> None:
    source = "".join(
        path.read_text()
        for path in Path(recaudo.database.__file__).parent.glob("*.py")
        if path.name != "words.py"
    )
    raised = set(re.findall(r'(?:Problem|Finding)\(\s*"(\w+)"', source))
    assert raised <= set(SENTENCES)
    for code in SENTENCES:
        assert f'"{code}"' in source or code.rpartition("_")[2] in ("home", "elsewhere"), code


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ana:s%40l@db.example:5433/cartera?sslmode=require",
        "postgresql:///cartera?host=%2Frun%2Fun%20sitio&port=5432",
        "host=/run/x user=ana dbname=cartera",
    ],
)
def test_a_database_url_keeps_its_meaning(url: str) -> None:
    dsn = Dsn.parse(url)
    assert Dsn.parse(dsn.url) == dsn
    assert Dsn.parse(dsn.conninfo) == dsn
    assert "s@l" not in repr(dsn) + dsn.shown


def test_a_database_url_that_is_none_is_refused_without_repeating_it() -> None:
    with pytest.raises(Problem) as refused:
        Dsn.parse("postgresql://ana:secreta@db:puerto/x")
    assert refused.value.code == "database_url_unreadable"
    assert "secreta" not in str(refused.value)
