"""The model of a crashed disk: what a flush covered is there, everything else may be there, in part or not at all."""

import random
from pathlib import Path

import pytest

from tests.faults.power.calls import Call
from tests.faults.power.disk import MANNERS, SECTOR, Node, Recording, image, loaded, written

GROUND = Path("/ground")
CHANCES = [random.Random(seed) for seed in range(30)]  # noqa: S311  (moments, not keys)
LONG = bytes(range(256)) * 8  # four sectors


def path(name: str) -> str:
    return str(GROUND / name)


def make(name: str, data: bytes = b"") -> list[Call]:
    return [Call("make", path(name)), Call("write", path(name), data=data)]


@pytest.fixture
def disks(tmp_path):
    """Every disk that a power cut after these calls may leave, by many chances: name -> bytes of each."""
    base = tmp_path / "base"
    (base / "in").mkdir(parents=True)
    (base / "old").write_bytes(b"old")

    def after(*calls: Call, manner: str = "torn", cut: int | None = None) -> list[dict[str, bytes]]:
        recording = Recording(base=base, ground=GROUND, outside=GROUND / "outside", calls=calls)
        place = len(calls) if cut is None else cut
        return [flat(image(recording, place, manner, chance)) for chance in CHANCES]

    return after


def flat(node: Node, at: str = "") -> dict[str, bytes]:
    found = {}
    for name, inner in node.names.items():
        found |= flat(inner, f"{at}{name}/") if inner.is_folder else {f"{at}{name}": bytes(inner.data)}
    return found


def test_what_was_there_before_is_there(disks):
    for manner in MANNERS:
        assert disks(manner=manner)[0] == {"old": b"old"}


def test_bytes_are_certain_by_a_flush_of_their_file_and_a_name_by_one_of_its_folder(disks):
    bytes_only = [*make("new", b"x"), Call("flush", path("new"), before=2)]
    assert all("new" not in disk for disk in disks(*bytes_only, manner="lost"))
    assert {disk.get("new") for disk in disks(*bytes_only)} == {None, b"x"}, "never a name without its bytes"
    both = [*bytes_only, Call("flush", str(GROUND), before=3)]
    for manner in MANNERS:
        assert {disk["new"] for disk in disks(*both, manner=manner)} == {b"x"}


def test_a_flush_covers_nothing_that_had_not_ended_when_it_began(disks):
    calls = [Call("write", path("old"), data=b"new"), Call("flush", path("old"), before=0)]
    assert {disk["old"] for disk in disks(*calls, manner="lost")} == {b"old"}
    calls[1] = Call("flush", path("old"), before=1)
    assert {disk["old"] for disk in disks(*calls, manner="lost")} == {b"new"}


def test_a_flush_during_which_the_power_goes_covers_nothing(disks):
    calls = [Call("write", path("old"), data=b"new"), Call("flush", path("old"), before=1)]
    assert {disk["old"] for disk in disks(*calls, manner="lost", cut=1)} == {b"old"}


def test_the_call_itself_may_be_done_and_none_after_it(disks):
    calls = [Call("write", path("old"), data=b"1"), Call("write", path("old"), data=b"2")]
    assert {disk["old"] for disk in disks(*calls, manner="killed", cut=0)} == {b"1ld"}
    assert {disk["old"] for disk in disks(*calls, manner="killed")} == {b"2ld"}


def test_a_torn_write_is_torn_at_sectors(disks):
    found = {disk["old"] for disk in disks(Call("write", path("old"), data=LONG))}
    assert {b"old", LONG} < found, "lost, whole,"
    assert len(found) > 4, "and in part"
    before = b"old".ljust(len(LONG), b"\0")
    for each in found - {b"old"}:
        assert len(each) == len(LONG)
        for at in range(0, len(LONG), SECTOR):
            assert each[at : at + SECTOR] in {LONG[at : at + SECTOR], before[at : at + SECTOR]}


def test_later_writes_may_be_there_without_earlier_ones(disks):
    calls = [Call("write", path("old"), offset=place * SECTOR, data=b"!") for place in range(2)]
    shown = {(disk["old"][:1], disk["old"][SECTOR:]) for disk in disks(*calls)}
    assert {(b"o", b""), (b"!", b""), (b"o", b"!"), (b"!", b"!")} <= shown
    assert shown - {(b"o", b""), (b"!", b""), (b"o", b"!"), (b"!", b"!")} <= {(b"o", b"\0"), (b"!", b"\0")}, "zeros"


def test_a_draft_put_in_its_place_is_the_old_or_the_new_and_may_be_empty_if_it_was_not_flushed(disks):
    careless = [*make("draft", b"new"), Call("move", path("draft"), path("old"))]
    assert {disk["old"] for disk in disks(*careless, manner="names first")} == {b""}
    careful = [*make("draft", b"new"), Call("flush", path("draft"), before=2), careless[-1]]
    assert {disk["old"] for disk in disks(*careful)} == {b"old", b"new"}
    durable = [*careful, Call("flush", str(GROUND), before=4)]
    assert disks(*durable, manner="lost")[0] == {"old": b"new"}


def test_names_of_different_folders_are_not_ordered(disks):
    calls = [*make("a"), *make("in/b")]
    shown = {("a" in disk, "in/b" in disk) for disk in disks(*calls)}
    assert shown == {(False, False), (True, False), (False, True), (True, True)}


def test_what_lies_in_a_folder_whose_own_name_is_not_durable_is_gone_with_it(disks):
    calls = [Call("folder", path("new")), *make("new/f", b"x"), Call("flush", path("new/f"), before=3)]
    calls.append(Call("flush", path("new"), before=4))
    assert disks(*calls, manner="lost")[0] == {"old": b"old"}
    assert disks(*calls, Call("flush", str(GROUND), before=5), manner="lost")[0]["new/f"] == b"x"


def test_folders_that_were_renamed_keep_what_is_in_them_and_links_show_the_same_file(disks):
    calls = [*make("in/f", b"1"), Call("move", path("in"), path("there")), Call("link", path("there/f"), path("g"))]
    calls += [Call("write", path("g"), data=b"2"), Call("drop", path("old"))]
    assert disks(*calls, manner="killed")[0] == {"there/f": b"2", "g": b"2"}


def test_a_size_is_set_or_not_and_what_grows_is_zeros(disks):
    assert {disk["old"] for disk in disks(Call("size", path("old"), offset=1))} == {b"old", b"o"}
    assert disks(Call("size", path("old"), offset=5), manner="killed")[0]["old"] == b"old\0\0"


def test_another_machine_s_disk_keeps_all_that_had_ended(disks):
    calls = [Call("folder", path("outside")), *make("outside/f", b"x"), Call("write", path("outside/f"), data=b"y")]
    calls[0:1] = [Call("folder", path("outside")), Call("flush", str(GROUND), before=1)]
    assert disks(*calls, manner="lost", cut=4)[0]["outside/f"] == b"x"


def test_what_is_laid_down_reads_back_and_is_for_its_owner_alone(tmp_path):
    folder = tmp_path / "disk"
    disk = Node(is_folder=True, names={"in": Node(is_folder=True, names={"f": Node(False, bytearray(b"x"))})})
    (folder / "left").mkdir(parents=True)
    written(disk, folder)
    assert flat(loaded(folder)) == {"in/f": b"x"}
    assert (folder / "in").stat().st_mode & 0o777 == 0o700
    assert (folder / "in" / "f").stat().st_mode & 0o777 == 0o600
