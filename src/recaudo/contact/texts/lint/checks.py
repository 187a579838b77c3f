"""The checks, in the order in which they are told. docs/rules/texts.md lists the codes.

An error refuses the version; a warning is shown with it. Everything is judged on the source: what a
template *can* say, in whichever branch; only lengths are measured on an example.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

from recaudo.contact.texts.layout import compiled
from recaudo.contact.texts.lint import phrases
from recaudo.contact.texts.lint.names import Names, names_in, unknown_names
from recaudo.contact.texts.lint.sample import samples
from recaudo.contact.texts.liquid import rendered
from recaudo.contact.texts.sms import as_sms, segments
from recaudo.core.problems import Problem
from recaudo.countries import pack_for

AMOUNTS = frozenset(
    {"total", "catch_up", "credits", "items[].amount", "payment.amount", "promise.amount"}
)
#: More than that is a letter, and costs like one.
SMS_WARNING, SMS_MAX = 3, 6
SUBJECT_LONG, PREVIEW_LONG = 78, 140
CHAT_LONG = 2_500
_MARK = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_TAG = re.compile(r"<(style|head)\b.*?</\1>|<!--.*?-->|<[^>]*>", re.DOTALL | re.IGNORECASE)
_MONEY = re.compile(r"(?:[$€£]|S/|US\$|COP|CLP|MXN|PEN|USD)\s?\d|\b\d{1,3}(?:[.,]\d{3})+\b")
_SHOUT = re.compile(r"(?:\b[A-ZÁÉÍÓÚÑÜ]{3,}\b[\s,.]*){3,}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A version that somebody wants to save. ``purpose``: collection, service, third_party."""

    channel: str
    purpose: str
    language: str
    text: str
    subject: str = ""
    preview: str = ""
    mjml: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """``where``: subject, preview, text, mjml or tone. ``line`` from 1; 0 where it is about the
    whole. ``facts`` go into the sentence, ``found`` among them."""

    code: str
    level: str
    where: str
    line: int = 0
    facts: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def is_error(self) -> bool:
        return self.level == "error"


@lru_cache(maxsize=4096)
def lint(draft: Draft, country: str, subdivision: str = "") -> tuple[Finding, ...]:
    """All findings, errors first. The country's pack says what it forbids and asks for."""
    found = list(_form(draft))
    if not any(each.is_error for each in found):
        found += _examples(draft)
    found += _required(draft, country, subdivision)
    found += _forbidden(draft, country, subdivision)
    found += _manners(draft, country)
    unique = {(each.code, each.where, each.line, str(each.facts)): each for each in found}
    return tuple(sorted(unique.values(), key=lambda each: not each.is_error))


def _fields(draft: Draft) -> Iterator[tuple[str, str]]:
    for where in ("subject", "preview", "text", "mjml"):
        if source := getattr(draft, where):
            yield where, source


# -- form: can it be read at all? ----------------------------------------------------------------


def _form(draft: Draft) -> Iterator[Finding]:
    if not draft.text.strip() and not draft.mjml.strip():
        yield _error("text_missing", "text")
    if draft.channel == "email" and not draft.subject.strip():
        yield _error("subject_missing", "subject")
    if "\n" in draft.subject.strip() or "\r" in draft.subject.strip():
        yield _error("subject_lines", "subject")
    for where, source in _fields(draft):
        try:
            names = names_in(source)
        except Problem as problem:
            yield _problem(problem, where)
            continue
        for name, line in unknown_names(names, in_page=where == "mjml"):
            yield _error("variable_unknown", where, line, found=name)
    if draft.mjml.strip():
        try:
            compiled(draft.mjml)
        except Problem as problem:
            yield _problem(problem, "mjml")


def _problem(problem: Problem, where: str) -> Finding:
    facts = dict(problem.facts)
    line = facts.pop("line", 0)
    return Finding(problem.code, "error", where, line if isinstance(line, int) else 0, facts)


# -- examples: does it end, and how long is it? ---------------------------------------------------


def _examples(draft: Draft) -> Iterator[Finding]:
    """Written for two customers: one with everything, one with nothing."""
    for values in samples(draft.language):
        for where, source in _fields(draft):
            try:
                page = compiled(source) if where == "mjml" else source
                rendered(page, values | {"preview": ""}, is_html=where == "mjml")
            except Problem as problem:
                yield _problem(problem, where)
    full = next(iter(samples(draft.language)))
    try:
        text = rendered(draft.text, full)
        subject, preview = rendered(draft.subject, full), rendered(draft.preview, full)
    except Problem:
        return
    if draft.channel == "sms":
        count = segments(as_sms(text.strip()))
        if count > SMS_MAX:
            yield _error("sms_too_long", "text", 0, count=count, limit=SMS_MAX)
        elif count > SMS_WARNING:
            yield _warning("sms_long", "text", 0, count=count, limit=SMS_WARNING)
    if draft.channel == "whatsapp" and len(text) > CHAT_LONG:
        yield _warning("chat_long", "text", 0, count=len(text), limit=CHAT_LONG)
    if len(subject) > SUBJECT_LONG:
        yield _warning("subject_long", "subject", 0, count=len(subject), limit=SUBJECT_LONG)
    if len(preview) > PREVIEW_LONG:
        yield _warning("preview_long", "preview", 0, count=len(preview), limit=PREVIEW_LONG)


# -- required: is everything there? ---------------------------------------------------------------


def _required(draft: Draft, country: str, subdivision: str) -> Iterator[Finding]:
    """In the text and in the page each: whoever reads one does not see the other."""
    if draft.purpose == "third_party":
        return
    bodies = [(where, source) for where, source in _fields(draft) if where in ("text", "mjml")]
    for where, source in bodies:
        try:
            names = names_in(source)
        except Problem:
            continue
        plain = words_of(source)
        said = _said(names, plain, draft.language, country)
        wanted = ["identity", "opt_out"]
        if draft.purpose == "collection":
            wanted = ["amount", "as_of", "how_to_pay", "identity", "opt_out", "if_paid"]
        for part in wanted:
            if not said[part]:
                yield _error(f"missing_{part}", where)
        reachable = names.has("creditor.phone", "creditor.address", "creditor.website")
        if draft.channel == "email" and not reachable:
            yield _warning("missing_creditor_contact", where)
        if draft.purpose == "collection":
            yield from _must_say(draft, where, names, plain, said, pack_for(country, subdivision))


def _said(names: Names, plain: str, language: str, country: str) -> dict[str, bool]:
    def has(kind: str) -> bool:
        return phrases.has(kind, plain, language, country)

    return {
        "amount": names.has(*AMOUNTS),
        "as_of": names.has("as_of") and has("as_of"),
        "how_to_pay": names.has("reference") and names.has("ways", "pay_link"),
        "identity": names.has("creditor.name"),
        "opt_out": names.has("links.unsubscribe") or has("opt_out"),
        "if_paid": has("if_paid"),
    }


#: What packs ask a text to say → what says it.
_SAYS: dict[str, tuple[str, ...]] = {
    "creditor": ("creditor.name",),
    "creditor_name": ("creditor.name",),
    "creditor_represented": ("creditor.name",),
    "agency_identity": ("creditor.name",),
    "creditor_address": ("creditor.address",),
    "creditor_cpf_or_cnpj": ("creditor.tax_id",),
    "identify_collector": ("collector.name", "creditor.name"),
    "agent_name": ("collector.name",),
    "amount": tuple(AMOUNTS),
    "debt_information": ("items[].name", "items[].document"),
    "origin_of_debt": ("items[].name", "items[].document"),
    "how_to_pay": ("reference",),
    "interest_and_fees": ("words.legal_note",),
    "consumer_rights": ("words.legal_note",),
    "not_a_court_procedure": ("words.legal_note",),
}


def _must_say(
    draft: Draft, where: str, names: Names, plain: str, said: dict[str, bool], pack: Any
) -> Iterator[Finding]:
    """What the country's law asks a notice to say. A short message may leave it to the long one."""
    for asked in pack.conduct.must_say:
        wanted = _SAYS.get(asked)
        if wanted is None or names.has(*wanted):
            continue
        if asked == "not_a_court_procedure" and phrases.has(
            "not_court", plain, draft.language, pack.code
        ):
            continue
        facts = {"asked": asked, "country": pack.code}
        level = "error" if draft.channel in ("email", "address") else "warning"
        yield Finding("missing_by_law", level, where, 0, facts)


# -- forbidden: what may not be said --------------------------------------------------------------


def _forbidden(draft: Draft, country: str, subdivision: str) -> Iterator[Finding]:
    conduct = pack_for(country, subdivision).conduct
    asks_why = "error" if "ask_reason_for_default" in conduct.forbidden else "warning"
    for where, source in _fields(draft):
        plain = words_of(source)
        for kind, level in (
            ("court", "error"),
            ("threat", "error"),
            ("insult", "error"),
            ("bureau", "error"),
            ("reason", asks_why),
        ):
            code = {"court": "court_like", "reason": "asks_reason"}.get(kind, kind)
            yield from _hits(code, kind, level, where, plain, draft.language, country)
    yield from _seen_by_others(draft, country)


def _seen_by_others(draft: Draft, country: str) -> Iterator[Finding]:
    """Previews, locked screens, and whoever answers in the customer's place (F20)."""
    seen = [("preview", draft.preview, "error")]
    if draft.channel in ("sms", "whatsapp"):
        first = draft.text.strip().split("\n", 1)[0]
        seen.append(("text", first, "error" if draft.channel == "sms" else "warning"))
    if draft.purpose == "third_party":
        seen = [(where, source, "error") for where, source in _fields(draft)]
    for where, source, level in seen:
        plain = words_of(source)
        lists = ["debt"]
        if draft.purpose == "third_party":
            lists.append("third_party")
        code = "debt_to_third_party" if draft.purpose == "third_party" else "debt_in_preview"
        for kind in lists:
            yield from _hits(code, kind, level, where, plain, draft.language, country)
        amounts = _MONEY.search(plain)
        try:
            names = names_in(source)
        except Problem:
            continue
        shown = names.first(*AMOUNTS, *(("reference", "ways") if len(lists) > 1 else ()))
        if amounts or shown:
            told = amounts.group() if amounts else f"{{{{ {shown} }}}}"
            yield Finding("amount_seen_by_others", level, where, 1, {"found": told})


def _hits(
    code: str, kind: str, level: str, where: str, plain: str, language: str, country: str
) -> Iterator[Finding]:
    seen = set()
    for hit in phrases.hits(kind, plain, language, country):
        if hit.found.lower() in seen:
            continue
        seen.add(hit.found.lower())
        line = plain.count("\n", 0, hit.start) + 1
        yield Finding(code, level, where, line, {"found": hit.found})


# -- manners --------------------------------------------------------------------------------------


def _manners(draft: Draft, country: str) -> Iterator[Finding]:
    for where, source in _fields(draft):
        plain = words_of(source)
        yield from _hits("informal", "informal", "warning", where, plain, draft.language, country)
        if shout := _SHOUT.search(plain):
            line = plain.count("\n", 0, shout.start()) + 1
            yield _warning("shouting", where, line, found=shout.group().strip()[:60])
    if _MONEY.search(words_of(draft.subject)) or _amount_in(draft.subject):
        yield _warning("amount_in_subject", "subject")


def _amount_in(source: str) -> bool:
    try:
        return names_in(source).has(*AMOUNTS)
    except Problem:
        return False


def words_of(source: str) -> str:
    """What the template itself says: no marks, no markup; line breaks stay where they were."""

    def blank(found: re.Match[str]) -> str:
        return " " + "\n" * found.group().count("\n")

    return _TAG.sub(blank, _MARK.sub(blank, source))


def _error(code: str, where: str, line: int = 0, **facts: Any) -> Finding:
    return Finding(code, "error", where, line, facts)


def _warning(code: str, where: str, line: int = 0, **facts: Any) -> Finding:
    return Finding(code, "warning", where, line, facts)


def has_errors(findings: Iterable[Finding]) -> bool:
    return any(each.is_error for each in findings)
