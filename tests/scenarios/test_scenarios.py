"""Every scenario of this folder, played from its Spanish prose."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import translation

from scenarios.stage import Stage

FILES = sorted(Path(__file__).parent.glob("*.md"))


@pytest.mark.django_db
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_it_goes_as_told(file):
    stage = Stage()
    with translation.override("es"):
        for line in file.read_text("utf-8").splitlines():
            if line.startswith("- "):
                stage.play(line.removeprefix("- ").strip())


def test_there_are_scenarios():
    assert len(FILES) >= 6
