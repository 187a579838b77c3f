"""The gate: one door before every contact. Guarantee, order and rules: docs/rules/gate.md."""

from recaudo.contact.gate.asking import admit, judge_many, look
from recaudo.contact.gate.shapes import Admitted, Request, Word
from recaudo.contact.gate.telling import sentence_of

__all__ = ["Admitted", "Request", "Word", "admit", "judge_many", "look", "sentence_of"]
