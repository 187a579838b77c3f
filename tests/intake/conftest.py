"""A company that loads files, and what its ledger says afterwards."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django_scopes import scope

from factories import make_creditor
from recaudo.access.models import Creditor
from recaudo.core.problems import Problem
from recaudo.intake.actions import import_file
from recaudo.intake.queries import Preview, preview
from recaudo.payments.models import Credit
from recaudo.payments.queries.check import check_ledger
from recaudo.portfolio.models import Customer, Document

AS_OF = date(2026, 8, 1)


class Company:
    """One creditor. Files are given as lines, the first with the headings, ``;`` between cells."""

    def __init__(self, creditor: Creditor, folder: Path) -> None:
        self.creditor = creditor
        self.folder = folder

    def file(self, *lines: str, name: str = "cartera.csv") -> Path:
        path = self.folder / name
        path.write_text("\n".join([*lines, ""]), encoding="utf-8")
        return path

    def load(self, *lines: str, as_of: str | date = AS_OF, **options: Any) -> dict[str, Any]:
        """Bring the lines in; the ledger adds up afterwards, and so do the counts."""
        day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
        path = options.pop("path", None) or self.file(*lines)
        result = import_file(self.creditor, path, as_of=day, origin="test", **options)
        parts = ("accepted", "unchanged", "updated", "rejected")
        assert sum(result[name] for name in parts) == result["rows"]
        assert check_ledger(self.creditor) == []
        return result

    def corte(self, *lines: str, as_of: str | date = AS_OF, **options: Any) -> dict[str, Any]:
        return self.load(*lines, as_of=as_of, mode="snapshot", **options)

    def refused(self, *lines: str, **options: Any) -> Problem:
        with pytest.raises(Problem) as refusal:
            self.load(*lines, **options)
        return refusal.value

    def preview(self, *lines: str, **options: Any) -> Preview:
        path = options.pop("path", None) or self.file(*lines)
        return preview(self.creditor, path, as_of=AS_OF, **options)

    def balances(self) -> dict[str, Decimal]:
        """What is open, by number (``number/instalment``)."""
        with scope(creditor=self.creditor):
            return {str(d): d.open_amount for d in Document.objects.filter(open_amount__gt=0)}

    def document(self, number: str, instalment: str = "") -> Document:
        with scope(creditor=self.creditor):
            return Document.objects.select_related("customer").get(
                number=number, instalment=instalment
            )

    def customer(self, code: str) -> Customer:
        with scope(creditor=self.creditor):
            return Customer.objects.get(code=code)

    def unapplied(self) -> Decimal:
        with scope(creditor=self.creditor):
            waiting = Credit.objects.filter(unapplied__gt=0)
            return sum((credit.unapplied for credit in waiting), Decimal(0))

    def all(self, model: Any, **wanted: Any) -> list[Any]:
        with scope(creditor=self.creditor):
            return list(model.objects.filter(**wanted).order_by("id"))


@pytest.fixture(autouse=True)
def own_storage(settings: Any, tmp_path: Path) -> None:
    """Rejected rows and uploads of a test stay in its own folder."""
    place = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    settings.STORAGES = settings.STORAGES | {
        "default": place | {"OPTIONS": {"location": tmp_path / "files"}}
    }


@pytest.fixture
def company(db: None, tmp_path: Path) -> Company:
    return Company(make_creditor(), tmp_path)
