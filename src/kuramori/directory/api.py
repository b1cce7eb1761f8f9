"""What other rooms may ask of the directory. Viewer first; ids in, ids and small frozen values out.

Models are exported for types and for `select_related`; foreign keys name them as text ("directory.Person").
"""

from kuramori.directory.acts.people import identity_add, identity_end
from kuramori.directory.acts.units import holiday_add
from kuramori.directory.days import company_today
from kuramori.directory.first_administrator import administrator_create
from kuramori.directory.models import ROLE_WORDS, Account, Person, Project, Site, Unit
from kuramori.directory.queries.history import AssignmentHeld, IdentityHeld, Leaver, Whereabouts, who_was_where
from kuramori.directory.queries.history import assignments_in_period as assignments_between
from kuramori.directory.queries.history import identities_in_period as identities_between
from kuramori.directory.queries.history import leaving_between as leavers
from kuramori.directory.queries.history import subjects_of as subjects_of_person
from kuramori.directory.queries.people import names_of_people as person_names
from kuramori.directory.queries.people import (
    people_choices,
    people_visible_to,
    person_by_number,
    role_holders,
    sees_leaving,
    today_of,
)
from kuramori.directory.queries.units import (
    calendar_of,
    calendars_of,
    holidays_between,
    project_choices,
    projects_visible_to,
    unit_choices,
    unit_names,
    units_visible_to,
)
from kuramori.directory.queries.units import heads_of as unit_heads
from kuramori.directory.queries.units import standing_sites as sites
from kuramori.directory.queries.units import subtree_ids as unit_subtree
from kuramori.directory.viewing import actor_of, viewer_for, viewer_of, viewer_of_system
from kuramori.kernel.permissions import Role

__all__ = [
    "ROLE_WORDS", "Account", "AssignmentHeld", "IdentityHeld", "Leaver", "Person", "Project", "Role", "Site", "Unit",
    "Whereabouts", "actor_of", "administrator_create", "assignments_between", "calendar_of", "calendars_of",
    "company_today", "holiday_add", "holidays_between", "identities_between", "identity_add", "identity_end",
    "leavers", "people_choices", "people_visible_to", "person_by_number", "person_names", "project_choices",
    "projects_visible_to", "role_holders", "sees_leaving", "sites", "subjects_of_person", "today_of", "unit_choices",
    "unit_heads", "unit_names", "unit_subtree", "units_visible_to", "viewer_for", "viewer_of", "viewer_of_system",
    "who_was_where",
]  # fmt: skip
