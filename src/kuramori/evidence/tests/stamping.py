"""An authority of the tests, set up with us."""

from typing import Any

from kuramori.evidence.models import Authority
from kuramori.evidence.stamps.acts import authority_add
from kuramori.evidence.tests.conftest import AKARI
from kuramori_verify.tests.authority import TestAuthority


def authority_like(tsa: TestAuthority, url: str, slug: str = "seiko", **values: Any) -> Authority:
    """Set up an authority on this machine's loopback."""
    given = {
        "slug": slug, "name_ja": f"時刻認証局 {slug}", "name_en": f"Authority {slug}", "url": url, "is_inside": True,
        "roots_pem": tsa.roots.decode(), **values,
    }  # fmt: skip
    return authority_add(by=AKARI, **given)
