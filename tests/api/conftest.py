"""A creditor, a customer who owes, and another system that calls with its key."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from factories import make_creditor, make_customer
from recaudo.access.models import ApiKey, Creditor
from recaudo.api.keys import create_key
from recaudo.core.calendar import local_day
from recaudo.portfolio.models import Customer

PAYMENTS = "/api/v1/payments"


@dataclass(frozen=True)
class Caller:
    """Another system with its key."""

    creditor: Creditor
    key: ApiKey
    secret: str

    def get(self, path: str, **headers: str) -> HttpResponse:
        return Client().get(path, headers=self._headers(headers))

    def post(self, path: str, sent: Any, **headers: str) -> HttpResponse:
        body = sent if isinstance(sent, bytes | str) else json.dumps(sent)
        return Client().post(
            path, body, content_type="application/json", headers=self._headers(headers)
        )

    def pay(self, **changed: Any) -> HttpResponse:
        """A payment of 100 by C-77 today, but for what is ``changed``; None leaves a field out."""
        sent = {
            "external_id": "P-1",
            "customer": "C-77",
            "amount": "100",
            "value_on": self.today.isoformat(),
        } | changed
        return self.post(PAYMENTS, {name: each for name, each in sent.items() if each is not None})

    @property
    def today(self) -> date:
        return local_day(timezone.now(), self.creditor.timezone)

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {"authorization": f"Bearer {self.secret}"} | named


def caller_of(creditor: Creditor, name: str = "erp", *rights: str) -> Caller:
    key, secret = create_key(creditor, name, **({"rights": rights} if rights else {}))
    return Caller(creditor, key, secret)


@pytest.fixture
def erp(db: None) -> Caller:
    return caller_of(make_creditor("andina", name="Distribuciones Andina"))


@pytest.fixture
def customer(erp: Caller) -> Customer:
    return make_customer(erp.creditor, "C-77", name="Ferretería El Tornillo")
