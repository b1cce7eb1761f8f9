import polib
import pytest

from tools.lint import i18n

REFUSED = [
    '_(f"Hello {name}")',
    '_("Hello %(name)s" % {"name": name})',
    '_("Hello {name}".format(name=name))',
    '_("Hello %s")',
    '_("Hello {}")',
    "_(text)",
    'ngettext("%(n)s secret", f"{n} secrets", n)',
    'pgettext("verb", "open %d")',
]
WELCOME = [
    '_("Hello %(name)s") % {"name": name}',
    '_("one " "text")',
    'ngettext("%(n)s secret", "%(n)s secrets", n)',
    '_("100 %% sure")',
    "gettext(sentence)",
    'other(f"{name}")',
]


def entry(msgid, msgstr, **more):
    return polib.POEntry(msgid=msgid, msgstr=msgstr, **more)


def catalogue(*entries):
    made = polib.POFile()
    made.extend(entries)
    return made


def faults(committed, fresh, tmp_path):
    return [finding.says for finding in i18n.catalogue(tmp_path / "django.po", committed, fresh)]


@pytest.mark.parametrize("source", REFUSED)
def test_a_text_that_a_translator_would_not_get_whole_is_refused(source, tmp_path):
    assert len(list(i18n.calls(tmp_path / "a.py", source))) == 1


@pytest.mark.parametrize("source", WELCOME)
def test_a_plain_text_is_welcome(source, tmp_path):
    assert list(i18n.calls(tmp_path / "a.py", source)) == []


def test_a_complete_catalogue_is_welcome(tmp_path):
    both = catalogue(entry("Hello %(name)s", "%(name)sさん、こんにちは"))
    assert faults(both, both, tmp_path) == []


@pytest.mark.parametrize(
    ("committed", "says"),
    [
        (catalogue(), "not in the catalogue"),
        (catalogue(entry("Hello %(name)s", "")), "not translated"),
        (catalogue(entry("Hello %(name)s", "こんにちは")), "placeholders differ"),
        (catalogue(entry("Hello %(name)s", "%(nam)sさん")), "placeholders differ"),
        (catalogue(entry("Hello %(name)s", "%(name)sさん", flags=["fuzzy"])), "fuzzy"),
        (catalogue(entry("Hello %(name)s", "%(name)sさん"), entry("Old", "旧")), "no longer in the source"),
    ],
)
def test_a_gap_in_the_catalogue_is_found(committed, says, tmp_path):
    (found,) = faults(committed, catalogue(entry("Hello %(name)s", "")), tmp_path)
    assert found.startswith(says)


def test_every_plural_form_needs_its_placeholders(tmp_path):
    made = entry("%(n)s secret", "", msgid_plural="%(n)s secrets", msgstr_plural={0: "秘密情報"})
    (found,) = faults(catalogue(made), catalogue(made), tmp_path)
    assert found.startswith("placeholders differ")


GLOSSARY = [
    i18n.Term("trade secret", ("営業秘密",), always=True),
    i18n.Term("secret", ("秘密情報", "秘密"), always=True),
]


@pytest.mark.parametrize(
    ("english", "japanese", "wrong"),
    [
        ("The secret is retired.", "秘密情報を廃止しました。", 0),
        ("The secret is retired.", "シークレットを廃止しました。", 1),
        ("Trade secrets of this unit", "この部署の営業秘密", 0),
        ("Trade secrets of this unit", "この部署の秘密情報", 1),
        ("Secretary", "秘書", 0),
    ],
)
def test_the_trades_words_are_translated_as_the_glossary_says(english, japanese, wrong):
    assert len(list(i18n.wrong_words(entry(english, japanese), GLOSSARY))) == wrong


def test_a_term_marked_as_a_guide_is_not_enforced():
    guide = [i18n.Term("place", ("保管場所",), always=False)]
    assert list(i18n.wrong_words(entry("Take place", "行われる"), guide)) == []


def contradictions(**rooms):
    return [found.says for found in i18n.contradictions(rooms)]


def test_a_string_that_two_rooms_translate_differently_is_found():
    (found,) = contradictions(
        kernel=catalogue(entry("Keeper", "管理責任者")), register=catalogue(entry("Keeper", "保管者"))
    )
    assert "'保管者' here and '管理責任者' in kernel" in found


@pytest.mark.parametrize(
    "other",
    [
        entry("Keeper", "管理責任者"),
        entry("Keeper", ""),
        entry("Keeper", "保管者", obsolete=True),
        entry("Keeper", "保管者", msgctxt="of a warehouse"),
    ],
    ids=["the same", "not yet translated", "no longer used", "another meaning"],
)
def test_one_meaning_with_one_translation_is_welcome(other):
    assert contradictions(kernel=catalogue(entry("Keeper", "管理責任者")), register=catalogue(other)) == []


def test_plural_forms_are_compared_too():
    def rows(japanese):
        return catalogue(entry("%(n)s row", "", msgid_plural="%(n)s rows", msgstr_plural={0: japanese}))

    assert contradictions(kernel=rows("%(n)s行"), watch=rows("%(n)s行")) == []
    assert len(contradictions(kernel=rows("%(n)s行"), watch=rows("%(n)s件"))) == 1
