"""What the codes of contact/ say on screen: what happened, and what to do next. By subject."""

from recaudo.contact.words import gate, hand, inbound, mail, outbox, texts

SENTENCES: dict[str, str] = {
    **gate.SENTENCES,
    **outbox.SENTENCES,
    **mail.SENTENCES,
    **texts.SENTENCES,
    **inbound.SENTENCES,
    **hand.SENTENCES,
}
