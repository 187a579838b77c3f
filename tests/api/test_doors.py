"""Who comes in, to whose rows, and what is refused before anybody looks at it."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import OperationalError
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone
from django_scopes import scope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from factories import make_creditor, make_customer, make_document, make_member
from recaudo.access.models import Role
from recaudo.api import payments as room
from recaudo.api.keys import revoke_key
from recaudo.api.reading import BODY_MAX
from recaudo.api.schemas import DOCUMENTS_MAX, PaymentIn
from recaudo.payments.models import Credit
from recaudo.portfolio.models import Customer

from .conftest import PAYMENTS, Caller, caller_of
from .test_payments import credits, refused

pytestmark = pytest.mark.django_db

#: Every sign, also those that are none alone.
SIGNS = st.characters(exclude_categories=())
REVERSAL = {"value_on": "2026-04-15", "reason": "x"}
#: Every address that needs a key, and the right that it needs.
ACTS = [
    ("post", PAYMENTS, "payments:write"),
    ("get", f"{PAYMENTS}?external_id=P-1", "payments:read"),
    ("get", f"{PAYMENTS}/{{id}}", "payments:read"),
    ("post", f"{PAYMENTS}/{{id}}/reversal", "payments:write"),
]
OPEN = {"openapi-json", "api-root", "api-unknown"}


def ask(caller: Any, method: str, path: str, number: int = 1, **headers: str) -> Any:
    body = REVERSAL if "reversal" in path else {"external_id": "P-1"}
    path = path.format(id=number)
    return caller.get(path, **headers) if method == "get" else caller.post(path, body, **headers)


def test_the_walk_knows_every_address() -> None:
    (ours,) = [
        each
        for outer in get_resolver().url_patterns
        for each in getattr(outer, "url_patterns", ())
        if str(each.pattern) == "api/v1/"
    ]
    names = {each.name for each in ours.url_patterns if isinstance(each, URLPattern)}
    assert names == OPEN | {"api-payments", "api-payment", "api-reversal"}


@pytest.mark.parametrize(("method", "path", "right"), ACTS)
@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer rcd_x_y", "Basic {secret}", "{secret}", "Bearer {secret}x"],
)
def test_without_a_valid_key_nothing_opens(
    erp: Caller, method: str, path: str, right: str, header: str
) -> None:
    answer = ask(erp, method, path, authorization=header.format(secret=erp.secret))
    told = refused(answer, 401, "api_key_refused")
    assert answer["WWW-Authenticate"] == "Bearer"
    assert erp.secret not in json.dumps(told)


@pytest.mark.parametrize(("method", "path", "right"), ACTS)
def test_a_login_is_no_key(erp: Caller, method: str, path: str, right: str) -> None:
    browser = Client()
    browser.force_login(
        make_member(erp.creditor, Role.ADMINISTRATOR),
        backend=configured.AUTHENTICATION_BACKENDS[0],
    )
    answer = getattr(browser, method)(path.format(id=1), content_type="application/json")
    refused(answer, 401, "api_key_refused")


@pytest.mark.parametrize(("method", "path", "right"), ACTS)
def test_a_revoked_key_and_one_of_a_closed_creditor_open_nothing(
    erp: Caller, method: str, path: str, right: str
) -> None:
    other = caller_of(make_creditor())
    revoke_key(erp.creditor, "erp", now=timezone.now())
    other.creditor.is_active = False
    other.creditor.save()
    for caller in (erp, other):
        refused(ask(caller, method, path), 401, "api_key_refused")


@pytest.mark.parametrize(("method", "path", "right"), ACTS)
def test_a_key_does_what_its_rights_say_and_nothing_else(
    erp: Caller, customer: Customer, method: str, path: str, right: str
) -> None:
    number = erp.pay().json()["id"]
    for held in ("payments:read", "payments:write"):
        caller = caller_of(erp.creditor, held.replace(":", "-"), held)
        answer = ask(caller, method, path, number)
        if held == right:
            assert answer.status_code != 401 and answer.json().get("code") != "api_right_missing"
        else:
            told = refused(answer, 403, "api_right_missing")
            assert told["facts"] == {"right": right, "held": [held]}
    assert credits(erp) == 1


def test_a_key_of_another_creditor_finds_nothing_and_changes_nothing(
    erp: Caller, customer: Customer
) -> None:
    document = make_document(customer, 500, number="F-1")
    number = erp.pay().json()["id"]
    other = caller_of(make_creditor())
    make_customer(other.creditor, "mine")
    refused(other.get(f"{PAYMENTS}/{number}"), 404, "payment_unknown")
    refused(other.post(f"{PAYMENTS}/{number}/reversal", REVERSAL), 404, "payment_unknown")
    for source in ("", "&source=api:erp"):
        answer = other.get(f"{PAYMENTS}?external_id=P-1{source}")
        refused(answer, 404, "api_external_unknown")
    refused(other.pay(), 404, "unknown_customer")
    named = {"customer": "mine", "documents": [{"number": document.number}]}
    told = refused(other.pay(**named), 422, "stated_unknown")
    assert customer.name not in json.dumps(told)
    with scope(creditor=erp.creditor):
        assert Credit.objects.get().amount == 100


@pytest.mark.parametrize(
    ("asked", "language", "said"),
    [
        ("", "es-co", "cliente"),
        ("es", "es-co", "cliente"),
        ("en-GB,en;q=0.9,es;q=0.5", "en", ""),
        ("fr, es;q=0.8, en;q=0.3", "es-co", "cliente"),
        ("fr", "es-co", "cliente"),
        ("*;;q=x,\x7f" + "a" * 3000, "es-co", "cliente"),
    ],
)
def test_a_refusal_speaks_the_creditors_spanish_or_english(
    erp: Caller, asked: str, language: str, said: str
) -> None:
    answer = erp.post(
        PAYMENTS,
        {"external_id": "1", "customer": "X", "amount": "1", "value_on": "2026-04-15"},
        accept_language=asked,
    )
    assert answer["Content-Language"] == language
    assert said in refused(answer, 404, "unknown_customer")["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"amount": NaN}',
        b'{"amount": Infinity}',
        b"[" * 30_000,
        b'{"amount": ' + b"9" * 5000 + b"}",
        '{"external_id": "1"}'.encode("utf-16"),
    ],
    ids=lambda body: repr(body[:20]),
)
def test_what_is_no_json_is_refused(erp: Caller, body: bytes) -> None:
    refused(erp.post(PAYMENTS, body), 400, "api_body_unreadable")


def test_a_field_that_comes_twice_is_refused(erp: Caller, customer: Customer) -> None:
    body = '{"external_id": "1", "customer": "C-77", "amount": "1", "amount": "2"}'
    told = refused(erp.post(PAYMENTS, body), 400, "api_field_twice")
    assert told["facts"] == {"field": "amount"}


@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]
)
def test_a_form_is_no_json(erp: Caller, kind: str) -> None:
    headers = {"authorization": f"Bearer {erp.secret}"}
    answer = Client().post(PAYMENTS, b"{}", content_type=kind, headers=headers)
    refused(answer, 415, "api_body_not_json")


@pytest.mark.parametrize(("over", "status"), [(-1, 201), (0, 201), (1, 413), (10**7, 413)])
def test_a_body_has_a_largest_size(erp: Caller, customer: Customer, over: int, status: int) -> None:
    sent = {"external_id": "1", "customer": "C-77", "amount": "1", "value_on": str(erp.today)}
    body = json.dumps(sent).encode()
    answer = erp.post(PAYMENTS, body + b" " * (BODY_MAX + over - len(body)))
    assert answer.status_code == status
    if status == 413:
        refused(answer, 413, "api_body_too_large")


WRONG = [
    ({"external_id": None}, "external_id", "api_field_missing"),
    ({"amount": None}, "amount", "api_field_missing"),
    ({"value_on": None}, "value_on", "api_field_missing"),
    ({"ammount": "1"}, "ammount", "api_field_unknown"),
    ({"creditor": "other"}, "creditor", "api_field_unknown"),
    ({"source": "bank"}, "source", "api_field_unknown"),
    ({"external_id": "  "}, "external_id", "api_field_empty"),
    ({"external_id": 7}, "external_id", "api_field_wrong"),
    ({"external_id": "a\x00b"}, "external_id", "api_field_control"),
    ({"external_id": "a\nb"}, "external_id", "api_field_control"),
    ({"external_id": "\ud800"}, "external_id", "api_field_wrong"),
    ({"external_id": "x" * 201}, "external_id", "api_field_long"),
    ({"reference": "x" * 201}, "reference", "api_field_long"),
    ({"payer": "\x07"}, "payer", "api_field_control"),
    ({"customer": "C-77\x00"}, "customer", "api_field_control"),
    ({"customer": ["C-77"]}, "customer", "api_field_wrong"),
    ({"amount": 100.5}, "amount", "api_field_amount"),
    ({"amount": 100.0}, "amount", "api_field_amount"),
    ({"amount": 1e300}, "amount", "api_field_amount"),
    ({"amount": True}, "amount", "api_field_amount"),
    ({"amount": 10**30}, "amount", "api_field_amount"),
    ({"amount": "1.500.000"}, "amount", "api_field_amount"),
    ({"amount": "100,50"}, "amount", "api_field_amount"),
    ({"amount": "1e3"}, "amount", "api_field_amount"),
    ({"amount": "NaN"}, "amount", "api_field_amount"),
    ({"amount": "١٠٠"}, "amount", "api_field_amount"),
    ({"amount": "+5"}, "amount", "api_field_amount"),
    ({"amount": ""}, "amount", "api_field_amount"),
    ({"amount": "9" * 31}, "amount", "api_field_amount"),
    ({"value_on": "2026-02-30"}, "value_on", "api_field_day"),
    ({"value_on": "15/04/2026"}, "value_on", "api_field_day"),
    ({"value_on": "2026-04-15T00:00:00Z"}, "value_on", "api_field_day"),
    ({"value_on": 1776211200}, "value_on", "api_field_day"),
    ({"value_on": "0000-01-01"}, "value_on", "api_field_day"),
    ({"keep_rest": "true"}, "keep_rest", "api_field_wrong"),
    ({"keep_rest": 1}, "keep_rest", "api_field_wrong"),
    ({"kind": 1}, "kind", "api_field_not_one_of"),
    ({"documents": {"number": "1"}}, "documents", "api_field_wrong"),
    ({"documents": ["1"]}, "documents.0", "api_field_wrong"),
    ({"documents": [{"number": "1", "id": 3}]}, "documents.0.id", "api_field_unknown"),
    ({"documents": [{"number": "1", "amount": 0.5}]}, "documents.0.amount", "api_field_amount"),
    ({"documents": [{"number": ""}]}, "documents.0.number", "api_field_empty"),
    ({"documents": [{"number": "1"}] * (DOCUMENTS_MAX + 1)}, "documents", "api_field_many"),
]


@pytest.mark.parametrize(("changed", "field", "code"), WRONG, ids=lambda part: str(part)[:40])
def test_a_field_that_is_wrong_is_named_and_nothing_is_recorded(
    erp: Caller, customer: Customer, changed: dict[str, Any], field: str, code: str
) -> None:
    told = refused(erp.pay(**changed), 422, "api_request_wrong")
    assert [(each["field"], each["code"]) for each in told["facts"]["fields"]] == [(field, code)]
    assert f"«{field}»" in told["message"]
    assert credits(erp) == 0


def test_all_wrong_fields_are_told_at_once(erp: Caller) -> None:
    told = refused(erp.post(PAYMENTS, {}), 422, "api_request_wrong")
    missing = [each["field"] for each in told["facts"]["fields"]]
    assert missing == ["external_id", "amount", "value_on"]


@pytest.mark.parametrize("body", ["[]", "1", '"x"', "null"])
def test_a_body_that_is_no_object_is_refused(erp: Caller, body: str) -> None:
    refused(erp.post(PAYMENTS, body), 422, "api_request_wrong")


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(SIGNS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(SIGNS), inner, max_size=3),
    max_leaves=6,
)
LIKELY = st.sampled_from(["C-77", "1", "0.01", "2026-04-15", "payment", "COP", "F-1", "P-1"])


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sent=st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(PaymentIn.model_fields, LIKELY | ANYTHING)
        | {"documents": st.lists(st.fixed_dictionaries({"number": LIKELY | ANYTHING}), max_size=2)},
    )
)
def test_whatever_is_sent_is_answered_in_our_words(
    erp: Caller, customer: Customer, sent: dict[str, Any]
) -> None:
    whole = {"external_id": "P-1", "customer": "C-77", "amount": "1", "value_on": "2026-04-15"}
    for each in (sent, whole | sent):
        answer = erp.post(PAYMENTS, each)
        assert answer.status_code < 500, answer.content
        told = answer.json()
        assert told["message"] if answer.status_code >= 400 else told["id"]


def test_what_was_sent_in_a_field_is_not_told_back(erp: Caller, customer: Customer) -> None:
    answer = erp.pay(amount="12.345.678", payer="Ana Torres\x07")
    assert "12.345.678" not in answer.content.decode() and "Ana" not in answer.content.decode()


@pytest.mark.parametrize(
    "asked", ["", "external_id=", "external_id=%00", "external_id=" + "x" * 201, "source=bank"]
)
def test_a_search_that_cannot_be_made_is_refused(erp: Caller, asked: str) -> None:
    refused(erp.get(f"{PAYMENTS}?{asked}"), 422, "api_request_wrong")


@pytest.mark.parametrize(
    "sent",
    [
        {"value_on": "2026-04-15"},
        {"value_on": "2026-04-15", "reason": " "},
        {"value_on": "2026-04-15", "reason": "x" * 301},
        {"value_on": "2026-04-15", "reason": "x", "amount": "1"},
    ],
    ids=lambda sent: str(sent)[:60],
)
def test_a_reversal_says_when_and_why_and_nothing_else(
    erp: Caller, customer: Customer, sent: dict[str, str]
) -> None:
    number = erp.pay().json()["id"]
    refused(erp.post(f"{PAYMENTS}/{number}/reversal", sent), 422, "api_request_wrong")


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 10**30])
def test_a_number_that_no_payment_has_is_not_found(erp: Caller, number: int) -> None:
    refused(erp.get(f"{PAYMENTS}/{number}"), 404, "payment_unknown")


@pytest.mark.parametrize("path", ["", "x", "payments/", "payments/x", "payments/1/2", "docs"])
def test_an_address_that_there_is_not_answers_in_json(erp: Caller, path: str) -> None:
    for answer in (erp.get(f"/api/v1/{path}"), Client().post(f"/api/v1/{path}")):
        refused(answer, 404, "api_address_unknown")


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "head"])
def test_a_method_that_there_is_not_is_refused(erp: Caller, method: str) -> None:
    answer = getattr(Client(), method)(PAYMENTS)
    assert (answer.status_code, set(answer["Allow"].split(", "))) == (405, {"GET", "POST"})
    if method != "head":
        refused(answer, 405, "api_method_unknown")


def test_no_answer_may_be_kept(erp: Caller, customer: Customer) -> None:
    answers = [erp.pay(), erp.get(f"{PAYMENTS}/1"), Client().get(PAYMENTS), erp.get("/api/v1/x")]
    for answer in answers:
        assert answer["Cache-Control"] == "no-store"
        assert answer["Content-Type"].startswith("application/json")


def test_the_description_is_open_to_all_and_names_the_addresses(db: None) -> None:
    told = Client().get("/api/v1/openapi.json").json()
    assert set(told["paths"]) == {
        "/api/v1/payments",
        "/api/v1/payments/{payment_id}",
        "/api/v1/payments/{payment_id}/reversal",
    }
    sent = told["components"]["schemas"]["PaymentIn"]
    assert sent["required"] == ["external_id", "amount", "value_on"]
    assert sent["additionalProperties"] is False
    assert {"200", "201", "409", "422"} <= set(told["paths"][PAYMENTS]["post"]["responses"])


@pytest.mark.parametrize(("error", "status"), [(OperationalError, 503), (RuntimeError, 500)])
def test_a_failure_of_ours_is_told_as_json_and_logged_without_what_was_sent(
    erp: Caller,
    customer: Customer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: type[Exception],
    status: int,
) -> None:
    told_by_database = "Failing row contains (98765.4321, Ana Torres)"

    def broken(*args: object, **kwargs: object) -> None:
        raise error(told_by_database)

    monkeypatch.setattr(room, "receive", broken)
    with caplog.at_level(logging.DEBUG):
        answer = erp.pay(amount="98765.4321", payer="Ana Torres", external_id="SECRET-1")
    told = refused(answer, status, "api_failed")
    assert "external_id" in told["message"]
    assert error.__name__ in caplog.text and "in bring" in caplog.text
    for private in ("98765", "Ana", "SECRET-1", erp.secret):
        assert private not in caplog.text


def test_what_is_recorded_or_refused_leaves_no_amount_name_or_secret_in_the_log(
    erp: Caller, customer: Customer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        erp.pay(amount="98765.4321", payer="Ana Torres")
        erp.pay(amount="98765.4322", payer="Ana Torres")
        erp.pay(amount="98765.4321", customer="nobody", payer="Ana Torres")
        erp.get(f"{PAYMENTS}?external_id=SECRET-1", authorization=f"Bearer {erp.secret}x")
    for private in ("98765", "Ana", "SECRET-1", "nobody", erp.secret):
        assert private not in caplog.text
