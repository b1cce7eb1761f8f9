"""The front page of the room `watch`: what it is called, who may do what, its sentences, what it offers."""

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.permissions import Role
from kuramori.kernel.room import MenuItem, Panel, Room
from kuramori.watch.alert_register import alerts
from kuramori.watch.bundle_events import BUNDLE_EVENTS, SEALED_SEGMENTS
from kuramori.watch.cases import room_parts as casework
from kuramori.watch.cases.duties import case_duties
from kuramori.watch.cases.register import cases
from kuramori.watch.cases.verdicts import verdicts
from kuramori.watch.detecting import room_parts as detecting
from kuramori.watch.detecting.jobs import JOBS as DETECTING_JOBS
from kuramori.watch.duties import alert_duties, silence_duties
from kuramori.watch.exhibits import access_exhibits
from kuramori.watch.feeding import room_parts as feeding
from kuramori.watch.feeding.jobs import JOBS as FEEDING_JOBS
from kuramori.watch.jobs import JOBS
from kuramori.watch.measures import tiles
from kuramori.watch.orders import room_parts as ordering
from kuramori.watch.panels import access_panel
from kuramori.watch.patrols import room_parts as patrols
from kuramori.watch.patrols.jobs import JOBS as PATROL_JOBS
from kuramori.watch.person_exhibits import PERSON_EXHIBITS
from kuramori.watch.presence import room_parts as presence
from kuramori.watch.prints import room_parts as prints
from kuramori.watch.privacy import room_parts as privacy
from kuramori.watch.registers import accounts, charters, flows, sources
from kuramori.watch.reviews import room_parts as reviewing
from kuramori.watch.reviews.duties import review_duties, review_tiles
from kuramori.watch.reviews.jobs import JOBS as REVIEW_JOBS
from kuramori.watch.reviews.register import reviews
from kuramori.watch.rules.permissions import Permission
from kuramori.watch.unsealing import room_parts as unsealing
from kuramori.watch.unsealing.duties import unsealing_duties
from kuramori.watch.unsealing.register import unsealings
from kuramori.watch.watching import room_parts as watching
from kuramori.watch.watching.duties import entry_duties
from kuramori.watch.watching.register import entries

OFFICE = (Role.INFORMATION_MANAGER, Role.PRIVACY_OFFICER)
ANALYSTS = (Role.SECURITY_ANALYST, *OFFICE)
KEEPERS_OF_LOGS = (Role.IT, Role.SYSTEM_ADMINISTRATOR)
READERS_OF_SETTINGS = (Role.AUDITOR, *ANALYSTS, *KEEPERS_OF_LOGS)
SETTERS = (Role.INFORMATION_MANAGER, Role.SECURITY_ANALYST)
INSIDE = (Role.EMPLOYEE, Role.EXECUTIVE, Role.HR, Role.LEGAL, *READERS_OF_SETTINGS)

ROOM = Room(
    name="watch",
    title=_("Detection and watch"),
    menu=(
        MenuItem(
            section="find",
            title=_("Detection and watch"),
            url_name="watch:alert-list",
            icon="radar",
            permission=Permission.ALERT_VIEW,
            order=10,
        ),
        MenuItem(
            section="find",
            title=_("Look-back on leavers"),
            url_name="watch:leavers",
            icon="user-round-minus",
            permission=Permission.LEAVER_VIEW,
            order=20,
        ),
        MenuItem(
            section="rules",
            title=_("Log sources"),
            url_name="watch:health",
            icon="satellite-dish",
            permission=Permission.SOURCE_VIEW,
            order=30,
        ),
        MenuItem(
            section="privacy",
            title=_("What is watched, and why"),
            url_name="watch:charter-list",
            icon="scroll-text",
            permission=Permission.CHARTER_VIEW,
            order=40,
        ),
        *casework.MENU,
        *detecting.MENU,
        *patrols.MENU,
        *ordering.MENU,
        *presence.MENU,
        *prints.MENU,
        *privacy.MENU,
        *reviewing.MENU,
        *unsealing.MENU,
        *watching.MENU,
    ),
    registers=(
        *(alerts, cases, verdicts, sources, accounts, flows, charters, reviews, unsealings, entries),
        *detecting.REGISTERS,
        *patrols.REGISTERS,
        *ordering.REGISTERS,
        *presence.REGISTERS,
        *prints.REGISTERS,
        *privacy.REGISTERS,
    ),
    permissions={
        **casework.PERMISSIONS,
        **detecting.PERMISSIONS,
        **feeding.PERMISSIONS,
        **patrols.PERMISSIONS,
        **ordering.PERMISSIONS,
        **presence.PERMISSIONS,
        **prints.PERMISSIONS,
        **privacy.PERMISSIONS,
        **reviewing.PERMISSIONS,
        **unsealing.PERMISSIONS,
        **watching.PERMISSIONS,
        Permission.ACCESS_VIEW: (Role.EMPLOYEE, *OFFICE),  # keepers are employees; the panel asks whose secret it is
        Permission.ACCOUNT_ADD: SETTERS,
        Permission.ACCOUNT_EDIT: SETTERS,
        Permission.ACCOUNT_EXPORT: (Role.AUDITOR, *SETTERS),
        Permission.ACCOUNT_RETIRE: SETTERS,
        Permission.ACCOUNT_VIEW: READERS_OF_SETTINGS,
        Permission.ALERT_EXPORT: ANALYSTS,
        Permission.ALERT_REVIEW: (Role.INFORMATION_MANAGER, Role.SECURITY_ANALYST),
        Permission.ALERT_UNSEAL: OFFICE,
        Permission.ALERT_VIEW: ANALYSTS,
        Permission.CHARTER_ADD: OFFICE,
        Permission.CHARTER_EDIT: OFFICE,
        Permission.CHARTER_EXPORT: (Role.AUDITOR, *OFFICE),
        Permission.CHARTER_RETIRE: OFFICE,
        Permission.CHARTER_VIEW: tuple(dict.fromkeys(INSIDE)),
        Permission.DETECTION_RUN: SETTERS,
        Permission.FLOW_ADD: SETTERS,
        Permission.FLOW_EDIT: SETTERS,
        Permission.FLOW_EXPORT: (Role.AUDITOR, *SETTERS),
        Permission.FLOW_RETIRE: SETTERS,
        Permission.FLOW_VIEW: READERS_OF_SETTINGS,
        Permission.LEAVER_VIEW: (Role.HR, Role.INFORMATION_MANAGER, Role.LEAVER_TEAM, Role.SECURITY_ANALYST),
        Permission.SOURCE_ADD: KEEPERS_OF_LOGS,
        Permission.SOURCE_EDIT: KEEPERS_OF_LOGS,
        Permission.SOURCE_EXPORT: (Role.AUDITOR, *KEEPERS_OF_LOGS),
        Permission.SOURCE_INGEST: (Role.SECURITY_ANALYST, *KEEPERS_OF_LOGS),
        Permission.SOURCE_RETIRE: KEEPERS_OF_LOGS,
        Permission.SOURCE_VIEW: READERS_OF_SETTINGS,
    },
    verbs={
        **casework.VERBS,
        **detecting.VERBS,
        **feeding.VERBS,
        **patrols.VERBS,
        **ordering.VERBS,
        **presence.VERBS,
        **prints.VERBS,
        **privacy.VERBS,
        **reviewing.VERBS,
        **unsealing.VERBS,
        **watching.VERBS,
        "watch.account.add": _("%(by)s left the service account %(subject)s out of every count"),
        "watch.account.edit": _("%(by)s changed the service account %(subject)s"),
        "watch.account.retire": _("%(by)s let the account %(subject)s count again"),
        "watch.alert.review": _("%(by)s recorded a step on %(subject)s"),
        "watch.alert.unseal": _("%(by)s had the name behind %(subject)s shown for a day"),
        "watch.charter.add": _("%(by)s set the monitoring charter %(subject)s"),
        "watch.charter.edit": _("%(by)s changed the monitoring charter %(subject)s"),
        "watch.charter.retire": _("%(by)s ended the monitoring charter %(subject)s"),
        "watch.detection.run": _("%(by)s evaluated the logs up to %(as_of)s"),
        "watch.flow.add": _("%(by)s approved the flow to %(subject)s"),
        "watch.flow.edit": _("%(by)s changed the approved flow to %(subject)s"),
        "watch.flow.retire": _("%(by)s withdrew the approval of the flow to %(subject)s"),
        "watch.number.draw": _("%(by)s drew new numbers for what had been numbered in a row"),
        "watch.segment.purge": _("%(by)s let %(rows)s log events of %(month)s go: their time is over"),
        "watch.segment.seal": _("%(by)s sealed %(rows)s log events of %(source)s"),
        "watch.source.add": _("%(by)s added the log source %(subject)s"),
        "watch.source.edit": _("%(by)s changed the log source %(subject)s"),
        "watch.source.receive": _(
            "%(by)s took %(files)s files of %(source)s in: %(accepted)s events, %(rejected)s rejected"
        ),
        "watch.source.retire": _("%(by)s took the log source %(subject)s out of use"),
    },
    jobs=(*JOBS, *DETECTING_JOBS, *FEEDING_JOBS, *PATROL_JOBS, *REVIEW_JOBS, *ordering.JOBS, *prints.JOBS),
    imports=(*casework.IMPORTS, *patrols.IMPORTS),
    exhibits=(access_exhibits, BUNDLE_EVENTS, PERSON_EXHIBITS, SEALED_SEGMENTS, *patrols.EXHIBITS),
    measures=(tiles, review_tiles, *detecting.MEASURES, *ordering.MEASURES, *patrols.MEASURES),
    duties=(
        *(alert_duties, case_duties, silence_duties, review_duties, unsealing_duties, entry_duties),
        *detecting.DUTIES,
        *ordering.DUTIES,
        *privacy.DUTIES,
        *patrols.DUTIES,
    ),
    panels=(
        Panel(
            kind="register.secret",
            name="access",
            title=_("Access"),
            permission=Permission.ACCESS_VIEW,
            render=access_panel,
            order=40,
        ),
    ),
)
