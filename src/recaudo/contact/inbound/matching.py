"""Who wrote, and to which message of ours? Only ever within the creditor that was written to.

In this order: the message that it answers (our token in ``In-Reply-To``, ``References`` or the
address it came to), the address or number that it came from, and a payment reference or document
number in the text. Where several customers fit, nobody is chosen: they are offered to a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path

import phonenumbers
from django.core.files.storage import default_storage
from django.db.models import Q
from django.db.models.functions import Concat, Upper
from django_scopes import scope
from email_validator import EmailNotValidError, validate_email

from recaudo.access.models import Creditor
from recaudo.contact.inbound.points import TELEPHONES
from recaudo.contact.models import InboundMessage, Message
from recaudo.payments.models import PaymentReference
from recaudo.portfolio.models import Channel, ContactPoint, Customer, Document

#: So many customers are offered at most.
OFFERED = 10
HEADER_BYTES = 64_000
READ_CHARACTERS = 20_000
#: Bare digits may be anything; so many make a document number, or a word before them does.
DIGITS_OF_A_NUMBER = 5
CANDIDATES = 200
#: The message that a reply from a known address answers may be so old.
DISPATCHED = ("attempted", "uncertain", "sent", "delivered", "read", "answered", "bounced")

_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,32}")
_WRITTEN = re.compile(r"[A-Z0-9][A-Z0-9./-]{2,31}", re.IGNORECASE)
_NAMED = re.compile(
    r"(?:factura|fact?|fv|documento|doc|cuota|boleta|n[°º]|no\.|nro\.?|n[uú]mero|invoice|#)"
    r"[\s.:#°º]*([A-Z]{0,6}[ -]?\d{2,})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Match:
    """``by``: ``headers``, ``token``, ``address``, ``reference`` or '' where nobody was found.
    ``offered``: ids of customers that fit, where several do. ``code`` says what was wrong."""

    customer_id: int | None = None
    message_id: int | None = None
    by: str = ""
    offered: tuple[int, ...] = ()
    code: str = ""


def match(inbound: InboundMessage) -> Match:
    """The customer and the message behind ``inbound``; reads only."""
    with scope(creditor=inbound.creditor):
        answered = _by_headers(inbound)
        if answered is not None:
            return answered
        value, code = normalised(inbound.channel, inbound.from_value, inbound.creditor)
        owners = owners_of(inbound.channel, value)
        if len(owners) == 1:
            return Match(owners[0], _last_message(owners[0], inbound), "address")
        text = f"{inbound.subject}\n{inbound.text or inbound.own_text}"
        named = _by_reference(text)
        likely = [each for each in named if each in owners] if owners else named
        if len(likely) == 1:
            return Match(likely[0], _last_message(likely[0], inbound), "reference")
        offered = tuple(dict.fromkeys([*owners, *named, *_by_tax_id(text)]))[:OFFERED]
        several = "sender_of_several" if len(owners) > 1 else code
        return Match(offered=offered, code=several)


def normalised(channel: str, value: str, creditor: Creditor) -> tuple[str, str]:
    """The address or number as contact points keep it, and a code where it is none.

    Never raises: ``sender_bad_email``, ``sender_bad_phone`` and the text as it came.
    """
    text = value.strip()[:320]
    if channel == Channel.EMAIL:
        named = re.search(r"<([^<>\s]+@[^<>\s]+)>", text)
        try:
            found = validate_email(named[1] if named else text, check_deliverability=False)
        except (EmailNotValidError, ValueError):
            return text.lower(), "sender_bad_email"
        return found.normalized.lower(), ""
    if channel in TELEPHONES:
        try:
            number = phonenumbers.parse(text, creditor.country)
        except phonenumbers.NumberParseException:
            return text, "sender_bad_phone"
        if not phonenumbers.is_valid_number(number):
            return text, "sender_bad_phone"
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), ""
    return " ".join(text.lower().split()), ""


def owners_of(channel: str, value: str) -> list[int]:
    """The customers, of the creditor in scope, with this contact point; a number may be kept under
    any of the telephone channels. Those switched off do not count."""
    if not value or "\x00" in value:
        return []
    channels = TELEPHONES if channel in TELEPHONES else (channel,)
    points = ContactPoint.objects.filter(channel__in=channels, normalised=value, is_active=True)
    owners = points.order_by("customer_id").values_list("customer_id", flat=True)
    return list(owners.distinct()[: OFFERED + 1])


def sender_point(inbound: InboundMessage) -> ContactPoint | None:
    """The contact point of the inbound's customer that it came from."""
    value, _ = normalised(inbound.channel, inbound.from_value, inbound.creditor)
    if not value or "\x00" in value or inbound.customer_id is None:
        return None
    channels = TELEPHONES if inbound.channel in TELEPHONES else (inbound.channel,)
    points = ContactPoint.objects.filter(
        customer_id=inbound.customer_id, channel__in=channels, normalised=value
    )
    found: list[ContactPoint] = list(points.select_related("creditor").order_by("id"))
    found.sort(key=lambda point: point.channel != inbound.channel)
    return found[0] if found else None


def _by_headers(inbound: InboundMessage) -> Match | None:
    if inbound.message_id is not None:
        known = Message.objects.filter(pk=inbound.message_id).first()
        if known is not None:
            return Match(known.customer_id, known.pk, inbound.matched_by or "headers")
    headers = _header_values(inbound)
    for by, tokens in (("headers", _tokens(headers)), ("token", _plus_tokens([inbound.to_value]))):
        found = {
            message.token: message
            for message in Message.objects.filter(token__in=tokens[:CANDIDATES])
        }
        for token in tokens:  # the one answered before those of the thread, the newest first
            if token in found:
                return Match(found[token].customer_id, found[token].pk, by)
    return None


def _header_values(inbound: InboundMessage) -> list[str]:
    """``In-Reply-To`` and then ``References``, the last first: as noted when it was read, else from
    the raw mail."""
    facts = inbound.facts or {}
    replied, thread = facts.get("in_reply_to", ""), facts.get("references", "")
    if not (replied or thread) and inbound.raw_path:
        replied, thread = _raw_headers(inbound.raw_path)
    thread = thread if isinstance(thread, str) else " ".join(map(str, thread))
    return [str(replied), *reversed(thread.split())]


def _raw_headers(stored_as: str) -> tuple[str, str]:
    path = Path(default_storage.path(stored_as))
    if not path.is_file():
        return "", ""
    with path.open("rb") as file:
        headers = BytesHeaderParser().parsebytes(file.read(HEADER_BYTES))
    return str(headers.get("In-Reply-To", "")), str(headers.get("References", ""))


def _tokens(values: Iterable[str]) -> list[str]:
    """What stands before the @ of each message id."""
    local = (part.strip("<> \t\r\n").partition("@")[0] for v in values for part in v.split())
    return [each for each in dict.fromkeys(local) if _TOKEN.fullmatch(each)]


def _plus_tokens(values: Iterable[str]) -> list[str]:
    """``cobranza+TOKEN@empresa.co`` → ``TOKEN``."""
    found = (each for value in values for each in re.findall(r"\+([A-Za-z0-9_-]{8,32})@", value))
    return list(dict.fromkeys(found))


def _last_message(customer_id: int, inbound: InboundMessage) -> int | None:
    """The last message of ours by that channel before it came."""
    sent = Message.objects.filter(
        customer_id=customer_id,
        channel=inbound.channel,
        state__in=DISPATCHED,
        state_at__lte=inbound.received_at,
    )
    found: int | None = sent.order_by("-state_at").values_list("pk", flat=True).first()
    return found


def _by_reference(text: str) -> list[int]:
    """Customers whose payment reference, or else whose document, is named in ``text``."""
    written = _written(text)
    candidates = sorted({*written, *map(_bare, written)})[: 10 * CANDIDATES]
    references = PaymentReference.objects.filter(reference__in=candidates)
    paid_by = list(references.order_by("customer_id").values_list("customer_id", flat=True))
    if paid_by:
        return list(dict.fromkeys(paid_by))[:OFFERED]
    return _by_document(written, _NAMED.findall(text[:READ_CHARACTERS]))


def _written(text: str) -> list[str]:
    read = text[:READ_CHARACTERS].replace("\x00", " ")
    return [each.upper().strip("./-") for each in _WRITTEN.findall(read)]


def _bare(word: str) -> str:
    return re.sub(r"[\s./-]", "", word)


def _by_document(written: Sequence[str], named: Sequence[str]) -> list[int]:
    numbers = {each for each in written if _is_number(each)}
    called = {_bare(each).upper() for each in named}
    whole = sorted({*numbers, *map(_bare, numbers), *called})[:CANDIDATES]
    if not whole:
        return []
    documents = Document.objects.alias(whole=Upper(Concat("prefix", "number"))).filter(
        Q(whole__in=whole) | Q(number__in=sorted(called))
    )
    owners = documents.order_by("customer_id").values_list("customer_id", flat=True)
    return list(owners.distinct()[:OFFERED])


def _is_number(word: str) -> bool:
    digits = sum(c.isdigit() for c in word)
    if word.isdigit():
        return digits >= DIGITS_OF_A_NUMBER
    return digits >= 2 and word[0].isalpha()


def _by_tax_id(text: str) -> list[int]:
    """Only offered: a tax id may be that of whoever signs for somebody else."""
    candidates = {_bare(each) for each in _written(text)}
    ids = sorted(each for each in candidates if sum(c.isdigit() for c in each) >= 7)
    owners = Customer.objects.filter(tax_id__in=ids[:CANDIDATES]).order_by("pk")
    return list(owners.values_list("pk", flat=True)[:OFFERED])
