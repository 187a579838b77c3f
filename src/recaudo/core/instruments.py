"""Which step may a cheque, letra or pagaré take next? Rules: docs/rules/instruments.md (F15)."""

from __future__ import annotations

from collections.abc import Mapping

from recaudo.core.problems import Problem

#: State → the states it may pass to. A letra may be paid without a deposit; a returned cheque may
#: be deposited again; the bank may return one days after it paid.
STEPS: Mapping[str, tuple[str, ...]] = {
    "held": ("deposited", "cleared", "withdrawn"),
    "deposited": ("cleared", "returned", "protested"),
    "cleared": ("returned", "protested"),
    "returned": ("deposited", "protested", "withdrawn"),
    "protested": ("cleared", "withdrawn"),
    "withdrawn": (),
}
#: What is covered is not chased.
STANDS = ("held", "deposited")


def check_step(state: str, wanted: str) -> None:
    """Raises Problem ``instrument_step``."""
    if wanted not in STEPS.get(state, ()):
        raise Problem("instrument_step", state=state, wanted=wanted)
