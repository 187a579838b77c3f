"""Tax ids, phones, e-mails and names, brought to the one form by which they are compared.

None of these raises for what people write: what cannot be used comes back as written with
``is_valid`` false and a code. The common forms take a quick way; the libraries judge the rest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberType
from stdnum import get_cc_module
from stdnum.ar import cuit, dni
from stdnum.br import cnpj, cpf
from stdnum.cl import rut
from stdnum.co import nit
from stdnum.ec import ci
from stdnum.ec import ruc as ec_ruc
from stdnum.exceptions import ValidationError
from stdnum.mx import curp, rfc
from stdnum.pe import cui
from stdnum.pe import ruc as pe_ruc
from stdnum.util import clean

from recaudo.intake.reading.dates import NUMBER
from recaudo.intake.reading.folding import fold


@dataclass(frozen=True)
class TaxId:
    """``normalised`` has no dots, dashes or spaces; with a valid NIT or RUT its check digit too.
    ``kind`` is one of ``tax_id_kind``, '' where unknown. ``person``: 'person', 'company' or ''."""

    normalised: str
    kind: str
    is_valid: bool | None  # None: nothing known for this country
    person: str = ""


@dataclass(frozen=True)
class Contact:
    """``normalised`` is E.164 or a lower-case address; where not valid, the value as written."""

    normalised: str
    is_valid: bool
    code: str = ""  # why not: bad_phone, bad_email
    is_mobile: bool | None = None


_CHECK_DIGIT = re.compile(r"-\s*\d$")
_CO_PERSON = re.compile(r"\d{5,10}")


@lru_cache(maxsize=100_000)
def tax_id(value: str, country: str, kind: str = "") -> TaxId:
    """``value`` as an id of ``country`` (ISO alpha-2), judged by its check digit."""
    written = clean(value.replace(NUMBER, "")).strip().upper()  # wide digits, odd dashes
    compact = re.sub(r"[\s.\-/_,]", "", written)
    if not compact:
        return TaxId("", kind, None)
    if country == "CO" and not kind and _CHECK_DIGIT.search(written):
        kind = "nit"
    judge = {
        "CO": _co,
        "CL": _cl,
        "MX": _mx,
        "PE": _pe,
        "EC": _ec,
        "AR": _ar,
        "BR": _br,
    }.get(country)
    return _elsewhere(compact, country, kind) if judge is None else judge(compact, kind)


def _elsewhere(compact: str, country: str, kind: str) -> TaxId:
    """Other countries by their tax number in stdnum, where it knows one."""
    try:
        module = get_cc_module(country.lower(), "vat") if country else None
    except ImportError:
        module = None
    if module is None:
        return TaxId(compact, kind, None)
    found = _holds(module, compact)
    return TaxId(found or compact, kind or "other", bool(found))


def _holds(module: object, compact: str) -> str:
    """``compact`` as ``module`` writes it, '' where it is not valid."""
    try:
        return str(module.validate(compact))  # type: ignore[attr-defined]
    except ValidationError:
        return ""


def _co(compact: str, kind: str) -> TaxId:
    """A company's NIT ends in its check digit, added where it is missing; a person's has none, so
    that a cédula and the same person's NIT are equal.

    Nine digits that begin with 8 or 9 are a company's NIT. Without a dash or a stated kind,
    anything else of five to ten digits is a cédula.
    """
    if kind in ("ce", "passport", "other"):
        return TaxId(compact, kind, None, "person")
    if not compact.isdigit():
        return TaxId(compact, kind, False)
    is_company = len(compact) >= 9 and compact[0] in "89" and kind != "cc"
    if is_company and len(compact) == 9:
        return TaxId(compact + nit.calc_check_digit(compact), "nit", True, "company")
    if is_company:
        return TaxId(compact, "nit", bool(_holds(nit, compact)), "company")
    if kind == "nit":
        is_valid = compact[-1:] == nit.calc_check_digit(compact[:-1]) and len(compact) > 5
        return TaxId(compact[:-1] if is_valid else compact, "nit", is_valid, "person")
    return TaxId(compact, "cc", _CO_PERSON.fullmatch(compact) is not None, "person")


def _cl(compact: str, kind: str) -> TaxId:
    found = _holds(rut, compact.lstrip("0"))
    body = (found or compact)[:-1]
    person = "" if not body.isdigit() else "company" if int(body) >= 50_000_000 else "person"
    return TaxId(found or compact, "rut", bool(found), person)


def _mx(compact: str, kind: str) -> TaxId:
    if len(compact) == 18:
        return TaxId(compact, "curp", bool(_holds(curp, compact)), "person")
    person = {12: "company", 13: "person"}.get(len(compact), "")
    return TaxId(compact, "rfc", bool(_holds(rfc, compact)), person)


def _pe(compact: str, kind: str) -> TaxId:
    if len(compact) == 8 or kind == "dni":
        return TaxId(compact, "dni", len(compact) == 8 and compact.isdigit(), "person")
    if kind in ("ce", "passport", "other"):
        return TaxId(compact, kind, None, "person")
    if len(compact) == 9 and _holds(cui, compact):
        return TaxId(compact, "dni", True, "person")
    person = "company" if compact.startswith("20") else "person"
    return TaxId(compact, "ruc", bool(_holds(pe_ruc, compact)), person)


def _ec(compact: str, kind: str) -> TaxId:
    if len(compact) == 10:
        return TaxId(compact, "ci", bool(_holds(ci, compact)), "person")
    person = "company" if compact[2:3] in ("6", "9") else "person"
    return TaxId(compact, "ruc", bool(_holds(ec_ruc, compact)), person)


def _ar(compact: str, kind: str) -> TaxId:
    if len(compact) in (7, 8):
        return TaxId(compact, "dni", bool(_holds(dni, compact)), "person")
    person = "company" if compact[:1] == "3" else "person"
    return TaxId(compact, "cuit", bool(_holds(cuit, compact)), person)


def _br(compact: str, kind: str) -> TaxId:
    if len(compact) == 11:
        return TaxId(compact, "cpf", bool(_holds(cpf, compact)), "person")
    return TaxId(compact, "cnpj", bool(_holds(cnpj, compact)), "company")


@cache
def _national(country: str) -> tuple[str, re.Pattern[str], re.Pattern[str]] | None:
    """Calling code, the form of a mobile number and of a fixed one."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country)
    if metadata is None:
        return None
    forms = [
        re.compile(each.national_number_pattern or "(?!)") if each else re.compile("(?!)")
        for each in (metadata.mobile, metadata.fixed_line)
    ]
    return f"+{metadata.country_code}", forms[0], forms[1]


@lru_cache(maxsize=200_000)
def phone(value: str, country: str) -> Contact:
    """``value`` in E.164. A number that belongs to no plan is kept as written, not valid."""
    text = value.replace(NUMBER, "").strip()
    plan = _national(country)
    digits = re.sub(r"[\s().\-]", "", text)
    if plan and digits.isascii() and digits.isdigit() and not digits.startswith("0"):
        code, mobile, fixed = plan
        is_mobile, is_fixed = bool(mobile.fullmatch(digits)), bool(fixed.fullmatch(digits))
        if is_mobile != is_fixed:
            return Contact(code + digits, True, is_mobile=is_mobile)
    try:
        number = phonenumbers.parse(text, country or None)
    except NumberParseException:
        return Contact(text, False, "bad_phone")
    if not phonenumbers.is_valid_number(number):
        return Contact(text, False, "bad_phone")
    kind = phonenumbers.number_type(number)
    told = {PhoneNumberType.MOBILE: True, PhoneNumberType.FIXED_LINE: False}.get(kind)
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Contact(written, True, is_mobile=told)


_PLAIN_EMAIL = re.compile(
    r"[a-z0-9_+\-]{1,40}(?:\.[a-z0-9_+\-]{1,20}){0,2}"
    r"@(?:[a-z0-9](?:[a-z0-9\-]{0,40}[a-z0-9])?\.){1,3}[a-z]{2,10}"
)
_NAMED_EMAIL = re.compile(r"<([^<>\s]+@[^<>\s]+)>")  # "Ana Ruiz" <ana@acme.co>
_SPECIAL = re.compile(r"(?:^|[@.])(?:test|example|invalid|local|localhost|onion|arpa)$|--|\.\.")


@lru_cache(maxsize=200_000)
def email(value: str) -> Contact:
    """``value`` as an address, syntax only. Of several in one cell the first is meant."""
    named = _NAMED_EMAIL.search(value)
    text = named[1] if named else value.strip().strip("<>;,").removeprefix("mailto:").strip()
    lower = text.lower()
    if _PLAIN_EMAIL.fullmatch(lower) and not _SPECIAL.search(lower):
        return Contact(lower, True)
    pieces = [text] if '"' in text else [text, *re.split(r"[;,\s/]+", text)[:1]]
    for piece in pieces:
        try:
            found = validate_email(piece, check_deliverability=False)
        except EmailNotValidError:
            continue
        return Contact(found.normalized.lower(), True)
    return Contact(text, False, "bad_email")


_COMPANY_FORMS = re.compile(
    r"\b(?:s a s|sas|s a|sa|ltda|limitada|s a de c v|sa de cv|s de r l|srl|spa|e i r l|eirl|"
    r"s a c|sac|cia|y cia|inc|llc|ltd|corp|e s p|esp|s en c|bic|zomac|eu)\b"
)


@lru_cache(maxsize=100_000)
def folded_name(value: str) -> str:
    """``'Comercial  Ñandú, S.A.S.'`` → ``'comercial nandu'``: to compare, not to show."""
    plain = fold(value)
    return " ".join(_COMPANY_FORMS.sub(" ", plain).split()) or plain
