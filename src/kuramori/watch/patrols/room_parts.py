"""What patrols add to the room's front page: menu, registers, permissions, sentences, ports; data only."""

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.permissions import Role
from kuramori.kernel.room import MenuItem
from kuramori.watch.patrols.duties import hit_duties, hit_tiles
from kuramori.watch.patrols.exhibits import PERSON_POSTS, SEALED_CAPTURES
from kuramori.watch.patrols.hits import hits, surveys
from kuramori.watch.patrols.post_import import POSTS
from kuramori.watch.patrols.survey_import import SURVEYS
from kuramori.watch.patrols.terms import terms
from kuramori.watch.rules.permissions import Permission

WORKERS = (Role.INFORMATION_MANAGER, Role.SECURITY_ANALYST)
OFFICE = (*WORKERS, Role.PRIVACY_OFFICER)
HANDED = (Role.HR, Role.LEGAL)
READERS = (Role.AUDITOR, *OFFICE)

MENU = (
    MenuItem(
        section="review",
        title=_("Posts found"),
        url_name="watch:hit-list",
        icon="rss",
        permission=Permission.HIT_VIEW,
        order=33,
    ),
    MenuItem(
        section="rules",
        title=_("Patrol terms"),
        url_name="watch:term-list",
        icon="text-search",
        permission=Permission.TERM_VIEW,
        order=34,
    ),
    MenuItem(
        section="review",
        title=_("Survey findings"),
        url_name="watch:survey-list",
        icon="message-square-text",
        permission=Permission.SURVEY_VIEW,
        order=35,
    ),
)
PERMISSIONS: dict[str, tuple[Role, ...]] = {
    Permission.HIT_DECIDE: WORKERS,
    Permission.HIT_EXPORT: OFFICE,
    Permission.HIT_IMPORT: WORKERS,
    Permission.HIT_OVERSEE: OFFICE,
    Permission.HIT_VIEW: (*OFFICE, *HANDED),
    Permission.SURVEY_EXPORT: READERS,
    Permission.SURVEY_IMPORT: WORKERS,
    Permission.SURVEY_VIEW: READERS,
    Permission.TERM_ADD: WORKERS,
    Permission.TERM_EDIT: WORKERS,
    Permission.TERM_EXPORT: READERS,
    Permission.TERM_RETIRE: WORKERS,
    Permission.TERM_VIEW: READERS,
}
VERBS = {
    "watch.hit.attach": _("%(by)s sealed a file of %(subject)s"),
    "watch.hit.decide": _("%(by)s decided on %(subject)s"),
    "watch.hit.erase": _("%(by)s erased %(count)s posts whose time was over"),
    "watch.hit.import": _("%(by)s took public posts in; to look at: %(queued)s"),
    "watch.hit.seal": _("%(by)s sealed %(count)s captures of posts"),
    "watch.survey.import": _("%(by)s counted %(answers)s answers to surveys and threw them away"),
    "watch.term.add": _("%(by)s began to look for %(subject)s"),
    "watch.term.edit": _("%(by)s changed how %(subject)s is looked for"),
    "watch.term.retire": _("%(by)s stopped looking for %(subject)s"),
}
REGISTERS = (hits, surveys, terms)
IMPORTS = (POSTS, SURVEYS)
EXHIBITS = (PERSON_POSTS, SEALED_CAPTURES)
MEASURES = (hit_tiles,)
DUTIES = (hit_duties,)
