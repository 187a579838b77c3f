"""Asking the domain name system, and nobody's cache but the server's."""

from __future__ import annotations

import dns.exception
import dns.resolver
from django.conf import settings

from recaudo.core.problems import Problem

#: Seconds for one question, with its repetitions.
PATIENCE = 5.0


class Names:
    """``RECAUDO_DNS`` (``host`` or ``host:port``) names the server; else the machine's own."""

    def __init__(self, server: str | None = None) -> None:
        chosen = settings.DNS_SERVER if server is None else server
        self._resolver = dns.resolver.Resolver(configure=not chosen)
        if chosen:
            host, _, port = chosen.partition(":") if chosen.count(":") == 1 else (chosen, "", "")
            self._resolver.nameservers = [host]
            self._resolver.port = int(port or 53)
        self._resolver.lifetime = PATIENCE

    def texts(self, name: str) -> list[str]:
        """TXT records, each with its pieces joined."""
        return [
            b"".join(each.strings).decode("utf-8", "replace") for each in self._ask(name, "TXT")
        ]

    def exchanges(self, name: str) -> list[str]:
        """Hosts that take mail for ``name``, the preferred first; a lone '.' says none."""
        found = sorted(self._ask(name, "MX"), key=lambda each: int(each.preference))
        return [each.exchange.to_text().rstrip(".") or "." for each in found]

    def hosts(self, name: str) -> list[str]:
        """Its addresses, both kinds."""
        return [each.address for kind in ("A", "AAAA") for each in self._ask(name, kind)]

    def _ask(self, name: str, kind: str) -> list:  # type: ignore[type-arg]
        try:
            return list(self._resolver.resolve(name, kind, search=False))
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer, dns.name.LabelTooLong):
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise Problem("dns_silent", name=name) from error
