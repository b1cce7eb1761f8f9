"""Who holds which role where, from when to when, and who gave it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kuramori.directory.models.people import Person
from kuramori.directory.models.places import Site, Unit
from kuramori.directory.models.versions import Dated
from kuramori.directory.rules.permissions import RoleScope
from kuramori.kernel.permissions import Role

ROLE_WORDS = {
    Role.AUDITOR: _("auditor"),
    Role.COMMITTEE_MEMBER: _("committee member"),
    Role.CUSTOMER_AUDITOR: _("auditor of a customer"),
    Role.EMPLOYEE: _("employee"),
    Role.EXECUTIVE: _("executive"),
    Role.FORENSIC_EXPERT: _("forensic expert"),
    Role.HOTLINE_OFFICER: _("hotline officer"),
    Role.HR: _("HR"),
    Role.INFORMATION_MANAGER: _("information manager"),
    Role.INVESTIGATOR: _("investigator"),
    Role.IP: _("intellectual property"),
    Role.IT: _("IT"),
    Role.KEEPER: _("keeper"),
    Role.LEAVER_TEAM: _("leaver team"),
    Role.LEGAL: _("legal"),
    Role.PARTNER_CONTACT: _("partner's contact"),
    Role.PRIVACY_OFFICER: _("privacy officer"),
    Role.PROMOTER: _("promoter"),
    Role.RECEPTION: _("reception"),
    Role.SECURITY_ANALYST: _("security analyst"),
    Role.SYSTEM_ADMINISTRATOR: _("system administrator"),
    Role.UNIT_HEAD: _("unit head"),
}
SCOPE_WORDS = {
    RoleScope.COMPANY: _("whole company"),
    RoleScope.SITE: _("site"),
    RoleScope.UNIT: _("unit with all below"),
}


class RoleAssignment(Dated):
    """One role of one person, in one scope."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="roles", verbose_name=_("person"))
    role = models.CharField(_("role"), max_length=24, choices=list(ROLE_WORDS.items()))
    scope = models.CharField(_("holds for"), max_length=8, choices=list(SCOPE_WORDS.items()))
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="roles", verbose_name=_("unit"),
    )  # fmt: skip
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, null=True, blank=True, related_name="roles", verbose_name=_("site"),
    )  # fmt: skip
    given_by = models.UUIDField(null=True, editable=False)
    given_by_name = models.CharField(_("given by"), max_length=200, blank=True, editable=False)

    class Meta(Dated.Meta):
        verbose_name = _("role assignment")
        constraints = [
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(scope=RoleScope.COMPANY, unit__isnull=True, site__isnull=True)
                | Q(scope=RoleScope.UNIT, unit__isnull=False, site__isnull=True)
                | Q(scope=RoleScope.SITE, unit__isnull=True, site__isnull=False),
                name="directory_roleassignment_scope",
            ),
        ]
        indexes = [models.Index(fields=["person", "recorded_to"], name="directory_role_person")]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_role_display()}"
