"""People and their roles."""

import json

import pytest
import typer
from typer.testing import CliRunner

from factories import make_creditor, make_user
from recaudo import words
from recaudo.access import actions
from recaudo.access.models import Membership, User
from recaudo.access.queries import BY_ROLE, grants, may, membership_of
from recaudo.audit.models import ChangeEvent
from recaudo.cli import people
from recaudo.core.problems import Problem

pytestmark = pytest.mark.django_db

GOOD = "una frase que nadie adivina"
app = typer.Typer()
people.register(app)


def run(*words, **environment):
    result = CliRunner().invoke(app, [*words], env=environment)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def test_a_role_replaces_the_one_before_and_can_be_taken_away():
    user, creditor = make_user(), make_creditor()
    actions.give_role(user, creditor, "collector", can_export=True)
    actions.give_role(user, creditor, "auditor")
    held = membership_of(user, creditor)
    assert (held.role, held.can_export) == ("auditor", False)
    assert actions.take_role(user, creditor)
    assert not actions.take_role(user, creditor)
    assert membership_of(user, creditor) is None


def test_an_inactive_creditor_is_seen_by_nobody():
    user, creditor = make_user(), make_creditor()
    actions.give_role(user, creditor, "manager")
    creditor.is_active = False
    assert not may(user, creditor, "see_all")


@pytest.mark.parametrize(
    ("role", "rights"),
    [
        ("collector", {"work"}),
        ("supervisor", {"see_all", "work", "lead", "waive", "approve"}),
        ("manager", {"see_all", "approve"}),
        ("administrator", {"see_all", "work", "lead", "administer", "waive", "approve"}),
        ("auditor", {"see_all"}),
    ],
)
def test_what_comes_with_each_role(role, rights):
    held = Membership(role=role)
    assert {right for right in BY_ROLE if grants(held, right)} == rights


@pytest.mark.parametrize(
    ("email", "password", "code"),
    [
        ("nobody", GOOD, "email_invalid"),
        ("A@b.co", GOOD, "user_exists"),
        ("c@d.co", "corta", "password_weak"),
        ("c@d.co", "password1234", "password_weak"),
    ],
)
def test_a_person_who_cannot_be_added_is_told_why(email, password, code):
    make_user("a@b.co")
    with pytest.raises(Problem) as refused:
        actions.add_user(email, name="X", password=password)
    assert refused.value.code == code
    assert "{" not in words.sentence(refused.value)


def test_a_person_is_added_with_a_role_and_a_password_that_is_shown_once():
    make_creditor("c1")
    who = ("user", "add", "Ana@Example.com", "--name", "Ana", "--json")
    told = json.loads(run(*who, "--creditor", "c1", "--role", "supervisor", "--export"))
    user = User.objects.get(email="ana@example.com")
    assert user.check_password(told["password"])
    held = user.memberships.get()
    assert (held.role, held.can_export, held.can_see_identifiers) == ("supervisor", True, False)
    event = ChangeEvent.objects.get(kind="role_changed")
    assert event.subject_id == user.pk and event.facts["can_export"]


def test_a_password_from_the_environment_is_not_repeated():
    told = json.loads(
        run("user", "add", "a@b.co", "--name", "Ana", "--json", RECAUDO_PASSWORD=GOOD)
    )
    assert "password" not in told
    assert User.objects.get().check_password(GOOD)


def test_who_does_not_exist_gets_no_role_and_nothing_is_written():
    make_creditor("c1")
    with pytest.raises(Problem) as refused:
        run("user", "role", "x@y.co", "--creditor", "c1", "--role", "auditor")
    assert refused.value.code == "unknown_user"


def test_a_role_at_a_creditor_that_does_not_exist_adds_nobody():
    with pytest.raises(Problem) as refused:
        run("user", "add", "a@b.co", "--name", "Ana", "--creditor", "none")
    assert refused.value.code == "unknown_creditor"
    assert not User.objects.exists()


def test_people_are_listed_with_what_they_are():
    make_creditor("c1")
    run("user", "add", "a@b.co", "--name", "Ana", "--creditor", "c1", "--identifiers")
    run("user", "add", "b@b.co", "--name", "Beto")
    rows = json.loads(run("user", "list", "--json"))
    assert [(row["user"], row["role"], row["identifiers"]) for row in rows] == [
        ("a@b.co", "collector", True),
        ("b@b.co", None, False),
    ]
    assert [
        row["user"] for row in json.loads(run("user", "list", "--creditor", "c1", "--json"))
    ] == ["a@b.co"]
