"""Reads of the intake: what a file would do, and what came in."""

from recaudo.intake.queries.previews import (
    Closing,
    Cuadre,
    CustomerDifference,
    Preview,
    RowProblem,
    preview,
)

__all__ = ["Closing", "Cuadre", "CustomerDifference", "Preview", "RowProblem", "preview"]
