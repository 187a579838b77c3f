"""Contact: what is planned, sent, heard back and done by hand, and the law's word on each."""

from recaudo.contact.models.inbound import InboundFile, InboundMessage, ReplyClass, ReplyRule
from recaudo.contact.models.interactions import ContactKind, Direction, Interaction, Outcome
from recaudo.contact.models.mail import MailAccount
from recaudo.contact.models.messages import (
    Message,
    MessageEvent,
    MessageItem,
    MessageState,
    MessageText,
    Origin,
    StepItem,
)
from recaudo.contact.models.pace import SendingPace
from recaudo.contact.models.policy import HousePolicy, RegimeChoice, Verdict
from recaudo.contact.models.texts import Template, TemplateVersion

__all__ = [
    "ContactKind",
    "Direction",
    "HousePolicy",
    "InboundFile",
    "InboundMessage",
    "Interaction",
    "MailAccount",
    "Message",
    "MessageEvent",
    "MessageItem",
    "MessageState",
    "MessageText",
    "Origin",
    "Outcome",
    "RegimeChoice",
    "ReplyClass",
    "ReplyRule",
    "SendingPace",
    "StepItem",
    "Template",
    "TemplateVersion",
    "Verdict",
]
