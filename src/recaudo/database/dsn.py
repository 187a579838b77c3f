"""How to reach a database: read from a URL, written as libpq, ADBC and Django want it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from recaudo.core.problems import Problem


@dataclass(frozen=True)
class Dsn:
    """One database. An empty string (port 0) leaves the choice to libpq."""

    host: str  # a name, an address, or the folder of a Unix socket (begins with /)
    port: int
    user: str
    password: str = field(repr=False)
    dbname: str
    # Further libpq parameters: sslmode …
    options: Mapping[str, str] = field(default_factory=dict, hash=False)

    @classmethod
    def parse(cls, url: str) -> Dsn:
        """From ``postgresql://…`` or ``key=value …``; Problem ``database_url_unreadable``."""
        try:
            given = {name: str(value) for name, value in conninfo_to_dict(url).items()}
            port = int(given.pop("port", 0))
        except (psycopg.ProgrammingError, ValueError) as error:
            # The URL may hold a password: it is not repeated.
            raise Problem("database_url_unreadable") from error
        parts = [given.pop(name, "") for name in ("host", "user", "password", "dbname")]
        return cls(parts[0], port, parts[1], parts[2], parts[3], given)

    def named(self, dbname: str) -> Dsn:
        """Another database of the same server."""
        return replace(self, dbname=dbname)

    def parameters(self) -> dict[str, str]:
        """What is set, under libpq's names."""
        known = {
            "host": self.host,
            "port": str(self.port or ""),
            "user": self.user,
            "password": self.password,
            "dbname": self.dbname,
        }
        return {**self.options, **{name: value for name, value in known.items() if value}}

    @property
    def conninfo(self) -> str:
        return make_conninfo(**self.parameters())

    @property
    def url(self) -> str:
        """``postgresql://…`` as ADBC and SQLAlchemy read it; holds the password."""
        rest = self.parameters()
        user, password = rest.pop("user", ""), rest.pop("password", "")
        who = quote(user, safe="") + (f":{quote(password, safe='')}" if password else "")
        name = quote(rest.pop("dbname", ""), safe="")
        query = f"?{urlencode(rest, quote_via=quote)}" if rest else ""
        return f"postgresql://{who}{'@' if who else ''}/{name}{query}"

    def django(self) -> dict[str, Any]:
        """An entry for ``DATABASES``; whoever needs more OPTIONS (pool …) adds them."""
        return {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": self.host,
            "PORT": str(self.port or ""),
            "USER": self.user,
            "PASSWORD": self.password,
            "NAME": self.dbname,
            "OPTIONS": dict(self.options),
        }

    @property
    def without_password(self) -> Dsn:
        return replace(self, password="")

    @property
    def shown(self) -> str:
        """For people and logs: no password."""
        where = self.host or "localhost"
        return f"{where}{f':{self.port}' if self.port else ''}/{self.dbname}"
