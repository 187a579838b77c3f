"""Where the data lives: an embedded PostgreSQL, or yours by ``DATABASE_URL``.

Pure Python and psycopg: settings import this before Django is there.
"""

from recaudo.database.backup import backup, restore
from recaudo.database.check import Finding, check
from recaudo.database.dsn import Dsn
from recaudo.database.home import home, make_home
from recaudo.database.launcher import ensure_running, stop

__all__ = [
    "Dsn",
    "Finding",
    "backup",
    "check",
    "ensure_running",
    "home",
    "make_home",
    "restore",
    "stop",
]
