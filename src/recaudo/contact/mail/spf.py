"""SPF: what a domain's record says of who may send for it (RFC 7208), read with its includes."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Protocol

#: Questions that a receiver asks at most; a record that needs more counts as broken.
LOOKUPS_MAX = 10
#: Where we stop walking records that include each other.
_WALK_MAX = 40

#: Senders whose mails leave from machines other than the one we hand them to.
PROVIDERS = {
    "gmail.com": "_spf.google.com",
    "office365.com": "spf.protection.outlook.com",
    "outlook.com": "spf.protection.outlook.com",
    "amazonaws.com": "amazonses.com",
    "sendgrid.net": "sendgrid.net",
    "mailgun.org": "mailgun.org",
    "zoho.com": "zoho.com",
    "brevo.com": "spf.brevo.com",
    "mandrillapp.com": "spf.mandrillapp.com",
}


class Asked(Protocol):
    def texts(self, name: str) -> list[str]: ...
    def exchanges(self, name: str) -> list[str]: ...
    def hosts(self, name: str) -> list[str]: ...


@dataclass
class Spf:
    """The record of one domain, walked. ``problem``: ``missing``, ``two``, ``syntax`` or empty."""

    record: str = ""
    problem: str = ""
    lookups: int = 0
    includes: list[str] = field(default_factory=list)
    #: (mechanism, value, the domain it stands in) that let a sender pass.
    allowed: list[tuple[str, str, str]] = field(default_factory=list)
    #: What ``all`` says: ``-``, ``~``, ``?``, ``+`` or empty.
    all: str = ""


def provider_of(host: str) -> str:
    """What the record must include for this server; empty where its own address counts."""
    lower = host.lower()
    return next(
        (spf for end, spf in PROVIDERS.items() if lower == end or lower.endswith(f".{end}")), ""
    )


def walk(domain: str, names: Asked) -> Spf:
    """Raises Problem ``dns_silent``."""
    found = Spf()
    found.problem = _walk(domain, names, found, is_top=True)
    return found


def _walk(domain: str, names: Asked, found: Spf, *, is_top: bool) -> str:
    records = [each for each in names.texts(domain) if _is_spf(each)]
    if not records:
        return "missing"
    if len(records) > 1:
        return "two"
    if is_top:
        found.record = records[0]
    redirect = ""
    for term in records[0].split()[1:]:
        qualifier, body = (term[0], term[1:]) if term[0] in "+-~?" else ("+", term)
        if "=" in body and ":" not in body.partition("=")[0]:
            name, _, value = body.partition("=")
            redirect = value if name.lower() == "redirect" else redirect
            continue
        kind, _, value = body.partition(":")
        kind, slash, mask = kind.partition("/")
        problem = _mechanism(kind.lower(), value or slash + mask, qualifier, domain, names, found)
        if problem:
            return problem
    if redirect and not found.all:
        found.lookups += 1
        if found.lookups < _WALK_MAX:
            return _walk(redirect, names, found, is_top=False)
    return ""


def _mechanism(kind: str, value: str, qualifier: str, domain: str, names: Asked, found: Spf) -> str:
    if kind in {"a", "mx", "ptr", "exists", "include"}:
        found.lookups += 1
    if kind == "all":
        found.all = qualifier
    elif kind == "include":
        found.includes.append(value.lower().rstrip("."))
        before = found.all
        if found.lookups < _WALK_MAX and "%" not in value:
            inner = _walk(value, names, found, is_top=False)
            found.all = before  # an included 'all' decides nothing
            return "syntax" if inner else ""
    elif kind in {"a", "mx", "ip4", "ip6"}:
        if qualifier == "+":
            found.allowed.append((kind, value, domain))
    elif kind not in {"ptr", "exists"}:
        return "syntax"
    return ""


def allows(found: Spf, addresses: list[str], names: Asked) -> bool:
    """Does the record let one of ``addresses`` send? Raises Problem ``dns_silent``."""
    ours = [ipaddress.ip_address(each) for each in addresses]
    for kind, value, domain in found.allowed:
        networks = []
        if kind in {"ip4", "ip6"}:
            networks = [value]
        else:
            host, _, mask = value.partition("/")
            hosts = [host or domain]
            if kind == "mx":
                hosts = [each for each in names.exchanges(host or domain) if each != "."]
            mask = mask.partition("/")[0]
            for each in hosts[:10]:
                for address in names.hosts(each):
                    is_four = ":" not in address
                    networks.append(f"{address}/{mask}" if mask and is_four else address)
        for network in networks:
            try:
                wide = ipaddress.ip_network(network, strict=False)
            except ValueError:
                continue
            if any(one.version == wide.version and one in wide for one in ours):
                return True
    return False


def with_sender(record: str, term: str) -> str:
    """The record to publish: the one that is there, with ``term`` before its ``all``."""
    if not _is_spf(record):
        return f"v=spf1 {term} ~all"
    terms = record.split()
    at = next((n for n, each in enumerate(terms) if each.lstrip("+-~?").lower() == "all"), None)
    if at is None:
        return " ".join([*terms, term])
    return " ".join([*terms[:at], term, *terms[at:]])


def _is_spf(text: str) -> bool:
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")
