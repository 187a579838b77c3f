"""Liquid for texts that people edit: few tags, few filters, and an end that always comes.

A template is code by somebody who may err. It can loop, but not for ever; it can print, but not
without bound; it reads the documented variables and nothing else. Values are escaped in HTML and
left alone in plain text, and are never read as Liquid themselves.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from io import StringIO
from typing import Any, TextIO

from liquid import (
    BoundTemplate,
    Environment,
    FalsyStrictUndefined,
    RenderContext,
    Token,
    escape,
)
from liquid.builtin import content, illegal, output
from liquid.builtin.expressions import FilteredExpression, Path
from liquid.builtin.filters import array, misc, string
from liquid.builtin.tags import (
    assign_tag,
    case_tag,
    comment_tag,
    for_tag,
    if_tag,
    inline_comment_tag,
    unless_tag,
)
from liquid.exceptions import (
    BlockNestingError,
    LiquidError,
    LiquidSyntaxError,
    OutputStreamLimitError,
    ResourceLimitError,
    TemplateNotFoundError,
    UndefinedError,
    UnknownFilterError,
)
from liquid.expression import Expression
from liquid.stringify import to_liquid_string

from recaudo.contact.texts.figures import FILTERS
from recaudo.core.problems import Problem

#: Bounds. A message is a page at most; these are far above any that a person would read.
SOURCE_MAX = 60_000
MARKS_MAX = 1_500
MARK_MAX = 400
OUTPUT_MAX = 300_000
LOOPS_MAX = 5_000
LOCALS_MAX = 20_000
DEPTH_MAX = 12
#: Names looked up and loops begun in one rendering, and the seconds that it may take.
READS_MAX = 60_000
SECONDS_MAX = 0.5

_OPENS = re.compile(r"\{\{|\{%")

TAG_NAMES = ("if", "unless", "case", "for", "break", "continue", "assign", "comment", "#")
#: None of them can make a text much longer than what it is given.
PLAIN_FILTERS: dict[str, Callable[..., Any]] = {
    "append": string.append,
    "capitalize": string.capitalize,
    "default": misc.default,
    "downcase": string.downcase,
    "first": array.first,
    "last": array.last,
    "prepend": string.prepend,
    "size": misc.size,
    "strip": string.strip,
    "truncate": string.truncate,
    "upcase": string.upcase,
}
FILTER_NAMES = tuple(sorted({**PLAIN_FILTERS, **FILTERS}))


class _Endless(ResourceLimitError):
    """It has run for too long."""


class _Context(RenderContext):
    """Counts what is read, and looks at the clock now and then."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reads = 0
        self.ends_at = time.monotonic() + SECONDS_MAX

    def _count(self) -> None:
        self.reads += 1
        late = self.reads % 64 == 0 and time.monotonic() > self.ends_at
        if self.reads > READS_MAX or late:
            raise _Endless("the template runs for too long", token=None)

    def get(self, path: Any, **options: Any) -> object:
        self._count()
        # Nearly all paths lead through our own dictionaries: no need of the long way.
        try:
            found: Any = self.scope[path[0]]
            for name in path[1:]:
                if type(found) is not dict or type(name) is not str:
                    return super().get(path, **options)
                found = found[name]
        except (KeyError, TypeError):
            return super().get(path, **options)
        return found

    def assign(self, key: str, val: Any) -> None:
        self._count()
        super().assign(key, val)

    @contextmanager
    def loop(self, namespace: Mapping[str, object], forloop: Any) -> Iterator[RenderContext]:
        self._count()
        # Each turn counts, also those of a loop whose body reads nothing.
        self.reads += forloop.length // 4
        with super().loop(namespace, forloop) as context:
            yield context


class _Buffer(StringIO):
    """What was printed, up to ``OUTPUT_MAX`` bytes; only a text that is not ASCII is measured."""

    size = 0

    def write(self, text: str) -> int:
        self.size += len(text) if text.isascii() else len(text.encode())
        if self.size > OUTPUT_MAX:
            raise OutputStreamLimitError("output stream limit reached", token=None)
        return super().write(text)


class _OutputNode(output.OutputNode):
    """Prints what nearly always stands there, a name without filter, by the short way."""

    __slots__ = ("path",)

    def __init__(self, token: Token, expression: Expression) -> None:
        super().__init__(token, expression)
        left = expression.left if isinstance(expression, FilteredExpression) else None
        is_plain = isinstance(left, Path) and all(type(name) is str for name in left.path)
        self.path: Path | None = None
        if is_plain and isinstance(left, Path) and not getattr(expression, "filters", None):
            self.path = left

    def render(self, context: RenderContext, buffer: TextIO) -> int:
        if self.path is None:
            return self.render_to_output(context, buffer)
        value = context.get(self.path.path, token=self.path.token)
        if type(value) is str:
            return buffer.write(escape(value) if context.autoescape else value)
        return buffer.write(to_liquid_string(value, context.autoescape))


class _Output(output.Output):
    node_class = _OutputNode


class _ContentNode(content.ContentNode):
    __slots__ = ()

    def render(self, context: RenderContext, buffer: TextIO) -> int:
        return buffer.write(self.text)


class _Content(content.Literal):
    node_class = _ContentNode


class _Template(BoundTemplate):
    context_class = _Context

    def _get_buffer(self) -> StringIO:
        return _Buffer()


TAGS = (
    _Content,
    _Output,
    illegal.Illegal,
    if_tag.IfTag,
    unless_tag.UnlessTag,
    case_tag.CaseTag,
    for_tag.ForTag,
    for_tag.BreakTag,
    for_tag.ContinueTag,
    assign_tag.AssignTag,
    comment_tag.CommentTag,
    inline_comment_tag.InlineCommentTag,
)


class _Bounded(Environment):
    block_nesting_limit = DEPTH_MAX
    context_depth_limit = DEPTH_MAX * 2
    loop_iteration_limit = LOOPS_MAX
    local_namespace_limit = LOCALS_MAX
    output_stream_limit = OUTPUT_MAX
    template_class = _Template

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        for tag in TAGS:
            self.add_tag(tag)
        for name, filter_ in {**PLAIN_FILTERS, **FILTERS}.items():
            self.add_filter(name, filter_)


_TEXT = _Bounded(undefined=FalsyStrictUndefined)
_HTML = _Bounded(undefined=FalsyStrictUndefined, autoescape=True)


@lru_cache(maxsize=2048)
def parsed(source: str, *, is_html: bool = False) -> BoundTemplate:
    """The template behind ``source``; the same source is read once.

    Raises Problem ``template_too_long``, ``template_syntax``, ``template_filter_unknown``.
    """
    _check_marks(source)
    try:
        return (_HTML if is_html else _TEXT).from_string(source)
    except RecursionError as error:
        raise Problem("template_syntax", line=1, detail="nesting") from error
    except LiquidError as error:
        raise as_problem(error) from error


def _check_marks(source: str) -> None:
    """Every ``{{`` and ``{%`` ends soon, and there are not too many of them.

    The library's reader takes quadratic time over marks that never end; here one pass tells.
    """
    if len(source) > SOURCE_MAX:
        raise Problem("template_too_long", length=len(source), limit=SOURCE_MAX)
    marks, position = 0, 0
    while found := _OPENS.search(source, position):
        marks += 1
        start, closing = found.start(), "}}" if found.group() == "{{" else "%}"
        end = source.find(closing, start + 2, start + MARK_MAX)
        line = source.count("\n", 0, start) + 1
        if end < 0 or _OPENS.search(source, start + 2, end):
            raise Problem("template_syntax", line=line, detail=f"{found.group()} … {closing}")
        if marks > MARKS_MAX:
            raise Problem("template_too_long", length=marks, limit=MARKS_MAX)
        position = end + 2


def rendered(source: str, variables: Mapping[str, object], *, is_html: bool = False) -> str:
    """``source`` with the values in place.

    Raises Problem as ``parsed``, and ``template_endless``, ``template_variable_unknown``.
    """
    template = parsed(source, is_html=is_html)
    try:
        return template.render(variables)
    except LiquidError as error:
        raise as_problem(error) from error
    except (RecursionError, ArithmeticError, ValueError, TypeError) as error:
        raise Problem("template_syntax", line=1, detail=type(error).__name__) from error


def as_problem(error: LiquidError) -> Problem:
    """What is wrong with a template, and in which line."""
    line = _line(error)
    if isinstance(error, BlockNestingError):
        return Problem("template_syntax", line=line, detail="nesting")
    if isinstance(error, ResourceLimitError):
        return Problem("template_endless", line=line)
    if isinstance(error, UnknownFilterError):
        return Problem("template_filter_unknown", line=line, name=_quoted(error))
    if isinstance(error, UndefinedError):
        return Problem("template_variable_unknown", line=line, name=_quoted(error))
    if isinstance(error, LiquidSyntaxError | TemplateNotFoundError) or error.args:
        return Problem("template_syntax", line=line, detail=str(error.args[0])[:200])
    return Problem("template_syntax", line=line, detail=type(error).__name__)


def _line(error: LiquidError) -> int:
    try:
        found = error.context()
    except (AttributeError, IndexError, TypeError, ValueError):
        return 1
    return int(found[0]) if found else 1


def _quoted(error: LiquidError) -> str:
    """The name in ``'customer.nane' is undefined`` and ``unknown filter 'mony'``."""
    told = str(error.args[0]) if error.args else ""
    parts = told.split("'")
    return parts[1] if len(parts) > 2 else told.removesuffix(" is undefined")[:80]
