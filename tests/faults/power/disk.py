"""What a disk may hold after a power cut, given what was asked of it before: the model behind fault L5.

Certain is only what a flush covered: bytes by a flush of their file, a name by a flush of the folder it stands in (a
flush of the file does not make its name durable: POSIX promises no more). Everything else that was asked is, by the
cut's manner, there, not there, or there in part, and later things may be there without earlier ones.
"""

import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.power.calls import Call

SECTOR = 512  # bytes that a disk writes whole or not at all
MANNERS = ("killed", "lost", "torn", "torn", "names first", "data first", "first part")
"""`killed`: the process alone dies, the machine goes on (kill -9 at that very call): everything asked is there.

`lost`: nothing but what was flushed. `torn`: each write whole, lost or in part, by sectors; of the names of a folder
the first few. `names first`: all names, no bytes (a rename that overtakes its content). `data first`: the reverse.
`first part`: everything in order, up to some point.
"""


@dataclass
class Node:
    """A file or a folder: its bytes, and which names it holds."""

    is_folder: bool
    data: bytearray = field(default_factory=bytearray)
    names: dict[str, "Node"] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Step:
    """A call, with the files and folders it was about at that time: names move, these do not."""

    call: Call
    place: int
    node: Node
    folders: tuple[tuple[Node, str], ...] = ()

    @property
    def is_name(self) -> bool:
        """Whether this changes a folder rather than a file's bytes."""
        return bool(self.folders)


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A piece of work: the folder as it was before, where it stood, what was asked of it, and how the work ended.

    What lies below `outside` stands on another machine, which went on.
    """

    base: Path
    ground: Path
    outside: Path
    calls: Sequence[Call]

    def said(self, cut: int) -> list[str]:
        """Return what had been said when the power went during that call."""
        return [call.path for call in self.calls[:cut] if call.kind == "said"]


def image(recording: Recording, cut: int, manner: str, chance: random.Random) -> Node:
    """Return the disk after the power went during that call."""
    kept = f"{recording.outside}/"
    root, steps = _steps(recording, recording.calls[: cut + 1])
    flushed = {id(step) for step in _flushed(steps, cut)}
    safe = [s for s in steps if id(s) in flushed or (s.call.path.startswith(kept) and s.place < cut)]
    open_steps = [step for step in steps if step not in safe and step.call.kind not in {"flush", "said"}]
    there = _chosen(open_steps, manner, chance)
    done = {id(step): None for step in safe} | {id(step): torn for step, torn in there}
    for step in steps:
        if id(step) in done:
            _do(step, done[id(step)])
    return root


def loaded(folder: Path) -> Node:
    """Read a folder from the disk."""
    if not folder.is_dir():
        return Node(is_folder=False, data=bytearray(folder.read_bytes()))
    return Node(is_folder=True, names={each.name: loaded(each) for each in folder.iterdir()})


def written(node: Node, place: Path) -> None:
    """Lay a disk down at a place, which is cleared first; only its owner may read it."""
    if place.exists():
        shutil.rmtree(place)
    place.mkdir(mode=0o700)
    for name, inner in node.names.items():
        if inner.is_folder:
            written(inner, place / name)
        else:
            (place / name).write_bytes(inner.data)
            (place / name).chmod(0o600)


def _steps(recording: Recording, calls: Sequence[Call]) -> tuple[Node, list[Step]]:
    """Follow the calls through names as they were; return the disk before them, and the calls by files and folders."""
    root = loaded(recording.base)
    view = _View(recording.ground, root)
    return root, [step for place, call in enumerate(calls) if (step := view.step(place, call)) is not None]


class _View:
    """The names as the processes saw them, which the kernel keeps in memory, whatever the disk holds."""

    def __init__(self, ground: Path, root: Node) -> None:
        self.ground, self.root = str(ground), root
        self.now = {id(node): dict(node.names) for node in _all(root)}

    def step(self, place: int, call: Call) -> Step | None:
        match call.kind:
            case "make" | "folder":
                folder, name = self._parent(call.path)
                node = Node(is_folder=call.kind == "folder")
                self.now[id(node)] = {}
                self.now[id(folder)][name] = node
                return Step(call, place, node, ((folder, name),))
            case "move" | "link":
                old, new = self._parent(call.path), self._parent(call.other)
                node = self.now[id(old[0])][old[1]]
                if call.kind == "move":
                    del self.now[id(old[0])][old[1]]
                self.now[id(new[0])][new[1]] = node
                return Step(call, place, node, (old, new) if call.kind == "move" else (new,))
            case "drop":
                folder, name = self._parent(call.path)
                return Step(call, place, self.now[id(folder)].pop(name), ((folder, name),))
            case "said":
                return None
        return Step(call, place, self._at(call.path))

    def _at(self, path: str) -> Node:
        node = self.root
        for name in path.removeprefix(self.ground).split("/"):
            node = self.now[id(node)][name] if name else node
        return node

    def _parent(self, path: str) -> tuple[Node, str]:
        folder, _slash, name = path.rpartition("/")
        return self._at(folder), name


def _all(node: Node) -> Iterator[Node]:
    yield node
    for inner in node.names.values():
        yield from _all(inner)


def _flushed(steps: Sequence[Step], cut: int) -> Iterator[Step]:
    """Return what a flush of its file or folder covers that had ended: what had ended before that flush began."""
    last: dict[int, int] = {}
    for step in steps:
        if step.call.kind == "flush" and step.place < cut:
            last[id(step.node)] = max(last.get(id(step.node), 0), step.call.before)
    for step in steps:
        holders = [folder for folder, _name in step.folders] or [step.node]
        if step.call.kind != "flush" and any(step.place < last.get(id(each), 0) for each in holders):
            yield step


Chosen = Iterator[tuple[Step, random.Random | None]]


def _chosen(steps: Sequence[Step], manner: str, chance: random.Random) -> Chosen:
    """Choose what else is there; with the chance by which it is torn, or None: whole."""
    match manner:
        case "killed":
            yield from ((step, None) for step in steps)
        case "names first":
            yield from ((step, None) for step in steps if step.is_name)
        case "data first":
            yield from ((step, None) for step in steps if not step.is_name)
        case "first part":
            yield from ((step, None) for step in steps[: chance.randint(0, len(steps))])
        case "torn":
            yield from _torn(steps, chance)


def _torn(steps: Sequence[Step], chance: random.Random) -> Chosen:
    """Of the names of each folder the first few; of writes any, in part: a disk orders nothing that is not flushed."""
    last = {id(step.folders[-1][0]): chance.choice((0.0, 1.0, chance.random())) for step in steps if step.is_name}
    counts = {each: sum(1 for s in steps if s.is_name and id(s.folders[-1][0]) == each) for each in last}
    seen = dict.fromkeys(last, 0)
    for step in steps:
        if not step.is_name:
            luck = chance.random()
            if luck < 2 / 3:
                yield step, None if luck < 1 / 3 else chance
            continue
        folder = id(step.folders[-1][0])
        seen[folder] += 1
        if seen[folder] <= last[folder] * counts[folder]:
            yield step, None


def _do(step: Step, torn: random.Random | None) -> None:
    call, node = step.call, step.node
    match call.kind:
        case "write":
            _write(node.data, call, torn)
        case "size":
            del node.data[call.offset :]
            node.data.extend(bytes(call.offset - len(node.data)))
        case "make" | "folder" | "link":
            folder, name = step.folders[-1]
            folder.names[name] = node
        case "move":
            (before, old), (folder, name) = step.folders
            if before.names.get(old) is node:
                del before.names[old]
            folder.names[name] = node
        case "drop":
            ((folder, name),) = step.folders
            if folder.names.get(name) is node:
                del folder.names[name]


def _write(data: bytearray, call: Call, torn: random.Random | None) -> None:
    """Write; of a torn write each sector is there or not, the file as long as if it were."""
    end = call.offset + len(call.data)
    data.extend(bytes(max(0, end - len(data))))
    for start, stop in _sectors(call.offset, end):
        if torn is None or torn.random() < 1 / 2:
            data[start:stop] = call.data[start - call.offset : stop - call.offset]


def _sectors(start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = min(end, (start // SECTOR + 1) * SECTOR)
        yield start, stop
        start = stop
