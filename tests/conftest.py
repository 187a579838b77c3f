"""What every test may use."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from leftovers import drop_run_partitions

ROOT = Path(__file__).resolve().parent.parent

# A busy machine is slow, not wrong: no example is judged by the clock.
hypothesis_settings.register_profile("unhurried", deadline=None)
hypothesis_settings.load_profile("unhurried")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public files beside the project; the test is left out without it."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real files (../shared/data) are not here")
    return folder


@pytest.fixture(autouse=True)
def run_partitions_go(request):
    """What runs left behind goes with the test: emptying the database between tests locks every
    partition, and those of hundreds of made-up creditors are more than a server can lock."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None or not marker.kwargs.get("transaction"):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    drop_run_partitions()
