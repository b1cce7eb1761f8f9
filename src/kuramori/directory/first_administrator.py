"""The first administrator of a new installation, made on the server itself by whoever holds its data folder."""

from datetime import datetime
from itertools import count

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kuramori.directory.acts.accounts import account_open
from kuramori.directory.acts.people import engagement_add, person_add
from kuramori.directory.acts.roles import role_give
from kuramori.directory.models import Account, Person, RoleAssignment
from kuramori.directory.signin import password_path
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.permissions import TOKYO, Role


def administrator_create(*, mail: str, name: str, at: datetime) -> str:
    """Make a person with an account who runs the system; return the link that sets the password, once.

    One act by the system, for whom HR brought in if the mail is his. Raises Refused when the mail has an account.
    """
    mail = mail.strip().lower()
    if Account.objects.filter(email=mail).exists():
        raise Refused(_("There is an account with this e-mail address."), _("Give that person a new link instead."))
    today = at.astimezone(TOKYO).date()
    with act("directory.account.open", by=SYSTEM, why="first administrator"):
        person = Person.objects.filter(mail__iexact=mail).first()
        if person is None:
            number = next(n for n in map("ADMIN-{}".format, count(1)) if not Person.objects.filter(number=n).exists())
            person = person_add(number=number, name=name, mail=mail, by=SYSTEM)
            engagement_add(person=person, kind="regular", start=today, by=SYSTEM)
        held = RoleAssignment.objects.known().on(today).filter(person=person)
        if not held.filter(role=Role.SYSTEM_ADMINISTRATOR).exists():
            role_give(person=person, role=Role.SYSTEM_ADMINISTRATOR, starts_on=today, by=SYSTEM)
        account = account_open(person=person, at=at, by=SYSTEM)
    return f"{settings.PUBLIC_URL}{password_path(account)}"
