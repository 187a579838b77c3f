"""Keeping the figures of the home page ready."""

from __future__ import annotations

from datetime import date

from recaudo.access.models import Creditor
from recaudo.core.problems import Problem
from recaudo.insights.queries.home import take


def take_photo(creditor: Creditor, as_of: date) -> None:
    """Add up the home page's figures for ``as_of`` and keep them. After an import or a run.

    A portfolio that cannot be added up (a missing rate) keeps none: the page itself says so.
    """
    try:
        take(creditor, as_of)
    except Problem as problem:
        if problem.code != "rate_missing":
            raise
