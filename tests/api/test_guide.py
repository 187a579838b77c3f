"""The examples of docs/how-to/api.md, run as they stand there against a real server."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from factories import make_customer, make_document, refresh
from recaudo.api.reading import BODY_MAX
from recaudo.api.schemas import PaymentIn

from .conftest import Caller
from .test_payments import credits

GUIDE = (Path(__file__).resolve().parents[2] / "docs" / "how-to" / "api.md").read_text("utf-8")
BRING, LOOK, TAKE_BACK, REFUSED = re.findall(r"```sh\n(curl .*?)```", GUIDE, re.S)
BROUGHT, REFUSAL = (json.loads(each) for each in re.findall(r"```json\n(.*?)```", GUIDE, re.S))
#: What differs from one installation to the next.
OWN = {"id", "document_id", "recorded_at"}

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("curl") is None, reason="the examples need curl"),
]


def run(example: str, server: Any, caller: Caller, **variables: object) -> Any:
    given = {name: str(value) for name, value in variables.items()}
    done = subprocess.run(
        ["sh", "-c", example.replace("http://localhost:8000", server.url)],
        env={**os.environ, "RECAUDO_KEY": caller.secret, "NO_PROXY": "*", **given},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout)


def bare(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: "…" if name in OWN else bare(each) for name, each in told.items()}
    return [bare(each) for each in told] if isinstance(told, list) else told


def test_the_guides_examples_do_what_it_says(erp: Caller, live_server: Any) -> None:
    customer = make_customer(erp.creditor, "C-1002")
    document = make_document(customer, "1400000", number="1009", prefix="FV")
    brought = run(BRING, live_server, erp)
    assert bare(brought) == bare(BROUGHT)
    assert refresh(document).open_amount == 0
    assert run(BRING, live_server, erp) == run(LOOK, live_server, erp) == brought
    back = run(TAKE_BACK, live_server, erp, PAYMENT=brought["id"])
    assert (back["is_new"], back["documents"]) == (True, ["FV1009"])
    assert run(TAKE_BACK, live_server, erp, PAYMENT=brought["id"])["is_new"] is False
    assert refresh(document).open_amount == 1_400_000
    told = run(REFUSED, live_server, erp)
    assert told | {"message": told["message"].replace("\xa0", " ")} == REFUSAL
    assert credits(erp) == 1


def test_over_the_wire_a_key_is_asked_for_and_a_large_body_is_not_read(
    erp: Caller, live_server: Any, tmp_path: Path
) -> None:
    make_customer(erp.creditor, "C-1002")
    assert run(LOOK.replace("Bearer", "Basic"), live_server, erp)["code"] == "api_key_refused"
    large = tmp_path / "large.json"
    large.write_bytes(b" " * (BODY_MAX * 100))
    sent = re.sub(r"-d '.*'", f"--data-binary @{large}", BRING, flags=re.S)
    assert run(sent, live_server, erp)["code"] == "api_body_too_large"
    piecewise = BRING.replace("-d '", "-H 'Transfer-Encoding: chunked' -d '")
    assert run(piecewise, live_server, erp)["code"] == "api_length_missing"


def test_the_guides_table_has_every_field() -> None:
    table = GUIDE.partition("| field |")[2].partition("\n\n")[0]
    assert set(PaymentIn.model_fields) <= set(re.findall(r"`(\w+)`", table))
