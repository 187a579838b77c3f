"""Finishing a task: what came of it, kept as an interaction where somebody was contacted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recaudo.access.models import User
    from recaudo.strategy.models import Task

#: Outcomes of a call or visit (F18, short): code → (answered, effective).
OUTCOMES: dict[str, tuple[bool, bool]] = {
    "no_answer": (False, False),
    "wrong_number": (False, False),
    "third_party": (True, False),
    "talked": (True, True),
    "will_pay": (True, True),
    "says_paid": (True, True),
    "objects": (True, True),
    "situation": (True, True),
}
#: Outcomes of any other task.
PLAIN_OUTCOMES = ("finished", "not_possible")


def finish_task(
    task: Task, *, outcome: str, now: datetime, by: User, note: str = "", origin: str = "web"
) -> Task:
    """Close ``task`` with ``outcome``; a call or visit also records a contact.Interaction.

    Raises Problem ``task_not_open``, ``outcome_unknown``.
    """
    raise NotImplementedError
