"""Credits, their application, ways to pay, charges, and what banks say came in."""

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
from recaudo.payments.models.charges import (
    Charge,
    ChargeKind,
    ChargeTerms,
    ChargeWaiver,
    InterestMode,
    ReferenceRate,
    Reminder,
)
from recaudo.payments.models.clearances import (
    Clearance,
)
from recaudo.payments.models.exchange import (
    Conversion,
    ExchangeDifference,
)
from recaudo.payments.models.instruments import (
    Instrument,
    InstrumentCover,
    InstrumentEvent,
    InstrumentKind,
    InstrumentState,
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
from recaudo.payments.models.lots import (
    CashReceipt,
    LotKind,
    LotShare,
    PaymentLot,
)
from recaudo.payments.models.papers import (
    PaperKind,
    PendingPaper,
    WithholdingProfile,
)
from recaudo.payments.models.write_downs import (
    Refund,
    WriteDown,
    WriteDownItem,
    WriteDownKind,
)

__all__ = [
    "Application",
    "BankAccount",
    "BankLine",
    "BankStatement",
    "CashReceipt",
    "Charge",
    "ChargeKind",
    "ChargeTerms",
    "ChargeWaiver",
    "Clearance",
    "Conversion",
    "Credit",
    "CreditAdjustment",
    "CreditKind",
    "ExchangeDifference",
    "Instrument",
    "InstrumentCover",
    "InstrumentEvent",
    "InstrumentKind",
    "InstrumentState",
    "InterestMode",
    "LineClaim",
    "LineCredit",
    "LineState",
    "LineWork",
    "LotKind",
    "LotShare",
    "PaperKind",
    "PayerAlias",
    "PaymentLot",
    "PaymentReference",
    "PaymentWay",
    "PendingPaper",
    "ReferenceRate",
    "Refund",
    "Reminder",
    "ReportedPayment",
    "WithholdingProfile",
    "WriteDown",
    "WriteDownItem",
    "WriteDownKind",
]
