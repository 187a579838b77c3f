"""ISO 20022 camt.052, camt.053 and camt.054, versions 1 to 12.

Safe by construction: no DTD, no entities, no network, a cap on size; what is missing is a refusal
with a code, never a guess.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from lxml import etree

from recaudo.core.bank_statement import BankStatement, Notice, StatementLine
from recaudo.core.problems import Problem
from recaudo.intake.banks.amounts import compact_day, plain_amount

_BODIES = {
    "BkToCstmrAcctRpt": "Rpt",
    "BkToCstmrAcctRptV01": "Rpt",
    "BkToCstmrStmt": "Stmt",
    "BkToCstmrStmtV01": "Stmt",
    "BkToCstmrDbtCdtNtfctn": "Ntfctn",
    "BkToCstmrDbtCdtNtfctnV01": "Ntfctn",
}
_NOTHING = {"", "NOTPROVIDED", "NONREF", "NOREF"}


def looks_like(text: bytes) -> bool:
    return text.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<?xml", b"<Document", b"<!DOCTYPE"))


def read(content: bytes) -> list[BankStatement]:
    """Raises Problem ``statement_unsafe`` (DTD or entities), ``statement_incomplete`` (cut off),
    ``statement_format_unknown``, ``statement_empty`` and those of amounts and days."""
    root = _root(content)
    body = next((child for child in root if _name(child) in _BODIES), None)
    if _name(root) != "Document" or body is None:
        raise Problem("statement_format_unknown", found=_name(root)[:40])
    wanted = _BODIES[_name(body)]
    found = [_statement(each) for each in body if _name(each) == wanted]
    if not found:
        raise Problem("statement_empty", format="camt")
    return found


def _root(content: bytes) -> etree._Element:
    head = content[:2_000_000]
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise Problem("statement_unsafe", format="camt")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Problem("statement_incomplete", format="XML", detail=str(error)[:120]) from error
    if root.getroottree().docinfo.doctype:
        raise Problem("statement_unsafe", format="camt")
    return root


def _name(node: etree._Element) -> str:
    tag = node.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _all(node: etree._Element, path: str) -> Iterator[etree._Element]:
    """Children along ``A/B/C``, whatever the namespace."""
    first, _, rest = path.partition("/")
    for child in node:
        if _name(child) == first:
            if rest:
                yield from _all(child, rest)
            else:
                yield child


def _text(node: etree._Element, *paths: str) -> str:
    """The first of ``paths`` that says something."""
    for path in paths:
        for found in _all(node, path):
            if found.text and found.text.strip():
                return str(found.text).strip()
    return ""


def _statement(node: etree._Element) -> BankStatement:
    account = _text(node, "Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Id/PrtryAcct/Id", "Acct/Id/BBAN")
    if not account:
        raise Problem("statement_no_account", where=_text(node, "Id"))
    balances = {
        code: _balance(each)
        for each in reversed(list(_all(node, "Bal")))
        if (code := _text(each, "Tp/CdOrPrtry/Cd", "Tp/CdOrPrtry/Prtry", "Tp/Cd"))
    }
    opening = balances.get("OPBD") or balances.get("PRCD")
    closing = balances.get("CLBD")
    entries = list(_all(node, "Ntry"))
    currency = _text(node, "Acct/Ccy") or (opening[2] if opening else "") or _first_ccy(entries)
    if not currency:
        raise Problem("statement_no_currency", where=account)
    lines = tuple(
        line for entry in entries if _is_booked(entry) for line in _lines(entry, currency)
    )
    waiting = sum(1 for entry in entries if not _is_booked(entry))
    notices = [Notice("statement_pending_left", {"count": waiting})] if waiting else []
    if closing and closing[2] != currency:
        notices.append(
            Notice("statement_balance_currency", {"currency": closing[2], "account": currency})
        )
        closing = None
    if opening and opening[2] != currency:
        opening = None
    return BankStatement(
        account=account,
        currency=currency,
        lines=lines,
        opening=opening[0] if opening else None,
        opening_on=opening[1] if opening else None,
        closing=closing[0] if closing else None,
        closing_on=closing[1] if closing else None,
        number=_text(node, "ElctrncSeqNb", "LglSeqNb", "Id"),
        bank=_text(node, "Acct/Svcr/FinInstnId/BICFI", "Acct/Svcr/FinInstnId/BIC"),
        notices=tuple(notices),
    )


def _first_ccy(entries: list[etree._Element]) -> str:
    for entry in entries:
        for amount in _all(entry, "Amt"):
            return amount.get("Ccy", "")
    return ""


def _balance(node: etree._Element) -> tuple[Decimal, date, str]:
    amount = next(_all(node, "Amt"))
    size = plain_amount(amount.text or "", where="Bal")
    day = compact_day(_text(node, "Dt/Dt", "Dt/DtTm"), where="Bal")
    is_debit = _text(node, "CdtDbtInd") == "DBIT"
    return (-size if is_debit else size), day, amount.get("Ccy", "")


def _is_booked(entry: etree._Element) -> bool:
    return _text(entry, "Sts", "Sts/Cd") in ("BOOK", "")


def _lines(entry: etree._Element, currency: str) -> Iterator[StatementLine]:
    """One line an entry; one per transaction where they carry amounts that add up to it."""
    amount = next(_all(entry, "Amt"), None)
    own = _text(entry, "AcctSvcrRef", "NtryRef")
    if amount is None:
        raise Problem("statement_bad_amount", value="", where=f"Ntry {own}")
    size = plain_amount(amount.text or "", where=f"Ntry {own}")
    sign = _sign(entry)
    in_currency = amount.get("Ccy", currency)
    booked = _text(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
    booked_on = compact_day(booked, where=f"Ntry {own}")
    value = _text(entry, "ValDt/Dt", "ValDt/DtTm")
    value_on = compact_day(value, where=f"Ntry {own}") if value else booked_on
    details = list(_all(entry, "NtryDtls/TxDtls"))
    parts = _parts(details, size, sign, in_currency)
    for at, (part, detail) in enumerate(parts, start=1):
        if detail is not None:
            its_own = _text(detail, "Refs/AcctSvcrRef")
        bank_id = own if len(parts) == 1 else (f"{own}/{at}" if own else "")
        said = entry if detail is None else detail
        incoming = part > 0
        yield StatementLine(
            value_on=value_on,
            booked_on=booked_on,
            amount=part,
            currency=in_currency,
            text=_said(entry, detail),
            references=_references(said),
            payer_name=_party(said, incoming),
            payer_account=_party_account(said, incoming),
            bank_id=bank_id or (its_own if detail is not None else ""),
            raw=etree.tostring(said, encoding="unicode")[:4000],
        )


def _sign(node: etree._Element) -> int:
    """+1 in, −1 out. ISO says that the indicator of a reversal is that of the reversal itself."""
    return -1 if _text(node, "CdtDbtInd") == "DBIT" else 1


def _parts(
    details: list[etree._Element], size: Decimal, sign: int, currency: str
) -> list[tuple[Decimal, etree._Element | None]]:
    if len(details) <= 1:
        return [(sign * size, details[0] if details else None)]
    amounts = []
    for detail in details:
        found = next(_all(detail, "Amt"), None)
        if found is None:
            found = next(_all(detail, "AmtDtls/TxAmt/Amt"), None)
        if found is None or found.get("Ccy", currency) != currency:
            return [(sign * size, details[0])]
        part = plain_amount(found.text or "", where="TxDtls")
        own = _text(detail, "CdtDbtInd")
        amounts.append(part * (-1 if own == "DBIT" else 1 if own else sign))
    if sum(amounts, Decimal(0)) != sign * size:
        return [(sign * size, details[0])]
    return list(zip(amounts, details, strict=True))


def _references(node: etree._Element) -> tuple[str, ...]:
    found = [_text(each, "Ref") for each in _all(node, "RmtInf/Strd/CdtrRefInf")]
    found += [_text(each, "Nb") for each in _all(node, "RmtInf/Strd/RfrdDocInf")]
    found += [_text(node, "Refs/EndToEndId")]
    return tuple(dict.fromkeys(each for each in found if each.upper() not in _NOTHING))


def _said(entry: etree._Element, detail: etree._Element | None) -> str:
    parts = []
    if detail is not None:
        parts += [each.text or "" for each in _all(detail, "RmtInf/Ustrd")]
        parts += [each.text or "" for each in _all(detail, "RmtInf/Strd/AddtlRmtInf")]
        parts.append(_text(detail, "AddtlTxInf"))
    parts.append(_text(entry, "AddtlNtryInf"))
    return " ".join(" ".join(parts).split())


def _party(node: etree._Element, incoming: bool) -> str:
    who = "Dbtr" if incoming else "Cdtr"
    base = f"RltdPties/{who}"
    return _text(node, f"RltdPties/Ultmt{who}/Nm", f"{base}/Nm", f"{base}/Pty/Nm")


def _party_account(node: etree._Element, incoming: bool) -> str:
    who = "DbtrAcct" if incoming else "CdtrAcct"
    base = f"RltdPties/{who}/Id"
    return _text(node, f"{base}/IBAN", f"{base}/Othr/Id", f"{base}/PrtryAcct/Id")
