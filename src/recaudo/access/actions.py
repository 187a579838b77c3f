"""Adding people, and saying who may see and do what."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from recaudo.access.models import Creditor, Membership, Role, User
from recaudo.core.problems import Problem


def add_user(
    email: str, *, name: str, password: str, language: str = "es", is_operator: bool = False
) -> User:
    """A person who may log in; sees nothing until they are given a role.

    Raises Problem ``email_invalid``, ``user_exists``, ``password_weak``.
    """
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Problem("email_invalid", email=email) from error
    check_password(password, User(email=address, name=name))
    try:
        with transaction.atomic():
            return User.objects.create_user(
                address, password, name=name, language=language, is_operator=is_operator
            )
    except IntegrityError as error:
        raise Problem("user_exists", email=address) from error


def set_password(user: User, password: str) -> None:
    """Raises Problem ``password_weak``."""
    check_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])


def check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Problem("password_weak", why=" ".join(error.messages)) from error


def give_role(
    user: User,
    creditor: Creditor,
    role: str,
    *,
    can_export: bool = False,
    can_see_identifiers: bool = False,
) -> Membership:
    """What ``user`` is for ``creditor`` from now on; replaces what they were.

    Raises Problem ``role_unknown``.
    """
    if role not in Role.values:
        raise Problem("role_unknown", role=role, known=list(Role.values))
    membership, _ = Membership.objects.update_or_create(
        user=user,
        creditor=creditor,
        defaults={
            "role": role,
            "can_export": can_export,
            "can_see_identifiers": can_see_identifiers,
        },
    )
    return membership


def take_role(user: User, creditor: Creditor) -> bool:
    """``user`` is nothing for ``creditor`` from now on. False where they were nothing before."""
    gone, _ = Membership.objects.filter(user=user, creditor=creditor).delete()
    return bool(gone)


def find_user(email: str) -> User:
    """Raises Problem ``unknown_user``."""
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        raise Problem("unknown_user", email=email)
    return user
