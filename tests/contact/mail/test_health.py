"""What a domain says about its mail, asked of a real DNS server on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from dnslib import QTYPE, RCODE, RR
from dnslib.server import DNSServer
from django.utils import translation

from factories import refresh
from recaudo.access.models import Creditor
from recaudo.contact.actions.accounts import give_dkim_key
from recaudo.contact.mail.dkim import public_record
from recaudo.contact.mail.health import check_health, organisation, worst_state
from recaudo.contact.mail.secrets import unseal
from recaudo.contact.models import MailAccount
from recaudo.words import sentence, sentences

from .conftest import make_account

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
DOMAIN = "andina.example.com"


class Zone:
    """Answers from ``lines``; a name in ``broken`` fails."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.broken: set[str] = set()

    def resolve(self, request: Any, handler: Any) -> Any:
        reply, asked = request.reply(), request.q
        name = str(asked.qname).rstrip(".").lower()
        if name in self.broken:
            reply.header.rcode = RCODE.SERVFAIL
            return reply
        for line in self.lines:
            for record in RR.fromZone(line):
                if str(record.rname).rstrip(".").lower() == name and record.rtype == asked.qtype:
                    reply.add_answer(record)
        return reply

    def text(self, name: str, value: str) -> None:
        pieces = " ".join(f'"{value[at : at + 250]}"' for at in range(0, len(value), 250))
        self.lines.append(f"{name}. 60 IN TXT {pieces}")

    def add(self, line: str) -> None:
        self.lines.append(line)


@pytest.fixture
def zone(settings: Any) -> Iterator[Zone]:
    zone = Zone()
    server = DNSServer(zone, address="127.0.0.1", port=0)
    server.start_thread()
    settings.DNS_SERVER = f"127.0.0.1:{server.server.server_address[1]}"
    yield zone
    server.stop()
    server.server.server_close()


@pytest.fixture
def account(andina: Creditor) -> MailAccount:
    return make_account(andina, smtp_host="mail.andina.example.com", smtp_security="tls")


@pytest.fixture
def code_of(account: MailAccount, zone: Zone) -> Callable[[str], str]:
    return lambda check: str(check_health(account, now=NOW)[check]["code"])


def host(zone: Zone, address: str = "192.0.2.10") -> None:
    zone.add(f"mail.andina.example.com. 60 IN A {address}")


def test_a_domain_with_everything_right_is_good(account: MailAccount, zone: Zone) -> None:
    give_dkim_key(account, selector="recaudo1", origin="test")
    host(zone)
    zone.text(DOMAIN, "v=spf1 ip4:192.0.2.0/24 -all")
    key = public_record(unseal(account.dkim_key, account=account.name))
    zone.text(f"recaudo1._domainkey.{DOMAIN}", key)
    zone.text(f"_dmarc.{DOMAIN}", "v=DMARC1; p=reject; rua=mailto:x@andina.example.com")
    zone.add(f"{DOMAIN}. 60 IN MX 10 mail.andina.example.com.")

    health = check_health(account, now=NOW)

    assert {name: health[name]["state"] for name in ("spf", "dkim", "dmarc", "mx")} == {
        "spf": "good",
        "dkim": "good",
        "dmarc": "good",
        "mx": "good",
    }
    assert worst_state(refresh(account).health) == "good"


def test_an_empty_zone_says_what_to_publish(account: MailAccount, zone: Zone) -> None:
    give_dkim_key(account, selector="recaudo1", origin="test")
    health = check_health(account, now=NOW)
    assert health["spf"]["publish"] == {
        "name": DOMAIN,
        "kind": "TXT",
        "value": "v=spf1 a:mail.andina.example.com ~all",
    }
    assert health["dkim"]["publish"]["name"] == f"recaudo1._domainkey.{DOMAIN}"
    assert health["dkim"]["publish"]["value"].startswith("v=DKIM1; k=rsa; p=MII")
    assert health["dmarc"]["publish"]["value"].startswith("v=DMARC1; p=none; rua=mailto:")
    assert health["mx"]["code"] == "mx_missing"


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ("v=spf1 ip4:192.0.2.10 ~all", "spf_good"),
        ("v=spf1 a:mail.andina.example.com -all", "spf_good"),
        ("v=spf1 a:mail.andina.example.com/24 -all", "spf_good"),
        ("v=spf1 mx ~all", "spf_good"),
        ("v=spf1 include:otro.example.com ~all", "spf_good"),
        ("v=spf1 redirect=otro.example.com", "spf_good"),
        ("v=spf1 ip4:198.51.100.0/24 ~all", "spf_not_ours"),
        ("v=spf1 -ip4:192.0.2.10 ~all", "spf_not_ours"),
        ("v=spf1 ip4:192.0.2.10 +all", "spf_open"),
        ("v=spf1 ip4:192.0.2.10", "spf_no_end"),
        ("v=spf1 iq4:192.0.2.10 ~all", "spf_broken"),
        ("v=spf1 include:nada.example.com ~all", "spf_broken"),
        ("v=spf1 include:bucle.example.com ~all", "spf_too_long"),
        ("hola", "spf_missing"),
    ],
)
def test_spf_is_read_with_its_includes(
    zone: Zone, code_of: Callable[[str], str], record: str, code: str
) -> None:
    host(zone)
    zone.add(f"{DOMAIN}. 60 IN MX 10 mail.andina.example.com.")
    zone.text("otro.example.com", "v=spf1 ip4:192.0.2.10 -all")
    zone.text("bucle.example.com", "v=spf1 include:bucle.example.com -all")
    zone.text(DOMAIN, record)
    assert code_of("spf") == code


@pytest.mark.parametrize(("count", "code"), [(9, "spf_good"), (10, "spf_good"), (11, "spf_too_long")])
def test_ten_questions_are_the_most(
    zone: Zone, code_of: Callable[[str], str], count: int, code: str
) -> None:
    host(zone)
    names = [f"i{n}.example.com" for n in range(count)]
    for name in names:
        zone.text(name, "v=spf1 ip4:192.0.2.10 -all")
    zone.text(DOMAIN, f"v=spf1 {' '.join(f'include:{each}' for each in names)} ~all")
    assert code_of("spf") == code


def test_two_records_are_none(zone: Zone, code_of: Callable[[str], str]) -> None:
    zone.text(DOMAIN, "v=spf1 ip4:192.0.2.10 -all")
    zone.text(DOMAIN, "v=spf1 include:x.example.com -all")
    assert code_of("spf") == "spf_two"


def test_a_large_provider_is_known_by_its_include(account: MailAccount, zone: Zone) -> None:
    account.smtp_host = "smtp.gmail.com"
    zone.text(DOMAIN, "v=spf1 mx -all")
    spf = check_health(account, now=NOW)["spf"]
    assert spf["code"] == "spf_not_ours"
    assert spf["publish"]["value"] == "v=spf1 mx include:_spf.google.com -all"
    zone.lines.clear()
    zone.text("_spf.google.com", "v=spf1 ip4:198.51.100.0/24 ~all")
    zone.text(DOMAIN, spf["publish"]["value"])
    assert check_health(account, now=NOW)["spf"]["code"] == "spf_good"


@pytest.mark.parametrize(
    ("record", "code"),
    [("v=DKIM1; k=rsa; p=MIIB", "dkim_other"), ("v=DKIM1; p=", "dkim_other"), ("", "dkim_missing")],
)
def test_a_key_that_is_not_ours_is_told(
    account: MailAccount, zone: Zone, record: str, code: str
) -> None:
    give_dkim_key(account, selector="recaudo1", origin="test")
    if record:
        zone.text(f"recaudo1._domainkey.{DOMAIN}", record)
    assert check_health(account, now=NOW)["dkim"]["code"] == code


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ("v=DMARC1; p=none", "dmarc_watching"),
        ("v=DMARC1; p=quarantine", "dmarc_good"),
        ("v=DMARC1; p=tal vez", "dmarc_broken"),
        ("", "dmarc_missing"),
    ],
)
def test_dmarc_needs_one_of_both_to_hold_for_the_author(
    zone: Zone, code_of: Callable[[str], str], record: str, code: str
) -> None:
    host(zone)
    zone.text(DOMAIN, "v=spf1 ip4:192.0.2.10 -all")
    if record:
        zone.text(f"_dmarc.{DOMAIN}", record)
    assert code_of("dmarc") == code


def test_a_policy_that_nothing_of_ours_meets_is_told(
    zone: Zone, code_of: Callable[[str], str]
) -> None:
    zone.text(f"_dmarc.{DOMAIN}", "v=DMARC1; p=reject")
    assert code_of("dmarc") == "dmarc_unaligned"


def test_a_server_that_fails_is_no_verdict(zone: Zone, code_of: Callable[[str], str]) -> None:
    zone.broken.add(DOMAIN)
    assert code_of("spf") == "dns_silent"


@pytest.mark.parametrize(
    ("domain", "whole"),
    [
        ("cobros.empresa.com.co", "empresa.com.co"),
        ("empresa.com.co", "empresa.com.co"),
        ("cobros.empresa.cl", "empresa.cl"),
        ("a.b.empresa.com", "empresa.com"),
        ("empresa.co", "empresa.co"),
    ],
)
def test_the_organisation_behind_a_domain(domain: str, whole: str) -> None:
    assert organisation(domain) == whole


def test_every_answer_has_a_sentence_that_needs_no_more_facts(
    account: MailAccount, zone: Zone
) -> None:
    health = check_health(account, now=NOW)
    with translation.override("es"):
        for name in ("spf", "dkim", "dmarc", "mx"):
            code, facts = health[name]["code"], health[name]["facts"]
            assert code in sentences()
            assert "…" not in sentence(code, facts)
