"""A file through the browser: kept, looked at, brought in by the worker."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.storage import default_storage

from factories import make_member
from intake.conftest import Company
from recaudo.core.problems import Problem
from recaudo.intake import tasks
from recaudo.intake.actions import discard_upload, preview_upload, receive_upload, start_import
from recaudo.intake.models import ImportBatch

FILE = b"Cod. cliente;Nombre;Factura;Vence;Saldo\nC1;Nevado;F1;03/04/2026;100,50\n"


@pytest.fixture
def uploaded(company: Company) -> ImportBatch:
    by = make_member(company.creditor)
    return receive_upload(company.creditor, "..\\cartera.csv", [FILE[:20], FILE[20:]], by=by)


def work(batch: ImportBatch) -> ImportBatch:
    """What the worker does with the job."""
    context: Any = SimpleNamespace(job=SimpleNamespace(attempts=0))
    tasks.import_upload.func(context, creditor_id=batch.creditor_id, batch_id=batch.pk)
    batch.refresh_from_db()
    return batch


def test_an_upload_is_kept_for_its_owner_only(uploaded: ImportBatch) -> None:
    path = Path(default_storage.path(uploaded.stored_as))

    assert uploaded.file_name == "cartera.csv"
    assert path.read_bytes() == FILE
    assert path.stat().st_mode & 0o077 == 0


def test_what_is_in_doubt_is_asked_and_the_answer_remembered(uploaded: ImportBatch) -> None:
    (question,) = preview_upload(uploaded).questions

    seen = preview_upload(uploaded, answers={question.key: "dmy"})
    assert (seen.questions, seen.new) == ((), 1)
    assert preview_upload(uploaded).new == 1


def test_the_worker_brings_it_in(company: Company, uploaded: ImportBatch) -> None:
    (question,) = preview_upload(uploaded).questions
    preview_upload(uploaded, answers={question.key: "dmy"})

    start_import(uploaded, control_total=Decimal("100.50"), by=uploaded.by)
    assert uploaded.state == "queued"
    done = work(uploaded)

    assert (done.state, done.accepted, done.difference) == ("done", 1, 0)
    assert company.balances() == {"F1": Decimal("100.50")}
    assert work(uploaded).result == done.result


def test_a_refused_import_says_why_and_can_be_started_again(uploaded: ImportBatch) -> None:
    (question,) = preview_upload(uploaded).questions
    start_import(
        uploaded, answers={question.key: "dmy"}, control_total=Decimal(999), by=uploaded.by
    )
    assert (work(uploaded).state, uploaded.error_code) == ("failed", "cuadre_no_cuadra")

    start_import(uploaded, control_total=Decimal(999), accept_difference="prueba", by=uploaded.by)

    assert work(uploaded).state == "done"


def test_a_started_import_cannot_be_started_or_discarded_again(uploaded: ImportBatch) -> None:
    start_import(uploaded, by=uploaded.by)

    for act in (start_import, discard_upload):
        with pytest.raises(Problem, match="import_started"):
            act(uploaded, by=uploaded.by)


def test_a_discarded_file_is_gone(
    uploaded: ImportBatch, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        discard_upload(uploaded, by=uploaded.by)

    assert not Path(default_storage.path(uploaded.stored_as)).exists()
    with pytest.raises(Problem, match="upload_gone"):
        preview_upload(uploaded)
