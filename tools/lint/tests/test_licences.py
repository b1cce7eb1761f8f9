import pytest

from tools.lint.licences import judge, locked


@pytest.mark.parametrize("licence", ["MIT", "Apache-2.0", "BSD License", "MPL-2.0", "Apache-2.0 OR GPL-2.0-only"])
def test_free_licences_are_welcome(licence):
    assert judge("granian", licence) is None


@pytest.mark.parametrize("licence", ["GPL-3.0", "AGPL-3.0-only", "GNU General Public License v2 (GPLv2)", "UNKNOWN"])
def test_binding_and_unknown_licences_are_refused(licence):
    assert judge("granian", licence)


def test_only_psycopg_may_be_lgpl():
    assert judge("psycopg", "LGPL-3.0-only") is None
    assert judge("granian", "GNU Lesser General Public License v3 (LGPLv3)")


def test_names_are_read_from_the_lock():
    assert locked("argon2-cffi==25.1.0 \\\n    --hash=sha256:00\nuv==0.13 \\\n") == {"argon2-cffi", "uv"}
