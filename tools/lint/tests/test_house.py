"""Every house rule with an example it refuses and one it lets pass."""

from pathlib import Path

import pytest

from tools.lint import house

ROOM = Path("src/kuramori/register")

# rule, file, refused, welcome
EXAMPLES = [
    (
        house.views_ask_queries,
        ROOM / "views.py",
        "rows = Secret.objects.filter(level=3)",
        "rows = queries.secrets(request.viewer, level=3)",
    ),
    (
        house.acts_say_who,
        ROOM / "acts.py",
        "def secret_reclassify(secret, level): ...",
        "def secret_reclassify(*, secret, level, why, by): ...",
    ),
    (
        house.acts_say_who,
        ROOM / "acts" / "levels.py",
        "def level_raise(*, level): ...",
        "def _next(level): ...",
    ),
    (
        house.queries_know_the_viewer,
        ROOM / "queries.py",
        "def secrets(level): ...",
        "def secrets(viewer, *, level): ...",
    ),
    (
        house.no_request_below_views,
        ROOM / "acts.py",
        "def secret_add(*, request, by): ...",
        "def secret_add(*, title, by): ...",
    ),
    (
        house.rules_have_no_clock,
        ROOM / "rules.py",
        "def is_due(day):\n    return day < date.today()",
        "def is_due(day, *, today):\n    return day < today",
    ),
    (
        house.no_blind_except,
        ROOM / "acts.py",
        "try:\n    read()\nexcept Exception:\n    pass",
        "try:\n    read()\nexcept OSError:\n    retry()",
    ),
    (
        house.no_blind_except,
        ROOM / "jobs.py",
        "with contextlib.suppress(Exception):\n    read()",
        "try:\n    read()\nexcept BaseException:\n    undo()\n    raise",
    ),
    (
        house.absolute_named_imports,
        ROOM / "acts.py",
        "from . import rules",
        "from kuramori.register import rules",
    ),
    (
        house.absolute_named_imports,
        ROOM / "acts.py",
        "from kuramori.register.rules import *",
        "from kuramori.register.rules import Level",
    ),
    (house.names_say_something, ROOM / "models.py", "class SecretManager: ...", "class SecretRows: ..."),
    (
        house.no_signals,
        ROOM / "models.py",
        "from django.db.models.signals import post_save",
        "from django.db.models import Q",
    ),
    (
        house.no_open_posts,
        ROOM / "views.py",
        "from django.views.decorators.csrf import csrf_exempt",
        "from django.views.decorators.http import require_POST",
    ),
    (
        house.verifier_stands_alone,
        Path("src/kuramori_verify/tree.py"),
        "import cryptography.hazmat",
        "import hashlib\nfrom kuramori_verify import tree",
    ),
]


def test_every_rule_has_its_examples():
    assert {rule for rule, *_ in EXAMPLES} == set(house.RULES)


@pytest.mark.parametrize(("rule", "path", "refused", "welcome"), EXAMPLES)
def test_the_rule_refuses_the_bad_and_welcomes_the_good_example(rule, path, refused, welcome):
    assert {finding.path for finding in house.check_module(path, refused)} == {str(path)}
    assert list(house.check_module(path, welcome)) == []
    assert rule.__doc__


def test_a_drawer_for_odds_and_ends_is_refused_by_its_file_name():
    assert list(house.check_module(ROOM / "utils.py", "")) != []


def test_a_handler_for_all_errors_is_excused_only_with_a_reason():
    handler = "try:\n    run()\nexcept Exception as error:{}\n    failed(error)"
    assert list(house.check_module(ROOM / "jobs.py", handler.format("  # noqa: BLE001"))) != []
    assert list(house.check_module(ROOM / "jobs.py", handler.format("  # noqa: BLE001 - the job keeps it"))) == []
    assert list(house.check_module(ROOM / "jobs.py", handler.format("  # the job keeps it"))) == []


def test_settings_that_vary_settings_may_take_them_all():
    source = "from kuramori.site.settings import *"
    assert list(house.check_module(Path("src/kuramori/site/settings_test.py"), source)) == []


def test_the_kernel_may_listen_to_the_framework():
    source = "from django.db.models.signals import post_migrate"
    assert list(house.check_module(Path("src/kuramori/kernel/guards.py"), source)) == []


@pytest.mark.parametrize("place", ["https://" + "pypi" + ".org/simple", "/ro" + "ot/project", "/ho" + "me/akari/x"])
def test_no_file_names_a_package_host_or_somebodys_folder(tmp_path, place):
    file = tmp_path / "README.md"
    file.write_text(f"first\nsee {place}\n", encoding="utf-8")
    assert [finding.line for finding in house.named_places(file)] == [2]


def test_the_projects_own_files_name_no_such_place():
    own = Path(house.__file__)
    assert list(house.named_places(own)) == []
