from pathlib import Path

import pytest

from tools.lint.templates import check_template

PATH = Path("register/secret.html")

REFUSED = [
    '<p style="color: red">{{ x }}</p>',
    "<style>p { color: red }</style>",
    "<script>alert(1)</script>",
    '<button type="submit" onclick="go()">{{ x }}</button>',
    '<a href="javascript:go()">{{ x }}</a>',
    '<script src="https://cdn.example/x.js"></script>',
    "<h1>Register of secrets</h1>",
    "<h1>秘密情報台帳</h1>",
    '<html lang="ja"><h1>秘密情報台帳</h1></html>',
    '<input type="hidden" title="Close the page">',
    '<form method="post">{{ form }}</form>',
    '<input id="q" name="q">',
    '<label for="other">{{ x }}</label><select id="q"></select>',
    "{{ body|safe }}",
    "{% autoescape off %}{{ body }}{% endautoescape %}",
]

WELCOME = [
    '<p class="warn">{{ x }}</p>',
    '<script src="{% static "site/app.js" %}" defer></script>',
    '<h1>{% translate "Register of secrets" %}</h1>',
    "<p>{% blocktranslate with n=count %}{{ n }} secrets{% endblocktranslate %}</p>",
    "<p>{# a note to us #}{% comment %}and another{% endcomment %}</p>",
    '<input type="hidden" title="{% translate "Close" %}">',
    '<form method="post">{% csrf_token %}{{ form }}</form>',
    '<form method="get"><label for="q">{{ x }}</label><input id="q" name="q"></form>',
    '<form method="post">{% csrf_token %}<button>{{ x }}</button></form><form method="post">{% csrf_token %}</form>',
    "<label>{{ x }} <input name='q'></label>",
    '<input name="q" aria-label="{% translate "Search" %}">',
    "<kbd>Shift</kbd> <code>kuramori verify</code> <span translate='no'>English name</span>",
    '<html lang="ja"><p lang="ja">秘密情報台帳</p><p lang="en">Register of secrets</p></html>',
    "<p>xlsx · CSV · JSON &nbsp; 蔵守</p>",
]


@pytest.mark.parametrize("source", REFUSED)
def test_refused(source):
    assert len(list(check_template(PATH, source))) == 1


@pytest.mark.parametrize("source", WELCOME)
def test_welcome(source):
    assert list(check_template(PATH, source)) == []


def test_a_finding_names_its_line():
    source = "{% comment %}\ntwo lines\n{% endcomment %}\n{% if x %}\n<p>bare words</p>\n{% endif %}"
    assert [finding.line for finding in check_template(PATH, source)] == [5]


def test_a_second_form_does_not_borrow_the_token_of_the_first():
    source = '<form method="post">{% csrf_token %}</form><form method="POST">{{ form }}</form>'
    assert len(list(check_template(PATH, source))) == 1
