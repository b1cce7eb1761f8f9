"""Importing a file in one call, as the command line does; the pages take the same steps one by one."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from django.utils.timezone import now

from kuramori.kernel.imports import acts
from kuramori.kernel.imports.checking import check
from kuramori.kernel.imports.errorsheet import write_error_sheet
from kuramori.kernel.imports.report import ImportReport
from kuramori.kernel.imports.runs import Choice, corrected, everything, kinds, understand
from kuramori.kernel.imports.storage import let_go
from kuramori.kernel.permissions import Viewer

__all__ = ["import_file", "kinds"]
_BLOCK = 1024 * 1024


def import_file(
    kind: str,
    path: Path,
    *,
    sheet: str = "",
    mapping: Mapping[str, str] | None = None,
    dry_run: bool = False,
    viewer: Viewer | None = None,
    why: str = "",
    error_sheet: Path | None = None,
    step: Callable[[int], None] = lambda _done: None,
) -> ImportReport:
    """Check a file and, unless `dry_run`, take it in as one act; a dry run writes nothing at all.

    Neither does a file that would change nothing: `report.applied` is False then.

    `mapping` gives for field names the column's header or letter, over what the kit finds itself. Without `viewer` the
    system acts. `error_sheet` is where to write the user's sheet with its errors, if there are any. A file that the
    kind's guard stops is not taken in: `report.stop` says why, and its run waits for approval on its page.

    Raises:
        KeyError: there is no such kind (see `kinds()`).
        FileRefused: the file is not taken at all.
        Refused: a rule says no.
    """
    chosen = kinds()[kind]
    viewer = viewer or everything()
    viewer.demand(chosen.permission)
    today = now().astimezone(viewer.zone).date()
    proposal = understand(chosen, path, name=path.name, choice=Choice(sheet=sheet))
    source = corrected(proposal, chosen, mapping or {})
    checked = check(chosen, source, viewer=viewer, today=today, step=step)
    if error_sheet is not None and checked.report.rejected:
        write_error_sheet(source, checked.outcomes, error_sheet, hidden=checked.hidden)
    if dry_run or not checked.report.changes_something:
        return checked.report
    with path.open("rb") as stream:
        run = acts.hand_in(kind=chosen, name=path.name, chunks=iter(partial(stream.read, _BLOCK), b""), viewer=viewer)
    acts.set_columns(run=run, source=source, viewer=viewer)
    report = acts.keep_check(run=run, checked=checked, viewer=viewer)
    if report.stop:
        return report
    report = acts.take_in(run=run, viewer=viewer, why=why, today=today, step=step)
    let_go(run.pk)
    return report
