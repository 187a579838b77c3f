"""What the database refuses, as a Problem with a code.

The ledger's rules stand in constraints and triggers (payments/migrations/0002_ledger.py); whatever
path a row takes, it meets them. Here their refusals get the names that people are told.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, transaction

from recaudo.core.problems import Problem

BY_CONSTRAINT = {
    "document_open_within_amount": "document_over_applied",
    "component_open_within_amount": "document_over_applied",
    "credit_unapplied_within_amount": "credit_exhausted",
    "application_reversed_once": "already_reversed",
    "credit_positive": "credit_not_positive",
    "document_key": "document_exists",
    "portfolio_assignment_one_at_a_time": "assignment_overlaps",
    "portfolio_assignment_span": "assignment_span",
    "hold_span": "hold_span",
}
BY_SQLSTATE = {
    "RC001": "ledger_guarded",
    "RC002": "application_currency_mismatch",
    "RC003": "reversal_mismatch",
    "40P01": "try_again",
    "40001": "try_again",
}


@contextmanager
def ledger_rules(**facts: object) -> Iterator[None]:
    """Run the block in a transaction (a savepoint inside one); undo it all when it is refused.

    ``facts`` go into the Problem: ``document_over_applied``, ``credit_exhausted``,
    ``already_reversed``, ``application_currency_mismatch``, ``reversal_mismatch``,
    ``other_creditor``, ``ledger_guarded``, ``try_again``. What is no rule of the ledger goes on.
    """
    try:
        with transaction.atomic():
            yield
    except Error as error:
        problem = as_problem(error, **facts)
        if problem is None:
            raise
        raise problem from error


def as_problem(error: BaseException, **facts: object) -> Problem | None:
    """The Problem behind a database error; None where it is not one of the ledger's rules."""
    cause = error.__cause__ if error.__cause__ is not None else error
    diagnosis = getattr(cause, "diag", None)
    state = getattr(cause, "sqlstate", None) or ""
    constraint = getattr(diagnosis, "constraint_name", None) or ""
    if state == "23503":  # foreign key: only the composite keys (creditor, id) can be broken here
        return Problem("other_creditor", border=constraint, **facts)
    code = BY_CONSTRAINT.get(constraint) or BY_SQLSTATE.get(state)
    if code is None:
        return None
    rule = (getattr(diagnosis, "message_primary", None) or constraint).partition(":")[0]
    return Problem(code, rule=rule, **facts)


def constraint_of(error: BaseException) -> str:
    """The name of the constraint that refused a row; empty where the error names none."""
    diagnosis = getattr(error.__cause__ or error, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""
