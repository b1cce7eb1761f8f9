"""The clock of the reviews: prepare what is ready, add what came late, pass on what was not signed in time."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import viewer_of_system
from kuramori.kernel.jobs import JobKind, Progress
from kuramori.watch.acts.reviews import review_escalate
from kuramori.watch.queries.reviews import overdue_reviews
from kuramori.watch.reviews.holiday import holiday_reviews
from kuramori.watch.reviews.monthly import monthly_reviews
from kuramori.watch.reviews.units import unit_reviews
from kuramori.watch.reviews.watched import watched_reviews

REVIEW = "watch.review"


def run_reviews(_progress: Progress, _arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Do what is due at this moment; once more in the same minute does nothing."""
    at = now()
    ready = [*holiday_reviews(at), *unit_reviews(at), *monthly_reviews(at), *watched_reviews(at)]
    late = [review_escalate(review=review) for review in overdue_reviews(viewer_of_system())]
    return {"ready": len(ready), "passed_on": len(late)}


JOBS = (JobKind(name=REVIEW, title=_("Prepare reviews of logs"), run=run_reviews, every=timedelta(minutes=10)),)
