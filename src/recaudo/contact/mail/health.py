"""Does the world believe that our mails are the creditor's? What to publish where it does not.

Each check gives ``{"state", "code", "facts", "found", "publish"}``: ``state`` is ``good``,
``warn``, ``bad`` or ``unknown``; ``found`` the record as it stands; ``publish`` the record that
mends it, ready to be copied: ``{"name", "kind", "value"}``.
"""

from __future__ import annotations

from datetime import datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from django_scopes import scope

from recaudo.contact.mail import spf
from recaudo.contact.mail.addresses import domain_of, envelope_from
from recaudo.contact.mail.dkim import public_record
from recaudo.contact.mail.dns import Names
from recaudo.contact.mail.secrets import unseal
from recaudo.core.problems import Problem

if TYPE_CHECKING:
    from recaudo.contact.models import MailAccount

Check = dict[str, Any]
#: Second levels under which companies register: empresa.com.co is a domain, com.co is none.
_PUBLIC = frozenset(
    {"com", "co", "org", "net", "edu", "gob", "gov", "mil", "nom", "ind", "or", "ac", "ltd", "info"}
)


def check_health(account: MailAccount, *, now: datetime, names: Names | None = None) -> Check:
    """Ask the domain name system about the account's domain and keep the answers on it."""
    asked = names or Names()
    checks = {
        "spf": _guarded(_spf, account, asked),
        "dkim": _guarded(_dkim, account, asked),
        "mx": _guarded(_mx, account, asked),
    }
    checks["dmarc"] = _guarded(lambda a, n: _dmarc(a, n, checks), account, asked)
    account.health = {"at": now.isoformat(), **checks}
    with scope(creditor=account.creditor):
        account.save(update_fields=["health"])
    return account.health


def worst_state(health: Check) -> str:
    """One word for a list: the worst of the checks; ``unknown`` where none was made."""
    states = [health[name]["state"] for name in ("spf", "dkim", "dmarc", "mx") if name in health]
    order = ("bad", "unknown", "warn", "good")
    return next((each for each in order if each in states), "unknown")


def _guarded(check: Any, account: MailAccount, names: spf.Asked) -> Check:
    try:
        return check(account, names)  # type: ignore[no-any-return]
    except Problem as problem:
        return _said("unknown", problem.code, **problem.facts)


def _said(
    state: str,
    code: str,
    *,
    found: str = "",
    publish: tuple[str, str, str] | None = None,
    **facts: object,
) -> Check:
    record = dict(zip(("name", "kind", "value"), publish, strict=True)) if publish else None
    return {"state": state, "code": code, "facts": facts, "found": found, "publish": record}


def _mechanism(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return f"a:{host}"
    return f"ip{address.version}:{address}"


def _spf(account: MailAccount, names: spf.Asked) -> Check:
    """Receivers look at the domain of the return path."""
    domain = domain_of(envelope_from(account, "0" * 32))
    host = account.smtp_host
    found = spf.walk(domain, names)
    provider = spf.provider_of(host)
    term = f"include:{provider}" if provider else _mechanism(host)
    publish = (domain, "TXT", spf.with_sender(found.record, term))
    about: dict[str, Any] = {"domain": domain, "found": found.record}
    if found.problem == "two":
        return _said("bad", "spf_two", **about)
    if found.problem == "missing":
        return _said("bad", "spf_missing", publish=publish, **about)
    if found.problem:
        return _said("bad", "spf_broken", **about)
    if found.lookups > spf.LOOKUPS_MAX:
        return _said("bad", "spf_too_long", lookups=found.lookups, **about)
    if provider:
        is_ours = provider in found.includes
    else:
        is_ours = spf.allows(found, names.hosts(host), names)
    if not is_ours:
        return _said("bad", "spf_not_ours", host=host, publish=publish, **about)
    if found.all == "+":
        return _said("warn", "spf_open", **about)
    if not found.all and "redirect=" not in found.record:
        value = f"{found.record} ~all"
        return _said("warn", "spf_no_end", publish=(domain, "TXT", value), **about)
    return _said("good", "spf_good", lookups=found.lookups, **about)


def _dkim(account: MailAccount, names: spf.Asked) -> Check:
    if not (account.dkim_key and account.dkim_selector):
        return _said("bad", "dkim_none")
    domain = account.dkim_domain or domain_of(account.from_address)
    name = f"{account.dkim_selector}._domainkey.{domain}"
    ours = public_record(unseal(account.dkim_key, account=account.name))
    publish = (name, "TXT", ours)
    records = [each for each in names.texts(name) if "p=" in each]
    if not records:
        return _said("bad", "dkim_missing", name=name, publish=publish)
    if len(records) > 1:
        return _said("bad", "dkim_two", name=name, found=" | ".join(records))
    if tags(records[0]).get("p", "") != tags(ours)["p"]:
        return _said("bad", "dkim_other", name=name, found=records[0], publish=publish)
    return _said("good", "dkim_good", name=name, found=records[0])


def _dmarc(account: MailAccount, names: spf.Asked, checks: dict[str, Check]) -> Check:
    domain = domain_of(account.from_address)
    wanted = f"v=DMARC1; p=none; rua=mailto:{account.reply_to or account.from_address}"
    record, name = "", f"_dmarc.{domain}"
    for place in dict.fromkeys((domain, organisation(domain))):
        records = [each for each in names.texts(f"_dmarc.{place}") if _is_dmarc(each)]
        if len(records) > 1:
            return _said("bad", "dmarc_two", name=f"_dmarc.{place}")
        if records:
            record, name = records[0], f"_dmarc.{place}"
            break
    if not record:
        return _said("bad", "dmarc_missing", publish=(name, "TXT", wanted))
    said = tags(record)
    policy = said.get("sp", said.get("p", "")) if name != f"_dmarc.{domain}" else said.get("p", "")
    if policy.lower() not in {"none", "quarantine", "reject"}:
        return _said("bad", "dmarc_broken", found=record, publish=(name, "TXT", wanted))
    dkim_domain = account.dkim_domain or domain
    aligned = [
        check
        for check, other, strict in (
            ("dkim", dkim_domain, said.get("adkim", "r")),
            ("spf", domain_of(envelope_from(account, "0" * 32)), said.get("aspf", "r")),
        )
        if checks[check]["state"] in {"good", "warn"} and is_aligned(domain, other, strict)
    ]
    if not aligned:
        return _said("bad", "dmarc_unaligned", found=record, domain=domain)
    if policy.lower() == "none":
        value = record.replace("p=none", "p=quarantine", 1)
        return _said("warn", "dmarc_watching", found=record, publish=(name, "TXT", value))
    return _said("good", "dmarc_good", found=record, policy=policy.lower(), aligned=aligned)


def _mx(account: MailAccount, names: spf.Asked) -> Check:
    """Where replies go."""
    domain = domain_of(account.reply_to or account.from_address)
    found = names.exchanges(domain)
    if not found or found == ["."]:
        return _said("bad", "mx_missing", domain=domain)
    return _said("good", "mx_good", domain=domain, found=", ".join(found[:5]))


def is_aligned(author: str, other: str, strictness: str) -> bool:
    """DMARC's alignment: the same domain, or (relaxed) the same organisation's."""
    if strictness.lower() == "s":
        return author == other
    return organisation(author) == organisation(other)


def organisation(domain: str) -> str:
    """``cobros.empresa.com.co`` → ``empresa.com.co``."""
    labels = domain.split(".")
    is_national = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _PUBLIC
    return ".".join(labels[-3 if is_national else -2 :])


def tags(record: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in record.split(";"))
    return {name.strip().lower(): "".join(value.split()) for name, sign, value in pairs if sign}


def _is_dmarc(text: str) -> bool:
    return text.replace(" ", "").upper().startswith("V=DMARC1")
