"""SWIFT MT940 and MT942.

Read by its tags and not with the mt-940 package: that one takes a file of several statements for
one, and stops at real lines that banks write beside the standard (measured on the public samples).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

from recaudo.core.bank_statement import BankStatement, StatementLine
from recaudo.core.problems import Problem
from recaudo.intake.banks.amounts import plain_amount, short_day

_TAG = re.compile(r"^:(\d{2}[A-Z]?|NS):")
_BALANCE = re.compile(r"([DC])(\d{6})([A-Z]{3})(\d[\d,.]*)")
_LINE = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4})?\s*(?P<mark>R?[CD])(?P<fund>[A-Z](?=[\s\d]))?\s*"
    r"(?P<amount>\d[\d.]*(?:,\d*)?)(?P<kind>[A-Z][A-Z0-9 ]{3})?(?P<rest>[^\n]*)(?P<more>(?:\n.*)*)",
)
_END = re.compile(r"^(?:-\}?.*|\{.*)$")
_STRUCTURED = re.compile(r"\?(\d{2})")
_NOTHING = {"", "NONREF", "NOTPROVIDED", "NOREF"}


def looks_like(text: str) -> bool:
    return re.search(r"(?m)^\s*:(?:20|25|28C?|60[FM]|61|62[FM]|86|NS):", text) is not None


def read(text: str) -> list[BankStatement]:
    """Raises Problem ``statement_incomplete`` (pieces of a statement), ``statement_bad_amount``,
    ``statement_bad_date``, ``statement_no_account``, ``statement_no_currency``."""
    messages = _messages(text)
    if not messages:
        raise Problem("statement_incomplete", format="MT940", detail=":20:")
    statements: list[BankStatement] = []
    for fields in messages:
        statement, is_continued = _statement(fields)
        if statements and is_continued and statements[-1].account == statement.account:
            before = statements[-1]
            statements[-1] = replace(
                before,
                lines=before.lines + statement.lines,
                closing=statement.closing,
                closing_on=statement.closing_on,
            )
        else:
            statements.append(statement)
    return statements


def _messages(text: str) -> list[list[tuple[str, str]]]:
    """Each message as its tags in order; a value keeps its line breaks."""
    messages: list[list[tuple[str, str]]] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = line.rstrip().lstrip("\x01\x03\ufeff")
        found = _TAG.match(line)
        if found and found[1] == "20":
            messages.append([("20", line[found.end() :])])
        elif found and messages:
            messages[-1].append((found[1], line[found.end() :]))
        elif messages and not _END.match(line) and messages[-1]:
            tag, value = messages[-1][-1]
            messages[-1][-1] = (tag, f"{value}\n{line}")
    return messages


def _statement(fields: list[tuple[str, str]]) -> tuple[BankStatement, bool]:
    tags = dict(reversed(fields))  # the first of each
    name = tags.get("20", "").strip()
    account = tags.get("25", "").strip().split("\n")[0]
    if not account:
        raise Problem("statement_no_account", where=f":20:{name}")
    kind = "MT942" if "34F" in tags or "13D" in tags else "MT940"
    start = tags.get("60F") or tags.get("60M")
    end = tags.get("62F") or tags.get("62M")
    if kind == "MT940" and (start is None or end is None):
        raise Problem("statement_incomplete", format=kind, detail=f":20:{name} :60F: … :62F:")
    opening, closing, currency = None, None, ""
    opening_on: date | None = None
    closing_on: date | None = None
    if start:
        opening, opening_on, currency = _balance(start, name)
    if end:
        closing, closing_on, _ = _balance(end, name, currency)
    if kind == "MT942":
        found = re.match(r"\s*([A-Z]{3})", tags["34F"]) if "34F" in tags else None
        currency = found[1] if found else ""
    if not currency:
        raise Problem("statement_no_currency", where=f":25:{account}")
    statement = BankStatement(
        account=account.removesuffix(currency),
        currency=currency,
        lines=tuple(_lines(fields, currency)),
        opening=opening,
        opening_on=opening_on,
        closing=closing,
        closing_on=closing_on,
        number=(tags.get("28C") or tags.get("28") or "").strip().split("\n")[0],
    )
    return statement, "60M" in tags and "60F" not in tags


def _balance(value: str, name: str, known: str = "") -> tuple[Decimal, date, str]:
    """``C260331COP1234,50``; a closing balance may leave the currency out (it is the opening's)."""
    text = value.strip().split("\n")[0]
    found = _BALANCE.match(text)
    if not found and known:
        found = _BALANCE.match(f"{text[:7]}{known}{text[7:]}")
    if not found:
        raise Problem("statement_bad_amount", value=text[:40], where=f":20:{name} :60F:/:62F:")
    amount = plain_amount(found[4], where=f":20:{name}")
    day = short_day(found[2], where=f":20:{name}")
    return (amount if found[1] == "C" else -amount), day, found[3]


def _lines(fields: list[tuple[str, str]], currency: str) -> list[StatementLine]:
    made: list[StatementLine] = []
    raw, notes = "", list[str]()

    def close() -> None:
        if raw:
            made.append(_line(raw, notes, currency))

    for tag, value in fields:
        if tag == "61":
            close()
            raw, notes = value, []
        elif tag in ("86", "NS") and raw:
            notes.append(value)
        elif tag in ("62F", "62M", "64", "65"):
            close()
            raw, notes = "", []
    close()
    return made


def _line(raw: str, notes: list[str], currency: str) -> StatementLine:
    where = f":61:{raw[:24]}"
    found = _LINE.match(raw)
    if not found:
        raise Problem("statement_bad_amount", value=raw[:40], where=":61:")
    value_on = short_day(found["value"], where=where)
    size = plain_amount(found["amount"].replace(".", ""), where=where)
    # A reversal of a credit (RC) takes money out, one of a debit (RD) brings it back.
    amount = size if found["mark"] in ("C", "RD") else -size
    own, _, bank = found["rest"].partition("//")
    said = "\n".join(notes)
    parts = _parts(said)
    text = parts.get("text") or " ".join(f"{found['more']} {said}".split())
    references = [own.strip(), *parts.get("references", "").split("\n")]
    return StatementLine(
        value_on=value_on,
        booked_on=_entry_day(found["entry"], value_on),
        amount=amount,
        currency=currency,
        text=text,
        references=tuple(dict.fromkeys(r for r in references if r.upper() not in _NOTHING)),
        payer_name=parts.get("name", ""),
        payer_account=parts.get("account", ""),
        bank_id="" if bank.strip().upper() in _NOTHING else bank.strip(),
        raw=f":61:{raw}" + "".join(f"\n:86:{note}" for note in notes),
    )


def _entry_day(text: str | None, value_on: date) -> date:
    """MMDD in the year that brings it nearest to the value date; the value date where absent."""
    if not text:
        return value_on
    nearest = []
    for year in (value_on.year - 1, value_on.year, value_on.year + 1):
        try:
            nearest.append(date(year, int(text[:2]), int(text[2:])))
        except ValueError:
            continue
    return min(nearest, key=lambda day: abs(day - value_on), default=value_on)


def _parts(note: str) -> dict[str, str]:
    """A structured :86:: ``?20`` … purpose, ``?31`` account, ``?32`` and ``?33`` name."""
    joined = note.replace("\n", "")
    if not re.match(r"\d{3}\?\d{2}", joined):
        return {}
    split = _STRUCTURED.split(joined)
    fields = list(zip(split[1::2], split[2::2], strict=False))
    purpose = "".join(text for code, text in fields if "20" <= code <= "29" or code >= "60")
    named = " ".join(text.strip() for code, text in fields if code in ("32", "33")).strip()
    account = "".join(text for code, text in fields if code == "31").strip()
    references = [
        found.strip() for found in re.findall(r"EREF[+:]\s*(.+?)(?=[A-Z]{4}[+:]|$)", purpose)
    ]
    return {
        "text": " ".join(purpose.split()),
        "name": " ".join(named.split()),
        "account": account,
        "references": "\n".join(references),
    }
