"""What is sent and what is answered, as the OpenAPI document describes it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from recaudo.api.reading import PRINTABLE, Amount, Day

Name = Annotated[str, Field(max_length=200), PRINTABLE]
Short = Annotated[str, Field(max_length=60), PRINTABLE]
#: What another system may bring. Roundings and adjustments are acts of a person of the creditor.
Kind = Literal["payment", "advance", "credit_note", "withholding", "detraction"]
DOCUMENTS_MAX = 200


class Sent(BaseModel):
    """What is not known is refused: a misspelt field would be money that goes elsewhere."""

    model_config = ConfigDict(extra="forbid", strict=True, str_strip_whitespace=True)


class StatedIn(Sent):
    """A document that the payer names. ``doc_type`` and ``instalment``: where the number alone
    means several."""

    number: Annotated[str, Field(min_length=1, max_length=60), PRINTABLE]
    doc_type: Short | None = None
    instalment: Short | None = None
    amount: Annotated[
        Amount | None, Field(description="At most so much of it, in the payment's currency.")
    ] = None


class PaymentIn(Sent):
    """One payment. Either ``customer`` (the customer's code) or ``tax_id`` says whose it is."""

    external_id: Annotated[
        str,
        Field(min_length=1, max_length=200, description="Unique in the system that sends it."),
        PRINTABLE,
    ]
    customer: Name | None = None
    tax_id: Short | None = None
    tax_id_kind: Short | None = None
    amount: Amount
    currency: Annotated[
        Annotated[str, Field(max_length=10), PRINTABLE] | None,
        Field(description="ISO 4217; the creditor's when left out."),
    ] = None
    value_on: Day
    kind: Kind = "payment"
    method: Short | None = None
    payer: Annotated[Name | None, Field(description="Where the customer did not pay.")] = None
    reference: Name | None = None
    documents: Annotated[list[StatedIn], Field(max_length=DOCUMENTS_MAX)] = []
    keep_rest: Annotated[
        bool, Field(description="What is left of the documents named stays unapplied.")
    ] = False


class ReversalIn(Sent):
    """A payment that bounced or never was."""

    value_on: Day
    reason: Annotated[str, Field(min_length=1, max_length=300), PRINTABLE]


class LookupIn(Sent):
    """By the identifier that the sender gave it."""

    external_id: Annotated[str, Field(min_length=1, max_length=200), PRINTABLE]
    source: Annotated[Name | None, Field(description="This key's system when left out.")] = None


class AppliedOut(BaseModel):
    """So much of the payment went to this part of a document; ``undone_on``: and came back."""

    document: str
    document_id: int
    kind: str
    component: str
    amount: str
    currency: str
    value_on: date
    undone_on: date | None


class ConversionOut(BaseModel):
    """What of the payment was changed to pay a debt in another currency."""

    paid: str
    bought: str
    currency: str
    rate: str
    rate_on: date
    undone: bool


class PaymentOut(BaseModel):
    """A payment and what it paid. Amounts are strings. ``state``: open, partly, applied, refunded
    or taken_back. ``missing_rates``: currencies of debts that wait for a rate of that day."""

    id: int
    external_id: str
    source: str
    customer: str
    kind: str
    state: str
    value_on: date
    currency: str
    amount: str
    unapplied: str
    method: str
    payer: str
    reference: str
    recorded_at: datetime
    applied: list[AppliedOut]
    conversions: list[ConversionOut]
    missing_rates: list[str]


class ReversalOut(BaseModel):
    """``is_new`` is false where it had been reversed before. ``documents`` owe again. ``refunded``:
    some of the money had been given back to the customer and must be recovered."""

    payment: PaymentOut
    is_new: bool
    documents: list[str]
    refunded: bool


class Refusal(BaseModel):
    """Why not: a stable code, the sentence for a person, and what it is about."""

    code: str
    message: str
    facts: dict[str, Any]
