"""Reports as JSON and as tables, from what the queries found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from recaudo import words
from recaudo.access.models import Creditor
from recaudo.core.buckets import Slot
from recaudo.core.problems import N_
from recaudo.insights.export import Cell, Row, Table
from recaudo.insights.queries.ageing import Ageing, Group, Part
from recaudo.insights.queries.kpis import Told
from recaudo.insights.queries.rows import DocumentRow, LeftOut
from recaudo.insights.queries.status import State
from recaudo.strategy.queries.worklist import Line

BY_TITLES = {
    "customer": N_("Cliente"),
    "seller": N_("Vendedor"),
    "branch": N_("Sucursal"),
    "zone": N_("Zona"),
    "product": N_("Producto"),
}
KPI_TITLES = {
    "dso": N_("Días de cartera (DSO)"),
    "dso_best_possible": N_("DSO posible sin mora"),
    "days_delinquent": N_("Días de cartera por mora (ADD)"),
    "dso_countback": N_("DSO por agotamiento de ventas"),
    "percent_overdue": N_("Cartera vencida"),
    "coverage": N_("Porcentaje de gestión"),
    "weighted_days_paid": N_("Días promedio de pago, desde la emisión"),
    "weighted_days_with_open": N_("Días promedio de atraso, con lo que sigue vencido"),
    "cei": N_("Eficacia de cobro del mes (CEI)"),
}
UNITS = {"days": N_("días"), "percent": "%"}
FILTERS = {"NOT disputed": N_("sin lo objetado")}


def amount(value: Decimal) -> str:
    """The exact amount as text: two decimals, four where it has them."""
    shown = format(value.normalize(), "f")
    decimals = len(shown.partition(".")[2])
    return format(value, f".{2 if decimals <= 2 else 4}f")


# -- ageing --------------------------------------------------------------------------------------


def ageing_json(report: Ageing) -> dict[str, Any]:
    """The stable form of `report aging --json`; amounts are text, in ``currency``.

    Written-off and ceded balances, subtotals per currency and groups only where there are any.
    """
    told: dict[str, Any] = {
        "as_of": report.as_of.isoformat(),
        "currency": report.currency,
        **_group_json(report.whole, report.table.slots),
    }
    if len(report.currencies) > 1 or any(c.currency != report.currency for c in report.currencies):
        told["currencies"] = [
            {
                "currency": each.currency,
                "rate": format(each.rate.normalize(), "f"),
                "documents": each.documents,
                "gross": amount(each.gross),
                "unapplied": amount(each.unapplied),
            }
            for each in report.currencies
        ]
    if report.by is not None:
        told["by"] = report.by
        told["groups"] = [
            {"code": group.code, "name": group.name, **_group_json(group, report.table.slots)}
            for group in report.groups
        ]
    return told


def _group_json(group: Group, slots: tuple[Slot, ...]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "buckets": [
            {"bucket": slot.code, "documents": part.documents, "balance": amount(part.balance)}
            for slot, part in zip(slots, group.buckets, strict=True)
        ],
        "gross": amount(group.gross),
        "unapplied": amount(group.unapplied),
        "total": amount(group.total),
    }
    apart = {
        "written_off": group.written_off,
        "ceded": group.ceded,
        "documented": group.documented,
    }
    return told | {name: _part_json(part) for name, part in apart.items() if part.documents}


def _part_json(part: Part) -> dict[str, Any]:
    return {"documents": part.documents, "balance": amount(part.balance)}


def ageing_tables(creditor: Creditor, report: Ageing) -> list[Table]:
    """The ageing by bucket, or one line per group; with their customers as a second table where
    they were asked for."""
    if report.by is None:
        return [_by_bucket(creditor, report)]
    return [_by_group(creditor, report), *_with_customers(creditor, report)]


def _by_bucket(creditor: Creditor, report: Ageing) -> Table:
    whole = report.whole
    rows = [
        Row([slot_name(slot), part.documents, part.balance, _share(part.balance, whole.gross)])
        for slot, part in zip(report.table.slots, whole.buckets, strict=True)
    ]
    rows.append(
        Row([_("Saldo"), whole.documents, whole.gross, _share(whole.gross, whole.gross)], 2)
    )
    rows.append(Row([_("Sin aplicar"), None, -whole.unapplied, None], 1))
    rows.append(Row([_("Neto"), None, whole.total, None], 2))
    apart = (
        (_("Documentado, dentro del saldo"), whole.documented),
        (_("Castigado"), whole.written_off),
        (_("Cedido"), whole.ceded),
    )
    for title, part in apart:
        if part.documents:
            rows.append(Row([title, part.documents, part.balance, None], 1))
    headings = [_("Edad"), _("Documentos"), _("Saldo"), "%"]
    return Table(_("Cartera por edades"), _about(creditor, report), headings, rows)


def _by_group(creditor: Creditor, report: Ageing) -> Table:
    rows = [Row(_group_cells(group)) for group in report.groups]
    rows.append(Row(["", _("TOTAL"), *_group_cells(report.whole)[2:]], 2))
    by = _(BY_TITLES[report.by or "customer"])
    headings = [_("Código"), by, *_amount_headings(report)]
    return Table(_("Cartera por edades"), _about(creditor, report), headings, rows)


def _with_customers(creditor: Creditor, report: Ageing) -> Iterator[Table]:
    """Customers under their group, each group with its subtotal."""
    if not any(group.customers for group in report.groups):
        return
    rows: list[Row] = []
    for group in report.groups:
        rows += [Row([_called(group), *_group_cells(line)]) for line in group.customers]
        rows.append(Row([_called(group), "", _("SUBTOTAL"), *_group_cells(group)[2:]], 1))
    rows.append(Row(["", "", _("TOTAL"), *_group_cells(report.whole)[2:]], 2))
    by = _(BY_TITLES[report.by or "customer"])
    headings = [by, _("Código"), _("Cliente"), *_amount_headings(report)]
    yield Table(_("Detalle por cliente"), _about(creditor, report), headings, rows)


def _group_cells(group: Group) -> list[Cell]:
    return [
        group.code,
        _called(group),
        *(part.balance for part in group.buckets),
        group.gross,
        group.unapplied,
        group.total,
        group.documents,
        group.written_off.balance,
        group.ceded.balance,
    ]


def _called(group: Group) -> str:
    return group.name or _("(sin asignar)")


def _amount_headings(report: Ageing) -> list[str]:
    return [
        *(slot_name(slot) for slot in report.table.slots),
        _("Saldo"),
        _("Sin aplicar"),
        _("Neto"),
        _("Documentos"),
        _("Castigado"),
        _("Cedido"),
    ]


def _about(creditor: Creditor, report: Ageing) -> list[str]:
    """Of whom, as of when, in what money."""
    lines = [
        creditor.name,
        _("Saldos con corte al {day}, en {currency}").format(
            day=words.show(report.as_of, _locale()), currency=report.currency
        ),
    ]
    lines += [
        _("{currency}: {gross} en {documents} documentos, a {rate}").format(
            currency=each.currency,
            gross=words.show(each.gross, _locale()),
            documents=each.documents,
            rate=words.show(each.rate, _locale()),
        )
        for each in report.currencies
        if each.currency != report.currency
    ]
    return lines


def slot_name(slot: Slot) -> str:
    return slot.name_es if _locale().startswith("es") else slot.name_en


def _share(part: Decimal, whole: Decimal) -> Decimal | None:
    return round(part * 100 / whole, 1) if whole else None


# -- indicators ----------------------------------------------------------------------------------


def kpis_json(told: list[Told]) -> list[dict[str, str | None]]:
    return [each.as_json() for each in told]


def kpis_table(creditor: Creditor, told: list[Told]) -> Table:
    """One line an indicator, with what it was divided by, or why it has no meaning."""
    rows = [
        Row(
            [
                _kpi_title(each),
                each.kpi.rounded(1),
                _(UNITS[each.kpi.unit]),
                each.kpi.numerator,
                each.kpi.denominator,
                each.from_on,
                each.to_on,
                words.sentence(each.kpi.reason) if each.kpi.reason else "",
            ]
        )
        for each in told
    ]
    headings = [
        _("Indicador"),
        _("Valor"),
        _("Unidad"),
        _("Numerador"),
        _("Denominador"),
        _("Desde"),
        _("Hasta"),
        _("Por qué no hay valor"),
    ]
    return Table(_("Indicadores"), [creditor.name], headings, rows)


def kpis_lines(told: list[Told]) -> list[str]:
    """One line an indicator for a screen of any width: the value and what it was divided by."""
    return [f"{_kpi_title(each)}: {_kpi_value(each)}" for each in told]


def _kpi_title(told: Told) -> str:
    return " ".join([_(KPI_TITLES[told.kpi.kpi]), _filter_title(told.kpi.filter)]).strip()


def _kpi_value(told: Told) -> str:
    if told.kpi.value is None:
        return words.sentence(told.kpi.reason)
    return _("{value} {unit} · {numerator} entre {denominator} · {first} a {last}").format(
        value=shown(told.kpi.rounded(1)),
        unit=_(UNITS[told.kpi.unit]),
        numerator=shown(told.kpi.numerator),
        denominator=shown(told.kpi.denominator),
        first=shown(told.from_on),
        last=shown(told.to_on),
    )


def _filter_title(condition: str) -> str:
    return f"({_(FILTERS.get(condition, condition))})" if condition else ""


def _locale() -> str:
    return to_locale(get_language() or "es")


# -- the rows behind a figure --------------------------------------------------------------------


def documents_table(creditor: Creditor, title: str, rows: list[DocumentRow]) -> Table:
    headings = [
        _("Cliente"),
        _("Nombre"),
        _("Documento"),
        _("Emitido"),
        _("Vence"),
        _("Días de mora"),
        _("Moneda"),
        _("Saldo"),
        _("Saldo ({currency})").format(currency=creditor.currency),
    ]
    lines = [
        Row(
            [
                each.customer_code,
                each.customer_name,
                each.document,
                each.issued_on,
                each.due_on,
                each.dpd,
                each.currency,
                each.open,
                each.here,
            ]
        )
        for each in rows
    ]
    total = sum((each.here for each in rows), Decimal(0))
    lines.append(Row([_("TOTAL"), *[None] * 7, total], 2))
    return Table(title, [creditor.name], headings, lines)


def left_out_table(creditor: Creditor, rows: list[LeftOut]) -> Table:
    """Who was due for work and was not worked."""
    headings = [
        _("Cliente"),
        _("Nombre"),
        _("Vencido ({currency})").format(currency=creditor.currency),
    ]
    lines = [Row([each.code, each.name, each.overdue]) for each in rows]
    return Table(_("Sin gestión"), [creditor.name], headings, lines)


# -- work and state ------------------------------------------------------------------------------


def worklist_json(creditor: Creditor, lines: list[Line]) -> list[dict[str, Any]]:
    """Amounts are text, in the creditor's currency."""
    return [{"currency": creditor.currency} | told for told in rows_json(lines)]


def worklist_table(creditor: Creditor, lines: list[Line]) -> Table:
    headings = [
        _("Código"),
        _("Cliente"),
        _("Segmento"),
        _("Motivo"),
        _("Próximo paso"),
        _("Fecha"),
        _("Mora"),
        _("Vencido"),
        _("Saldo"),
        _("Prioridad"),
    ]
    rows = [
        Row(
            [
                line.code,
                line.name,
                line.segment,
                line.reason,
                line.step_key or line.next_step or "",
                line.next_on,
                line.max_dpd,
                line.overdue,
                line.balance,
                line.priority,
            ]
        )
        for line in lines
    ]
    return Table(_("Trabajo de hoy"), [creditor.name], headings, rows)


def status_json(found: list[State]) -> list[dict[str, Any]]:
    return rows_json(found)


def status_table(creditor: Creditor, found: list[State]) -> Table:
    headings = [_("Segmento"), _("Motivo"), _("Próximo paso"), _("Clientes"), _("Saldo")]
    rows = [
        Row([each.segment, each.reason, each.next_step, each.customers, each.balance])
        for each in found
    ]
    customers = sum(each.customers for each in found)
    balance = sum((each.balance for each in found), Decimal(0))
    rows.append(Row([_("TOTAL"), "", "", customers, balance], 2))
    return Table(_("Estado de la cobranza"), [creditor.name], headings, rows)


def rows_json(rows: list[Any]) -> list[dict[str, Any]]:
    """Any list of dataclasses: amounts as text, days as ISO."""
    return [{field.name: _plain(getattr(row, field.name)) for field in fields(row)} for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return amount(value)
    return value.isoformat() if isinstance(value, date) else value


def shown(cell: Cell) -> str:
    """A cell as a person reads it."""
    if cell is None:
        return ""
    if isinstance(cell, int):
        return format_decimal(cell, locale=_locale())
    return cell if isinstance(cell, str) else words.show(cell, _locale())
