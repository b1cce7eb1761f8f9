"""The parts of a page: names stay names and never become markup, meaning never hangs on colour alone."""

from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def drawn(source: str, **values: object) -> str:
    return Template("{% load charts %}" + source).render(Context(values))


def part(name: str, **values: object) -> str:
    return render_to_string(f"kernel/parts/{name}.html", values, request=RequestFactory().get("/"))


@pytest.mark.parametrize(
    "source",
    [
        "{% tag name %}",
        "{% person name note=name url=name %}",
        "{% seal_mark name 1 %}",
        "{% card title=name note=name %}{% endcard %}",
        "{% scroller name %}{% endscroller %}",
        "{% meter 1 2 name %}",
        "{% why name %}{% endwhy %}",
        "{% notice 'warn' %}{{ name }}{% endnotice %}",
    ],
)
def test_words_never_become_markup(source: str) -> None:
    assert "<img" not in drawn(source, name=HOSTILE)


@pytest.mark.parametrize(("rank", "css"), [(-1, "l0"), (0, "l0"), (3, "l3"), (5, "l5"), (9, "l5")])
def test_seal_shows_word_and_frame(rank: int, css: str) -> None:
    level = SimpleNamespace(name="極秘", tone=rank)
    assert drawn("{% seal level %}", level=level) == f'<span class="seal {css}">極秘</span>'


def test_person_has_a_face_from_the_name_and_a_pseudonym_has_a_mask() -> None:
    assert '<span class="ava" aria-hidden="true" translate="no">佐</span>' in drawn(
        "{% person name %}", name="佐倉 灯里"
    )
    veiled = drawn("{% person name veiled=True %}", name="要確認者 K-17")
    assert "ava veil" in veiled
    assert "<svg" in veiled


def test_icon_is_hidden_from_readers_and_takes_the_texts_size() -> None:
    icon = drawn('{% icon "search" %}')
    assert 'aria-hidden="true"' in icon
    assert 'class="i"' in icon


@pytest.mark.parametrize(
    ("source", "query"),
    [
        ('{% url_with order="title" %}', "?level=3&amp;order=title"),
        ("{% url_with level=None %}", "?order=-updated"),
        ('{% url_with level="" order="" %}', "?"),
    ],
)
def test_url_keeps_what_is_not_changed(source: str, query: str) -> None:
    request = RequestFactory().get("/", {"level": "3", "order": "-updated"})
    assert drawn(source, request=request) == query


@pytest.mark.parametrize(("value", "of", "share"), [(1, 4, "25.0%"), (0, 0, "0.0%"), (9, 4, "100.0%"), (-1, 4, "0.0%")])
def test_meter_says_its_share_in_words(value: int, of: int, share: str) -> None:
    meter = drawn('{% meter value of "Stocktaking" %}', value=value, of=of)
    assert f'aria-label="Stocktaking {share}"' in meter
    assert f'width="{share}"' in meter


def test_notice_speaks_up_only_when_it_answers() -> None:
    assert "role=" not in drawn('{% notice "bad" %}Late{% endnotice %}')
    assert 'role="alert"' in drawn('{% notice "bad" live=True %}Late{% endnotice %}')
    assert 'role="status"' in drawn('{% notice "ok" live=True %}Saved{% endnotice %}')


def test_chart_brings_its_table() -> None:
    html = drawn("{% donut title=title parts=parts %}", title="Levels", parts=[("極秘", 3, 3), ("秘", 1, 2)])
    assert '<th scope="row">極秘</th>' in html
    assert '<caption class="sr">Levels</caption>' in html


class SecretForm(forms.Form):
    title = forms.CharField(help_text="Name it without telling it.")
    level = forms.ChoiceField(choices=[("1", "秘")], widget=forms.RadioSelect)
    note = forms.CharField(required=False)


def test_form_sums_up_its_errors_and_links_each_to_its_field() -> None:
    html = part("form", form=SecretForm({}), action="Save")
    assert "2 entries need your attention." in html
    assert '<a href="#id_title">Title</a>' in html
    assert '<a href="#id_level">Level</a>' in html
    assert '<div id="id_level">' in html


def test_field_points_at_its_help_and_its_error() -> None:
    html = part("field", field=SecretForm({})["title"])
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'id="id_title_helptext"' in html
    assert 'id="id_title_error"' in html


@pytest.mark.parametrize(("language", "word"), [("en", "required"), ("ja", "必須")])
def test_required_is_said_in_words_and_only_where_it_is_true(language: str, word: str) -> None:
    with translation.override(language):
        assert f'<span class="req">{word}</span>' in part("field", field=SecretForm()["title"])
        assert word not in part("field", field=SecretForm()["note"]).replace("required id", "")


def test_choices_are_grouped_under_their_legend() -> None:
    html = part("field", field=SecretForm()["level"])
    assert html.count("<fieldset") == html.count("</fieldset>") == html.count("<legend>") == 1


def test_pager_offers_only_where_there_is_more() -> None:
    assert "Older" in part("pager", older="?after=1")
    assert "Newer" not in part("pager", older="?after=1")
    assert "<nav" not in part("pager", shown="3 secrets")


def test_confirmation_lists_what_will_happen_before_the_button() -> None:
    html = part("confirm", form=SecretForm(), effects=["62 people may see it."], action="Lower the level", back="/")
    assert html.index("62 people may see it.") < html.index("Lower the level")


def test_running_work_can_be_stopped_and_finished_work_shows_its_result() -> None:
    values = {
        "title": "Import",
        "done": 1,
        "total": 4,
        "state": "",
        "tone": "",
        "cancel_url": "/stop/",
        "result_url": "/r/",
    }
    running, finished = part("job", running=True, **values), part("job", running=False, **values)
    assert "/stop/" in running
    assert "/r/" not in running
    assert "/stop/" not in finished
    assert "/r/" in finished


def test_unlinked_parts_draw_what_they_are_given() -> None:
    assert "aria-current" in part("tabs", label="Secret", tabs=[{"title": "History", "url": "#", "current": True}])
    assert "<dd>–</dd>" in part("facts", facts=[("Keeper", None, "")])
    assert "asked for yearly" in part("facts", facts=[("Keeper", None, "asked for yearly")])
    assert 'datetime="2026-11-23"' in part("timeline", items=[{"sentence": "s", "at": "today", "iso": "2026-11-23"}])
    assert "checked" in part("columns", columns=[{"name": "a", "title": "Level", "shown": True}])
    assert "Clear all" in part("filters", form=SecretForm(), picked=[{"label": "秘", "url": "?"}])
    assert "Add" in part("empty", title="None yet", text="Why", url="/add/", action="Add")
