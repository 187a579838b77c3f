"""Reading bank statements and collection files: from bytes to ``core.bank_statement``."""

from recaudo.intake.banks.reading import read_statements

__all__ = ["read_statements"]
