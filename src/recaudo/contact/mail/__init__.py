"""Mail: sending it, reading what comes back, and whether the world believes that it is ours."""

from recaudo.contact.mail.accounts import account_for
from recaudo.contact.mail.addresses import envelope_from
from recaudo.contact.mail.compose import compose, message_id
from recaudo.contact.mail.gateway import Gateway, Sent
from recaudo.contact.mail.ingest import ingest
from recaudo.contact.mail.parts import Attachment
from recaudo.contact.mail.reading import read_mailbox

__all__ = [
    "Attachment",
    "Gateway",
    "Sent",
    "account_for",
    "compose",
    "envelope_from",
    "ingest",
    "message_id",
    "read_mailbox",
]
