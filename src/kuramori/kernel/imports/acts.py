"""Everything that happens to a file that was handed in. Taking it in is one act, with the verb of its kind."""

from collections.abc import Callable, Collection, Iterable
from datetime import date

from django.utils.translation import gettext_noop as _

from kuramori.kernel.acts import Refused, act
from kuramori.kernel.ids import uuid7
from kuramori.kernel.imports.cells import key
from kuramori.kernel.imports.checking import Checked, decide
from kuramori.kernel.imports.mapping import ImportKind
from kuramori.kernel.imports.models import ImportMapping, ImportRun, RunState
from kuramori.kernel.imports.report import ImportReport
from kuramori.kernel.imports.rows import Source, read_rows
from kuramori.kernel.imports.runs import kinds, source_of
from kuramori.kernel.imports.storage import REPORT, forget, keep, let_go, place
from kuramori.kernel.imports.wording import phrase
from kuramori.kernel.ledger import entries_about
from kuramori.kernel.models import Entry
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.turns import alone

OPEN = frozenset({RunState.HANDED_IN, RunState.CHECKED, RunState.STOPPED, RunState.APPROVED})


def hand_in(*, kind: ImportKind, name: str, chunks: Iterable[bytes], viewer: Viewer) -> ImportRun:
    """Store a file under our own name and open its run; raises Forbidden, or FileRefused when it is too large."""
    viewer.demand(kind.permission)
    run = ImportRun(id=uuid7(), import_kind=kind.name, file_name=name[-255:], person_id=viewer.person_id)
    stored = keep(run.pk, chunks, name=name)
    run.sha256, run.size = stored.sha256, stored.size
    try:
        with act("kernel.import.hand_in", by=viewer.actor, subjects=[run]):
            run.save()
    except BaseException:
        forget(run.pk)
        raise
    return run


def set_columns(*, run: ImportRun, source: Source, viewer: Viewer) -> None:
    """Keep how the file is to be read, and remember it for the next file of the same source."""
    _demand(run, viewer, OPEN)
    titles = {column.index: column.title for column in source.header.columns}
    chosen = {index: name for name, index in source.fields.items()}
    fields = {key(title): chosen.get(index, "") for index, title in titles.items()}
    with act("kernel.import.set_columns", by=viewer.actor, subjects=[run]):
        _as_it_stands(run, OPEN)
        _remember(run.import_kind, source.header.fingerprint, fields)
        run.sheet, run.encoding, run.header_row = source.table.sheet, source.table.encoding, source.header.row
        run.columns = dict(source.fields)
        run.state, run.digest, run.approved_by = RunState.HANDED_IN, "", None
        run.save()


def keep_check(*, run: ImportRun, checked: Checked, viewer: Viewer) -> ImportReport:
    """Keep what a dry run found; a stop keeps the file from being taken in until somebody else approves."""
    _demand(run, viewer, OPEN)
    report = checked.report.of_run(run.pk)
    with act("kernel.import.check", by=viewer.actor, subjects=[run]):
        _as_it_stands(run, OPEN)
        report.save(place(run.pk, REPORT))
        _count(run, report)
        run.stop_permission = report.stop.permission if report.stop else ""
        run.state = RunState.STOPPED if report.stop else RunState.CHECKED
        run.approved_by = None
        run.save()
    return report


def approve(*, run: ImportRun, viewer: Viewer, why: str) -> None:
    """Let a stopped file pass: by somebody else than who handed it in, for exactly what the check found."""
    _demand(run, viewer, {RunState.STOPPED}, permission=run.stop_permission)
    if viewer.person_id is None or viewer.person_id == run.person_id:
        raise refused(
            _("Whoever handed the file in cannot approve it."), _("Ask somebody else who holds this permission.")
        )
    with act("kernel.import.approve", by=viewer.actor, why=why, subjects=[run]) as this:
        _as_it_stands(run, {RunState.STOPPED})
        this.note("digest", run.digest, in_clear=True)
        run.state, run.approved_by = RunState.APPROVED, viewer.person_id
        run.save()


def discard(*, run: ImportRun, viewer: Viewer) -> None:
    """Put a file away untouched, and delete the stored copy."""
    _demand(run, viewer, OPEN)
    with act("kernel.import.discard", by=viewer.actor, subjects=[run]):
        _as_it_stands(run, OPEN)
        run.state = RunState.DISCARDED
        run.save()
    let_go(run.pk)


def take_in(
    *, run: ImportRun, viewer: Viewer, why: str, today: date, step: Callable[[int], None] = lambda _done: None
) -> ImportReport:
    """Take the whole file in as one act, or nothing of it; done twice, the second time gives the first's result.

    Rejected rows stay out; everything else must still be exactly what the check found.

    Raises:
        Refused: the file was not checked, waits for approval, or would do something else than the check found.
    """
    kind = kinds()[run.import_kind]
    viewer.demand(kind.permission)
    if run.state == RunState.APPLIED:
        return _taken(run, kind)
    source = source_of(run, kind)
    rows = read_rows(kind, source, step=step)
    with act(kind.verb, by=viewer.actor, why=why, subjects=[run]) as this:
        # another worker may have come first while this one was thought lost: the row decides, under its lock
        run = ImportRun.objects.select_for_update().get(pk=run.pk)
        _may_go_on(run)
        checked = decide(kind, source.table, rows, viewer=viewer, today=today)
        if checked.report.digest != run.digest:
            raise refused(
                _("The data changed since this file was checked: it would now do something else."),
                _("Check the file again and look at the result."),
            )
        if not checked.report.changes_something:
            raise refused(_("This file would change nothing."), _("Correct the rejected rows, or put the file away."))
        kind.apply(checked.changes, by=viewer.actor, why=why)
        this.note("sha256", run.sha256, in_clear=True)
        this.note("counts", {"read": run.read, "accepted": run.accepted, "rejected": run.rejected}, in_clear=True)
        run.state = RunState.APPLIED
        run.save()
        step(checked.report.read)  # the last moment to be cancelled
    return _taken(run, kind, checked.report)


def entry_of(run: ImportRun, kind: ImportKind) -> Entry | None:
    """Give the ledger's entry of the act that took the file in."""
    return entries_about(run.pk).filter(verb=kind.verb).first()


def _taken(run: ImportRun, kind: ImportKind, report: ImportReport | None = None) -> ImportReport:
    """Keep and give the result of the act that was done."""
    entry = entry_of(run, kind)
    report = report or ImportReport.load(place(run.pk, REPORT))
    if report is None or entry is None:
        raise refused(_("The result of this import is no longer kept."), _("Its entry in the history remains."))
    done = report.of_run(run.pk).taken_in(entry.id)
    done.save(place(run.pk, REPORT))
    return done


def _count(run: ImportRun, report: ImportReport) -> None:
    run.read, run.accepted, run.rejected, run.digest = report.read, report.accepted, report.rejected, report.digest


def _remember(import_kind: str, fingerprint: str, fields: dict[str, str]) -> None:
    """Keep what the columns of this source mean, also when another file of it comes in at the same moment."""
    alone(f"columns of {import_kind} {fingerprint}")
    mapping = ImportMapping.objects.filter(import_kind=import_kind, fingerprint=fingerprint).first()
    mapping = mapping or ImportMapping(import_kind=import_kind, fingerprint=fingerprint)
    mapping.fields = fields
    mapping.save()


def _may_go_on(run: ImportRun) -> None:
    if run.state == RunState.STOPPED:
        raise refused(
            _("This file was stopped and waits for approval."),
            _("Ask somebody who holds the permission to look at it."),
        )
    if run.state not in (RunState.CHECKED, RunState.APPROVED):
        raise refused(_("This file has not been checked, or is already dealt with."), _("Check the file first."))


def _demand(run: ImportRun, viewer: Viewer, states: Collection[str], *, permission: str = "") -> None:
    viewer.demand(permission or kinds()[run.import_kind].permission)
    _refuse_unless(run, states)


def _as_it_stands(run: ImportRun, states: Collection[str]) -> None:
    """Read the run again under its lock: the file may have been taken in while this act waited for its turn."""
    run.refresh_from_db(from_queryset=ImportRun.objects.select_for_update())
    _refuse_unless(run, states)


def _refuse_unless(run: ImportRun, states: Collection[str]) -> None:
    if run.state not in states:
        raise refused(_("This file is already dealt with."), _("Hand it in again to start anew."))


def refused(message: str, next_step: str) -> Refused:
    """Refuse in the language that is active now; msgids marked with `gettext_noop`."""
    return Refused(str(phrase(message)), str(phrase(next_step)))
