"""How a person's own words end: who writes, and how to have no more of it.

A template says both by itself and is refused without; whoever answers a question need not think of
it, so what lacks them gets them.
"""

from __future__ import annotations

from recaudo.contact.texts.lint import Draft, lint
from recaudo.contact.texts.presets import blocks

_NAME = "{{ creditor.name }}"
_OPT_OUT = {"email": "opt_out_email", "sms": "opt_out_sms"}


def closed(
    source: str, *, channel: str, purpose: str, language: str, country: str, subdivision: str = ""
) -> str:
    """``source`` (Liquid), and below it the creditor's name and the way to stop, where missing."""
    draft = Draft(channel, purpose, language.split("-")[0], source)
    lacks = {each.code for each in lint(draft, country, subdivision)}
    parts = blocks(language.split("-")[0])
    ending = []
    if "text_lacks_identity" in lacks:
        ending.append(_NAME if channel == "sms" else parts["signature"])
    if "text_lacks_opt_out" in lacks:
        ending.append(parts[_OPT_OUT.get(channel, "opt_out_chat")])
    between = " " if channel == "sms" else "\n\n"
    return between.join([source.rstrip(), *(each.strip("\n") for each in ending)])
