"""What was sent, understood or refused: JSON as narrow as money asks for."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, NoReturn

from django.http import HttpRequest
from ninja.parser import Parser
from pydantic import AfterValidator, BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from recaudo.core.problems import Problem

#: A payment that names two hundred documents has room to spare.
BODY_MAX = 64 * 1024
_AMOUNT = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,20})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: A name that somebody sent is shown back no longer than this.
_NAME_SHOWN = 40


class StrictParser(Parser):
    """JSON and nothing else; a name twice, NaN and what is too large are refused."""

    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type != "application/json":
            raise Problem("api_body_not_json", found=(request.content_type or "")[:_NAME_SHOWN])
        if len(request.body) > BODY_MAX:
            raise Problem("api_body_too_large", limit=BODY_MAX)
        try:
            return json.loads(
                request.body.decode("utf-8-sig"),
                object_pairs_hook=_each_once,
                parse_constant=_refuse,
            )
        except (ValueError, RecursionError) as error:
            raise Problem("api_body_unreadable") from error


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Problem("api_field_twice", field=_shown(twice))
    return found


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _amount(sent: object) -> Decimal:
    """A string with a point, or a whole number. A float has lost its cents already."""
    if isinstance(sent, int) and not isinstance(sent, bool) and abs(sent) < 10**30:
        return Decimal(sent)
    if not isinstance(sent, str) or not _AMOUNT.fullmatch(sent.strip()):
        raise PydanticCustomError("amount_form", "a string such as 1500000.50, or a whole number")
    return Decimal(sent.strip())


def _day(sent: object) -> date:
    try:
        if isinstance(sent, str) and _DAY.fullmatch(sent.strip()):
            return date.fromisoformat(sent.strip())
    except ValueError:  # 2026-02-30
        pass
    raise PydanticCustomError("day_form", "a day such as 2026-11-30")


def _printable(sent: str) -> str:
    """No column holds NUL, and no name has a line break."""
    if any(unicodedata.category(sign) == "Cc" for sign in sent):
        raise PydanticCustomError("control_characters", "no control characters")
    return sent


Amount = Annotated[
    Decimal,
    BeforeValidator(_amount),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": f"^{_AMOUNT.pattern}$", "examples": ["1500000.50"]},
                {"type": "integer"},
            ]
        }
    ),
]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
#: Stands last in the annotation of every text.
PRINTABLE = AfterValidator(_printable)

#: pydantic's word for what is wrong with a field → the code that is told.
_WRONG = {
    "missing": "api_field_missing",
    "extra_forbidden": "api_field_unknown",
    "string_too_long": "api_field_long",
    "string_too_short": "api_field_empty",
    "too_long": "api_field_many",
    "literal_error": "api_field_not_one_of",
    "amount_form": "api_field_amount",
    "day_form": "api_field_day",
    "control_characters": "api_field_control",
}


def fields_refused(errors: Sequence[dict[str, Any]]) -> list[tuple[str, dict[str, object]]]:
    """``(code, facts)`` of each field that is wrong, in the order of the request. What was sent in
    it is not among the facts: it may be anybody's."""
    found: list[tuple[str, dict[str, object]]] = []
    for error in errors:
        # ("body", "sent", "documents", 0, "amount")
        name = ".".join(str(part) for part in error["loc"][2:]) or "JSON"
        given = error.get("ctx", {})
        facts: dict[str, object] = {"field": _shown(name)}
        if "max_length" in given:
            facts["limit"] = given["max_length"]
        if "expected" in given:
            facts["known"] = re.findall(r"'([^']+)'", str(given["expected"]))
        found.append((_WRONG.get(error["type"], "api_field_wrong"), facts))
    return found


def _shown(name: str) -> str:
    return "".join(sign for sign in name if sign.isprintable())[:_NAME_SHOWN]
