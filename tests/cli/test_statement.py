"""`recaudo statement`, `ledger` and `clearance`: real processes in a home of their own."""

from __future__ import annotations

from pathlib import Path

from .test_installation import Installation, installation, load  # noqa: F401


def test_what_a_customer_owes_its_ledger_and_its_certificate(
    installation: Installation,  # noqa: F811
    tmp_path: Path,
) -> None:
    load(installation, tmp_path)
    of = ["--creditor", "uno"]

    # FV-2 was worth 820,500.50 then: what its file says was paid counts from the day it was loaded.
    told = installation.json("statement", "C-1", *of, "--as-of", "2026-03-01")
    assert told["currencies"][0]["catch_up"] == "2320500.5000"
    assert told["total"] == "2320500.50"
    shown = installation.run("statement", "C-1", *of, "--as-of", "2026-02-20").stdout
    assert "Para ponerse al día: $\N{NO-BREAK SPACE}1.500.000" in shown
    paper = tmp_path / "estado.pdf"
    installation.run("statement", "C-1", *of, "--format", "pdf", "--out", str(paper))
    assert paper.read_bytes().startswith(b"%PDF-")
    nowhere = str(tmp_path / "nada" / "x.pdf")
    refused = installation.json("statement", "C-1", *of, "--out", nowhere, code=1)
    assert refused["error"] == "file_unwritable"
    assert installation.json("statement", "C-9", *of, code=1)["error"] == "unknown_customer"

    ledger = installation.json("ledger", "C-1", *of, "--as-of", "2026-03-01")
    assert ledger["balances"]["COP"]["open"] == "2320500.5000"
    assert (ledger["is_late"], ledger["days_past_due"]) == (True, 16)

    owes = installation.json("clearance", "issue", "C-1", *of, code=1)
    assert (owes["error"], owes["missing"]) == ("clearance_owes", ["documents"])
    before = ["--as-of", "2025-12-01"]  # nothing had been sold to them yet
    made = installation.json("clearance", "issue", "C-1", *of, *before)
    assert (made["number"], made["is_valid"]) == (1, True)
    installation.run("clearance", "void", "1", *of, "--reason", "Era otro cliente")
    assert "sin efecto" in installation.run("clearance", "show", "C-1", *of).stdout
