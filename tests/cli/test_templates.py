"""`recaudo templates`: what today's rules make of every text."""

from __future__ import annotations

import json

import pytest
from django_scopes import scope
from typer.testing import CliRunner

from recaudo.cli.templates import templates
from recaudo.contact.models import TemplateVersion
from recaudo.strategy.actions.creditors import add_creditor

pytestmark = pytest.mark.django_db


def test_a_new_creditor_has_texts_in_order_and_a_wrong_one_is_told() -> None:
    creditor = add_creditor(
        "andina", name="Andina", country="CO", currency="COP", timezone="America/Bogota"
    )
    answer = CliRunner().invoke(templates, ["check", "--creditor", "andina", "--json"])
    told = json.loads(answer.stdout)
    assert (answer.exit_code, told["refused"]) == (0, 0)
    assert [each["findings"] for each in told["templates"] if each["findings"]] == []
    with scope(creditor=creditor):
        TemplateVersion.objects.filter(
            template__key="vencida", template__channel="sms", language="es"
        ).update(text="Pague o verá al juez.")
    answer = CliRunner().invoke(templates, ["check", "--creditor", "andina", "--json"])
    told = json.loads(answer.stdout)
    assert (answer.exit_code, told["refused"]) == (1, 1)
    (wrong,) = [each for each in told["templates"] if each["findings"]]
    found = {each["code"] for each in wrong["findings"]}
    assert {"court_like", "text_lacks_how_to_pay"} <= found
