"""What is to be written to whom: queued in the transaction of the act, taken from the queue by the job (`mails`)."""

from collections.abc import Iterable
from uuid import UUID

from kuramori.approvals.models import Notice, Occasion, Request
from kuramori.kernel.acts import current


def queue(request: Request, people: Iterable[UUID], occasion: Occasion) -> None:
    """Queue a notice to each; what the act does not keep, because it is refused, is not queued either."""
    at = current().at
    Notice.objects.bulk_create(
        [Notice(request=request, person_id=person, occasion=occasion, queued_at=at) for person in people]
    )
