"""Keys of other systems: made once, shown once, of one creditor, ended for good."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import typer
from django.db import IntegrityError, transaction
from django_scopes import scope
from typer.testing import CliRunner, Result

from factories import make_creditor, make_member, make_user
from payments.test_parallel_writers import at_once
from recaudo.access.models import ApiKey, Role
from recaudo.api.keys import USE_NOTED_EVERY, create_key, key_behind, keys_of, revoke_key
from recaudo.audit.models import ChangeEvent
from recaudo.cli import keys as command
from recaudo.core.problems import Problem

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 4, 15, 15, tzinfo=UTC)


def refused(act: Any) -> str:
    with pytest.raises(Problem) as told:
        act()
    return told.value.code


def test_the_secret_is_told_once_and_kept_nowhere() -> None:
    creditor = make_creditor()
    key, secret = create_key(creditor, "erp")
    assert secret.startswith(f"{key.prefix}_") and len(secret) > 50
    with scope(creditor=creditor):
        kept = list(ApiKey.objects.values_list())
    logged = list(ChangeEvent.objects.filter(kind="api_key_created").values_list())
    assert len(logged) == 1
    assert secret.rpartition("_")[2] not in f"{kept}{logged}"
    assert key_behind(secret, now=NOW) == key


@pytest.mark.parametrize("wrong", ["", "rcd_", "x" * 5000, "\x00", "\ud800", "ñ"])
def test_what_is_no_secret_of_ours_opens_nothing(wrong: str) -> None:
    key, secret = create_key(make_creditor(), "erp")
    for each in (wrong, key.prefix, key.secret_sha256, secret[:-1], secret + "x", secret.upper()):
        assert key_behind(each, now=NOW) is None


def test_a_revoked_key_opens_nothing_and_revoking_twice_is_once() -> None:
    creditor = make_creditor()
    key, secret = create_key(creditor, "erp")
    assert revoke_key(creditor, "erp", now=NOW) == (key, True)
    assert key_behind(secret, now=NOW) is None
    again, was_in_force = revoke_key(creditor, key.prefix, now=NOW + timedelta(days=1))
    assert (again.revoked_at, was_in_force) == (NOW, False)
    assert ChangeEvent.objects.filter(kind="api_key_revoked").count() == 1


def test_a_key_of_a_creditor_that_is_closed_opens_nothing() -> None:
    creditor = make_creditor()
    _, secret = create_key(creditor, "erp")
    creditor.is_active = False
    creditor.save()
    assert key_behind(secret, now=NOW) is None


@pytest.mark.parametrize("role", list(Role))
def test_only_who_administers_the_creditor_makes_and_revokes_keys(role: Role) -> None:
    creditor = make_creditor()
    create_key(creditor, "before")
    user = make_member(creditor, role)
    if role == Role.ADMINISTRATOR:
        key, _ = create_key(creditor, "erp", by=user)
        assert key.by == user
        assert revoke_key(creditor, "before", by=user, now=NOW)[1]
    else:
        assert refused(lambda: create_key(creditor, "erp", by=user)) == "key_not_administrator"
        ended = refused(lambda: revoke_key(creditor, "before", by=user, now=NOW))
        assert ended == "key_not_administrator"


def test_who_administers_another_creditor_makes_none_here() -> None:
    user = make_member(make_creditor(), Role.ADMINISTRATOR)
    for stranger in (user, make_user()):
        code = refused(lambda by=stranger: create_key(make_creditor(), "erp", by=by))
        assert code == "key_not_administrator"


@pytest.mark.parametrize("name", ["", "ERP", "e_r", "a" * 41, "-erp", "erp\n", "erp:1", "ñ"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    assert refused(lambda: create_key(make_creditor(), name)) == "key_name_invalid"


@pytest.mark.parametrize("rights", [[], ["payments:delete"], ["payments:read", ""]])
def test_rights_that_do_not_exist_are_refused(rights: list[str]) -> None:
    assert refused(lambda: create_key(make_creditor(), "erp", rights=rights)) == "key_right_unknown"


def test_the_database_keeps_no_key_without_a_known_right() -> None:
    creditor = make_creditor()
    for n, rights in enumerate(([], ["everything"])):
        row = {"name": "x", "prefix": f"p{n}", "secret_sha256": str(n), "rights": rights}
        with scope(creditor=creditor), pytest.raises(IntegrityError), transaction.atomic():
            ApiKey.objects.create(creditor=creditor, **row)


def test_a_second_key_of_a_system_only_takes_over_where_that_is_said() -> None:
    creditor = make_creditor()
    first, first_secret = create_key(creditor, "erp")
    assert refused(lambda: create_key(creditor, "erp")) == "key_name_used"
    second, _ = create_key(creditor, "erp", takes_over=True)
    assert first.source == second.source == "api:erp"
    assert refused(lambda: revoke_key(creditor, "erp", now=NOW)) == "key_ambiguous"
    revoke_key(creditor, first.prefix, now=NOW)
    assert key_behind(first_secret, now=NOW) is None
    assert revoke_key(creditor, "erp", now=NOW)[0] == second


def test_a_key_is_found_only_under_its_creditor() -> None:
    creditor, other = make_creditor(), make_creditor()
    key, _ = create_key(creditor, "erp")
    assert keys_of(other) == []
    for named in ("erp", key.prefix):
        assert refused(lambda n=named: revoke_key(other, n, now=NOW)) == "key_unknown"
    create_key(other, "erp")  # the name is free there


@pytest.mark.parametrize(
    ("later", "is_noted"),
    [
        (USE_NOTED_EVERY - timedelta(seconds=1), False),
        (USE_NOTED_EVERY, True),
        (USE_NOTED_EVERY + timedelta(seconds=1), True),
    ],
)
def test_its_use_is_noted_at_most_once_a_minute(later: timedelta, is_noted: bool) -> None:
    creditor = make_creditor()
    _, secret = create_key(creditor, "erp")
    for at in (NOW, NOW + later):
        key_behind(secret, now=at)
    (key,) = keys_of(creditor)
    assert key.last_used_at == (NOW + later if is_noted else NOW)


@pytest.mark.django_db(transaction=True)
def test_two_who_make_the_same_key_at_once_make_one() -> None:
    creditor = make_creditor()
    ends = at_once(*[lambda: create_key(creditor, "erp") and "made"] * 2)
    assert sorted(ends) == ["key_name_used", "made"]


# ---------------------------------------------------------------- recaudo keys


def type_in(*words: str) -> Result:
    app = typer.Typer()
    command.register(app)
    app.command("other")(lambda: None)
    return CliRunner().invoke(app, ["keys", *words])


def told(*words: str) -> Any:
    result = type_in(*words, "--json")
    if result.exception is not None:
        raise result.exception
    return json.loads(result.stdout)


def test_keys_are_made_listed_and_revoked_from_the_command_line() -> None:
    make_creditor("norte")
    made = told("create", "erp", "-c", "norte", "--right", "payments:write")
    assert made["rights"] == ["payments:write"]
    assert key_behind(made["secret"], now=NOW) is not None
    (listed,) = told("list", "--creditor", "norte")
    assert (listed["prefix"], listed["revoked_at"]) == (made["prefix"], None)
    assert "secret" not in listed and made["secret"] not in type_in("list", "-c", "norte").stdout
    assert told("revoke", "erp", "-c", "norte")["changed"] is True
    assert told("revoke", made["prefix"], "-c", "norte")["changed"] is False


def test_for_people_the_secret_stands_on_one_line_and_all_rights_are_given() -> None:
    make_creditor("norte")
    text = type_in("create", "erp", "-c", "norte").stdout
    secret = text.strip().splitlines()[-1].rpartition(" ")[2]
    key = key_behind(secret, now=NOW)
    assert key is not None and key.rights == ["payments:write", "payments:read"]
    assert refused(lambda: told("revoke", "otra", "-c", "norte")) == "key_unknown"
