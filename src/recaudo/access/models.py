"""Who may see what: creditors (the tenants), users, and what each user is for each creditor."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager


class Creditor(models.Model):
    """The company that is owed. Every row of the product belongs to exactly one."""

    id = models.AutoField(primary_key=True)
    code = models.SlugField(max_length=40, unique=True)
    name = models.TextField()
    tax_id = models.TextField(blank=True)
    country = models.CharField(max_length=2)
    currency = models.CharField(max_length=3)
    timezone = models.TextField()
    language = models.CharField(max_length=10, default="es")
    preset = models.CharField(max_length=20, default="b2b")
    bucket_table = models.TextField(default="default")
    # Business days after which the ledger that we hold is called old (F7).
    stale_after_days = models.PositiveSmallIntegerField(default=1)
    # Below this balance nobody is chased (F31); creditor's currency.
    small_balance = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    # Share of the balance that one corte may close without a second look (F1).
    snapshot_close_limit_pct = models.PositiveSmallIntegerField(default=20)
    daily_message_cap = models.PositiveIntegerField(null=True, blank=True)
    run_at_hour = models.PositiveSmallIntegerField(default=6)
    # Empty until a person has released the first run (F9).
    released_at = models.DateTimeField(null=True, blank=True)
    # Who it is to those who owe: in every message (practices: creditor's identity).
    address = models.TextField(blank=True, default="", db_default="")
    phone = models.TextField(blank=True, default="", db_default="")
    website = models.TextField(blank=True, default="", db_default="")
    # The part of the country whose holidays and rules count too (BR-SP), where there are any.
    subdivision = models.TextField(blank=True, default="", db_default="")
    # Days that contact holds after a customer says that they paid (F13).
    reported_paid_days = models.PositiveSmallIntegerField(default=3, db_default=3)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


def owned_key(to: Any, **options: Any) -> Any:
    """A foreign key whose constraint is the composite (creditor, id) one, added in a migration.

    So a row can never point into another creditor's rows, and one check serves for both.
    """
    return models.ForeignKey(to, on_delete=models.PROTECT, db_constraint=False, **options)


class CreditorRow(models.Model):
    """A row that belongs to one creditor and can only be read inside that creditor's scope."""

    # The constraint is part of the composite keys (creditor, id) that each app's migrations add.
    creditor = models.ForeignKey(
        Creditor, on_delete=models.PROTECT, db_index=False, db_constraint=False
    )

    objects: ClassVar[Any] = ScopedManager(creditor="creditor")

    class Meta:
        abstract = True


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who works with Recaudo. What they may do stands in their memberships."""

    email = models.EmailField(unique=True)
    name = models.TextField()
    language = models.CharField(max_length=10, default="es")
    is_active = models.BooleanField(default=True)
    # May add creditors and users; sees no creditor's rows without a membership.
    is_operator = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_ci")]

    def __str__(self) -> str:
        return self.name or self.email


class Role(models.TextChoices):
    COLLECTOR = "collector", _("Gestor de cobranza")
    SUPERVISOR = "supervisor", _("Jefe de cobranza")
    MANAGER = "manager", _("Gerente")
    ADMINISTRATOR = "administrator", _("Administrador")
    AUDITOR = "auditor", _("Auditor")


class Membership(models.Model):
    """What ``user`` is for ``creditor``. Export and full identifiers are separate rights (F35)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    creditor = models.ForeignKey(Creditor, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    can_export = models.BooleanField(default=False)
    can_see_identifiers = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "creditor"], name="one_membership_a_creditor"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="known_role"),
        ]


class KeyRight(models.TextChoices):
    PAYMENTS_WRITE = "payments:write", _("Registrar y reversar pagos")
    PAYMENTS_READ = "payments:read", _("Consultar pagos")


class ApiKey(CreditorRow):
    """With what another system of one creditor (its ERP, a payment provider) calls the API.

    ``name`` is the system's: what it sends is recorded under it (``api:erp``), so a new key of the
    same name takes over without any payment entering twice. Only a digest of the secret is kept;
    ``prefix`` is its beginning, by which people tell keys apart. ``last_used_at`` is right to the
    minute.
    """

    name = models.TextField()
    prefix = models.TextField(unique=True)
    secret_sha256 = models.CharField(max_length=64, unique=True)
    rights = ArrayField(models.TextField(choices=KeyRight.choices))
    by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, db_index=False, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(rights__contained_by=KeyRight.values, rights__len__gt=0),
                name="api_key_rights",
            ),
        ]
        indexes = [models.Index(fields=["creditor", "name"], name="api_key_of_creditor")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    @property
    def source(self) -> str:
        """Where what it sends comes from, as the ledger names sources."""
        return f"api:{self.name}"
