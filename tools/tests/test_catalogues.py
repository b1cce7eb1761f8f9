import gettext
import os
import shutil

import polib
import pytest

from tools import catalogues

needs_gettext = pytest.mark.skipif(shutil.which("xgettext") is None, reason="GNU gettext is not installed")


@pytest.fixture
def source(tmp_path):
    """Two rooms, each with a string of its own and one that both say."""
    for room in ("register", "watch"):
        folder = tmp_path / "kuramori" / room
        (folder / "templates").mkdir(parents=True)
        (folder / "__init__.py").touch()
        (folder / "rules.py").write_text(f'A = _("Title")\nB = _("Only {room}")\n')
    (tmp_path / "kuramori" / "__init__.py").touch()
    (tmp_path / "kuramori" / "watch" / "templates" / "a.html").write_text('{% translate "On a page" %}')
    return tmp_path


def words(source, room):
    return [entry.msgid for entry in catalogues.read(source / "kuramori" / room / catalogues.CATALOGUE)]


def translate(source, room, english, japanese):
    path = source / "kuramori" / room / catalogues.CATALOGUE
    book = catalogues.read(path)
    next(entry for entry in book if entry.msgid == english).msgstr = japanese
    book.save(str(path))
    return path


@needs_gettext
def test_each_room_gets_its_own_strings_in_order(source):
    assert dict(catalogues.update(source)) == {"kuramori/register": 2, "kuramori/watch": 3}
    assert words(source, "register") == ["Only register", "Title"]
    assert words(source, "watch") == ["On a page", "Only watch", "Title"]


@needs_gettext
def test_an_update_keeps_translations_and_lets_unused_ones_fall(source):
    dict(catalogues.update(source))
    path = translate(source, "register", "Title", "件名")
    (source / "kuramori" / "register" / "rules.py").write_text('A = _("Title")\n')
    assert dict(catalogues.update(source))["kuramori/register"] == 0
    assert [(entry.msgid, entry.msgstr) for entry in polib.pofile(str(path))] == [("Title", "件名")]


@needs_gettext
def test_a_room_that_says_nothing_any_more_has_an_empty_catalogue(source):
    dict(catalogues.update(source))
    (source / "kuramori" / "register" / "rules.py").write_text("")
    dict(catalogues.update(source))
    assert words(source, "register") == []


@needs_gettext
def test_a_second_update_changes_nothing(source):
    dict(catalogues.update(source))
    path = source / "kuramori" / "watch" / catalogues.CATALOGUE
    before = path.read_bytes()
    dict(catalogues.update(source))
    assert path.read_bytes() == before


def test_compiled_are_only_catalogues_newer_than_what_was_compiled(tmp_path):
    path = tmp_path / "kuramori" / "register" / catalogues.CATALOGUE
    path.parent.mkdir(parents=True)
    book = polib.POFile()
    book.metadata = dict(catalogues.HEADER)
    book.append(polib.POEntry(msgid="Title", msgstr="件名"))
    book.save(str(path))
    os.utime(path, (1_000_000_000, 1_000_000_000))
    (made,) = catalogues.compile_all(tmp_path)
    assert catalogues.compile_all(tmp_path) == []
    with made.open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("Title") == "件名"
    assert [each.suffix for each in path.parent.iterdir() if each != path] == [".mo"]
