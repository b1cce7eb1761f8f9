"""What all tests share: databases that can be emptied although their guards refuse it, and compiled catalogues."""

import gc
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.core.cache import cache
from django.test import TransactionTestCase
from django.utils import translation
from django.utils.translation.reloader import translation_file_changed

from tools.catalogues import compile_all

# A machine that is busy is no defect: an example may take as long as it takes.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


def pytest_configure() -> None:
    """Compile the catalogues and let Django read them again: a test in Japanese reads Japanese in a fresh clone too."""
    for path in compile_all():
        translation_file_changed(sender=None, file_path=path)


def pytest_collection_finish() -> None:
    """Whatever is loaded by now stays to the end: the collector need not walk it again with every test."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 100)


@pytest.fixture(autouse=True, scope="session")
def _guards_step_aside_when_tests_empty_the_database() -> Iterator[None]:
    from kuramori.kernel import guards

    empty = TransactionTestCase._fixture_teardown

    def lift_empty_install(self: Any) -> None:
        guards.lift()
        try:
            empty(self)
        finally:
            guards.install()

    TransactionTestCase._fixture_teardown = lift_empty_install  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = empty  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def _every_test_begins_in_the_same_language() -> Iterator[None]:
    """A test that activates a language must not decide in which language the next one writes."""
    with translation.override("ja"):
        yield


@pytest.fixture(autouse=True)
def _what_one_test_put_into_the_cache_is_gone_for_the_next() -> None:
    """Limits of guesses add up there, and the foot of each page is kept for 20 seconds, which shows in query counts."""
    cache.clear()
