"""The tables of the directory, by concept."""

from kuramori.directory.models.accounts import Account, Accounts, SignInPolicy
from kuramori.directory.models.people import KIND_WORDS, Assignment, Engagement, Identity, Person, ProjectMember, Source
from kuramori.directory.models.places import Holiday, Named, Project, Site, Unit
from kuramori.directory.models.roles import ROLE_WORDS, SCOPE_WORDS, RoleAssignment
from kuramori.directory.models.versions import Dated, Overwritten, Version

__all__ = [
    "KIND_WORDS", "ROLE_WORDS", "SCOPE_WORDS", "Account", "Accounts", "Assignment", "Dated", "Engagement", "Holiday",
    "Identity", "Named", "Overwritten", "Person", "Project", "ProjectMember", "RoleAssignment", "SignInPolicy",
    "Site", "Source", "Unit", "Version",
]  # fmt: skip
