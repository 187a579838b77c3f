"""A debt in the customer's words: every sentence and figure of the statement, ready to lay out.

A sheet is plain strings, lists and dicts, so that it can be handed to typst as JSON: no name of a
customer ever becomes markup. ``today`` only decides whether it is called a quote.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recaudo.core.problems import N_
from recaudo.payments.actions.references import reference_of
from recaudo.payments.models import ChargeKind, CreditKind
from recaudo.payments.queries.debt_parts import (
    AccrualDebt,
    CurrencyDebt,
    Debt,
    DocumentDebt,
)
from recaudo.payments.queries.ways import filled, ways_of
from recaudo.payments.statement.figures import Figures
from recaudo.payments.statement.language import language_of, locale_of, paper_of
from recaudo.payments.statement.reckoning import reckoning
from recaudo.payments.statement.summary import apart, summary_lines
from recaudo.portfolio.models import Component, Customer
from recaudo.portfolio.queries.customers import mask_tax_id
from recaudo.portfolio.queries.freshness import ledger_on

Sheet = dict[str, Any]
ZERO = Decimal(0)

KINDS: dict[str, str] = {
    "invoice": N_("Factura"),
    "instalment": N_("Cuota"),
    "debit_note": N_("Nota débito"),
    "charge": N_("Cargo"),
}


def sheet_of(debt: Debt, *, today: date, language: str = "") -> Sheet:
    """Everything that the statement says, in the customer's language (or ``language``)."""
    spoken = language or language_of(debt.customer)
    with translation.override(spoken):
        return _Writer(debt, today, spoken).sheet()


class _Writer:
    def __init__(self, debt: Debt, today: date, language: str) -> None:
        self.debt, self.customer, self.creditor = debt, debt.customer, debt.customer.creditor
        self.today, self.language = today, language
        self.figures = Figures(locale_of(language, self.creditor.country))

    def sheet(self) -> Sheet:
        debt, day = self.debt, self.figures.long_day(self.debt.as_of)
        is_quote = debt.as_of > self.today
        return {
            "language": self.language.split("-")[0],
            "paper": paper_of(self.creditor.country),
            "title": _("Liquidación de la deuda") if is_quote else _("Estado de cuenta"),
            "day": _("Para pagar el %(day)s") % {"day": day}
            if is_quote
            else _("Al %(day)s") % {"day": day},
            "cut": self._cut(is_quote, day),
            "creditor": {"name": self.creditor.name},
            "creditor_lines": self._creditor_lines(),
            "customer": self._customer(),
            "headline": self._headline(),
            "currencies": [self._currency(each) for each in debt.currencies],
            "has_many": len(debt.currencies) > 1,
            "rates": self._rates(),
            "missing": self._missing(),
            "reckoning": reckoning(debt, self.figures),
            "pay": self._pay(),
            "if_paid": _("Si ya pagó, haga caso omiso y envíenos el soporte."),
            "words": _words(),
        }

    def _cut(self, is_quote: bool, day: str) -> str:
        """Up to which day the movements are known: what was loaded may be older than the day."""
        known = min(ledger_on(self.creditor, self.today) or self.today, self.today)
        names = {"day": day, "known": self.figures.long_day(known)}
        if is_quote:
            return "{} {}".format(
                _("Con los movimientos conocidos al %(known)s.") % names,
                _("Válida hasta el %(day)s, si antes no hay otros movimientos.") % names,
            )
        if known < self.debt.as_of:
            return _("Saldo con corte al %(day)s, con la cartera cargada al %(known)s.") % names
        return _("Saldo con corte al %(day)s.") % names

    def _creditor_lines(self) -> list[str]:
        who = self.creditor
        phone = f"{_('Tel.')} {who.phone}" if who.phone else ""
        return [line for line in (who.tax_id, who.address, phone, who.website) if line]

    def _customer(self) -> dict[str, str]:
        who = self.customer
        masked = f"{who.tax_id_kind.upper()} {mask_tax_id(who.tax_id)}" if who.tax_id else ""
        return {"name": who.name, "code": who.code, "tax_id": masked.strip()}

    def _headline(self) -> list[dict[str, str]]:
        """The two figures that the customer looks for, in the creditor's currency."""
        debt = self.debt
        only = debt.currencies[0] if len(debt.currencies) == 1 else None
        if only is not None:  # in its own currency, exactly: no rate is needed
            catch_up, total, code = only.catch_up, only.total, only.currency
        else:
            catch_up, total, code = debt.catch_up, debt.total, debt.currency
        without = (
            _("sin lo que está en %(currencies)s") % {"currencies": ", ".join(debt.without_rate)}
            if debt.without_rate and only is None
            else ""
        )
        return [
            {
                "label": _("Para ponerse al día"),
                "value": self.figures.money(catch_up, code),
                "about": without or _("lo vencido y los cargos"),
            },
            {
                "label": _("Para pagar todo"),
                "value": self.figures.money(total, code),
                "about": without or _("también lo que aún no vence"),
            },
        ]

    def _currency(self, sums: CurrencyDebt) -> dict[str, Any]:
        code = sums.currency
        mine = [each for each in self.debt.documents if each.currency == code]
        alive = [each for each in mine if each.standing == "alive"]
        apart = [
            (_("Castigado, se sigue debiendo"), "written_off"),
            (_("Cedido: lo cobra su nuevo dueño"), "ceded"),
        ]
        return {
            "code": code,
            "name": _capital(self.figures.locale.currencies.get(code, code)),
            "documents": [self._document(each) for each in alive],
            "apart": [
                {
                    "title": title,
                    "documents": [self._document(each) for each in mine if each.standing == why],
                }
                for title, why in apart
                if any(each.standing == why for each in mine)
            ],
            "charges": self._charges(code),
            "credits": self._credits(code),
            "summary": self._summary(sums),
        }

    def _document(self, line: DocumentDebt) -> dict[str, Any]:
        return {
            "number": line.number,
            "about": " · ".join(filter(None, (_(KINDS[line.kind]), line.about))),
            "note": self._documented(line),
            "issued_on": self.figures.day(line.issued_on),
            "due_on": self.figures.day(line.due_on),
            "days": self._days(line.days),
            "is_late": line.days > 0,
            "original": self.figures.amount(line.original, line.currency),
            "open": self.figures.amount(line.open, line.currency),
            "parts": [
                {
                    "name": str(Component(name).label),
                    "amount": self.figures.amount(amount, line.currency),
                }
                for name, amount in line.parts
                if len(line.parts) > 1
            ],
        }

    def _documented(self, line: DocumentDebt) -> str:
        if not line.documented:
            return ""
        amount = self.figures.money(line.documented, line.currency)
        return _("Documentado con cheque o título: %(amount)s") % {"amount": amount}

    def _days(self, days: int) -> str:
        if days > 0:
            return self.figures.count(days)
        return _("vence ese día") if days == 0 else "–"

    def _charges(self, code: str) -> list[dict[str, Any]]:
        posted = [
            {
                "name": str(ChargeKind(each.kind).label) if each.kind else _("Cargo"),
                "base": each.base or each.number,
                "period": self._period(each.from_on, each.until_on),
                "note": apart(each.standing),
                "amount": self.figures.amount(each.open, code),
            }
            for each in self.debt.charges
            if each.currency == code
        ]
        mine = [each for each in self.debt.accruals if each.currency == code]
        told = posted + [row for each in mine for row in self._accrual(each)]
        # Side by side what one document has borne: the sort keeps the order within each.
        return sorted(told, key=lambda row: row["base"])

    def _accrual(self, each: AccrualDebt) -> list[dict[str, Any]]:
        rows = []
        if each.interest:
            rows.append(
                {
                    "name": str(ChargeKind.DEFAULT_INTEREST.label),
                    "base": each.number,
                    "period": self._period(each.from_on, each.stopped_on or self.debt.as_of),
                    "note": apart(each.standing),
                    "amount": self.figures.amount(each.interest, each.currency),
                }
            )
        if each.fees:
            rows.append(
                {
                    "name": str(ChargeKind.COLLECTION_FEE.label),
                    "base": each.number,
                    "period": self.figures.day(self.debt.as_of),
                    "note": apart(each.standing),
                    "amount": self.figures.amount(each.fees, each.currency),
                }
            )
        return rows

    def _period(self, from_on: date, until_on: date) -> str:
        if from_on == until_on:
            return self.figures.day(from_on)
        return f"{self.figures.day(from_on)} – {self.figures.day(until_on)}"

    def _credits(self, code: str) -> list[dict[str, str]]:
        return [
            {
                "name": str(CreditKind(each.kind).label),
                "on": self.figures.day(each.value_on),
                "reference": each.reference,
                "amount": self.figures.amount(each.unapplied, code),
            }
            for each in self.debt.credits
            if each.currency == code
        ]

    def _summary(self, sums: CurrencyDebt) -> list[dict[str, Any]]:
        """What adds up to the two totals; a line of zero is left out."""
        return [
            {
                "label": line.label,
                "amount": f"{line.sign}{self.figures.amount(line.amount, sums.currency)}",
                "is_total": line.is_total,
            }
            for line in summary_lines(sums)
            if line.amount or line.is_total
        ]

    def _rates(self) -> list[str]:
        home = self.debt.currency
        return [
            _("1 %(currency)s = %(amount)s del %(day)s (%(source)s)")
            % {
                "currency": each.currency,
                "amount": f"{self.figures.rate(each.rate.rate, 10)} {home}",
                "day": self.figures.day(each.rate.valid_on),
                "source": each.rate.source,
            }
            for each in self.debt.currencies
            if each.rate is not None and each.currency != home
        ]

    def _missing(self) -> list[str]:
        found = [
            _(
                "Falta la tasa de cambio de %(currency)s: lo que está en esa moneda no entra en "
                "los totales."
            )
            % {"currency": code}
            for code in (self.debt.without_rate if len(self.debt.currencies) > 1 else ())
        ]
        return found + [
            _("%(number)s: falta la tasa %(series)s desde el %(day)s. Su interés llega hasta ahí.")
            % {
                "number": each.number,
                "series": each.missing,
                "day": self.figures.day(each.stopped_on or self.debt.as_of),
            }
            for each in self.debt.accruals
            if each.missing
        ]

    def _pay(self) -> dict[str, Any]:
        reference = reference_of(self.customer)
        ways = ways_of(self.creditor)
        wanted = [each.currency for each in self.debt.currencies]
        return {
            "reference": reference,
            "ways": [
                {
                    "title": way.title,
                    "details": way.details,
                    "currency": code,
                    "url": way.url,
                }
                for code in wanted
                for way in filled(ways.get(code, []), reference)
            ],
        }


def _words() -> dict[str, str]:
    """Headings, by what they stand over."""
    return {
        "customer": _("Cliente"),
        "code": _("Código"),
        "documents": _("Documentos pendientes"),
        "document": _("Documento"),
        "issued_on": _("Emisión"),
        "due_on": _("Vencimiento"),
        "days": _("Días de mora"),
        "original": _("Valor original"),
        "open": _("Saldo"),
        "charges": _("Cargos por mora"),
        "charge": _("Cargo"),
        "about": _("Sobre"),
        "period": _("Período"),
        "amount": _("Valor"),
        "credits": _("Saldos a favor sin aplicar"),
        "credit": _("Concepto"),
        "on": _("Fecha"),
        "reference": _("Referencia"),
        "summary": _("Resumen"),
        "currency": _("Moneda"),
        "nothing": _("No tiene documentos pendientes en este día."),
        "reckoning": _("Cómo se calculó cada cargo"),
        "from_on": _("Desde"),
        "until_on": _("Hasta"),
        "day_count": _("Días"),
        "capital": _("Capital"),
        "rate": _("Tasa"),
        "source": _("Fuente"),
        "rates": _("Tasas de cambio"),
        "pay": _("Cómo pagar"),
        "pay_reference": _("Su referencia de pago"),
        "page": _("Página"),
        "of": _("de"),
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def file_name(customer: Customer, as_of: date, ending: str) -> str:
    """``estado-de-cuenta-C77-2026-03-31.pdf``: no name of a person in it."""
    kept = "".join(each if each.isalnum() else "-" for each in customer.code)[:40].strip("-")
    return f"estado-de-cuenta-{kept or customer.pk}-{as_of.isoformat()}.{ending}"


def days_told(days: int) -> str:
    """``12 días de mora``, or that the customer is not late."""
    if days <= 0:
        return _("al día")
    return ngettext("%(days)s día de mora", "%(days)s días de mora", days) % {"days": days}
