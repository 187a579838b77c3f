"""May this contact happen at this moment, by these rules and this history? Pure, one account.

Worked tables and the guarantee: docs/rules/contact.md.
"""

from recaudo.core.contact_rules.shapes import (
    Ask,
    Cap,
    Contact,
    Hours,
    Rules,
    Said,
    Source,
    Spacing,
)

__all__ = ["Ask", "Cap", "Contact", "Hours", "Rules", "Said", "Source", "Spacing"]
