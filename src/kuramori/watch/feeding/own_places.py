"""Where secrets lie in Kuramori itself: the page of each, so that to open it is to read of that secret."""

from collections.abc import Iterator
from datetime import timedelta

from kuramori.directory.api import viewer_of_system
from kuramori.register.api import secrets_visible_to
from kuramori.watch.feeding.lines import path_of
from kuramori.watch.feeding.standing import was_ever_fed
from kuramori_lake.context import SecretPattern

TOP_WEIGHT = 1.0
A_DAY = timedelta(days=1)
CHUNK = 5_000


def own_pages() -> Iterator[SecretPattern]:
    """Yield the page of every secret, also of those without a place, once the lake was ever told of own acts.

    It holds from the day on which the secret came into the register; a day is added at both ends, for a page is opened
    by the clock of whoever opens it.
    """
    if not was_ever_fed():
        return
    rows = secrets_visible_to(viewer_of_system()).order_by("id")
    told = ("pk", "number", "level__name_ja", "level__rank", "created_at", "retired_at")
    found = list(rows.values_list(*told, named=True).iterator(chunk_size=CHUNK))
    top = max((each.level__rank for each in found), default=1) or 1
    for each in found:
        yield SecretPattern(
            pattern=path_of(each.pk),
            secret_id=str(each.pk),
            number=each.number,
            level=each.level__name_ja,
            weight=round(TOP_WEIGHT * each.level__rank / top, 3),
            since=each.created_at.date() - A_DAY,
            until=each.retired_at.date() + A_DAY if each.retired_at else None,
        )
