"""What does this message say, word for word, by the balances read now?

``render`` writes one, ``render_many`` a batch with a constant number of queries. The guarantee:
``balance`` is the exact sum of ``items``, and what the text says is made of those same rows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlparse

from django.conf import settings
from django_scopes import scope

from recaudo.access.models import Creditor
from recaudo.contact.models import Message, Template, TemplateVersion
from recaudo.contact.texts.choosing import Shelf, chain, read_shelf, words_of
from recaudo.contact.texts.closing import closed
from recaudo.contact.texts.gather import Book, read_book
from recaudo.contact.texts.installing import install_ready
from recaudo.contact.texts.liquid import rendered
from recaudo.contact.texts.sms import as_sms
from recaudo.contact.texts.variables import Asked, asked, plain, variables
from recaudo.contact.texts.versions import draft_of, findings_for
from recaudo.core.problems import Problem
from recaudo.portfolio.models import Channel, Customer, DocumentFile

#: A subject longer than this is cut: no reader shows more.
SUBJECT_MAX = 200
PREVIEW_MAX = 200
#: Attached up to here; the rest is named in the text (F26). Gateways refuse much more.
ATTACHED_MAX = 7_000_000
#: What a customer asked for gets: their invoice, whichever channel of ours says so.
ATTACHABLE = ("pdf", "xml")
LOCAL = frozenset({None, "localhost", "127.0.0.1", "::1"})
_STOPS = re.compile(r"(?<!\.)\.\.(?=\s|<|$)")
_NOT_OPEN_NEEDED = frozenset({"service", "third_party"})


@dataclass(frozen=True, slots=True)
class Ask:
    """One message to write. ``document_ids`` empty: all that is open (docs/rules/texts.md)."""

    customer_id: int
    template_key: str
    channel: str
    document_ids: tuple[int, ...] = ()
    purpose: str = "collection"
    message: Message | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """A message as it would leave. ``items`` are (document, amount) in ``currency``, adding exactly
    to ``balance``; ``attachments`` are ids of DocumentFile; ``warnings`` codes for who previews."""

    subject: str
    preview: str
    text: str
    html: str
    language: str
    template_version_id: int | None
    currency: str
    balance: Decimal
    items: list[tuple[int, Decimal]]
    attachments: list[int] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Source:
    """The Liquid of one text: a stored version, or what somebody is writing."""

    text: str
    subject: str = ""
    preview: str = ""
    html: str = ""
    language: str = "es"
    version_id: int | None = None

    @classmethod
    def of(cls, version: TemplateVersion) -> Source:
        return cls(
            version.text,
            version.subject,
            version.preview,
            version.html,
            version.language,
            version.pk,
        )


def render(
    creditor: Creditor,
    customer: Customer,
    *,
    template_key: str,
    channel: str,
    document_ids: Sequence[int] = (),
    at: datetime,
    purpose: str = "collection",
    message: Message | None = None,
    extra: Mapping[str, object] | None = None,
) -> Written:
    """One message, from the balances read now. Raises the Problems of ``render_many``."""
    ask = Ask(
        customer.pk,
        template_key,
        channel,
        tuple(document_ids),
        purpose,
        message,
        extra or {},
    )
    (written,) = render_many(creditor, [ask], at=at)
    if isinstance(written, Problem):
        raise written
    return written


def render_many(
    creditor: Creditor, asks: Sequence[Ask], *, at: datetime
) -> list[Written | Problem]:
    """In the order asked; one that cannot be written is its Problem, and stops no other.

    Problems: ``template_missing``, ``template_off``, ``template_unlawful`` (today's lint has
    errors), ``nothing_open_now`` (a message that asks for money, and nothing of it is open any
    more), ``pay_ways_missing`` (no way to pay in the message's currency is configured),
    ``text_rate_missing``, ``customer_gone``, and what ``liquid`` raises.
    """
    with scope(creditor=creditor):
        keys = {ask.template_key for ask in asks}
        shelf = read_shelf(keys)
        if keys - {key for key, _ in shelf.templates}:
            install_ready(creditor)  # or somebody else has, meanwhile: read again all the same
            shelf = read_shelf(keys)
        book = read_book(
            creditor,
            {ask.customer_id for ask in asks},
            at=at,
            message_ids=[ask.message.pk for ask in asks if ask.message is not None],
            files_of=_with_files(asks, shelf),
        )
        return [_one(book, shelf, ask) for ask in asks]


def _with_files(asks: Sequence[Ask], shelf: Shelf) -> list[int]:
    found = []
    for ask in asks:
        template = shelf.template(ask.template_key, ask.channel)
        if template is not None and template.attaches_documents:
            found.append(ask.customer_id)
    return found


def _one(book: Book, shelf: Shelf, ask: Ask) -> Written | Problem:
    try:
        template = shelf.template(ask.template_key, ask.channel)
        if template is None:
            raise Problem("template_missing", template=ask.template_key, channel=ask.channel)
        if not template.is_active:
            raise Problem("template_off", template=ask.template_key, channel=ask.channel)
        customer = book.customers.get(ask.customer_id)
        if customer is None:
            raise Problem("customer_gone")
        version = shelf.version(template, customer, book.creditor)
        if version is None:
            raise Problem("template_missing", template=ask.template_key, channel=ask.channel)
        _refuse_unlawful(book.creditor, template, version)
        return write(book, ask, Source.of(version), template)
    except Problem as problem:
        return problem


def _refuse_unlawful(creditor: Creditor, template: Template, version: TemplateVersion) -> None:
    """A text that was fine when saved may not be any more: the country's pack has changed."""
    for finding in findings_for(creditor, draft_of(template, version)):
        if finding.is_error:
            raise Problem("template_unlawful", template=template.key, finding=finding.code)


def write(
    book: Book,
    ask: Ask,
    source: Source,
    template: Template | None = None,
    *,
    is_preview: bool = False,
) -> Written:
    """One message of ``source``. A preview tells of missing ways to pay as a warning, and shows a
    message about nothing. Raises as ``render_many``."""
    what = asked(book, ask.customer_id, ask.document_ids)
    purpose = template.purpose if template is not None else ask.purpose
    warnings = _missing(book, what, purpose)
    if warnings and not is_preview:
        raise Problem(warnings[0], currency=what.currency)
    wants_files = template is not None and template.attaches_documents
    files = _files(book, what) if wants_files else []
    attached = _attached(files) if ask.channel == Channel.EMAIL else []
    customer = book.customers[ask.customer_id]
    values = variables(
        book,
        ask.customer_id,
        what,
        language=source.language,
        words=words_of(source.language, customer.country or book.creditor.country),
        links=_links(ask),
        extra=ask.extra,
        message_id=ask.message.pk if ask.message is not None else None,
        files_named=[each.name for each in files if each.pk in attached],
    )
    text = tidy(rendered(source.text, values))
    preview = one_line(rendered(source.preview, values), PREVIEW_MAX) if source.preview else ""
    page = ""
    if source.html:
        page = one_stop(rendered(source.html, values | {"preview": preview}, is_html=True))
    return Written(
        subject=one_line(rendered(source.subject, values), SUBJECT_MAX) if source.subject else "",
        preview=preview,
        text=as_sms(text) if ask.channel == Channel.SMS else text,
        html=page,
        language=source.language,
        template_version_id=source.version_id,
        currency=what.currency,
        balance=what.balance,
        items=what.items,
        attachments=attached,
        warnings=warnings,
    )


def render_text(
    creditor: Creditor,
    customer: Customer,
    source_liquid: str,
    *,
    channel: str,
    at: datetime,
    document_ids: Sequence[int] = (),
    purpose: str = "service",
    subject: str = "",
    message: Message | None = None,
    extra: Mapping[str, object] | None = None,
) -> Written:
    """What a person wrote themselves, with the documented variables in it, and closed
    (``closing.closed``). ``purpose`` ``collection`` asks for an open balance and a way to pay, as
    a template does.
    """
    language = spoken(customer, creditor)
    text = closed(
        source_liquid,
        channel=channel,
        purpose=purpose,
        language=language,
        country=creditor.country,
        subdivision=creditor.subdivision,
    )
    source = Source(text=text, subject=subject, language=language)
    with scope(creditor=creditor):
        book = read_book(creditor, [customer.pk], at=at)
        ask = Ask(customer.pk, "", channel, tuple(document_ids), purpose, message, extra or {})
        return write(book, ask, source)


def spoken(customer: Customer, creditor: Creditor) -> str:
    """The language in which a person's own words to the customer are closed."""
    language = chain(customer.language, creditor.country)[0]
    return language if language.split("-")[0] in {"es", "en"} else "es"


def _missing(book: Book, what: Asked, purpose: str) -> list[str]:
    """Why this message may not leave, if anything."""
    found = []
    if purpose not in _NOT_OPEN_NEEDED:
        if not what.owed:
            found.append("nothing_open_now")
        if not book.ways.get(what.currency):
            found.append("pay_ways_missing")
    return found


def _links(ask: Ask) -> dict[str, str]:
    """The unsubscribe link stands on the message's own token; without one there is no link, nor
    where nobody outside could open it: the text then asks for the word BAJA."""
    token = ask.message.token if ask.message is not None else None
    if ask.channel != Channel.EMAIL or not token or urlparse(settings.PUBLIC_URL).hostname in LOCAL:
        return {}
    return {"unsubscribe": unsubscribe_url(token)}


def unsubscribe_url(token: str) -> str:
    """Where the customer stops messages by this channel: the same address as in the header."""
    return f"{settings.PUBLIC_URL.rstrip('/')}/baja/{token}/"


def _files(book: Book, what: Asked) -> list[DocumentFile]:
    return [
        each
        for owed in what.owed
        for each in book.files.get(owed.id, ())
        if each.kind in ATTACHABLE
    ]


def _attached(files: Sequence[DocumentFile]) -> list[int]:
    """PDFs before XMLs, the oldest document first, up to ``ATTACHED_MAX`` bytes in all."""
    room, chosen = ATTACHED_MAX, []
    for each in sorted(files, key=lambda each: ATTACHABLE.index(each.kind)):
        if each.size <= room:
            room -= each.size
            chosen.append(each.pk)
    return chosen


def one_line(text: str, limit: int) -> str:
    """A header's value: no break of any kind can be in it."""
    return plain(text)[:limit]


def tidy(text: str) -> str:
    """No spaces at the ends of lines, no more than one empty line."""
    lines = (line.rstrip() for line in text.replace("\r\n", "\n").split("\n"))
    return one_stop(re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip())


def one_stop(text: str) -> str:
    """A sentence that ends in «S.A.» or «p. m.» has one full stop, not the template's besides."""
    return _STOPS.sub(".", text)
