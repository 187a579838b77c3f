"""What did it cost in memory, and on what machine? Sampled while something runs."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from threading import Event, Thread
from types import TracebackType

import psutil

EVERY_SECONDS = 0.05
PACKAGES = ("duckdb", "pyarrow", "adbc-driver-postgresql", "psycopg", "django")


class PeakMemory:
    """Highest sum, in MB, of this process and the private memory of the database's backends.

    ``backend_pid``: any backend of the server, which must run on this machine for its part to be
    seen (``sees_server``); only processes that serve ``database`` count.
    """

    def __init__(self, backend_pid: int, database: str) -> None:
        self._client = psutil.Process()
        self._server = _postmaster(backend_pid)
        self._database = database
        self._stop = Event()
        self._thread = Thread(target=self._watch, daemon=True)
        self.client_mb = self.server_mb = self.peak_mb = 0.0

    @property
    def sees_server(self) -> bool:
        return self._server is not None

    def __enter__(self) -> PeakMemory:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            client = self._client.memory_info().rss / 1e6
            server = self._server_mb()
            self.client_mb = max(self.client_mb, client)
            self.server_mb = max(self.server_mb, server)
            self.peak_mb = max(self.peak_mb, client + server)

    def _server_mb(self) -> float:
        if self._server is None:
            return 0.0
        return (
            sum(
                _private_bytes(child.pid)
                for child in self._server.children()
                if _serves(child, self._database)
            )
            / 1e6
        )


def _postmaster(backend_pid: int) -> psutil.Process | None:
    try:
        backend = psutil.Process(backend_pid)
        return backend.parent() if "postgres" in backend.name() else None
    except psutil.Error:
        return None


def _serves(process: psutil.Process, database: str) -> bool:
    try:
        title = " ".join(process.cmdline())
    except psutil.Error:
        return False
    return f" {database} " in f"{title} " or "parallel worker" in title


def _private_bytes(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as lines:
            return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss_Anon"))
    except OSError:
        return 0


def versions(postgresql: str) -> dict[str, str]:
    found = {name: version(name) for name in PACKAGES}
    return {"python": platform.python_version(), "postgresql": postgresql, **found}


def load_average() -> float:
    """Work waiting for a processor over the last minute: a busy machine measures itself."""
    return round(os.getloadavg()[0], 2)
