"""OFX 1 (SGML) and 2 (XML).

Read by its tags and not with ofxtools: that one refuses what banks really send (a bank id of ten
digits, elements in another order) and runs into its recursion limit on open tags; measured on the
public samples. Only the few elements below are looked at, so nothing is expanded or fetched.
"""

from __future__ import annotations

import html
import re
from decimal import Decimal

from recaudo.core.bank_statement import BankStatement, StatementLine
from recaudo.core.problems import Problem
from recaudo.intake.banks.amounts import compact_day, plain_amount

_BLOCK = re.compile(r"<(STMTRS|CCSTMTRS)>(.*?)</\1>", re.S | re.I)
_MOVEMENT = re.compile(r"<STMTTRN>(.*?)(?=</STMTTRN>|<STMTTRN>|</BANKTRANLIST>|\Z)", re.S | re.I)
_LEAF = re.compile(r"<([A-Z0-9.]+)>([^<\r\n]*)", re.I)


def looks_like(text: str) -> bool:
    return re.search(r"<OFX>|OFXHEADER", text[:4000], re.I) is not None


def read(text: str) -> list[BankStatement]:
    """Raises Problem ``statement_unsafe``, ``statement_incomplete``, ``statement_empty``,
    ``statement_bank_refused`` and those of amounts and days."""
    if re.search(r"<!(?:DOCTYPE|ENTITY)", text, re.I):
        raise Problem("statement_unsafe", format="OFX")
    if not re.search(r"</OFX>", text, re.I):
        raise Problem("statement_incomplete", format="OFX", detail="</OFX>")
    blocks = _BLOCK.findall(text)
    if not blocks:
        code = _leaves(text).get("CODE", "0")
        if code != "0":
            raise Problem("statement_bank_refused", code=code)
        raise Problem("statement_empty", format="OFX")
    return [_statement(block) for _, block in blocks]


def _leaves(block: str) -> dict[str, str]:
    """Tag → value, the first of each that has one."""
    found: dict[str, str] = {}
    for tag, value in _LEAF.findall(block):
        if value.strip():
            found.setdefault(tag.upper(), html.unescape(value).strip())
    return found


def _statement(block: str) -> BankStatement:
    head = _leaves(re.split(r"<BANKTRANLIST>", block, flags=re.I)[0] + _section(block, "ACCTFROM"))
    currency = head.get("CURDEF", "").upper()
    account = head.get("ACCTID", "")
    if not account:
        raise Problem("statement_no_account", where="OFX")
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise Problem("statement_no_currency", where=account)
    ledger = _leaves(_section(block, "LEDGERBAL"))
    closing, closing_on = None, None
    if "BALAMT" in ledger and "DTASOF" in ledger:
        closing = plain_amount(ledger["BALAMT"], where="LEDGERBAL")
        closing_on = compact_day(ledger["DTASOF"], where="LEDGERBAL")
    listed = _section(block, "BANKTRANLIST")
    return BankStatement(
        account=account,
        currency=currency,
        lines=tuple(_line(each, currency) for each in _MOVEMENT.findall(listed)),
        closing=closing,
        closing_on=closing_on,
        bank=head.get("BANKID", ""),
    )


def _section(block: str, name: str) -> str:
    found = re.search(rf"<[A-Z]*{name}>(.*?)</[A-Z]*{name}>", block, re.S | re.I)
    return found[1] if found else ""


def _line(block: str, currency: str) -> StatementLine:
    leaves = _leaves(block)
    where = f"FITID {leaves.get('FITID', '?')}"
    booked_on = compact_day(leaves.get("DTPOSTED", ""), where=where)
    amount = plain_amount(leaves.get("TRNAMT", ""), where=where)
    own = leaves.get("CURRENCY", "")
    said = (leaves.get("NAME", ""), leaves.get("MEMO", ""))
    references = (leaves.get("REFNUM", ""), leaves.get("CHECKNUM", ""))
    return StatementLine(
        value_on=compact_day(leaves["DTAVAIL"], where=where) if "DTAVAIL" in leaves else booked_on,
        booked_on=booked_on,
        amount=Decimal(amount),
        currency=own or currency,
        text=" ".join(part for part in said if part),
        references=tuple(each for each in references if each),
        payer_name=leaves.get("NAME", "") if amount > 0 else "",
        bank_id=leaves.get("FITID", ""),
        raw=" ".join(block.split())[:2000],
    )
