"""The small parts that all rooms lean on: ids, actors, permissions, rooms, sentences, words, columns, cells."""

import time
import uuid
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils.translation import override

from kuramori.kernel.actors import SYSTEM, Actor, ActorKind
from kuramori.kernel.cells import NOTHING, drawn, plain
from kuramori.kernel.columns import Column, ColumnKind, Link, Mark
from kuramori.kernel.ids import uuid7
from kuramori.kernel.permissions import Forbidden, Role, Viewer
from kuramori.kernel.room import JOBS_VIEW_ALL, role_permissions, rooms, verbs
from kuramori.kernel.sentences import actor_name, sentence
from kuramori.kernel.wording import in_words, moment

HERE, THERE = uuid.UUID(int=100), uuid.UUID(int=200)
AKARI = Viewer(
    actor=Actor(kind=ActorKind.PERSON, id=uuid.UUID(int=1), name="佐倉 灯里"),
    person_id=uuid.UUID(int=1),
    permissions=frozenset({"register:secret:view", "register:secret:edit"}),
    company_wide=frozenset({"register:secret:view"}),
    units={"register:secret:edit": frozenset({HERE})},
)
NOON = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


class TestIds:
    def test_an_id_says_its_version_and_variant(self) -> None:
        for one in (uuid7() for _number in range(200)):
            assert (one.version, one.variant) == (7, uuid.RFC_4122)

    def test_its_first_48_bits_are_the_milliseconds_since_1970(self) -> None:
        with time_machine.travel(NOON, tick=False):
            assert uuid7().int >> 80 == int(NOON.timestamp() * 1000)

    def test_ids_of_later_milliseconds_sort_later_as_numbers_and_as_text(self) -> None:
        with time_machine.travel(NOON, tick=False) as clock:
            made = []
            for _number in range(50):
                made.append(uuid7())
                clock.shift(0.001)
        assert made == sorted(made)
        assert [str(each) for each in made] == sorted(map(str, made))

    def test_ids_of_one_millisecond_differ_in_all_their_random_bits(self) -> None:
        with time_machine.travel(NOON, tick=False):
            made = [uuid7().int for _number in range(400)]
        assert len(set(made)) == 400
        ever_set, ever_unset = 0, 0
        for each in made:
            ever_set, ever_unset = ever_set | each, ever_unset | ~each
        random = (2**74 - 1) & ~(0b11 << 62)
        assert ever_set & ever_unset & random & (2**62 - 1) == random & (2**62 - 1)

    def test_it_stays_valid_when_the_clock_jumps_back(self) -> None:
        before = uuid7()
        with time_machine.travel(NOON.replace(year=1990), tick=False):
            assert uuid7() < before
        assert time.time_ns() > 0


class TestViewers:
    def test_a_permission_held_anywhere_opens_the_page(self) -> None:
        assert AKARI.may("register:secret:edit")
        assert not AKARI.may("register:secret:retire")

    def test_a_permission_held_in_a_unit_is_not_held_everywhere(self) -> None:
        assert AKARI.may_everywhere("register:secret:view")
        assert not AKARI.may_everywhere("register:secret:edit")
        assert AKARI.units_for("register:secret:edit") == {HERE}
        assert AKARI.units_for("register:secret:view") == frozenset()

    def test_what_is_not_held_is_demanded_in_vain(self) -> None:
        AKARI.demand("register:secret:edit")
        with pytest.raises(Forbidden, match="register:secret:retire"):
            AKARI.demand("register:secret:retire")

    def test_a_viewer_without_anything_may_nothing(self) -> None:
        nobody = Viewer(actor=SYSTEM, person_id=None)
        assert not nobody.may("register:secret:view")
        assert (nobody.unit_ids, nobody.project_ids, nobody.roles) == (frozenset(), frozenset(), frozenset())

    def test_nobody_widens_his_own_rights(self) -> None:
        with pytest.raises(FrozenInstanceError):
            AKARI.permissions = frozenset({"everything"})  # type: ignore[misc]


class TestRooms:
    def test_every_permission_follows_the_grammar_and_is_held_by_known_roles(self) -> None:
        for room in rooms():
            for permission, roles in room.permissions.items():
                assert str(permission).count(":") == 2, permission
                assert set(roles) <= set(Role)

    def test_a_permission_belongs_to_one_room(self) -> None:
        named = [str(permission) for room in rooms() for permission in room.permissions]
        assert len(named) == len(set(named))

    def test_the_matrix_holds_every_role_even_one_without_rights(self) -> None:
        assert set(role_permissions()) == set(Role)
        assert JOBS_VIEW_ALL in role_permissions()[Role.SYSTEM_ADMINISTRATOR]
        assert JOBS_VIEW_ALL not in role_permissions()[Role.EMPLOYEE]

    def test_lower_rooms_come_first(self) -> None:
        names = [room.name for room in rooms()]
        assert names.index("kernel") < names.index("directory") < names.index("register") < names.index("site")

    @pytest.mark.parametrize("language", ["ja", "en"])
    def test_every_verb_of_every_room_makes_a_sentence(self, language: str) -> None:
        with override(language):
            for verb in verbs():
                told = sentence(verb, {"by": "佐倉 灯里"})
                assert told
                assert "%(" not in told, verb

    def test_every_verb_is_named_after_its_room(self) -> None:
        for room in rooms():
            for verb in room.verbs:
                assert verb.partition(".")[0] == room.name


class TestSentences:
    def test_a_word_that_is_missing_is_a_dash(self) -> None:
        with override("en"):
            assert sentence("kernel.view.save", {"by": "Akari"}) == "Akari saved the list view —"

    def test_a_verb_that_no_room_knows_any_more_stands_for_itself(self) -> None:
        assert sentence("old.thing.done", {"by": "Akari"}) == "old.thing.done"

    @pytest.mark.parametrize(
        ("kind", "name", "shown"),
        [
            (ActorKind.SYSTEM, "Kuramori", "the system"),
            (ActorKind.PERSON, "佐倉 灯里", "佐倉 灯里"),
            (ActorKind.PERSON, "", "somebody whose name was erased"),
            (ActorKind.INTEGRATION, "HR feed", "HR feed"),
        ],
    )
    def test_who_acted_is_named(self, kind: str, name: str, shown: str) -> None:
        with override("en"):
            assert actor_name(kind, name) == shown


class TestWords:
    @pytest.mark.parametrize(
        ("value", "words"),
        [
            (True, "yes"),
            (False, "no"),
            (1234567, "1,234,567"),
            (Decimal("1234.50"), "1,234.50"),
            (NOON, "2026-11-23 12:00"),
            (date(2026, 11, 23), "2026-11-23"),
            ("極秘", "極秘"),
            (SimpleNamespace(name="役員"), "役員"),
        ],
    )
    def test_a_value_is_written_for_people(self, value: Any, words: str) -> None:
        with override("en"):
            assert in_words(value, AKARI) == words

    def test_a_time_stands_in_the_viewers_own_zone(self) -> None:
        assert moment(NOON, AKARI) == "2026-11-23 12:00"
        assert moment(NOON, replace(AKARI, zone=ZoneInfo("Europe/Berlin"))) == "2026-11-23 04:00"


class TestColumns:
    unit = SimpleNamespace(name="研究部", head=None)

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            (Column(name="unit.name", label="Unit"), "研究部"),
            (Column(name="unit.head.name", label="Head"), None),
            (Column(name="x", label="X", value=lambda record, viewer: viewer.actor.name), "佐倉 灯里"),
        ],
    )
    def test_a_column_reads_along_its_dots_or_asks_its_function(self, column: Column, value: object) -> None:
        assert column.of(SimpleNamespace(unit=self.unit), AKARI) == value

    def test_a_value_with_a_name_reads_as_its_name(self) -> None:
        assert str(Link(text="研究部", url="/units/1/")) == "研究部"
        assert str(Mark(word="期限切れ", tone="bad")) == "期限切れ"


class TestCells:
    @pytest.mark.parametrize("value", [None, ""])
    @pytest.mark.parametrize("kind", list(ColumnKind))
    def test_nothing_is_a_dash_in_every_kind(self, kind: ColumnKind, value: object) -> None:
        assert drawn(kind, value, AKARI, url="/x/") == NOTHING

    @pytest.mark.parametrize("kind", [ColumnKind.TEXT, ColumnKind.LINK, ColumnKind.TAG, ColumnKind.PERSON])
    def test_what_people_typed_cannot_become_markup(self, kind: ColumnKind) -> None:
        assert "<script>" not in drawn(kind, "<script>alert(1)</script>", AKARI, url="/x/")

    def test_only_a_link_leads_to_the_records_own_page(self) -> None:
        assert drawn(ColumnKind.LINK, "A-17", AKARI, url="/x/") == '<a href="/x/">A-17</a>'
        assert drawn(ColumnKind.TEXT, "A-17", AKARI, url="/x/") == "A-17"

    def test_a_value_may_bring_its_own_link(self) -> None:
        assert 'href="/units/1/"' in drawn(ColumnKind.TEXT, Link(text="研究部", url="/units/1/"), AKARI, url="/x/")

    def test_a_mark_keeps_its_tone_and_a_level_its_seal(self) -> None:
        assert "bad" in drawn(ColumnKind.TAG, Mark(word="期限切れ", tone="bad"), AKARI)
        assert "極秘" in drawn(ColumnKind.LEVEL, SimpleNamespace(name="極秘", tone=4), AKARI)

    @pytest.mark.parametrize(
        ("value", "held"),
        [
            (NOON, datetime(2026, 11, 23, 12, 0, tzinfo=ZoneInfo("Asia/Tokyo"))),
            (None, None),
            (True, True),
            (Decimal("1.5"), Decimal("1.5")),
            (HERE, HERE),
            (Mark(word="期限切れ"), "期限切れ"),
            (SimpleNamespace(name="研究部"), "研究部"),
        ],
    )
    def test_a_file_keeps_the_type_of_a_value(self, value: object, held: object) -> None:
        assert plain(value, AKARI) == held
