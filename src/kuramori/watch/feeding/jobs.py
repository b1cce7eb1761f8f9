"""The clock of the feed: every half minute, beside other short work, so that hard rules hear of a deed in time."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.jobs import JobKind, Progress
from kuramori.watch.feeding.run import feed_run
from kuramori.watch.job_names import FEED


def run_feed(_progress: Progress, _arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Take Kuramori's own acts into the logs, if the feed is on."""
    report = feed_run()
    return {"accepted": report.accepted, "behind": report.is_behind}


JOBS = (
    JobKind(
        name=FEED,
        title=_("Take Kuramori's own acts into the logs"),
        run=run_feed,
        every=timedelta(seconds=30),
        is_prompt=True,
    ),
)
