"""The outbox: at most once. The guarantee and the states: docs/rules/outbox.md."""

from recaudo.contact.outbox.by_hand import confirm_by_hand, withdraw, write_by_hand
from recaudo.contact.outbox.dispatching import dispatch
from recaudo.contact.outbox.recovery import mistrust_restored, recover, settle_uncertain
from recaudo.contact.outbox.rehearsing import rehearse
from recaudo.contact.outbox.states import set_state

__all__ = [
    "confirm_by_hand",
    "dispatch",
    "mistrust_restored",
    "recover",
    "rehearse",
    "set_state",
    "settle_uncertain",
    "withdraw",
    "write_by_hand",
]
