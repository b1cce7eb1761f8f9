"""For how long logs are kept: the months of the monitoring charter, rounded up to whole months of UTC."""

from datetime import date, datetime


def first_kept(today: date, months: int) -> datetime:
    """Return the first moment whose events stay, naive UTC: they are kept for `months`, and at most one more."""
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return datetime(year, month + 1, 1)  # noqa: DTZ001  (the lake's times are naive UTC)
