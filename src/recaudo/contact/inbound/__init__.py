"""What comes back: whose it is, what it says, what acts at once, and what a person decides.

``receiving.receive`` takes in one message; ``acting.classify`` is a person's (or the user's rule's)
word on it. Matching, classifier and stop words only propose. docs/rules/replies.md
"""

from recaudo.contact.inbound.receiving import receive

__all__ = ["receive"]
