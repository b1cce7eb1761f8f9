"""The frame around every page: complete without JavaScript, nothing inline, and only what was handed over."""

import re
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation

from kuramori.kernel.actors import Actor, ActorKind
from kuramori.kernel.permissions import Viewer

pytestmark = pytest.mark.django_db
MENU = [
    {
        "title": "守る",
        "items": [
            {"title": "秘密情報台帳", "url": "/secrets/", "icon": "book-lock", "badge": 3, "current": True},
            {"title": "取引先", "url": "/partners/", "icon": "handshake"},
        ],
    }
]


def request(theme: str = "") -> HttpRequest:
    made = RequestFactory().get("/secrets/", {"level": "3"})
    made.user = AnonymousUser()
    made.COOKIES["theme"] = theme
    return made


def signed_in() -> HttpRequest:
    made = request()
    made.user = SimpleNamespace(is_authenticated=True, get_username=lambda: "akari@example.jp")
    akari = Actor(kind=ActorKind.PERSON, id=None, name="佐倉 灯里")
    made.viewer = Viewer(actor=akari, person_id=None)
    return made


def frame(of: HttpRequest, language: str = "ja", **values: object) -> str:
    with translation.override(language):
        return render_to_string("site/base.html", {"title": "台帳", "menu": MENU, **values}, request=of)


@pytest.mark.parametrize("of", [request(), signed_in()], ids=["anonymous", "signed in"])
def test_nothing_is_inline(of: HttpRequest) -> None:
    html = frame(of)
    assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", html)
    assert re.findall(r"<script(?![^>]*\bsrc=)", html) == []


def test_ids_are_unique_although_the_menu_is_there_twice() -> None:
    ids = re.findall(r'\sid="([^"]+)"', frame(signed_in(), search_url="/search/", inbox_url="/inbox/"))
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("theme", "attribute"), [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ("", ""), ('"><b>', "")]
)
def test_theme_is_set_by_the_server(theme: str, attribute: str) -> None:
    assert f'<html lang="ja"{attribute}>' in frame(request(theme))


@pytest.mark.parametrize(("language", "skip"), [("ja", "本文へ移動"), ("en", "Skip to the content")])
def test_first_stop_of_the_keyboard_skips_to_the_content(language: str, skip: str) -> None:
    html = frame(request(), language)
    assert f'<a class="skip" href="#main">{skip}</a>' in html
    assert html.index('class="skip"') < html.index("<nav")
    assert '<main id="main"' in html


def test_switches_are_forms_and_come_back_to_this_page() -> None:
    html = frame(request())
    assert 'action="/i18n/setlang/"' in html
    assert 'action="/theme/"' in html
    assert html.count('name="next" value="/secrets/?level=3"') == 2


def test_menu_marks_where_the_reader_is() -> None:
    assert re.search(r'href="/secrets/" aria-current="page"', frame(request()))
    assert not re.search(r'href="/partners/" aria-current', frame(request()))


def test_what_is_not_handed_over_is_not_there() -> None:
    html = frame(request(), menu=[])
    assert 'class="shell bare"' in html
    assert 'role="search"' not in html
    assert "<nav" not in html


def test_signed_in_reader_can_sign_out_by_a_form() -> None:
    html = frame(signed_in())
    assert "佐倉 灯里" in html
    assert re.search(r'<form action="/account/logout/" method="post">', html)


def test_proof_says_when_it_was_sealed_and_checked() -> None:
    proof = {"state": "ok", "word": "改ざんなし", "sealed_at": "09:00", "checked_at": "02:10"}
    html = frame(request(), proof=proof)
    assert "最終の封印 09:00" in html
    assert "最終の検証 02:10" in html


def test_crumbs_lead_outwards() -> None:
    html = frame(request(), crumbs=[{"title": "守る", "url": "/protect/"}])
    assert '<nav class="crumbs" aria-label="現在の位置">' in html
    assert '<a href="/protect/">守る</a>' in html


@pytest.mark.parametrize("page", ["403.html", "404.html", "500.html"])
def test_error_pages_speak_without_any_context(page: str) -> None:
    html = render_to_string(page, {}, request=request())
    assert "<h1>" in html
    assert "app.css" in html


def test_sign_in_wears_our_frame_and_our_fields(client: Client, db: None) -> None:
    html = client.post("/account/login/", {"login": "akari"}, headers={"accept-language": "ja"}).content.decode()
    assert "site/app.css" in html
    assert html.count("<h1>") == 1
    assert '<span class="req">必須</span>' in html
    assert '<a href="#id_password">パスワード</a>' in html
    assert not re.search(r"\sstyle=|\son\w+=", html)
