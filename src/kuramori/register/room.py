"""The front page of the room `register`: the secrets, who may do what with them, what they prove."""

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.permissions import Role
from kuramori.kernel.room import MenuItem, Room
from kuramori.register.duties import stocktaking_duties
from kuramori.register.exhibits import SCOPE_OF_PERSON, secret_exhibits
from kuramori.register.imports import secrets_import
from kuramori.register.jobs import JOBS
from kuramori.register.read_access import READ_ACCESS
from kuramori.register.registers import secrets
from kuramori.register.rules import Permission

OFFICE = (Role.INFORMATION_MANAGER,)
ENTERERS = (*OFFICE, Role.PROMOTER, Role.UNIT_HEAD)
EVERYBODY = (
    Role.AUDITOR,
    Role.COMMITTEE_MEMBER,
    Role.EMPLOYEE,
    Role.EXECUTIVE,
    Role.INFORMATION_MANAGER,
    Role.IP,
    Role.LEGAL,
    Role.PROMOTER,
    Role.UNIT_HEAD,
)

ROOM = Room(
    name="register",
    title=_("Register of secrets"),
    menu=(
        MenuItem(
            section="protect",
            title=_("Register of secrets"),
            url_name="register:secret-list",
            icon="book-lock",
            permission=Permission.SECRET_VIEW,
            order=10,
        ),
    ),
    registers=(secrets,),
    permissions={
        Permission.SECRET_ADD: ENTERERS,
        Permission.SECRET_EDIT: (*ENTERERS, Role.EMPLOYEE),  # a keeper is an employee; `may_edit` asks whose it is
        Permission.SECRET_EXPORT: (*OFFICE, Role.AUDITOR, Role.UNIT_HEAD),
        Permission.SECRET_IMPORT: OFFICE,
        Permission.SECRET_PROVE: (*OFFICE, Role.LEGAL, Role.IP),
        Permission.SECRET_RECLASSIFY: OFFICE,
        Permission.SECRET_RETIRE: OFFICE,
        Permission.SECRET_VIEW: EVERYBODY,
        Permission.SECRET_VIEW_ALL: (*OFFICE, Role.AUDITOR),
    },
    verbs={
        "register.secret.add": _("%(by)s entered %(subject)s in the register"),
        "register.secret.edit": _("%(by)s changed the entry of %(subject)s"),
        "register.secret.reclassify": _("%(by)s moved %(subject)s from “%(before)s” to “%(after)s”"),
        "register.secret.retire": _("%(by)s took %(subject)s out of the register"),
        "register.secret.value": _("%(by)s valued %(subject)s"),
        "register.secret.confirm": _("%(by)s confirmed %(subject)s at the stocktaking"),
        "register.secret.check_non_public": _("%(by)s checked that %(subject)s is not publicly known"),
        "register.secret.import": _("%(by)s imported secrets from a file"),
        "register.scope.open": _("%(by)s widened the scope of disclosure of %(subject)s"),
        "register.scope.close": _("%(by)s narrowed the scope of disclosure of %(subject)s"),
    },
    imports=(secrets_import,),
    jobs=JOBS,
    exhibits=(secret_exhibits, SCOPE_OF_PERSON),
    duties=(stocktaking_duties,),
    requests=(READ_ACCESS,),
)
