"""The number that people call a request by: Q-2026-4831-0752, drawn by lot."""

import secrets

from kuramori.approvals.models import Request

DIGITS = 8
"""Said in two breaths; of a million requests in a year 99 in 100 places still stand empty."""


def drawn(year: int, digits: int = DIGITS) -> str:
    """Return a number that no request has. Ask inside an act: acts take turns.

    By lot, for hardly anybody sees all requests: a gap in a row would tell how much others ask, and when (fault H3).
    """
    while True:
        lot = f"{secrets.randbelow(10**digits):0{digits}d}"
        number = f"Q-{year}-{lot[: digits // 2]}-{lot[digits // 2 :]}"
        if not Request.objects.filter(number=number).exists():
            return number
