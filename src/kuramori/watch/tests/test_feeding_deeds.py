"""No verb and no page of a secret can be forgotten: each is told as something, or left out by name (SYS-12)."""

import pytest
from django.apps import apps
from django.urls import get_resolver

from kuramori.kernel.room import rooms, verbs
from kuramori.watch.feeding.deeds import (
    IN_NAME,
    LEFT_OUT,
    OF_SECRETS,
    OWN_ROOM,
    PAGES,
    PAGES_LEFT_OUT,
    TOLD_KIND,
    VERBS,
)
from kuramori.watch.feeding.lines import path_of
from kuramori.watch.privacy.looks import VERBS as LOOKS
from kuramori_lake.event import Activity
from kuramori_lake.sources.ledger import activity_of
from kuramori_lake.timeline import CHANNELS

MEANT = {
    "directory.account.sign_in": "logon",
    "directory.account.sign_in_failed": "logon_fail",
    "directory.account.sign_out": "logoff",
    "directory.role.add": "permission_change",
    "evidence.bundle.download": "download",
    "register.scope.open": "permission_change",
    "register.secret.edit": "write",
    "register.secret.retire": "delete",
}


def routes(room: str) -> set[str]:
    """The names of a room's pages, as addresses are made of them."""
    _path, resolver = get_resolver().namespace_dict[room]
    return {f"{room}:{name}" for name in resolver.reverse_dict if isinstance(name, str)}


def installed() -> set[str]:
    """The rooms of the house; those that tests bring along are none."""
    return {each.label for each in apps.get_app_configs() if ".tests" not in each.name}


def test_every_verb_of_every_room_is_told_or_left_out_by_name_and_never_both():
    assert {"kernel", "directory", "register", "watch"} <= installed()
    others = {verb for verb in verbs() if verb.partition(".")[0] in installed() - {OWN_ROOM.rstrip(".")}}
    assert others - set(VERBS) - LEFT_OUT == set(), "say in deeds.py what this verb means to who watches"
    assert set(VERBS) & LEFT_OUT == set()
    gone = {verb for verb in {*VERBS, *LEFT_OUT} - others if verb.partition(".")[0] in installed()}
    assert gone == set(), "these verbs are no room's any more"


def test_nothing_of_the_room_that_watches_is_told_so_that_no_look_becomes_a_deed_of_who_looked():
    own = next(room for room in rooms() if room.name == "watch")
    assert f"{own.name}." == OWN_ROOM
    assert set(own.verbs) & set(VERBS) == set()
    assert set(LOOKS) & set(VERBS) == set()
    assert {page for page in PAGES if page.startswith("watch:")} == set()


def test_every_page_of_the_register_is_told_or_left_out_by_name():
    assert routes("register") - set(PAGES) - PAGES_LEFT_OUT == set(), "say in deeds.py what opening this page means"
    assert set(PAGES) & PAGES_LEFT_OUT == set()
    assert (set(PAGES) | PAGES_LEFT_OUT) - routes("register") == set()


@pytest.mark.parametrize(("verb", "activity"), sorted(MEANT.items()))
def test_what_a_verb_means(verb: str, activity: str):
    assert VERBS[verb] == activity


def test_an_activity_is_one_of_the_lakes_and_shown_in_some_channel():
    meant = {*VERBS.values(), *PAGES.values()}
    assert meant <= set(Activity)
    told = " ".join(condition for name, condition in CHANNELS.items() if name != "kuramori")
    for activity in meant - {Activity.LOGON, Activity.LOGOFF, Activity.LOGON_FAIL}:
        assert f"'{activity}'" in told or activity.startswith("account"), activity
    assert CHANNELS["kuramori"] == "source = 'ledger'"


def test_what_is_done_in_somebodys_name_is_told_and_only_what_a_stranger_tried():
    assert set(VERBS) >= IN_NAME
    assert {VERBS[verb] for verb in IN_NAME} == {Activity.LOGON_FAIL}


def test_to_read_change_or_take_out_is_told_of_secrets_only():
    assert set(PAGES.values()) <= OF_SECRETS
    assert OF_SECRETS & {Activity.LOGON, Activity.PERMISSION_CHANGE} == set()


def test_the_table_is_needed_for_the_end_of_a_verb_says_too_little():
    """The parser guesses by a verb's last word, which is all that a stranger's export has."""
    guessed = {verb for verb, activity in VERBS.items() if activity_of(verb) == activity}
    assert guessed == {"directory.account.sign_in_failed"}


def test_a_secrets_path_is_the_one_that_the_lakes_parser_makes():
    assert path_of("7f") == f"kuramori:/{TOLD_KIND}/7f"
