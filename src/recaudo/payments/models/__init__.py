"""Credits, their application, ways to pay, and what banks say came in."""

from recaudo.payments.models.bank import (
    BankAccount,
    BankLine,
    BankStatement,
    LineClaim,
    LineCredit,
    LineState,
    LineWork,
    PayerAlias,
)
from recaudo.payments.models.ledger import (
    Application,
    Credit,
    CreditAdjustment,
    CreditKind,
    PaymentReference,
    PaymentWay,
    ReportedPayment,
)

__all__ = [
    "Application",
    "BankAccount",
    "BankLine",
    "BankStatement",
    "Credit",
    "CreditAdjustment",
    "CreditKind",
    "LineClaim",
    "LineCredit",
    "LineState",
    "LineWork",
    "PayerAlias",
    "PaymentReference",
    "PaymentWay",
    "ReportedPayment",
]
