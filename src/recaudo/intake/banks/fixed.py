"""Fixed-width collection files (*recaudos*), as a layout describes them, with their controls.

A file whose control records do not hold is refused as a whole: what is cut off or altered must not
pay anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from recaudo.core.bank_statement import BankStatement, Notice, StatementLine
from recaudo.core.problems import Problem
from recaudo.intake.banks.amounts import compact_day, within
from recaudo.intake.banks.layouts import Layout


@dataclass
class _Sum:
    """What the details since the last control come to."""

    count: int = 0
    total: Decimal = Decimal(0)


@dataclass
class _State:
    fields: dict[str, Any] = field(default_factory=dict)
    sums: dict[str, _Sum] = field(default_factory=dict)
    lines: list[StatementLine] = field(default_factory=list)
    returned: int = 0
    seen: list[str] = field(default_factory=list)


def fits(text: str, layout: Layout) -> bool:
    """Does the file begin with this layout's first record, and have its width?"""
    lines = [line for line in text.splitlines() if line.strip()][:2]
    records = layout.told["records"]
    marks = [str(record["is"]) for record in records.values()]
    width = layout.told.get("width")
    if len(lines) < 2 or not lines[0].startswith(marks[0]):
        return False
    return all(
        any(line.startswith(mark) and line[len(mark)].isalnum() for mark in marks)
        and (not width or len(line.rstrip()) <= width)
        and not re.search("[;,|\t]", line)
        for line in lines
        if len(line) > 2
    )


def read(text: str, layout: Layout) -> list[BankStatement]:
    """Raises Problem ``collection_control`` (count or sum), ``collection_incomplete`` (a control
    record that never came), ``collection_record_unknown`` and those of amounts and days."""
    records: dict[str, dict[str, Any]] = layout.told["records"]
    state = _State()
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.strip() == "\x1a":
            continue
        name = next((n for n, r in records.items() if line.startswith(str(r["is"]))), None)
        if name is None:
            raise Problem("collection_record_unknown", line=number, start=line[:4])
        where = f"{layout.name}:{number}"
        values = _values(line, records[name]["fields"], where)
        state.fields |= {f"{name}.{key}": value for key, value in values.items()}
        state.seen.append(name)
        if name == "detail":
            _add(state, layout, records[name]["line"], values, line, where)
        elif "closes" in records[name]:
            _check(state, records[name]["closes"], values, number)
    _check_whole(state, records)
    return [_statement(state, layout)]


def _values(line: str, fields: dict[str, Any], where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, place in fields.items():
        text = line[place["at"] - 1 : place["at"] - 1 + place["length"]].strip()
        kind = place.get("kind", "text")
        if kind == "text":
            strip = place.get("strip", "")
            found[name] = (text.lstrip(strip) or text[-1:]) if strip and text else text
        elif kind == "day":
            found[name] = compact_day(text, where=where)
        elif not text.isdigit():
            raise Problem("statement_bad_amount", value=text[:40], where=where)
        else:
            size = Decimal(text)
            found[name] = int(text) if kind == "number" else size / 100
    return found


def _add(
    state: _State,
    layout: Layout,
    told: dict[str, Any],
    values: dict[str, Any],
    line: str,
    where: str,
) -> None:
    amount = within(values[told["amount"]], where=where)
    for level in ("batch", "file"):
        sums = state.sums.setdefault(level, _Sum())
        sums.count, sums.total = sums.count + 1, sums.total + amount
    for name, allowed in told.get("refused_unless", {}).items():
        if values.get(name, "") not in allowed:
            state.returned += 1
            return
    day = state.fields.get(layout.told["value_on"])
    if not isinstance(day, date):
        raise Problem("statement_bad_date", value="", where=where)
    bank_id = "-".join(str(_named(state, values, each)) for each in told.get("bank_id", []))
    state.lines.append(
        StatementLine(
            value_on=day,
            booked_on=day,
            amount=amount,
            currency=layout.currency,
            text=" ".join(str(values[each]) for each in told.get("text", []) if values[each]),
            references=tuple(values[each] for each in told.get("references", []) if values[each]),
            bank_id=bank_id,
            raw=line.rstrip(),
        )
    )


def _named(state: _State, values: dict[str, Any], name: str) -> object:
    value = state.fields.get(name, "") if "." in name else values.get(name, "")
    return value.isoformat() if isinstance(value, date) else value


def _check(state: _State, level: str, told: dict[str, Any], number: int) -> None:
    sums = state.sums.get(level, _Sum())
    _hold(sums, told.get("count"), told.get("total"), f"{level}:{number}")
    state.sums[level] = _Sum()


def _hold(sums: _Sum, count: int | None, total: Decimal | None, where: str) -> None:
    if (count is not None and count != sums.count) or (total is not None and total != sums.total):
        raise Problem(
            "collection_control",
            where=where,
            count=sums.count,
            count_told=count,
            total=sums.total,
            total_told=total,
        )


def _check_whole(state: _State, records: dict[str, dict[str, Any]]) -> None:
    """Every control that the layout knows was there; controls told at the head hold."""
    for name, record in records.items():
        if "closes" in record and name not in state.seen:
            raise Problem("collection_incomplete", record=str(record["is"]))
        controls = record.get("controls")
        if controls:
            sums = state.sums.get("file", _Sum())
            count = state.fields.get(f"{name}.{controls['count']}")
            total = state.fields.get(f"{name}.{controls['total']}")
            _hold(sums, count, total, str(record["is"]))
    is_open = state.seen.count("batch") != state.seen.count("batch_control")
    if "batch_control" in records and is_open:
        raise Problem("collection_incomplete", record=str(records["batch_control"]["is"]))
    last = state.seen[-1] if state.seen else ""
    if "file_control" in records and last != "file_control":
        raise Problem("collection_incomplete", record=str(records["file_control"]["is"]))


def _statement(state: _State, layout: Layout) -> BankStatement:
    account = str(state.fields.get(layout.told["account"], ""))
    if not account:
        raise Problem("statement_no_account", where=layout.name)
    notices = []
    if state.returned:
        notices.append(Notice("collection_returned_left", {"count": state.returned}))
    if not layout.is_checked:
        notices.append(Notice("bank_layout_unchecked", {"layout": layout.title}))
    return BankStatement(
        account=account,
        currency=layout.currency,
        lines=tuple(state.lines),
        bank=str(state.fields.get("file.bank", "")),
        notices=tuple(notices),
    )
