"""Brightness is the reader's choice, kept in the browser, and needs neither JavaScript nor an account."""

import pytest
from django.test import Client

from kuramori.site.theme import COOKIE


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_choice_is_remembered_and_leads_back(client: Client, theme: str) -> None:
    response = client.post("/theme/", {"theme": theme, "next": "/register/?level=3"})
    assert response.status_code == 302
    assert response["Location"] == "/register/?level=3"
    assert response.cookies[COOKIE].value == theme
    assert response.cookies[COOKIE]["httponly"]


@pytest.mark.parametrize("theme", ["system", "", "<script>"])
def test_anything_else_leaves_it_to_the_device(client: Client, theme: str) -> None:
    client.cookies[COOKIE] = "dark"
    assert client.post("/theme/", {"theme": theme}).cookies[COOKIE].value == ""


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_it_never_leads_elsewhere(client: Client, elsewhere: str) -> None:
    assert client.post("/theme/", {"theme": "dark", "next": elsewhere})["Location"] == "/"


def test_a_link_cannot_change_it(client: Client) -> None:
    assert client.get("/theme/", {"theme": "dark"}).status_code == 405
