"""Is what a person wrote a condition over the facts, and what does it say in SQL?

``max_dpd > 30 AND (balance >= 1000000 OR product IN ('tarjeta', 'rotativo'))``: AND, OR, NOT,
comparisons, IN, BETWEEN, IS NULL, + - * and literals. Amounts are written in units of the
creditor's currency and days as '2026-03-31'. Whatever else is refused with its place in the text;
only what sqlglot writes back is run.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import NoReturn

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from recaudo.core.problems import Problem
from recaudo.engine.facts import Fact

LENGTH_LIMIT = 2000
DIGITS_LIMIT = 38
"""Arithmetic is done in this many digits; what might need more is refused, so no run fails."""

LITERAL_DIGITS = 14
"""Before the point: what an amount can have."""

EPOCH = date(1970, 1, 1)
_SCALE = 10_000
_NUMBERS = ("days", "int", "ppm")
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_DIVISIONS = (exp.Div, exp.IntDiv, exp.Mod)
_ARGUMENTS: Mapping[type[exp.Expr], frozenset[str]] = {
    exp.Paren: frozenset({"this"}),
    exp.Not: frozenset({"this"}),
    exp.Neg: frozenset({"this"}),
    exp.In: frozenset({"this", "expressions"}),
    exp.Between: frozenset({"this", "low", "high"}),
    exp.Is: frozenset({"this", "expression", "negate"}),
    exp.Column: frozenset({"this"}),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Boolean: frozenset({"this"}),
    **dict.fromkeys(
        (exp.And, exp.Or, exp.Add, exp.Sub, exp.Mul, *_COMPARISONS),
        frozenset({"this", "expression"}),
    ),
}
"""What each allowed part may be made of: whatever else the parser hangs on it would be lost."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """``sql`` is true or false, never empty; ``is_unknown_sql`` is true where a fact that matters
    is missing (then ``sql`` is false). Both stand in the common subset. ``facts`` in their order
    of appearance."""

    sql: str
    is_unknown_sql: str
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Term:
    """A part of the condition: what kind of value it is, and its SQL.

    ``kind``: money, number, day, text, bool; ``literal``: a number not yet known to be either.
    ``digits``: the most that the value can have.
    """

    kind: str
    sql: exp.Expr
    value: Decimal | None = None
    digits: int = 19


def compile_condition(text: str, facts: Mapping[str, Fact]) -> Compiled:
    """The condition over ``facts`` (``facts.facts_about``).

    Raises Problem, with the 1-based ``position`` of what is refused: ``condition_empty``,
    ``condition_too_long``, ``condition_unreadable``, ``condition_several``,
    ``condition_unknown_fact`` (``name``, ``nearest``), ``condition_not_allowed`` (``what``),
    ``condition_divides``, ``condition_type_mismatch`` (``left``, ``right``),
    ``condition_not_a_condition`` (an amount alone), ``condition_too_fine`` (more than four
    decimals, or decimals of a count), ``condition_too_large``, ``condition_bad_day``.
    """
    compiler = _Compiler(text, facts)
    try:
        return compiler.compile()
    except RecursionError as error:
        raise Problem("condition_too_long", position=1, limit=LENGTH_LIMIT) from error


class _Compiler:
    def __init__(self, text: str, facts: Mapping[str, Fact]) -> None:
        self.text = text
        self.facts = facts
        self.used: dict[str, None] = {}

    def compile(self) -> Compiled:
        if not self.text.strip():
            raise Problem("condition_empty", position=1)
        if len(self.text) > LENGTH_LIMIT:
            raise Problem("condition_too_long", position=LENGTH_LIMIT + 1, limit=LENGTH_LIMIT)
        tree = self._parse()
        truth = self._truth(tree).sql.sql(dialect="postgres", comments=False)
        return Compiled(f"COALESCE(({truth}), FALSE)", f"(({truth}) IS NULL)", tuple(self.used))

    def _parse(self) -> exp.Expr:
        try:
            trees = sqlglot.parse(self.text, dialect="postgres")
        except ParseError as error:
            first = error.errors[0] if error.errors else {}
            place = self._offset(first.get("line", 1), first.get("col", 1))
            raise Problem("condition_unreadable", position=place) from error
        except SqlglotError as error:
            raise Problem("condition_unreadable", position=1) from error
        written = [tree for tree in trees if tree is not None]
        if not written:
            raise Problem("condition_empty", position=1)
        if len(trees) > 1:
            raise Problem("condition_several", position=self.text.find(";") + 1)
        tree = written[0]
        assert isinstance(tree, exp.Expr)
        return tree

    def _offset(self, line: int, column: int) -> int:
        before = self.text.split("\n")[: line - 1]
        return min(sum(len(part) + 1 for part in before) + max(column, 1), len(self.text) or 1)

    # -- truth ---------------------------------------------------------------------------------

    def _truth(self, node: exp.Expr) -> _Term:
        """A part that must be true or false."""
        self._look(node)
        if isinstance(node, exp.Paren):
            return _Term("bool", exp.Paren(this=self._truth(node.this).sql))
        if isinstance(node, exp.And | exp.Or):
            left, right = self._truth(node.left).sql, self._truth(node.right).sql
            return _Term("bool", type(node)(this=left, expression=right))
        if isinstance(node, exp.Not):
            return _Term("bool", exp.Not(this=exp.Paren(this=self._truth(node.this).sql)))
        if isinstance(node, _COMPARISONS):
            return self._comparison(node)
        if isinstance(node, exp.In):
            return self._membership(node)
        if isinstance(node, exp.Between):
            return self._between(node)
        if isinstance(node, exp.Is):
            return self._emptiness(node)
        term = self._value(node)
        if term.kind != "bool":
            self._refuse("condition_not_a_condition", node)
        return term

    def _comparison(self, node: exp.Expr) -> _Term:
        left, right = self._alike(self._value(node.this), self._value(node.expression), node)
        if left.kind == "bool" and not isinstance(node, exp.EQ | exp.NEQ):
            self._refuse("condition_not_allowed", node, what=_name(node))
        return _Term("bool", type(node)(this=left.sql, expression=right.sql))

    def _membership(self, node: exp.In) -> _Term:
        this = self._value(node.this)
        choices = [self._alike(this, self._value(choice), choice) for choice in node.expressions]
        return _Term(
            "bool",
            exp.In(this=choices[0][0].sql, expressions=[choice.sql for _, choice in choices]),
        )

    def _between(self, node: exp.Between) -> _Term:
        this = self._value(node.this)
        _, low = self._alike(this, self._value(node.args["low"]), node)
        this, high = self._alike(this, self._value(node.args["high"]), node)
        if this.kind == "bool":
            self._refuse("condition_not_allowed", node, what="BETWEEN")
        return _Term("bool", exp.Between(this=this.sql, low=low.sql, high=high.sql))

    def _emptiness(self, node: exp.Is) -> _Term:
        """``x IS NULL`` and ``x IS NOT NULL``."""
        if not isinstance(node.expression, exp.Null):
            self._refuse("condition_not_allowed", node, what="IS")
        is_null = exp.Is(this=self._value(node.this).sql, expression=exp.Null())
        is_negated = bool(node.args.get("negate"))
        return _Term("bool", exp.Not(this=exp.Paren(this=is_null)) if is_negated else is_null)

    def _look(self, node: exp.Expr) -> None:
        """Refuse a part that is not on the list, or that has more to it than is understood."""
        if isinstance(node, _DIVISIONS):
            self._refuse("condition_divides", node)
        known = _ARGUMENTS.get(type(node))
        if known is None:
            self._refuse("condition_not_allowed", node, what=_name(node))
        extra = [name for name, part in node.args.items() if part and name not in known]
        if isinstance(node, exp.Column) and extra:
            return  # another table's column: told as a fact that does not exist
        if extra or (isinstance(node, exp.In) and not node.expressions):
            self._refuse("condition_not_allowed", node, what=_name(node))

    # -- values --------------------------------------------------------------------------------

    def _value(self, node: exp.Expr) -> _Term:
        self._look(node)
        makers: list[tuple[type[exp.Expr], Callable[..., _Term]]] = [
            (exp.Column, self._fact),
            (exp.Literal, self._literal),
            (exp.Boolean, lambda n: _Term("bool", exp.Boolean(this=bool(n.this)))),
            (exp.Neg, self._negative),
            (exp.Mul, self._product),
        ]
        for kind, maker in makers:
            if isinstance(node, kind):
                return maker(node)
        if isinstance(node, exp.Paren):
            term = self._value(node.this)
            return replace(term, sql=exp.Paren(this=term.sql))
        if isinstance(node, exp.Add | exp.Sub):
            return self._sum(node)
        if isinstance(node, exp.And | exp.Or | exp.Not | exp.In | exp.Between | exp.Is):
            return self._truth(node)
        self._refuse("condition_not_allowed", node, what=_name(node))

    def _fact(self, node: exp.Column) -> _Term:
        name = node.name.lower()
        fact = self.facts.get(name)
        if fact is None or node.table:
            written = node.sql(dialect="postgres")
            near = get_close_matches(name, self.facts, n=3, cutoff=0.5)
            self._refuse("condition_unknown_fact", node, name=written, nearest=near)
        self.used[name] = None
        if fact.type in _NUMBERS:
            return _Term("number", exp.column(name), digits=10)
        return _Term(fact.type, exp.column(name))

    def _literal(self, node: exp.Literal) -> _Term:
        if node.is_string:
            if "\\" in node.this:
                self._refuse("condition_not_allowed", node, what="\\")
            return _Term("text", exp.Literal.string(node.this))
        try:
            number = Decimal(node.this)
        except ArithmeticError:
            self._refuse("condition_unreadable", node)
        if number.adjusted() >= LITERAL_DIGITS:
            self._refuse("condition_too_large", node)
        return _Term("literal", node, number)

    def _negative(self, node: exp.Neg) -> _Term:
        term = self._value(node.this)
        if term.kind == "literal" and term.value is not None:
            return _Term("literal", node, -term.value)
        if term.kind not in ("money", "number"):
            self._refuse("condition_not_allowed", node, what="-")
        return replace(term, sql=exp.Neg(this=exp.Paren(this=term.sql)))

    def _sum(self, node: exp.Expr) -> _Term:
        left, right = self._value(node.this), self._value(node.expression)
        kinds = {left.kind, right.kind}
        if kinds == {"literal"}:
            assert left.value is not None and right.value is not None
            total = left.value + right.value * (-1 if isinstance(node, exp.Sub) else 1)
            return _Term("literal", node, total)
        if left.kind == "day" and right.kind in ("literal", "number"):
            days = self._number(right, node) if right.kind == "literal" else right.sql
            return _Term("day", type(node)(this=left.sql, expression=days))
        if kinds == {"day"} and isinstance(node, exp.Sub):
            return _Term("number", exp.Sub(this=left.sql, expression=right.sql))
        left, right = self._alike(left, right, node)
        if left.kind not in ("money", "number"):
            self._refuse("condition_not_allowed", node, what=_name(node))
        sql = type(node)(this=_wide(left), expression=_wide(right))
        return self._sized(left.kind, sql, max(left.digits, right.digits) + 1, node)

    def _product(self, node: exp.Mul) -> _Term:
        """A number or an amount times a number."""
        left, right = self._value(node.this), self._value(node.expression)
        if left.kind == "literal" and right.kind == "literal":
            assert left.value is not None and right.value is not None
            return _Term("literal", node, left.value * right.value)
        if right.kind != "literal":
            left, right = right, left
        if right.kind == "literal":
            right = self._as(right, "number", node)
        if right.kind != "number" or left.kind not in ("money", "number"):
            self._mismatch(left, right, node)
        sql = exp.Mul(this=_wide(left), expression=_wide(right))
        return self._sized(left.kind, sql, left.digits + right.digits, node)

    def _sized(self, kind: str, sql: exp.Expr, digits: int, at: exp.Expr) -> _Term:
        if digits > DIGITS_LIMIT:
            self._refuse("condition_too_large", at)
        return _Term(kind, sql, digits=digits)

    # -- one kind with another -----------------------------------------------------------------

    def _alike(self, left: _Term, right: _Term, at: exp.Expr) -> tuple[_Term, _Term]:
        """Both as the same kind: numbers take the other side's unit, texts may be days."""
        if left.kind == right.kind == "literal":
            return self._as(left, "number", at), self._as(right, "number", at)
        if left.kind in ("literal", "text") and right.kind != left.kind:
            return self._as(left, right.kind, at, other=right), right
        if right.kind in ("literal", "text") and right.kind != left.kind:
            return left, self._as(right, left.kind, at, other=left, is_right=True)
        if left.kind != right.kind:
            self._mismatch(left, right, at)
        return left, right

    def _as(
        self,
        term: _Term,
        kind: str,
        at: exp.Expr,
        other: _Term | None = None,
        is_right: bool = False,
    ) -> _Term:
        if term.kind == "literal" and _digits(term) > LITERAL_DIGITS:
            self._refuse("condition_too_large", at)
        if term.kind == "literal" and kind == "money":
            return _Term("money", self._money(term, at), digits=_digits(term) + 4)
        if term.kind == "literal" and kind == "number":
            return _Term("number", self._number(term, at), digits=_digits(term))
        if term.kind == "text" and kind == "day" and isinstance(term.sql, exp.Literal):
            return _Term("day", self._day(term.sql, at))
        pair = (other or term, term) if is_right else (term, other or term)
        self._mismatch(*pair, at)

    def _money(self, term: _Term, at: exp.Expr) -> exp.Expr:
        assert term.value is not None
        scaled = term.value * _SCALE
        if scaled != scaled.to_integral_value():
            self._refuse("condition_too_fine", at, value=str(term.value))
        return _integer(int(scaled))

    def _number(self, term: _Term, at: exp.Expr) -> exp.Expr:
        assert term.value is not None
        if term.value != term.value.to_integral_value():
            self._refuse("condition_too_fine", at, value=str(term.value))
        return _integer(int(term.value))

    def _day(self, literal: exp.Literal, at: exp.Expr) -> exp.Expr:
        try:
            day = date.fromisoformat(literal.this)
        except ValueError:
            self._refuse("condition_bad_day", at, value=literal.this[:40])
        return _integer((day - EPOCH).days)

    def _mismatch(self, left: _Term, right: _Term, at: exp.Expr) -> NoReturn:
        self._refuse("condition_type_mismatch", at, left=left.kind, right=right.kind)

    def _refuse(self, code: str, at: exp.Expr, **facts: object) -> NoReturn:
        starts = [node.meta["start"] for node in at.walk() if "start" in node.meta]
        raise Problem(code, position=min(starts, default=0) + 1, **facts)


def _integer(number: int) -> exp.Expr:
    literal = exp.Literal.number(abs(number))
    return literal if number >= 0 else exp.Paren(this=exp.Neg(this=literal))


def _wide(term: _Term) -> exp.Expr:
    """Counts have 32 bits and amounts 64: too narrow to add or multiply."""
    return exp.cast(term.sql, "decimal(38, 0)") if term.kind in ("money", "number") else term.sql


def _digits(term: _Term) -> int:
    assert term.value is not None
    return max(1, term.value.adjusted() + 1)


def _name(node: exp.Expr) -> str:
    """What a person would call a part that is not allowed."""
    return node.sql_name() if isinstance(node, exp.Func) else node.key.upper()
