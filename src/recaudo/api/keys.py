"""Keys of other systems: who makes them, who takes them back, whose key is this?"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django_scopes import scope, scopes_disabled

from recaudo.access.models import ApiKey, Creditor, KeyRight, User
from recaudo.access.queries import may
from recaudo.audit.actions import record_change
from recaudo.core.problems import Problem

#: A name has no underscore and a prefix always has one: neither is taken for the other.
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_SIGNS = string.ascii_letters + string.digits
_PREFIX_SIGNS, _SECRET_SIGNS = 8, 43
#: ``last_used_at`` is written at most once in so long.
USE_NOTED_EVERY = timedelta(minutes=1)


def create_key(
    creditor: Creditor,
    name: str,
    *,
    rights: Iterable[str] = tuple(KeyRight.values),
    takes_over: bool = False,
    by: User | None = None,
) -> tuple[ApiKey, str]:
    """The key, and the secret that is told this once and kept nowhere.

    ``takes_over``: a second key of a system that has one, which stays until it is revoked; without
    it a name in use is refused, for what two systems send would be taken for one system's.
    ``by``: who administers the creditor; None on the command line. Raises Problem
    ``key_not_administrator``, ``key_name_invalid``, ``key_right_unknown``, ``key_name_used``.
    """
    _may_administer(creditor, by)
    if not NAME.fullmatch(name):
        raise Problem("key_name_invalid", name=name)
    wanted = [right for right in KeyRight.values if right in set(rights)]
    unknown = sorted(set(rights) - set(wanted))
    if unknown or not wanted:
        raise Problem("key_right_unknown", right=", ".join(unknown), known=list(KeyRight.values))
    prefix = f"rcd_{_signs(_PREFIX_SIGNS)}"
    secret = f"{prefix}_{_signs(_SECRET_SIGNS)}"
    with scope(creditor=creditor), transaction.atomic():
        # One at a time, so that two do not both find the name free.
        Creditor.objects.select_for_update(no_key=True).get(pk=creditor.pk)
        if not takes_over and ApiKey.objects.filter(name=name, revoked_at=None).exists():
            raise Problem("key_name_used", name=name)
        key: ApiKey = ApiKey.objects.create(
            creditor=creditor,
            name=name,
            prefix=prefix,
            secret_sha256=_digest(secret),
            rights=wanted,
            by=by,
        )
        _log("api_key_created", key, by, rights=wanted)
    return key, secret


def revoke_key(
    creditor: Creditor, named: str, *, by: User | None = None, now: datetime
) -> tuple[ApiKey, bool]:
    """End a key, by its prefix or its system's name; and whether it was still in force.

    From the next request on it opens nothing. Twice is the same as once. Raises Problem
    ``key_not_administrator``, ``key_unknown``, ``key_ambiguous`` (the system has several).
    """
    _may_administer(creditor, by)
    with scope(creditor=creditor), transaction.atomic():
        key = _find(named)
        ended = ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now)
        if ended:
            _log("api_key_revoked", key, by)
        key.refresh_from_db()
    return key, bool(ended)


def keys_of(creditor: Creditor) -> list[ApiKey]:
    """All there were, by name, the newest first."""
    with scope(creditor=creditor):
        return list(ApiKey.objects.select_related("by").order_by("name", "-id"))


def key_behind(secret: str, *, now: datetime) -> ApiKey | None:
    """The key with this secret, in force, of an active creditor; and that it was used is noted.

    Looked up by the secret's digest, so that how long it takes says nothing about the secret.
    """
    with scopes_disabled():  # it is the key that says whose rows may be seen
        key: ApiKey | None = (
            ApiKey.objects.select_related("creditor")
            .filter(secret_sha256=_digest(secret), revoked_at=None, creditor__is_active=True)
            .first()
        )
        if key is not None and (
            key.last_used_at is None or key.last_used_at <= now - USE_NOTED_EVERY
        ):
            ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key


def _find(named: str) -> ApiKey:
    found = list(ApiKey.objects.filter(prefix=named))
    if not found:
        of_system = ApiKey.objects.filter(name=named).order_by("-id")
        # Revoked ones only where nothing else is left: revoking twice is no mistake.
        found = list(of_system.filter(revoked_at=None)) or list(of_system[:1])
    if not found:
        raise Problem("key_unknown", key=named)
    if len(found) > 1:
        raise Problem("key_ambiguous", name=named, prefixes=sorted(each.prefix for each in found))
    return found[0]


def _may_administer(creditor: Creditor, by: User | None) -> None:
    if by is not None and not may(by, creditor, "administer"):
        raise Problem("key_not_administrator", creditor=creditor.name)


def _log(kind: str, key: ApiKey, by: User | None, **facts: object) -> None:
    record_change(
        kind,
        creditor=key.creditor,
        by=by,
        origin="web" if by else "cli",
        subject="api_key",
        subject_id=key.pk,
        name=key.name,
        prefix=key.prefix,
        **facts,
    )


def _signs(count: int) -> str:
    return "".join(secrets.choice(_SIGNS) for _ in range(count))


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
