"""The small company at noon, browsers in which its people are signed in, and one secret a stranger may not know."""

from collections.abc import Iterator

import pytest

from kuramori.register.models import Secret
from kuramori.register.tests.conftest import add, levels  # noqa: F401  (fixtures)
from kuramori.site.tests.conftest import company, sign_in  # noqa: F401

TITLE = "電解液の配合比"


@pytest.fixture
def secret(add) -> Iterator[Secret]:  # noqa: F811
    return add(TITLE, note="ひみつの覚え書き")
