"""Who is what, and what may they do?"""

from __future__ import annotations

from typing import Literal

from recaudo.access.models import Creditor, Membership, Role, User

Right = Literal[
    "export", "see_identifiers", "see_all", "work", "lead", "administer", "waive", "approve"
]

#: What comes with the role. Export and full identifiers never do: they are given one by one (F35).
BY_ROLE: dict[Right, frozenset[Role]] = {
    "see_all": frozenset(Role) - {Role.COLLECTOR},
    "work": frozenset({Role.COLLECTOR, Role.SUPERVISOR, Role.ADMINISTRATOR}),
    "lead": frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    "administer": frozenset({Role.ADMINISTRATOR}),
    # To let a charge go.
    "waive": frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    # To decide what another person proposed: adjust small balances, write off, forgive.
    "approve": frozenset({Role.MANAGER, Role.SUPERVISOR, Role.ADMINISTRATOR}),
}


def membership_of(user: User, creditor: Creditor) -> Membership | None:
    """What an active user is for an active creditor; None otherwise."""
    if not user.is_active or not creditor.is_active:
        return None
    return Membership.objects.filter(user=user, creditor=creditor).first()


def may(user: User, creditor: Creditor, right: Right) -> bool:
    """Does ``user`` hold ``right`` for ``creditor``?"""
    membership = membership_of(user, creditor)
    return membership is not None and grants(membership, right)


def grants(membership: Membership, right: Right) -> bool:
    if right == "export":
        return membership.can_export
    if right == "see_identifiers":
        return membership.can_see_identifiers
    return membership.role in BY_ROLE[right]


def sees_whole_portfolio(role: str) -> bool:
    return role in BY_ROLE["see_all"]
