"""Files made on the spot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Lines = Callable[..., Path]


@pytest.fixture
def table(tmp_path: Path) -> Lines:
    """``table("Cliente;Saldo", "ACME;1", …)`` writes lines (as they are) and gives the path."""

    def made(*lines: str, name: str = "cartera.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes("\n".join([*lines, ""]).encode(encoding))
        return path

    return made
