"""Making a report for the works council: figures of a quarter that is over, frozen; handed out, or withdrawn."""

import hashlib
import json
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from typing import IO
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import Site, viewer_of_system
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.imports.writing import Value, write_csv, write_xlsx
from kuramori.kernel.one_record import record_retire
from kuramori.watch.models import CouncilReport
from kuramori.watch.numbering import numbers
from kuramori.watch.privacy.figures import figures_of
from kuramori.watch.rules.privacy import Quarter

WRITERS = {"csv": write_csv, "xlsx": write_xlsx}


def report_add(*, quarter: Quarter, site: Site | None, by: Actor, why: str = "") -> CouncilReport:
    """Count a quarter and keep the figures as a report.

    Raises Refused for a quarter that still runs, for one that was reported for this site already, and for the whole
    company beside single sites: the difference would tell what each of them hides.
    """
    if localdate(timezone=ZoneInfo(settings.COMPANY_ZONE)) <= quarter.last:
        raise Refused(_("This quarter is not over."), _("Make the report when it is: it would change every day."))
    figures = figures_of(viewer_of_system(), quarter, site)
    with act("watch.report.add", by=by, why=why) as this:
        standing = CouncilReport.objects.standing().filter(since=quarter.first)
        if standing.filter(site=site).exists():
            raise Refused(_("There is a report on this quarter already."), _("Withdraw it with a reason first."))
        if standing.filter(site__isnull=site is not None).exists():
            raise Refused(
                _("One quarter is reported by sites or for the whole company, not both."),
                _("The difference between them would tell what each of them hides."),
            )
        report = CouncilReport(
            number=next(numbers(CouncilReport, "R", quarter.first.year)),
            site=site,
            since=quarter.first,
            until=quarter.last,
            figures=json.dumps(figures, sort_keys=True),
        )
        report.save()
        this.about(report)
    return report


def report_retire(*, report: CouncilReport, by: Actor, why: str) -> CouncilReport:
    """Withdraw a report; it stays readable, and says that it was withdrawn."""
    return record_retire(report, "watch.report.retire", by=by, why=why)


def report_hand_out(
    *, report: CouncilReport, columns: Sequence[str], rows: Sequence[Sequence[Value]], form: str, by: Actor, why: str
) -> IO[bytes]:
    """Write a report as "csv" or "xlsx" and note its digest; returns the file, at its beginning.

    Raises LedgerUnavailable when it cannot be noted: then no file leaves.
    """
    with ExitStack() as until_handed_out:
        file = until_handed_out.enter_context(tempfile.TemporaryFile())
        WRITERS[form](columns, rows, file)
        file.seek(0)
        with act("watch.report.hand_out", by=by, why=why, subjects=[report]) as this:
            this.note("format", form, in_clear=True)
            this.note("sha256", hashlib.file_digest(file, "sha256").hexdigest(), in_clear=True)
        file.seek(0)
        until_handed_out.pop_all()
    return file
