"""The page of the contact policy: the law, the house's rules, signed regimes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django_scopes import scope

from factories import make_member
from recaudo.access.models import Role, User
from recaudo.contact.actions.policy import grant_regime, save_policy
from recaudo.contact.models import HousePolicy, RegimeChoice

from .conftest import World

Enter = Callable[[User], Client]
RULES = '[[caps]]\nchannels = ["call"]\nmax = 2\nper = "week"\nkind = "attempt"\nscope = "debtor"\n'


@pytest.fixture
def administrator(andina: World, enter: Enter) -> Client:
    return enter(make_member(andina.creditor, Role.ADMINISTRATOR))


def saved(world: World) -> list[HousePolicy]:
    with scope(creditor=world.creditor):
        return list(HousePolicy.objects.order_by("version"))


def test_without_house_rules_the_page_says_that_the_law_alone_binds(
    andina: World, administrator: Client
) -> None:
    text = administrator.get(andina.path("politica/")).content.decode()
    assert "rige solo la ley" in text and "Colombia" in text and "Guardar" in text


def test_the_example_stands_beside_the_form_and_saving_at_once_does_not_make_it_the_policy(
    andina: World, administrator: Client
) -> None:
    page = administrator.get(andina.path("politica/"))
    assert page.context["example"].strip() and "[[caps]]" in page.content.decode()
    offered = {key: page.context["draft"][key] for key in ("toml", "from_on")}
    given = offered | {"act": "save", "reason": "Sin querer"}
    administrator.post(andina.path("politica/guardar/"), given)
    assert [each.toml.strip() for each in saved(andina)] in ([], [""])


def test_who_may_not_administer_reads_and_changes_nothing(andina: World, desk: Client) -> None:
    page = desk.get(andina.path("politica/"))
    assert page.status_code == 200 and "Guardar" not in page.content.decode()
    assert desk.post(andina.path("politica/guardar/"), {"toml": RULES}).status_code == 403
    assert desk.post(andina.path("politica/regimen/"), {}).status_code == 403


def test_a_draft_is_compared_before_it_is_saved(andina: World, administrator: Client) -> None:
    draft = RULES + '\n[[hours]]\nchannels = ["*"]\nweekday = [["06:00", "22:00"]]\n'
    draft += 'saturday = [["06:00", "22:00"]]\nsunday = [["06:00", "22:00"]]\n'
    draft += 'holiday = [["06:00", "22:00"]]\n'
    text = administrator.post(
        andina.path("politica/guardar/"), {"toml": draft, "act": "compare"}
    ).content.decode()
    assert "la ley ya pide lo mismo o más" in text and "Más estricta que la ley" in text
    assert saved(andina) == []


def test_a_policy_is_saved_with_who_and_why(andina: World, administrator: Client) -> None:
    given = {"toml": RULES, "act": "save", "reason": "Menos llamadas", "from_on": ""}
    answer = administrator.post(andina.path("politica/guardar/"), given, follow=True)
    (policy,) = saved(andina)
    assert (policy.version, policy.reason, policy.from_on) == (1, "Menos llamadas", andina.today)
    text = answer.content.decode()
    assert "Máximo 2" in text and "Menos llamadas" in text


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ("[[caps]\n", "línea 1"),
        (RULES.replace("max = 2", "max = -1"), "línea 3"),
        (RULES + "colour = 1\n", "línea 7"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line_and_kept_in_the_form(
    andina: World, administrator: Client, toml: str, told: str
) -> None:
    given = {"toml": toml, "act": "save", "reason": "x"}
    answer = administrator.post(andina.path("politica/guardar/"), given)
    assert answer.status_code == 422 and told in answer.content.decode()
    assert saved(andina) == []


def test_a_policy_without_reason_or_from_yesterday_is_refused(
    andina: World, administrator: Client
) -> None:
    yesterday = (andina.today - timedelta(days=1)).isoformat()
    for given in (
        {"reason": " "},
        {"reason": "x", "from_on": yesterday},
        {"reason": "x", "from_on": "?"},
    ):
        answer = administrator.post(
            andina.path("politica/guardar/"), {"toml": RULES, "act": "save"} | given
        )
        assert answer.status_code == 422
    assert saved(andina) == []


def test_a_regime_is_signed_with_a_name_and_taken_back(
    andina: World, administrator: Client
) -> None:
    given = {"regime": "company", "signed_name": "Ana Gerente", "reason": "Solo empresas"}
    page = administrator.post(
        andina.path("politica/regimen/"), given | {"act": "grant"}, follow=True
    )
    assert "Ana Gerente" in page.content.decode()
    administrator.post(andina.path("politica/regimen/"), given | {"act": "revoke"})
    administrator.post(andina.path("politica/regimen/"), given | {"signed_name": " "})
    administrator.post(andina.path("politica/regimen/"), given | {"regime": "consumer"})
    with scope(creditor=andina.creditor):
        assert list(RegimeChoice.objects.order_by("id").values_list("is_granted", flat=True)) == [
            True,
            False,
        ]


def test_the_page_asks_as_often_for_three_signatures_as_for_one(
    andina: World, administrator: Client, django_assert_max_num_queries
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            administrator.get(andina.path("politica/"))
        return len(seen)

    def sign() -> None:
        grant_regime(andina.creditor, "company", signed_name="A", reason="x", by=andina.supervisor)
        save_policy(andina.creditor, RULES, from_on=andina.today, today=andina.today, reason="x")

    sign()
    count()
    once = count()
    sign()
    sign()
    assert count() == once
