"""Reads of the intake: what a file would do, and what came in."""

from recaudo.intake.queries.findings import Closing, Cuadre, CustomerDifference, RowProblem
from recaudo.intake.queries.previews import Preview, preview

__all__ = ["Closing", "Cuadre", "CustomerDifference", "Preview", "RowProblem", "preview"]
