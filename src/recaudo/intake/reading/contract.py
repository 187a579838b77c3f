"""What a file turns into: the one agreement between reading a file and writing the ledger.

``open_file(path, ...)`` (in ``recaudo.intake.reading``) gives a ``Reading``. It knows the columns,
the questions that must be answered first, and ``batches()``: typed rows, rejected rows, skipped
rows. Nothing here knows Django or a database.

    reading = open_file(path, hints=Hints(country="CO", currency="COP", as_of=day))
    if reading.questions: ...           # ask, then open again with ``answers``
    for batch in reading.batches():     # a second call reads the file again, with the same result
        write(batch.rows); keep(batch.rejects)
    reading.summary                     # complete once the last batch was taken

Every row of the file below its headings is exactly one of: typed (``Batch.rows``), rejected
(``Batch.rejects``) or skipped with a kind (``Batch.skipped``). ``rows = typed + rejected``: titles,
subtotals, page breaks, repeated headings and blank rows are skipped and are no rows.

A typed row has every column of ``SCHEMA``, null where the file says nothing. ``record`` says what
it carries:

``document``  a debit. Not null: customer_code, number, due_on, amount (≥ 0; zero only with a
              balance of zero: nothing is owed, which closes the document if it is known).
              ``open_amount`` is the balance the file states (0 … ); null where the file states none
              and ``amount`` less the payments is meant. A file with one amount column and no
              payments has open_amount = amount. With ``paid_amount`` set the row also carries one
              payment of this document (``paid_on`` not null). With ``settled_amount`` set that
              much was paid on unknown days. Capital … tax are parts that add up, to a cent, to
              open_amount or, failing that, to amount. amount ≥ open_amount.
``credit``    a negative row (F6), signs turned: ``open_amount`` (what is left to apply) and
              ``amount`` are ≥ 0, amount ≥ open_amount; ``credit_kind`` is a value of
              ``CreditKind``. customer_code and number are not null; issued_on or due_on is set.
``payment``   Not null: customer_code or number, paid_on, paid_amount (≠ 0; negative takes a payment
              back). ``number`` and its parts name the document paid, if any.
``customer``  only the customer and contact columns. Not null: customer_code.
``rate``      Not null: exchange_rate (> 0), rate_on, currency (units of the creditor's currency for
              one of ``currency``).

Every record kind may carry customer, contact and obligation columns as well. Several rows may
speak of one customer or hold the same key; reading does not merge them. Only where a person
accepted balances by age without documents (``ages = "one_per_age"``) several typed rows share one
row_no, one for each age; the row counts once.
``customer_code`` falls back to the cleaned tax id, then to the name (notice ``customer_by_name``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol

import pyarrow as pa

from recaudo.core.problems import N_

Record = Literal["document", "credit", "payment", "customer", "rate"]
FieldKind = Literal["text", "code", "date", "money", "int", "rate", "label", "flag"]

MONEY = pa.decimal128(18, 4)
RATE = pa.decimal128(20, 10)
ARROW: Dict[str, pa.DataType] = {
    "text": pa.string(),
    "code": pa.string(),
    "label": pa.string(),
    "date": pa.date32(),
    "money": MONEY,
    "rate": RATE,
    "int": pa.int32(),
    "flag": pa.bool_(),
}


@dataclass(frozen=True)
class Field:
    """One canonical column. ``text`` is trimmed; ``code`` also loses the ``.0`` of ids that were
    floats; ``label`` holds one of few known words (see ``labels``)."""

    name: str
    kind: FieldKind
    topic: Literal["customer", "contact", "obligation", "document", "payment", "rate"]
    title: str  # Spanish msgid


def _fields(topic: str, *rows: tuple[str, str, str]) -> tuple[Field, ...]:
    return tuple(Field(name, kind, topic, title) for name, kind, title in rows)  # type: ignore[arg-type]


FIELDS: tuple[Field, ...] = (
    *_fields(
        "customer",
        ("customer_code", "code", N_("Código del cliente")),
        ("name", "text", N_("Nombre del cliente")),
        ("tax_id", "code", N_("Identificación tributaria")),
        # nit, cc, ce, rut, rfc, curp, ruc, dni, ci, cuit, cpf, cnpj, passport, other
        ("tax_id_kind", "label", N_("Tipo de identificación")),
        ("country", "label", N_("País")),  # ISO 3166 alpha-2
        ("class_name", "text", N_("Clase de cliente")),
        ("group_code", "code", N_("Código del grupo")),
        ("group_name", "text", N_("Grupo económico")),
        ("seller", "text", N_("Vendedor")),
        ("collector", "text", N_("Gestor de cobranza")),
        ("branch", "text", N_("Sucursal")),
        ("zone", "text", N_("Zona")),
        ("credit_limit", "money", N_("Cupo de crédito")),
        ("terms_days", "int", N_("Plazo en días")),
        ("customer_since", "date", N_("Cliente desde")),
        ("pay_days", "text", N_("Días de pago")),  # as written; ``core.payment_days`` reads it
        ("do_not_contact", "flag", N_("No contactar")),
    ),
    *_fields(
        "contact",
        ("email", "text", N_("Correo electrónico")),
        ("email2", "text", N_("Segundo correo")),
        ("phone", "text", N_("Teléfono")),
        ("phone2", "text", N_("Segundo teléfono")),
        ("mobile", "text", N_("Celular")),
        ("whatsapp", "text", N_("WhatsApp")),
        ("address", "text", N_("Dirección")),
        ("city", "text", N_("Ciudad")),
        ("contact_name", "text", N_("Nombre del contacto")),
        # co_debtor, guarantor, legal_representative, contact, reference
        ("contact_role", "label", N_("Calidad del contacto")),
        ("contact_tax_id", "code", N_("Identificación del contacto")),
    ),
    *_fields(
        "obligation",
        ("obligation_number", "code", N_("Número de la obligación")),
        ("product", "text", N_("Producto")),
        # consumer, company, small_company, supervised_lender, guarantor
        ("regime", "label", N_("Régimen")),
    ),
    *_fields(
        "document",
        ("doc_type", "code", N_("Tipo de documento")),
        ("prefix", "code", N_("Prefijo")),
        ("number", "code", N_("Número de documento")),
        ("instalment", "code", N_("Cuota")),
        ("issued_on", "date", N_("Fecha de emisión")),
        ("due_on", "date", N_("Fecha de vencimiento")),
        ("days_past_due", "int", N_("Días de mora")),  # as the file says; only to find due_on
        ("amount", "money", N_("Valor del documento")),
        ("open_amount", "money", N_("Saldo")),
        ("settled_amount", "money", N_("Valor pagado a la fecha")),
        ("currency", "label", N_("Moneda")),  # ISO 4217 (CLF for UF); null: the creditor's
        # issued, filed, accepted, rejected, ceded
        ("state", "label", N_("Estado del documento")),
        ("filed_on", "date", N_("Fecha de radicación")),
        ("purchase_order", "code", N_("Orden de compra")),
        ("description", "text", N_("Descripción")),
        ("capital", "money", N_("Capital")),
        ("interest", "money", N_("Interés corriente")),
        ("default_interest", "money", N_("Interés de mora")),
        ("insurance", "money", N_("Seguro")),
        ("fees", "money", N_("Gastos")),
        ("tax", "money", N_("Impuesto")),
    ),
    *_fields(
        "payment",
        ("paid_on", "date", N_("Fecha de pago")),
        ("paid_amount", "money", N_("Valor del pago")),
        ("payment_reference", "code", N_("Referencia del pago")),
        ("method", "text", N_("Forma de pago")),
        # who paid, where that is not the customer
        ("payer", "text", N_("Pagador")),
        # what the source calls this payment: once it came in, it is never taken again
        ("payment_id", "code", N_("Identificador del pago")),
    ),
    *_fields(
        "rate",
        ("exchange_rate", "rate", N_("Tasa de cambio")),
        ("rate_on", "date", N_("Fecha de la tasa")),
    ),
)
BY_NAME: Dict[str, Field] = {each.name: each for each in FIELDS}
COMPONENTS = ("capital", "interest", "default_interest", "insurance", "fees", "tax")

#: Columns of every typed batch, in this order. ``sheet`` is empty for a delimited file; ``row_no``
#: is the row number a person sees in Excel (the first row of the file is 1).
SCHEMA: pa.Schema = pa.schema(
    [
        pa.field("sheet", pa.string(), nullable=False),
        pa.field("row_no", pa.int64(), nullable=False),
        pa.field("record", pa.string(), nullable=False),
        # payment, credit_note, advance, withholding, adjustment; null unless record = credit
        pa.field("credit_kind", pa.string()),
        *(pa.field(each.name, ARROW[each.kind]) for each in FIELDS),
    ]
)


@dataclass(frozen=True)
class Hints:
    """What the caller knows about the creditor. Never used to guess in silence: ``currency`` and
    ``country`` are where '$' and bare tax ids belong, ``as_of`` is the day of the balances."""

    country: str = ""
    currency: str = ""
    as_of: date | None = None


@dataclass(frozen=True)
class Source:
    """The file as bytes and shape. ``delimiter`` and ``encoding`` are empty for workbooks."""

    path: str
    kind: Literal["csv", "xlsx", "xls", "ods", "html"]
    bytes: int
    encoding: str = ""
    delimiter: str = ""
    sheets: tuple[str, ...] = ("",)


@dataclass(frozen=True)
class Column:
    """One column of the file. ``field`` is empty when it is not used; ``by`` says who decided:
    ``mapping``, ``layout``, ``heading`` (recognised) or empty."""

    position: int  # from 0
    heading: str
    field: str
    by: Literal["mapping", "layout", "heading", ""]
    examples: tuple[str, ...] = ()
    #: How its values are written: ``dmy``, ``mdy``, ``ymd`` for dates; ``,`` or ``.`` (decimal).
    written: str = ""
    sheet: str = ""


@dataclass(frozen=True)
class Question:
    """What the file leaves open and nobody may guess. ``key`` is what ``answers`` and ``--answer
    KEY=VALUE`` name; ``choices`` are the possible values; ``suggested`` comes first, never alone.
    """

    code: str  # date_order_ambiguous, decimal_sign_ambiguous, ages_without_documents …
    key: str  # e.g. "date_order:Fecha Vcto."
    choices: tuple[str, ...]
    suggested: str = ""
    column: str = ""
    examples: tuple[str, ...] = ()
    sheet: str = ""
    facts: Dict[str, object] = field(default_factory=dict)

    @property
    def told(self) -> Dict[str, object]:
        """What the code's sentence may name."""
        own = {"column": self.column, "examples": self.examples, "choices": self.choices}
        return {**own, **self.facts}


@dataclass(frozen=True)
class Notice:
    """Something a person should know; the rows went on. ``count`` rows or cells, a few examples."""

    code: str
    column: str = ""
    count: int = 0
    examples: tuple[str, ...] = ()
    facts: Dict[str, object] = field(default_factory=dict)
    sheet: str = ""

    @property
    def told(self) -> Dict[str, object]:
        """What the code's sentence may name."""
        own = {"column": self.column, "count": self.count, "examples": self.examples}
        return {**own, "sheet": self.sheet, **self.facts}


@dataclass(frozen=True)
class CellProblem:
    """Why a row was not taken: the column's heading, its value as written, a code, the facts."""

    column: str
    value: str
    code: str
    facts: Dict[str, object] = field(default_factory=dict)

    @property
    def told(self) -> Dict[str, object]:
        """What the code's sentence may name."""
        return {"column": self.column, "value": self.value, **self.facts}


@dataclass(frozen=True)
class Reject:
    """One row that was not taken, whole. ``problems`` has at least one; the first is the main."""

    sheet: str
    row_no: int
    problems: tuple[CellProblem, ...]
    original: Dict[str, str]  # heading → text, in the file's order

    @property
    def column(self) -> str:
        return self.problems[0].column

    @property
    def value(self) -> str:
        return self.problems[0].value

    @property
    def code(self) -> str:
        return self.problems[0].code

    @property
    def facts(self) -> Dict[str, object]:
        return self.problems[0].facts


@dataclass(frozen=True)
class Batch:
    """Up to some 100,000 rows. ``rows`` has ``SCHEMA`` and may be empty."""

    rows: pa.RecordBatch
    rejects: tuple[Reject, ...] = ()
    #: Rows that are no rows: title, subtotal, total, page, heading, blank, customer → how many.
    skipped: Dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class PrintedTotal:
    """A total the file itself prints (TOTAL GENERAL): of which field, in which column and row."""

    field: str
    heading: str
    row_no: int
    amount: Decimal
    sheet: str = ""


@dataclass
class Summary:
    """What one pass over the file came to; filled while ``batches()`` runs.

    ``totals`` is the signed sum of the balances taken (open_amount, else amount less paid_amount;
    credits negative) per currency ('' = the creditor's). ``rejected_total`` is the sum of the
    balances of rejected rows as far as they could be read, so that a difference can be explained.
    """

    rows: int = 0
    typed: int = 0
    rejected: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    by_record: dict[str, int] = field(default_factory=dict)
    by_code: dict[str, int] = field(default_factory=dict)
    totals: dict[str, Decimal] = field(default_factory=dict)
    rejected_total: Decimal = Decimal(0)
    printed: tuple[PrintedTotal, ...] = ()
    notices: tuple[Notice, ...] = ()
    is_complete: bool = False


class Reading(Protocol):
    """One file, understood. What ``open_file`` gives.

    ``fingerprint`` is the same for files with the same headings (order and spelling of accents
    and case do not count): remember ``mapping_toml`` under (creditor, fingerprint).
    ``mode`` is ``incremental``, ``snapshot`` or empty where the mapping does not say; ``scope`` is
    the mapping's ``[scope]``, e.g. ``{"branch": "Cali"}``: what a snapshot speaks for.
    ``printed_as_of`` is the day the file's title gives ('Corte al 31/07/2026'), if it does.
    """

    source: Source
    columns: tuple[Column, ...]
    questions: tuple[Question, ...]
    fingerprint: str
    mapping_toml: str
    mode: str
    scope: Dict[str, str]
    printed_as_of: date | None
    summary: Summary

    def batches(self) -> Iterator[Batch]:
        """Problem ``questions_open`` while ``questions`` is not empty."""
        ...

    def originals(self, rows: Collection[tuple[str, int]]) -> Dict[tuple[str, int], Dict[str, str]]:
        """The named rows, (sheet, row_no), whole as in ``Reject.original``; reads the file again.

        For typed rows that the ledger refuses, so that they reach the file of rejected rows."""
        ...
