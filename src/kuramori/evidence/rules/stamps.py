"""What can be wrong with a time stamp or its authority, and when one has to be renewed."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

RENEW_WITHIN = timedelta(days=365)
URGENT_WITHIN = timedelta(days=90)
SILENT_AFTER = timedelta(hours=24)
CLOCK_OFF_MS = 5_000


class Problem(StrEnum):
    """Why there is no good token: the first eight before any reply was read, the others keep the reply as refused."""

    ADDRESS_REFUSED = "address_refused"
    AWAY = "away"
    CREDENTIALS_MISSING = "credentials_missing"
    SLOW = "slow"
    STATUS = "status"
    TLS = "tls"
    TOO_LONG = "too_long"
    UNKNOWN_HOST = "unknown_host"

    CERTIFICATE_MISSING = "certificate_missing"
    CHAIN_BROKEN = "chain_broken"
    EXPIRED = "expired"
    MALFORMED = "malformed"
    NONCE_DIFFERS = "nonce_differs"
    NOT_GRANTED = "not_granted"
    OTHER_DATA = "other_data"
    OTHER_POLICY = "other_policy"
    REPLAYED = "replayed"
    SIGNATURE_WRONG = "signature_wrong"
    WEAK = "weak"
    WRONG_CERTIFICATE = "wrong_certificate"


class Failed(Exception):
    """There is no good token: the code says why, `detail` holds the words of whoever noticed."""

    def __init__(self, problem: Problem, detail: object = "") -> None:
        super().__init__(problem, detail)
        self.problem = problem
        self.detail = str(detail)[:300]


class Standing(StrEnum):
    """How an authority stands, the worst first."""

    SILENT = "silent"
    FAILING = "failing"
    CLOCK_OFF = "clock_off"
    NEVER = "never"
    WELL = "well"


def standing_of(*, failing_since: datetime | None, difference_ms: int | None, now: datetime) -> Standing:
    """Say how an authority stands: `failing_since` what waits for it longest after a failure, if anything does."""
    if failing_since is not None:
        return Standing.SILENT if now - failing_since > SILENT_AFTER else Standing.FAILING
    if difference_ms is None:
        return Standing.NEVER
    return Standing.CLOCK_OFF if difference_ms > CLOCK_OFF_MS else Standing.WELL


def fingerprints(roots_pem: str) -> list[str]:
    """Return the SHA-256 (hex) of each certificate in PEM; raises ValueError unless the first stands for itself."""
    certificates = x509.load_pem_x509_certificates(roots_pem.encode())
    if certificates[0].issuer != certificates[0].subject:
        raise ValueError("the first certificate is not a root")
    return [each.fingerprint(SHA256()).hex() for each in certificates]


def expires_too_soon(certificates_end: Iterable[datetime], now: datetime) -> datetime | None:
    """Return when the longest-lived of the newest tokens ends, if that is within twelve months; else None.

    A newer token over the ledger covers the older ones, whose digests stand in it (RFC 4998's renewal): as long as
    one authority's newest token lives on, nothing is lost.
    """
    longest = max(certificates_end, default=None)
    return longest if longest is not None and longest < now + RENEW_WITHIN else None
