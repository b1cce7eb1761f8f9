"""The front page of the room `evidence`: what it is called, who may do what, its sentences, what it offers."""

from django.utils.translation import gettext_lazy as _

from kuramori.evidence.claims.exhibits import case_exhibits
from kuramori.evidence.custody_panel import custody_duties, custody_panel
from kuramori.evidence.erasure_register import erasures
from kuramori.evidence.jobs import JOBS
from kuramori.evidence.keeping import keeps
from kuramori.evidence.registers import holds, separations
from kuramori.evidence.rules.permissions import Permission
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
    verbs={
        "evidence.authority.add": _("%(by)s set up the time-stamp authority %(subject)s"),
        "evidence.authority.edit": _("%(by)s changed the time-stamp authority %(subject)s"),
        "evidence.authority.retire": _("%(by)s stopped asking the time-stamp authority %(subject)s"),
        "evidence.bundle.download": _("%(by)s fetched the evidence bundle about %(subject)s"),
        "evidence.bundle.export": _("%(by)s made an evidence bundle about %(subject)s"),
        "evidence.bundle.finish": _("%(by)s finished the evidence bundle about %(subject)s"),
        "evidence.check.run": _("%(by)s checked the ledger: %(entries)s entries, %(found)s findings"),
        "evidence.head.compare": _("%(by)s compared a head that %(subject)s had kept: it is a part of this ledger"),
        "evidence.key.revoke": _("%(by)s revoked the signing key: beyond %(valid_to)s entries it no longer counts"),
        "evidence.key.rotate": _("%(by)s changed the signing key after %(valid_to)s entries"),
        "evidence.ledger.fork": _("%(by)s declared a new branch: %(holder)s holds %(missing)s entries that were lost"),
        "evidence.custody.check": _("%(by)s checked %(item)s in custody"),
        "evidence.custody.hand_over": _("%(by)s handed %(item)s over"),
        "evidence.custody.import": _("%(by)s took %(item)s of an examiner into custody"),
        "evidence.custody.open": _("%(by)s opened %(item)s in custody"),
        "evidence.custody.purge": _("%(by)s purged %(item)s: %(files)s file, %(bytes)s bytes"),
        "evidence.custody.receive": _("%(by)s received %(item)s"),
        "evidence.custody.snapshot": _("%(by)s took %(files)s files into custody for %(subject)s"),
        "evidence.drill.run": _("%(by)s drilled the proof of %(secret)s: %(percent)s of 100 in %(seconds)s seconds"),
        "evidence.erasure.add": _("%(by)s asked for %(subject)s by law"),
        "evidence.erasure.carry_out": _("%(by)s carried %(subject)s out: %(members)s words of %(entries)s entries"),
        "evidence.erasure.retire": _("%(by)s withdrew %(subject)s"),
        "evidence.hold.add": _("%(by)s placed the preservation %(subject)s"),
        "evidence.hold.edit": _("%(by)s extended the preservation %(subject)s"),
        "evidence.hold.retire": _("%(by)s released the preservation %(subject)s"),
        "evidence.loss.add": _("%(by)s entered “%(subject)s” in a damage worksheet"),
        "evidence.loss.retire": _("%(by)s took “%(subject)s” off a damage worksheet"),
        "evidence.plan.set": _("%(by)s decided what is kept to prove %(secret)s: %(proofs)s kinds of proof"),
        "evidence.separation.edit": _("%(by)s set the time of keeping after separation to %(months)s months"),
        "evidence.separation.place": _("%(by)s kept what is known of %(count)s people who have left"),
        "evidence.stamp.receive": _("%(by)s received a time stamp from %(subject)s"),
        "evidence.stamp.refuse": _("%(by)s refused a reply of the time-stamp authority %(subject)s"),
        "evidence.witness.add": _("%(by)s added the witness %(subject)s"),
        "evidence.witness.contradict": _("%(by)s found that %(subject)s holds a head this ledger does not continue"),
        "evidence.witness.edit": _("%(by)s changed the witness %(subject)s"),
        "evidence.witness.print": _("%(by)s printed the head over %(size)s entries and put it away"),
        "evidence.witness.retire": _("%(by)s asked the witness %(subject)s for the last time"),
        "evidence.witnessed.add": _("%(by)s began to witness the ledger %(subject)s"),
        "evidence.witnessed.edit": _("%(by)s took another key for the ledger %(subject)s"),
        "evidence.witnessed.refuse": _("%(by)s refused a head of %(subject)s that shows a second history"),
        "evidence.witnessed.retire": _("%(by)s witnessed the ledger %(subject)s for the last time"),
        "evidence.statement.add": _("%(by)s recorded the statement of %(subject)s"),
        "evidence.statement.retire": _("%(by)s took back the statement of %(subject)s"),
        "evidence.timeline.open": _("%(by)s opened a recognition timeline: %(subject)s"),
    },
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
