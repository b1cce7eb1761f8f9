"""The campaign of power cuts: record each kind of work, cut it at random points, lay the disk down, start on it."""

import pickle
import random
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from kuramori.evidence.tests.loopback import serving
from kuramori_verify.tests.authority import TestAuthority
from tests.faults.forge import Forge, forge
from tests.faults.power.disk import MANNERS, Node, Recording, image, loaded, written
from tests.installation import Installation, made, register_lines

KINDS = ("append", "sequence", "checkpoint", "stamp", "bundle")
PER_RECORDING = 10  # points cut out of one recording; then the work is done and recorded anew
FIRST = 100  # the number of the first act of a piece of work


@dataclass(frozen=True, kw_only=True)
class Point:
    """One cut: of which kind of work, at which call of how many, in which manner; and what was found after it."""

    kind: str
    number: int
    manner: str
    cut: int
    calls: int
    at: str
    said: int
    findings: Sequence[str]
    seconds: float

    @property
    def text(self) -> str:
        """Say where the cut was."""
        return (
            f"{self.kind} {self.number}: {self.manner}, call {self.cut} of {self.calls} ({self.at}), {self.said} said"
        )


class Ground:
    """The folder where everything happens, always at the same place: addresses of folders stand in the database.

    `data` is the data folder on the disk that is cut off, `witness` beside it another machine's.
    """

    def __init__(self, folder: Path, smithy: Forge) -> None:
        self.folder, self.smithy = folder, smithy
        self.ground, self.base = folder / "ground", folder / "base"
        self.disk = Node(is_folder=True)

    def record(self, name: str, *words: object) -> Recording:
        """Do a piece of work from the base on; return what it asked of the disk."""
        written(loaded(self.base), self.ground)
        file = self.folder / "calls"
        work = self.smithy.run("record", file, name, *(words or [FIRST]))
        calls = pickle.loads(file.read_bytes())  # noqa: S301  (written by our own child a moment ago)
        assert calls, work.said
        return Recording(base=self.base, ground=self.ground, outside=self.ground / "witness", calls=calls)

    def cut(self, recording: Recording, kind: str, number: int, seed: int) -> Point:
        """Cut at a point chosen by seed, kind and number."""
        chance = random.Random(f"{seed} {kind} {number}")  # noqa: S311  (moments, not keys)
        manner, cut = MANNERS[number % len(MANNERS)], somewhere(recording, chance)
        return self.cut_at(recording, cut, manner, chance, kind=kind, number=number)

    def cut_at(
        self, recording: Recording, cut: int, manner: str, chance: random.Random | None = None, *,
        kind: str = "", number: int = 0,
    ) -> Point:  # fmt: skip
        """Cut during that call in that manner; lay the disk down, start on it, and judge."""
        began, chance = monotonic(), chance or random.Random(number)  # noqa: S311  (moments, not keys)
        self.disk = image(recording, cut, manner, chance)
        written(self.disk, self.ground)
        said = recording.said(cut)
        findings = self.judge(said)
        return Point(
            kind=kind, number=number, manner=manner, cut=cut, calls=len(recording.calls), at=_where(recording, cut),
            said=len(said), findings=findings, seconds=monotonic() - began,
        )  # fmt: skip

    def keep(self, place: Path, point: "Point") -> Path:
        """Keep the last disk as it was found."""
        kept = place / f"{point.kind}-{point.number}"
        kept.parent.mkdir(parents=True, exist_ok=True)
        written(self.disk, kept)
        return kept

    def judge(self, said: Sequence[str]) -> list[str]:
        """Start on what lies on the ground; return what is wrong with it."""
        told = self.folder / "told"
        told.write_text("".join(f"{line}\n" for line in said))
        work = self.smithy.start("judge", told)
        code = work.wait()
        return [line for line in work.said if not line.startswith("act ")] + ([f"stuck: ended {code}"] if code else [])


def somewhere(recording: Recording, chance: random.Random) -> int:
    """Choose a kind of call, then one of that kind, or the end: most calls are writes, most faults at the others."""
    kinds = sorted({call.kind for call in recording.calls})
    kind = chance.choice([*kinds, "end"])
    return chance.choice([n for n, call in enumerate(recording.calls) if call.kind == kind] or [len(recording.calls)])


def _where(recording: Recording, cut: int) -> str:
    if cut == len(recording.calls):
        return "the end"
    call = recording.calls[cut]
    return call.kind if call.kind == "said" else f"{call.kind} {Path(call.path).relative_to(recording.ground)}"


@contextmanager
def prepared(folder: Path, pattern: Installation | None = None) -> Iterator[Ground]:
    """Set an installation up with secrets, a witness and an authority that answers; sign a first head."""
    here = pattern.copy(folder / "ground" / "data") if pattern else made(folder / "ground" / "data")
    authority = TestAuthority.make()
    with serving(authority.reply) as server, forge(here, folder) as smithy:
        register = folder / "register.csv"
        register.write_text("\n".join(register_lines(1, 3)), encoding="utf-8")
        smithy.run("command", "import", "secrets", register)
        smithy.run("set_up", server.url, authority.roots.decode())
        yield based(Ground(folder, smithy))


def based(ground: Ground) -> Ground:
    """Take what lies on the ground as what each piece of work begins with."""
    shutil.copytree(ground.ground, ground.base)
    return ground


def points(ground: Ground, kind: str, numbers: Sequence[int], seed: int) -> Iterator[Point]:
    """Cut a kind of work at so many points, each recording used for ten of them."""
    recording = None
    for place, number in enumerate(numbers):
        if recording is None or place % PER_RECORDING == 0:
            recording = ground.record(kind)
        yield ground.cut(recording, kind, number, seed)
