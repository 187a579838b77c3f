"""Figures and addresses inside templates."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from recaudo import words
from recaudo.desk import figures
from recaudo.desk.names import BATCH_STATES, FACT_TYPES, MODES, SKIPPED, called
from recaudo.insights.export import Cell
from recaudo.intake.models import RejectedRow
from recaudo.intake.queries import RowProblem
from recaudo.intake.reading.contract import Notice, Question
from recaudo.strategy.queries.explain import Number
from recaudo.strategy.telling import code_told

register = template.Library()

register.filter("day", figures.day)
register.filter("day_and_month", figures.day_and_month)
register.filter("percent", figures.percent)
register.filter("number", figures.number)
register.filter("whole", figures.whole)


@register.simple_tag
def money(value: Decimal | None, currency: str) -> str:
    return figures.money(value, currency)


@register.simple_tag
def whole_money(value: Decimal | None, currency: str) -> str:
    """In whole units: what a portfolio comes to."""
    return figures.money(value, currency, digits=0)


@register.simple_tag
def amount(value: Decimal | None, currency: str) -> str:
    return figures.amount(value, currency)


@register.simple_tag(takes_context=True)
def moment_text(context: Context, value: str) -> SafeString:
    """An instant that was kept as text (ISO)."""
    return moment(context, datetime.fromisoformat(value))


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime | None) -> SafeString:
    """An instant in the creditor's zone, with the exact one behind it."""
    if value is None:
        return format_html("{}", figures.NOTHING)
    shown = figures.moment(value, context.get("zone") or "UTC")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), shown)


@register.simple_tag
def when(value: date | None) -> SafeString:
    if value is None:
        return format_html("{}", figures.NOTHING)
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), figures.day(value))


@register.simple_tag(takes_context=True)
def page(context: Context, name: str, *args: Any) -> str:
    """The address of one of this creditor's pages."""
    return reverse(f"desk:{name}", args=[context["creditor"].code, *args])


@register.simple_tag(takes_context=True)
def again(context: Context, **changes: Any) -> str:
    """This page's query string with ``changes``; an empty value takes the name out."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in ("", None):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.filter
def told(code: str, facts: dict[str, Any] | None = None) -> str:
    """The sentence of a code with its facts."""
    return words.sentence(code, facts or {})


@register.filter
def cell_told(row: RowProblem | RejectedRow) -> str:
    """Why a row was not taken: the column and the value belong to the sentence."""
    return words.sentence(row.code, {"column": row.column, "value": row.value} | dict(row.facts))


@register.inclusion_tag("desk/parts/icon.html")
def icon(name: str) -> dict[str, str]:
    return {"name": name}


@register.filter
def age_step(dpd: int | None) -> int:
    """Which of the eight steps of the ageing colours: 0 is not late, 7 over a year."""
    return sum(1 for start in (1, 31, 61, 91, 121, 181, 361) if (dpd or 0) >= start)


register.filter("month", figures.month)


@register.simple_tag(takes_context=True)
def fact(context: Context, number: Number) -> str:
    """The value of a fact in its unit."""
    value = number.value
    if value is None:
        return figures.NOTHING
    if isinstance(value, bool):
        return gettext("sí") if value else gettext("no")
    if isinstance(value, date):
        return figures.day(value)
    if isinstance(value, str):
        return code_told(number.fact, value) or figures.NOTHING
    if number.unit == "money":
        return figures.money(Decimal(value), context["currency"])
    if number.unit == "ppm":
        return figures.percent(Decimal(value) / 10_000)
    return figures.number(value)


@register.filter
def negated(value: int) -> int:
    return -value


@register.filter
def fact_type(code: str) -> str:
    return called(FACT_TYPES, code)


@register.filter
def batch_state(code: str) -> str:
    return called(BATCH_STATES, code)


@register.filter
def batch_mode(code: str) -> str:
    return called(MODES, code)


@register.filter
def skipped_kind(code: str) -> str:
    return called(SKIPPED, code)


@register.filter
def asked(question: Question) -> str:
    """What a file leaves open, as a question."""
    return words.sentence(question.code, question.told)


@register.filter
def noticed(notice: Notice) -> str:
    return words.sentence(notice.code, notice.told)


@register.simple_tag
def report_cell(cell: Cell) -> SafeString:
    """One cell of a report, numbers to the right; amounts in whole units, small figures not."""
    if isinstance(cell, Decimal):
        shown = figures.number(cell, 1) if 0 < abs(cell) < 1000 else figures.whole(cell)
        return format_html('<td class="num">{}</td>', shown)
    if isinstance(cell, int):
        return format_html('<td class="num">{}</td>', figures.number(cell))
    if isinstance(cell, date):
        return format_html('<td class="num nowrap">{}</td>', figures.day(cell))
    return format_html("<td>{}</td>", cell or "")
