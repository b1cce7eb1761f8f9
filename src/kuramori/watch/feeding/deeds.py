"""Which of Kuramori's own acts and pages the lake is told of, and as what (SYS-12).

Every verb of every room and every page of a secret stands here, told or left out: a test sees to that. Nothing of the
room `watch` is told: work on alerts must not become a deed of who does it, and who looked is checked elsewhere (H4).
"""

from collections.abc import Mapping
from typing import Final

from kuramori_lake.event import Activity

TOLD_KIND: Final = "register.secret"
"""The kind of subject that the lake is told; of all others it learns nothing, not even their number."""
OWN_ROOM: Final = "watch."

VERBS: Final[Mapping[str, Activity]] = {
    "directory.account.close": Activity.ACCOUNT_DISABLE,
    "directory.account.mfa_failed": Activity.LOGON_FAIL,
    "directory.account.open": Activity.ACCOUNT_ENABLE,
    "directory.account.recover": Activity.PERMISSION_CHANGE,
    "directory.account.sign_in": Activity.LOGON,
    "directory.account.sign_in_failed": Activity.LOGON_FAIL,
    "directory.account.sign_out": Activity.LOGOFF,
    "directory.project.join": Activity.PERMISSION_CHANGE,
    "directory.project.leave": Activity.PERMISSION_CHANGE,
    "directory.role.add": Activity.PERMISSION_CHANGE,
    "directory.role.import": Activity.PERMISSION_CHANGE,
    "directory.role.retire": Activity.PERMISSION_CHANGE,
    "directory.setting.mfa": Activity.PERMISSION_CHANGE,
    "evidence.bundle.download": Activity.DOWNLOAD,
    "governance.handling.set": Activity.PERMISSION_CHANGE,
    "register.scope.close": Activity.PERMISSION_CHANGE,
    "register.scope.open": Activity.PERMISSION_CHANGE,
    "register.secret.edit": Activity.WRITE,
    "register.secret.reclassify": Activity.WRITE,
    "register.secret.retire": Activity.DELETE,
}
"""Verbs that say: read, taken out, changed, let in."""
IN_NAME: Final = frozenset({"directory.account.mfa_failed", "directory.account.sign_in_failed"})
"""Written by the system, for nobody has signed in yet; done with the name of the person whom they are about."""
OF_SECRETS: Final = frozenset({Activity.DELETE, Activity.DOWNLOAD, Activity.READ, Activity.WRITE})
"""Told only where a secret is concerned: a bundle about a person would tell that there is one (H3)."""

LEFT_OUT: Final = frozenset(
    {
        # A list that leaves as a file is told by its page, which knows the secrets in it; see PAGES.
        "kernel.register.export",
        # How somebody sets up his own lists, and files on their way in.
        *("kernel.view.save", "kernel.view.share", "kernel.view.retire", "kernel.import.hand_in"),
        *("kernel.import.set_columns", "kernel.import.check", "kernel.import.approve", "kernel.import.discard"),
        "kernel.import.undo",
        # One's own key ring, and sessions that end with an account.
        *("directory.account.mfa_add", "directory.account.mfa_remove", "directory.account.mfa_reset"),
        *("directory.account.password", "directory.account.sessions_end"),
        # Who works where: the office's daily work, in the ledger already, and no reading of anything.
        *("directory.assignment.add", "directory.assignment.correct", "directory.assignment.end"),
        *("directory.engagement.add", "directory.engagement.correct", "directory.engagement.end"),
        *("directory.engagement.notice", "directory.holiday.add", "directory.holiday.retire"),
        *("directory.identity.add", "directory.identity.end", "directory.person.add", "directory.person.edit"),
        *("directory.person.import", "directory.project.add", "directory.project.edit", "directory.project.import"),
        *("directory.project.retire", "directory.site.add", "directory.site.edit", "directory.site.import"),
        *("directory.site.retire", "directory.unit.add", "directory.unit.edit", "directory.unit.import"),
        "directory.unit.retire",
        # What keeps and proves: mostly the system's own, or about persons of whom nobody must learn (H3).
        *("evidence.authority.add", "evidence.authority.edit", "evidence.authority.retire"),
        *("evidence.backup.destroy", "evidence.backup.write", "evidence.bundle.export", "evidence.bundle.finish"),
        *("evidence.bundleorder.add", "evidence.bundleorder.edit", "evidence.bundleorder.place"),
        *("evidence.bundleorder.retire", "evidence.bundleorder.show", "evidence.bundleorder.withhold"),
        *("evidence.check.run", "evidence.custody.check", "evidence.custody.hand_over", "evidence.custody.import"),
        *("evidence.custody.open", "evidence.custody.purge", "evidence.custody.receive"),
        *("evidence.custody.snapshot", "evidence.drill.run", "evidence.erasure.add", "evidence.erasure.carry_out"),
        *("evidence.erasure.retire", "evidence.head.compare", "evidence.hold.add", "evidence.hold.edit"),
        *("evidence.hold.retire", "evidence.key.revoke", "evidence.key.rotate", "evidence.ledger.fork"),
        *("evidence.loss.add", "evidence.loss.retire", "evidence.plan.set", "evidence.separation.edit"),
        *("evidence.separation.place", "evidence.stamp.receive", "evidence.stamp.refuse"),
        *("evidence.statement.add", "evidence.statement.retire", "evidence.timeline.open"),
        *("evidence.witness.add", "evidence.witness.contradict", "evidence.witness.edit", "evidence.witness.print"),
        *("evidence.witness.retire", "evidence.witnessed.add", "evidence.witnessed.edit"),
        *("evidence.witnessed.refuse", "evidence.witnessed.retire"),
        # Words of the rules, and entries that the keeper makes about his own secrets.
        *("governance.level.add", "governance.level.edit", "governance.level.retire", "governance.scheme.install"),
        *("register.secret.add", "register.secret.check_non_public", "register.secret.confirm"),
        *("register.secret.import", "register.secret.value"),
        # Asking, deciding, and work that comes round again.
        *("approvals.deputy.add", "approvals.deputy.retire", "approvals.request.approve", "approvals.request.ask"),
        *("approvals.request.expire", "approvals.request.refuse", "approvals.request.reroute"),
        *("approvals.request.withdraw", "duties.duty.add", "duties.duty.edit", "duties.duty.retire"),
        # A calendar's address tells what is due in words that name nobody.
        *("duties.feed.add", "duties.feed.retire"),
        *("duties.task.drop", "duties.task.escalate", "duties.task.exempt", "duties.task.lay", "duties.task.prove"),
        *("duties.task.report", "duties.turn.open"),
    }
)
"""Verbs that say nothing of reading, taking out or letting in."""

PAGES: Final[Mapping[str, Activity]] = {
    "register:secret-detail": Activity.READ,
    "register:secret-edit": Activity.READ,
    "register:secret-export": Activity.DOWNLOAD,
    "register:secret-history": Activity.READ,
    "register:secret-plan": Activity.READ,
    "register:secret-proof": Activity.READ,
    "register:secret-worksheet": Activity.READ,
    "register:secret-worksheet-export": Activity.DOWNLOAD,
}
"""Pages that show what is known of a secret, or hand it out; to open them is no act, so the ledger has no entry."""
PAGES_LEFT_OUT: Final = frozenset(
    {
        *("register:secret-add", "register:secret-bulk", "register:secret-list", "register:secret-save-view"),
        *("register:secret-bundle", "register:secret-drill", "register:secret-loss-back", "register:secret-retire"),
        *("register:secret-statement", "register:secret-statement-back"),
        *("register:secret-confirm", "register:secret-level", "register:secret-non-public", "register:secret-scope"),
        *("register:secret-scope-close", "register:secret-value"),
    }
)
"""Pages of the register that show titles only, or ask for one act, which then has its entry."""
