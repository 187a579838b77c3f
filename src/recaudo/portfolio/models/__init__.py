"""The portfolio: who owes (customers), by what (obligations), how much and when (documents)."""

from recaudo.portfolio.models.customers import (
    Assignment,
    Channel,
    Consent,
    ContactPoint,
    Customer,
    CustomerGroup,
    Party,
    PartyRole,
)
from recaudo.portfolio.models.documents import (
    Component,
    Document,
    DocumentAdjustment,
    DocumentComponent,
    DocumentEvent,
    DocumentFile,
    DueDate,
    ExchangeRate,
    Obligation,
    Regime,
)
from recaudo.portfolio.models.holds import Hold, HoldKind

__all__ = [
    "Assignment",
    "Channel",
    "Component",
    "Consent",
    "ContactPoint",
    "Customer",
    "CustomerGroup",
    "Document",
    "DocumentAdjustment",
    "DocumentComponent",
    "DocumentEvent",
    "DocumentFile",
    "DueDate",
    "ExchangeRate",
    "Hold",
    "HoldKind",
    "Obligation",
    "Party",
    "PartyRole",
    "Regime",
]
