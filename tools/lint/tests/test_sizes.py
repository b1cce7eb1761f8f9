import pytest

from tools.lint import sizes


@pytest.fixture
def project(tmp_path):
    """A project of one room whose code and tests are in balance."""
    room = tmp_path / "src" / "kuramori" / "register"
    (room / "tests").mkdir(parents=True)
    (room / "rules.py").write_text("LEVELS = 4\n")
    (room / "tests" / "test_rules.py").write_text("LEVELS = 4\n" * 50)
    return tmp_path


def write(project, name, text):
    path = project / "src" / "kuramori" / "register" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def found(project):
    return [finding.says for finding in sizes.check(project)]


def test_a_small_project_is_welcome(project):
    assert found(project) == []


def test_more_code_than_tests_is_refused(project):
    write(project, "models.py", "x = 1\n" * 200)
    (says,) = found(project)
    assert "at least 1.0" in says


@pytest.mark.parametrize(("length", "findings"), [(500, 0), (501, 1)])
def test_a_file_has_its_gate(project, length, findings):
    write(project, "models.py", "x = 1\n" * length)
    write(project, "tests/test_models.py", "x = 1\n" * 600)
    assert len(found(project)) == findings


@pytest.mark.parametrize(("length", "findings"), [(60, 0), (61, 1)])
def test_a_function_has_its_gate(project, length, findings):
    write(project, "tests/test_long.py", "async def walk():\n" + "    step()\n" * (length - 1))
    assert len(found(project)) == findings


@pytest.mark.parametrize(("length", "findings"), [(150, 0), (151, 1)])
def test_a_template_has_its_gate(project, length, findings):
    write(project, "templates/register/secret.html", "<p></p>\n" * length)
    assert len(found(project)) == findings


@pytest.mark.parametrize(("count", "findings"), [(5, 0), (6, 6)])
def test_few_imports_hide_in_functions(project, count, findings):
    write(project, "models.py", "def late():\n" + "    import this\n" * count)
    assert len(found(project)) == findings


def test_a_test_may_import_where_it_likes(project):
    write(project, "tests/test_models.py", "def late():\n" + "    import this\n" * 9)
    assert found(project) == []


def test_a_room_has_its_gate_and_migrations_do_not_count(project):
    for number in range(10):
        write(project, f"models/part{number}.py", "x = 1\n" * 450)
        write(project, f"tests/test_part{number}.py", "x = 1\n" * 500)
    write(project, "migrations/0001_initial.py", "x = 1\n" * 900)
    assert [says.split(" lines")[0] for says in found(project)] == ["4501"]
