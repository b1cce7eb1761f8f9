"""Every page names a permission, and turns away whoever does not hold it."""

import re
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.urls.converters import IntConverter, UUIDConverter

from kuramori.kernel.pages import OPEN, SIGNED_IN
from kuramori.kernel.room import role_permissions, rooms
from tests.walk.people import walker
from tests.walk.routes import routes

NOBODYS = UUID("01900000-0000-7000-8000-000000000000")
GRAMMAR = re.compile(r"[a-z_]+:[a-z_]+:[a-z_]+")
PAGES = {name: pattern for name, pattern, _ in routes() if pattern.callback.__module__.startswith("kuramori.")}
CLOSED = sorted(name for name, pattern in PAGES.items() if getattr(pattern.callback, "permission", None) != OPEN)


def address(name):
    """The address of a page, with a record that nobody has where it asks for one."""
    values = {}
    for argument, converter in PAGES[name].pattern.converters.items():
        match converter:
            case UUIDConverter():
                values[argument] = NOBODYS
            case IntConverter():
                values[argument] = 1
            case _:
                values[argument] = "x"
    return reverse(name, kwargs=values)


def answers(client, name):
    """How a page answers to reading and to sending."""
    return [client.get(address(name)), client.post(address(name))]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_every_page_names_a_permission_that_some_room_grants(name):
    known = frozenset().union(*role_permissions().values()) | {OPEN, SIGNED_IN}
    granted = {str(permission) for room in rooms() for permission in room.permissions}
    assert getattr(PAGES[name].callback, "permission", "none named") in known | granted


@pytest.mark.django_db
@pytest.mark.parametrize("name", CLOSED)
def test_a_stranger_is_sent_to_sign_in(name):
    for answer in answers(Client(), name):
        assert answer.status_code in {302, 405}
        assert answer.status_code == 405 or answer["location"].startswith(reverse("account_login"))


@pytest.mark.django_db
@pytest.mark.parametrize("name", [each for each in CLOSED if PAGES[each].callback.permission != SIGNED_IN])
def test_who_does_not_hold_the_permission_is_refused(name, settings):
    nobody = walker(settings, granted=frozenset())
    assert {answer.status_code for answer in answers(nobody, name)} <= {403, 405}


def test_permissions_follow_their_grammar_and_begin_with_their_room():
    for room in rooms():
        for permission in room.permissions:
            assert GRAMMAR.fullmatch(str(permission)), permission
            assert str(permission).split(":")[0] == room.name
