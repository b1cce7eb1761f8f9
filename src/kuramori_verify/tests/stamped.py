"""Time stamps for the sample bundle."""

from datetime import timedelta
from pathlib import Path

from kuramori.evidence.rules import bundle
from kuramori_verify.bag import TAG_MANIFEST
from kuramori_verify.tests.authority import DAY, LONG_AGO, TestAuthority
from kuramori_verify.tests.samples import START, Sample

STAMPED_AT = START + timedelta(hours=2)


def sample_authority(**wrong) -> TestAuthority:
    """An authority that was there when the sample's bundle was made."""
    authority = TestAuthority.make(start=LONG_AGO + 9 * DAY)
    authority.at = STAMPED_AT
    for name, value in wrong.items():
        setattr(authority, name, value)
    return authority


def add_stamp(sample: Sample, slug: str = "tsa", **wrong) -> TestAuthority:
    """Stamp the sample's checkpoint, rightly or with something wrong."""
    authority = sample_authority(**wrong)
    sample.files[f"data/tokens/{slug}.tsr"] = authority.stamp(sample.files[bundle.CHECKPOINT])
    sample.files[f"data/tokens/{slug}.pem"] = authority.roots
    return authority


def stamp_bag(folder: Path, authority: TestAuthority, slug: str = "tsa") -> Path:
    """Stamp the tag manifest of a bag that stands; returns the token's file."""
    path = folder / "tokens" / f"{slug}.tsr"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(authority.stamp((folder / TAG_MANIFEST).read_bytes()))
    return path
