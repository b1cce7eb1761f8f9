"""The claims that are known here: ours, and those that a company's lawyer put into the data folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from kuramori.evidence.claims.reading import Claim, ClaimError, read_claim

OURS = Path(__file__).parent.with_name("data") / "claims"
DEFAULT = "jp-ucpa-civil"


@dataclass(frozen=True, kw_only=True)
class KnownClaims:
    """All claims in the order of their lists, and the files that could not be read: shown, never silently left out."""

    claims: tuple[Claim, ...]
    errors: tuple[ClaimError, ...]

    def named(self, code: str) -> Claim:
        """Return the claim of a code; the first of the list for a code that nobody knows."""
        return next((each for each in self.claims if each.code == code), self.claims[0])


def known_claims() -> KnownClaims:
    """Return the claims of our files and of `claims/*.toml` in the data folder; read again when a file has changed."""
    own = sorted((Path(settings.DATA) / "claims").glob("*.toml"))
    files = [*sorted(OURS.glob("*.toml")), *own]
    return _read(tuple((file, file.stat().st_mtime_ns) for file in files))


def default_claims() -> Sequence[Claim]:
    """Return the one claim every secret is prepared for: the civil one of the Unfair Competition Prevention Act."""
    return (known_claims().named(DEFAULT),)


@lru_cache(maxsize=4)
def _read(files: tuple[tuple[Path, int], ...]) -> KnownClaims:
    claims: dict[str, Claim] = {}
    errors = []
    for file, _changed_at in files:
        try:
            claim = read_claim(file.read_text(encoding="utf-8"), file=file.name)
        except ClaimError as error:
            errors.append(error)
        except UnicodeDecodeError as error:
            errors.append(ClaimError(file.name, "", f"no UTF-8: {error.reason}"))
        else:
            if claims.setdefault(claim.code, claim) is not claim:
                errors.append(ClaimError(file.name, "code", f"“{claim.code}” is taken by another file"))
    listed = sorted(claims.values(), key=lambda each: (each.order, each.code))
    return KnownClaims(claims=tuple(listed), errors=tuple(errors))
