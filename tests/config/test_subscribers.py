"""What is published is heard."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django_scopes import scope

import recaudo
from contact.outbox.book import owing_customer, plan
from factories import make_creditor
from recaudo.audit.events import deliver, publish
from recaudo.config.subscribers import SUBSCRIBERS
from recaudo.portfolio.models import ContactPoint

SOURCES = Path(recaudo.__file__).parent
PUBLISHED = re.compile(r"\bpublish(?:_many)?\(\s*\"([a-z_.]+)\"")
NOW = datetime(2026, 4, 15, 15, 0, tzinfo=UTC)


def test_every_kind_of_event_that_is_published_has_somebody_who_listens() -> None:
    published = {
        kind
        for file in SOURCES.rglob("*.py")
        for kind in PUBLISHED.findall(file.read_text("utf-8"))
    }
    assert len(published) > 5
    assert published == set(SUBSCRIBERS)


@pytest.mark.django_db
def test_an_address_that_the_server_refused_is_known_to_be_wrong_afterwards() -> None:
    creditor = make_creditor()
    customer, documents = owing_customer(creditor)
    with scope(creditor=creditor):
        point = ContactPoint.objects.get(customer=customer)
        message = plan(
            customer, *documents, now=NOW, state="bounced", state_at=NOW, contact_point=point
        )
        publish(
            "contact.message_bounced",
            creditor,
            customer_id=customer.pk,
            message=message.pk,
            status="5.1.1",
        )
    assert deliver(SUBSCRIBERS)["failed"] == 0
    with scope(creditor=creditor):
        point.refresh_from_db()
    assert (point.state, point.state_reason) == ("invalid", "5.1.1")
