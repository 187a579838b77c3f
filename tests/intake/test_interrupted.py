"""Whatever stops an import, the ledger is as it was, and the next import ends right."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from django.db import connection, connections

from factories import make_creditor
from intake.conftest import AS_OF, Company
from recaudo.core.problems import Problem
from recaudo.intake.actions import import_file
from recaudo.intake.models import ImportBatch
from recaudo.payments.queries.check import check_ledger

HEADINGS = "Cod. cliente;Nombre;Celular;Vendedor;Factura;Fecha vencimiento;Valor;Saldo"
ROWS = 4_000
OPEN = Decimal(60)

CHILD = """
import sys, django
django.setup()
from recaudo.access.models import Creditor
from recaudo.intake.actions import import_file
print("ready", flush=True)
sys.stdin.readline()
import_file(Creditor.objects.get(code=sys.argv[1]), sys.argv[2], origin="test")
"""


@pytest.fixture
def company(transactional_db: None, tmp_path: Path) -> Iterator[Company]:
    """A company whose rows other processes can see."""
    made = Company(make_creditor(), tmp_path)
    made.file(
        HEADINGS,
        *(
            f"C{n % 900};Cliente {n % 900};300{n % 900:07};V{n % 7};F{n};2026-07-01;100;{OPEN}"
            for n in range(ROWS)
        ),
    )
    yield made


def child(company: Company) -> subprocess.Popen[str]:
    """An import in a process of its own, waiting for its start."""
    settings = connection.settings_dict
    place = f"{settings['HOST']}:{settings['PORT']}" if settings["PORT"] else ""
    address = f"postgresql://{settings['USER']}:{settings['PASSWORD']}@{place}/{settings['NAME']}"
    if str(settings["HOST"]).startswith("/"):
        address = (
            f"postgresql://{settings['USER']}:{settings['PASSWORD']}@/{settings['NAME']}"
            f"?host={settings['HOST']}&port={settings['PORT']}"
        )
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, company.creditor.code, str(company.folder / "cartera.csv")],
        env=os.environ | {"DATABASE_URL": address},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def ends_right(company: Company) -> None:
    """Run again: everything is there once."""
    deadline = time.monotonic() + 30
    while True:
        try:
            result = company.load(path=company.folder / "cartera.csv")
            break
        except Problem as problem:
            # The server may still be ending the killed one's session.
            assert problem.code == "import_running"
            assert time.monotonic() < deadline
            time.sleep(0.2)
    assert result["accepted"] + result["unchanged"] == ROWS
    balances = company.balances()
    assert (len(balances), set(balances.values())) == (ROWS, {OPEN})
    again = company.load(path=company.folder / "cartera.csv")
    assert again["unchanged"] == ROWS


def test_killed_anywhere_and_run_again(company: Company) -> None:
    chance = random.Random(7)
    for _ in range(3):
        process = child(company)
        go(process)
        time.sleep(chance.uniform(0.05, 1.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        found = len(company.balances())
        assert found in (0, ROWS)
        assert check_ledger(company.creditor) == []

    ends_right(company)
    codes = {batch.error_code for batch in company.all(ImportBatch, state="failed")}
    assert codes <= {"import_interrupted"}
    assert {batch.state for batch in company.all(ImportBatch)} <= {"done", "failed"}


def test_the_database_goes_away_half_way(company: Company) -> None:
    done = 0

    def cut(rows: int, total: int | None) -> None:
        nonlocal done
        done += 1
        if total is not None and done == 4:
            with psycopg.connect(**connection.get_connection_params()) as other:
                other.execute(
                    "SELECT PG_TERMINATE_BACKEND(pid) FROM pg_stat_activity "
                    "WHERE datname = CURRENT_DATABASE() AND pid <> PG_BACKEND_PID()"
                )

    with pytest.raises(Problem) as refusal:
        import_file(
            company.creditor,
            company.folder / "cartera.csv",
            as_of=AS_OF,
            origin="test",
            on_progress=cut,
        )

    assert refusal.value.code == "database_gone"
    connections.close_all()
    assert company.balances() == {}
    ends_right(company)
    assert company.all(ImportBatch)[0].error_code == "database_gone"


def test_an_error_of_ours_half_way_leaves_nothing(company: Company) -> None:
    def fall(rows: int, total: int | None) -> None:
        if total is not None and rows == total - 1:
            raise RuntimeError("a mistake")

    with pytest.raises(RuntimeError):
        import_file(
            company.creditor, company.folder / "cartera.csv", origin="test", on_progress=fall
        )

    assert company.balances() == {}
    (batch,) = company.all(ImportBatch)
    assert (batch.state, batch.error_code) == ("failed", "import_failed")
    ends_right(company)


def test_of_two_imports_at_once_one_waits_outside(company: Company) -> None:
    found: list[str] = []
    is_inside, may_go_on = threading.Event(), threading.Event()

    def hold(rows: int, total: int | None) -> None:
        is_inside.set()
        may_go_on.wait(20)

    def first() -> None:
        try:
            import_file(
                company.creditor,
                company.folder / "cartera.csv",
                as_of=AS_OF,
                origin="test",
                on_progress=hold,
            )
        finally:
            connections.close_all()

    thread = threading.Thread(target=first)
    thread.start()
    assert is_inside.wait(20)
    found.append(company.refused(path=company.folder / "cartera.csv").code)
    other = Company(make_creditor(), company.folder)
    assert other.load(path=company.folder / "cartera.csv")["accepted"] == ROWS
    may_go_on.set()
    thread.join()

    assert found == ["import_running"]
    assert len(company.balances()) == ROWS


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """A disk of ``size`` mounted at ``folder``; the test is left out where that is not allowed."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("a small disk can only be mounted by root")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_no_place_for_the_rejected_rows_is_no_import(company: Company, tmp_path: Path) -> None:
    small = tmp_path / "files"
    small.mkdir()
    with small_disk(small, "64k"):
        bad = [f"C1;Nevado;;;X{n};2026-02-31;100;60" for n in range(3_000)]
        problem = company.refused(HEADINGS, "C1;Nevado;;;F1;2026-07-01;100;60", *bad)
        assert problem.code == "disk_full"
        assert company.balances() == {}

    assert company.load(HEADINGS, "C1;Nevado;;;F1;2026-07-01;100;60", *bad)["rejected"] == 3_000


def test_a_full_disk_of_the_database_is_no_import(company: Company) -> None:
    """The worktables lie on a small disk of their own."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        (data,) = cursor.fetchone()
    if not Path(data).is_dir():
        pytest.skip("the server is on another machine")
    place = Path(tempfile.mkdtemp(dir="/tmp"))
    with small_disk(place, "600k"):
        owner = Path(data).stat()
        os.chown(place, owner.st_uid, owner.st_gid)
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLESPACE small_disk LOCATION %s", [str(place)])
            cursor.execute("SET temp_tablespaces = small_disk")
        try:
            assert company.refused(path=company.folder / "cartera.csv").code == "disk_full"
            assert company.balances() == {}
        finally:
            connection.close()
            with connection.cursor() as cursor:
                cursor.execute("DROP TABLESPACE small_disk")
    place.rmdir()
    ends_right(company)
