"""The front page of the room `evidence`: what it is called, who may do what, its sentences, what it offers."""

from django.utils.translation import gettext_lazy as _

from kuramori.evidence.claims.exhibits import case_exhibits
from kuramori.evidence.custody_panel import custody_duties, custody_panel
from kuramori.evidence.erasure_register import erasures
from kuramori.evidence.jobs import JOBS
from kuramori.evidence.keeping import keeps
from kuramori.evidence.registers import holds, separations
from kuramori.evidence.rules.permissions import Permission
from kuramori.evidence.sentences import VERBS
from kuramori.evidence.stamps.duties import stamp_duties
from kuramori.evidence.stamps.registers import authorities, stamps
from kuramori.evidence.witnessing.duties import proof_tiles, witness_duties
from kuramori.evidence.witnessing.registers import witnessed, witnesses
from kuramori.kernel.keeping import KeepingGate
from kuramori.kernel.permissions import Role
from kuramori.kernel.room import MenuItem, Panel, Room

OFFICE = (Role.INFORMATION_MANAGER, Role.LEGAL)
READERS = (*OFFICE, Role.AUDITOR)
ERASERS = (Role.LEGAL, Role.PRIVACY_OFFICER)
KEEPERS = (Role.INFORMATION_MANAGER, Role.SYSTEM_ADMINISTRATOR)

ROOM = Room(
    name="evidence",
    title=_("Evidence"),
    menu=(
        MenuItem(
            section="show",
            title=_("Evidence"),
            url_name="evidence:home",
            icon="scale",
            permission=Permission.LEDGER_VIEW,
            order=10,
        ),
        MenuItem(
            section="show",
            title=_("Erasures by law"),
            url_name="evidence:erasure-list",
            icon="eraser",
            permission=Permission.ERASURE_VIEW,
            order=30,
        ),
        MenuItem(
            section="show",
            title=_("Preservations"),
            url_name="evidence:hold-list",
            icon="archive",
            permission=Permission.HOLD_VIEW,
            order=20,
        ),
    ),
    registers=(erasures, holds, separations, witnesses, witnessed, authorities, stamps),
    permissions={
        Permission.AUTHORITY_ADD: KEEPERS,
        Permission.AUTHORITY_EDIT: KEEPERS,
        Permission.AUTHORITY_EXPORT: (Role.AUDITOR, *KEEPERS),
        Permission.AUTHORITY_RETIRE: KEEPERS,
        Permission.AUTHORITY_VIEW: (Role.SYSTEM_ADMINISTRATOR, *READERS),
        Permission.BUNDLE_DOWNLOAD: (*READERS, Role.IP),
        Permission.BUNDLE_ORDER: (*READERS, Role.IP),
        Permission.BUNDLE_PERSON: READERS,
        Permission.CUSTODY_ADD: OFFICE,
        Permission.CUSTODY_CHECK: READERS,
        Permission.CUSTODY_OPEN: READERS,
        Permission.CUSTODY_PURGE: OFFICE,
        Permission.CUSTODY_TRANSFER: READERS,
        Permission.CUSTODY_VIEW: READERS,
        Permission.CASE_EDIT: OFFICE,
        Permission.CASE_VIEW: READERS,
        Permission.CLAIM_VIEW: (*READERS, Role.EXECUTIVE, Role.IP),
        Permission.ENTRY_VIEW: READERS,
        Permission.ERASURE_ADD: ERASERS,
        Permission.ERASURE_EDIT: ERASERS,
        Permission.ERASURE_EXPORT: (*ERASERS, Role.AUDITOR),
        Permission.ERASURE_RETIRE: ERASERS,
        Permission.ERASURE_VIEW: (*ERASERS, Role.AUDITOR),
        Permission.HOLD_ADD: OFFICE,
        Permission.HOLD_EDIT: OFFICE,
        Permission.HOLD_EXPORT: (),  # a list of matters that lies about would warn those concerned
        Permission.HOLD_RETIRE: OFFICE,
        Permission.HOLD_VIEW: READERS,
        Permission.KEY_CHANGE: KEEPERS,
        Permission.LEDGER_CHECK: (Role.AUDITOR, Role.INFORMATION_MANAGER, Role.SYSTEM_ADMINISTRATOR),
        Permission.LEDGER_FORK: OFFICE,
        Permission.LEDGER_VIEW: (*READERS, Role.EXECUTIVE, Role.IP, Role.SECURITY_ANALYST, Role.SYSTEM_ADMINISTRATOR),
        Permission.SEPARATION_EDIT: OFFICE,
        Permission.SEPARATION_EXPORT: READERS,
        Permission.SEPARATION_VIEW: READERS,
        Permission.STAMP_EXPORT: (Role.AUDITOR, *KEEPERS),
        Permission.STAMP_VIEW: (Role.SYSTEM_ADMINISTRATOR, *READERS),
        Permission.WITNESS_ADD: KEEPERS,
        Permission.WITNESS_EDIT: KEEPERS,
        Permission.WITNESS_EXPORT: (Role.AUDITOR, *KEEPERS),
        Permission.WITNESS_RETIRE: KEEPERS,
        Permission.WITNESS_VIEW: (Role.SYSTEM_ADMINISTRATOR, *READERS),
        Permission.WITNESSED_ADD: KEEPERS,
        Permission.WITNESSED_EDIT: KEEPERS,
        Permission.WITNESSED_EXPORT: (Role.AUDITOR, *KEEPERS),
        Permission.WITNESSED_RETIRE: KEEPERS,
        Permission.WITNESSED_VIEW: (Role.SYSTEM_ADMINISTRATOR, *READERS),
        Permission.TIMELINE_VIEW: READERS,
    },
    verbs=VERBS,
    jobs=JOBS,
    duties=(custody_duties, witness_duties, stamp_duties),
    panels=(
        Panel(
            kind="evidence.hold",
            name="custody",
            title=_("In custody"),
            permission=Permission.CUSTODY_VIEW,
            render=custody_panel,
        ),
    ),
    exhibits=(case_exhibits,),
    gates=(KeepingGate(keeps=keeps),),
    measures=(proof_tiles,),
)
