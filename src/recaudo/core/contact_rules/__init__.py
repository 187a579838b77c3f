"""May this contact happen at this moment, by these rules and this history? Pure, one account.

Worked tables and the guarantee: docs/rules/contact.md.
"""

from recaudo.core.contact_rules.judging import judge, judge_everywhere
from recaudo.core.contact_rules.shapes import (
    CHANNELS,
    LAW_CHANNEL,
    Ask,
    Cap,
    Channel,
    Contact,
    Grade,
    Hours,
    Kind,
    Rules,
    Said,
    Source,
    Spacing,
)

__all__ = [
    "CHANNELS",
    "LAW_CHANNEL",
    "Ask",
    "Cap",
    "Channel",
    "Contact",
    "Grade",
    "Hours",
    "Kind",
    "Rules",
    "Said",
    "Source",
    "Spacing",
    "judge",
    "judge_everywhere",
]
