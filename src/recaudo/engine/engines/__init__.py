"""Where do the steps run? One interface, one file an engine."""

from collections.abc import Mapping
from typing import Protocol

import pyarrow as pa


class Engine(Protocol):
    """Holds relations for the length of one run. Steps see them by name."""

    name: str

    def load(self, sources: Mapping[str, tuple[str, pa.Schema]]) -> None:
        """Fill each relation with the rows of its SELECT on the creditor's PostgreSQL; all of
        them see one snapshot."""

    def give(self, name: str, rows: pa.Table) -> None:
        """Make a relation of rows that the caller has."""

    def make(self, name: str, select: str) -> None:
        """Keep the result of one step as a relation."""

    def fetch(self, select: str, schema: pa.Schema) -> pa.Table:
        """The rows of a SELECT, in its order, in exactly this schema."""

    def close(self) -> None:
        """Let go of everything. Harmless twice."""
