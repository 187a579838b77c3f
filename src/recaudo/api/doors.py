"""Who is calling, for which creditor, and may they? A key in the header; no cookie counts."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation.trans_real import parse_accept_lang_header
from ninja.security import HttpBearer

from recaudo.access.models import ApiKey, Creditor, KeyRight
from recaudo.api.keys import key_behind
from recaudo.core.problems import Problem

#: A secret of ours is shorter; what is longer is not even looked up.
_SECRET_MAX = 200


class ApiRequest(HttpRequest):
    """A request with a key that is in force."""

    auth: ApiKey


class KeyWith(HttpBearer):
    """Opens to keys in force that hold ``right``. Raises Problem ``api_right_missing``."""

    #: How the OpenAPI document calls it.
    openapi_bearerFormat: ClassVar[str] = "rcd_…"

    def __init__(self, right: KeyRight) -> None:
        self.right = right
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        key = key_behind(token, now=timezone.now()) if len(token) <= _SECRET_MAX else None
        if key is None:
            return None
        # From here on answers speak the creditor's Spanish.
        request.creditor = key.creditor  # type: ignore[attr-defined]
        if self.right not in key.rights:
            raise Problem("api_right_missing", right=self.right.value, held=list(key.rights))
        return key


def language_for(request: HttpRequest) -> str:
    """English where the caller prefers it to Spanish; else the creditor's Spanish."""
    known = dict(settings.LANGUAGES)
    creditor: Creditor | None = getattr(request, "creditor", None)
    for asked, _ in parse_accept_lang_header(request.headers.get("Accept-Language", "").lower()):
        if asked.split("-")[0] == "en":
            return "en"
        if asked.split("-")[0] == "es":
            break
    spanish = f"es-{creditor.country.lower()}" if creditor else settings.LANGUAGE_CODE
    return spanish if spanish in known else settings.LANGUAGE_CODE
