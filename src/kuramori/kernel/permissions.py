"""Roles, and the viewer through whom every query looks (architecture: Roles; practices GOV-11, GOV-12)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied

from kuramori.kernel.actors import Actor

TOKYO = ZoneInfo("Asia/Tokyo")


class Role(StrEnum):
    """What a person is to the system; assigned per unit, per site or for the whole company."""

    AUDITOR = "auditor"
    COMMITTEE_MEMBER = "committee_member"
    CUSTOMER_AUDITOR = "customer_auditor"
    EMPLOYEE = "employee"
    EXECUTIVE = "executive"
    FORENSIC_EXPERT = "forensic_expert"
    HOTLINE_OFFICER = "hotline_officer"
    HR = "hr"
    INFORMATION_MANAGER = "information_manager"
    INVESTIGATOR = "investigator"
    IP = "ip"
    IT = "it"
    KEEPER = "keeper"
    LEAVER_TEAM = "leaver_team"
    LEGAL = "legal"
    PARTNER_CONTACT = "partner_contact"
    PRIVACY_OFFICER = "privacy_officer"
    PROMOTER = "promoter"
    RECEPTION = "reception"
    SECURITY_ANALYST = "security_analyst"
    SYSTEM_ADMINISTRATOR = "system_administrator"
    UNIT_HEAD = "unit_head"


class Forbidden(PermissionDenied):
    """The viewer's role does not allow this; outside his scope he gets 404 instead."""


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """The one who looks: the first argument of every query.

    `company_wide` and `units` say where a permission is held; unit sets already hold the whole subtree.
    `unit_ids` are the units he works in today with all their ancestors, for scopes of disclosure.
    """

    actor: Actor
    person_id: UUID | None
    permissions: frozenset[str] = frozenset()
    company_wide: frozenset[str] = frozenset()
    units: Mapping[str, frozenset[UUID]] = field(default_factory=dict)
    unit_ids: frozenset[UUID] = frozenset()
    project_ids: frozenset[UUID] = frozenset()
    roles: frozenset[Role] = frozenset()
    language: str = "ja"
    zone: ZoneInfo = TOKYO

    def may(self, permission: str) -> bool:
        """Say whether he holds the permission anywhere at all."""
        return permission in self.permissions

    def may_everywhere(self, permission: str) -> bool:
        """Say whether he holds the permission for the whole company."""
        return permission in self.company_wide

    def units_for(self, permission: str) -> frozenset[UUID]:
        """Return the units in which he holds the permission, subtree included (empty when company-wide)."""
        return self.units.get(permission, frozenset())

    def demand(self, permission: str) -> None:
        """Raise Forbidden unless he holds the permission."""
        if not self.may(permission):
            raise Forbidden(permission)
