"""What a bank statement says, whatever format it came in, and whether it adds up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement: ``amount`` > 0 came in, < 0 went out, in ``currency``.

    ``bank_id`` is the bank's own id of the movement, empty where it gives none. ``references`` are
    structured ones, in the order of their worth; what people wrote is in ``text``. ``raw`` is the
    movement as it stood in the file.
    """

    value_on: date
    booked_on: date
    amount: Decimal
    currency: str
    text: str = ""
    references: tuple[str, ...] = ()
    payer_name: str = ""
    payer_account: str = ""
    bank_id: str = ""
    raw: str = ""

    def content(self) -> str:
        """What makes this movement itself, without the bank's id: the same in every export."""
        said = (
            self.value_on.isoformat(),
            self.booked_on.isoformat(),
            format(self.amount.normalize(), "f"),
            self.currency,
            *self.references,
            " ".join(self.text.split()),
            self.payer_name,
            self.payer_account,
        )
        return sha256("\x1f".join(said).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the person should know although the lines were taken: a code and its facts."""

    code: str
    facts: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BankStatement:
    """One account over some days. Balances are None where the format or the bank gives none."""

    account: str
    currency: str
    lines: tuple[StatementLine, ...]
    opening: Decimal | None = None
    opening_on: date | None = None
    closing: Decimal | None = None
    closing_on: date | None = None
    number: str = ""
    bank: str = ""
    notices: tuple[Notice, ...] = ()

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))

    @property
    def difference(self) -> Decimal | None:
        """Closing minus (opening plus lines): 0 where it adds up, None where nobody can tell."""
        if self.opening is None or self.closing is None:
            return None
        return self.closing - self.opening - self.total

    def fingerprint(self) -> str:
        """The same for the same statement in whatever file, name or export it comes."""
        said = [self.account, self.currency, str(self.opening), str(self.closing)]
        return sha256(
            "\x1e".join([*said, *(line.content() + line.bank_id for line in self.lines)]).encode()
        ).hexdigest()


def line_ids(lines: Sequence[StatementLine]) -> list[str]:
    """An id for every line, stable from file to file and unique among these lines.

    The bank's own id where it gives one that no other line of these carries; else the content, and
    a count for the second and later lines that say exactly the same.
    """
    often: dict[str, int] = {}
    for line in lines:
        often[line.bank_id] = often.get(line.bank_id, 0) + 1
    made, seen = [], dict[str, int]()
    for line in lines:
        own = bool(line.bank_id) and often[line.bank_id] == 1
        base = f"id:{line.bank_id}" if own else f"is:{line.content()}"
        seen[base] = seen.get(base, 0) + 1
        made.append(base if seen[base] == 1 else f"{base}#{seen[base]}")
    return made


@dataclass(frozen=True, slots=True)
class Known:
    """A statement of the same account that is already here."""

    opening: Decimal | None
    opening_on: date | None
    closing: Decimal | None
    closing_on: date | None


def continuity(new: BankStatement, before: Known | None, after: Known | None) -> list[Notice]:
    """What does not follow: inside the statement, and against its neighbours in time.

    ``before`` is the newest that closed no later than this one opens, ``after`` the oldest that
    opens no earlier than this one closes. Codes: ``statement_difference``, ``statement_gap``.
    """
    found = []
    if new.difference:
        found.append(
            Notice(
                "statement_difference",
                {"difference": new.difference, "opening": new.opening, "closing": new.closing},
            )
        )
    pairs = (
        (before and before.closing, before and before.closing_on, new.opening, new.opening_on),
        (new.closing, new.closing_on, after and after.opening, after and after.opening_on),
    )
    for closing, closing_on, opening, opening_on in pairs:
        if closing is not None and opening is not None and closing != opening:
            facts = {"closing": closing, "opening": opening}
            found.append(
                Notice("statement_gap", {**facts, "from_on": closing_on, "until_on": opening_on})
            )
    return found
