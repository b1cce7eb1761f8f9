"""Sign-in accounts, and the one setting that says who needs a second factor."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from kuramori.directory.models.people import Person
from kuramori.kernel.acts import Subject
from kuramori.kernel.ids import uuid7
from kuramori.kernel.records import Record


class Accounts(BaseUserManager["Account"]):
    """Makes accounts for Django's and allauth's own code; Kuramori opens them by acts."""

    def get_queryset(self) -> models.QuerySet["Account"]:
        """Bring the person along: every request needs the name."""
        return super().get_queryset().select_related("person")

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Account":
        account = self.model(email=self.normalize_email(email).lower(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """What a person signs in with. Not a Record: last sign-in and password are state, opening and closing are acts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("e-mail"), unique=True)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, null=True, related_name="account")
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=5, default="ja")

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = Accounts()

    def __str__(self) -> str:
        return self.person.name if self.person else self.email

    def as_subject(self) -> Subject:
        """Return the account as the subject of an entry, under its person's name."""
        return Subject("directory.account", self.pk, str(self))


class SignInPolicy(Record):
    """Which roles must sign in with a second factor. One row once somebody has decided; until then the environment."""

    mfa_roles = models.JSONField(default=list)

    class Meta(Record.Meta):
        verbose_name = _("sign-in rule")

    def __str__(self) -> str:
        return str(_("second factor at sign-in"))
