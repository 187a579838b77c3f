"""A creditor's code stands first in every address of its pages."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.urls import get_resolver

from recaudo.core.problems import Problem
from recaudo.strategy.actions.creditors import RESERVED, add_creditor


def first_parts() -> set[str]:
    """The fixed first parts of our own addresses, from the address table itself."""
    found = {settings.STATIC_URL.strip("/").split("/")[0]}
    ways = [("", each) for each in get_resolver().url_patterns]
    while ways:
        before, way = ways.pop()
        path = before + str(way.pattern)
        first, slash, _ = path.partition("/")
        if slash:
            found |= {first} if "<" not in first else set()
        else:
            ways += [(path, each) for each in getattr(way, "url_patterns", ())]
    return found


def test_every_first_part_of_an_address_of_ours_is_reserved() -> None:
    assert first_parts() == RESERVED


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["baja", "BAJA", " cuenta ", "idioma", "static"])
def test_a_creditor_called_like_one_of_our_pages_is_refused(code: str) -> None:
    with pytest.raises(Problem, match="creditor_code_reserved"):
        add_creditor(code, name="Uno", country="CO", currency="COP", timezone="America/Bogota")
