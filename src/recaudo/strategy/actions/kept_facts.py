"""The facts and decisions of each live run as Parquet: a past day can be replayed from them.

``FACTS_ROOT/<creditor>/<day>/run-<id>/<relation>.parquet``. The folder appears whole (it is renamed
when it is complete) just before the run's transaction ends; a folder whose run is not done is
nobody's and is swept away by the next run. Of one day only the newest run's folder stays. Files
hold no names and no contact values.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
from django.conf import settings

from recaudo.engine.result import Result

KEPT = ("customer_facts", "document_facts", "decisions", "document_decisions")


def creditor_folder(creditor_id: int) -> Path:
    return Path(settings.FACTS_ROOT) / str(creditor_id)


def run_folder(creditor_id: int, day: date, run_id: int) -> Path:
    """Where the run's files are once it is done."""
    return creditor_folder(creditor_id) / day.isoformat() / f"run-{run_id}"


def write_facts(result: Result, creditor_id: int, day: date, run_id: int) -> Path:
    """Write the run's files under a name that nobody reads yet; ``show`` gives them theirs."""
    hidden = creditor_folder(creditor_id) / f".run-{run_id}"
    shutil.rmtree(hidden, ignore_errors=True)
    hidden.mkdir(parents=True)
    for name in KEPT:
        pq.write_table(result[name], hidden / f"{name}.parquet", compression="zstd")
    return hidden


def show(hidden: Path, creditor_id: int, day: date, run_id: int) -> Path:
    shown = run_folder(creditor_id, day, run_id)
    shown.parent.mkdir(parents=True, exist_ok=True)
    # Of a database that was since restored or made anew: its runs are numbered again.
    shutil.rmtree(shown, ignore_errors=True)
    hidden.replace(shown)
    return shown


def sweep(creditor_id: int, kept_runs: Collection[int]) -> None:
    """Take away the folders of runs that are not among ``kept_runs``, and what was half written."""
    folder = creditor_folder(creditor_id)
    if not folder.is_dir():
        return
    for found in [*folder.glob(".run-*"), *folder.glob("*/run-*")]:
        if found.name.startswith(".") or int(found.name.removeprefix("run-")) not in kept_runs:
            shutil.rmtree(found, ignore_errors=True)
