"""What a tampering is: a deed, the fault it stands for, and what the verifier must say about it, with the place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.tampering.good import Bag, export_of, good_bundle

# What somebody does to a bag in memory; he may return the path of something else that he hands over instead.
Deed = Callable[[Bag], None]
Start = Callable[[], Bag]

BROKEN, INCOMPLETE, NO_BUNDLE = 1, 2, 3


@dataclass(frozen=True)
class Tampering:
    """`fault` is the campaign's number (L1 to L13, A12, I1, I2); `given` what the reader trusts from elsewhere."""

    name: str
    fault: str
    deed: Callable[..., Any]
    exit: int
    code: str
    file: str | None
    entry: int | None
    start: Start
    is_packed: bool
    given: dict[str, Any] = field(default_factory=dict)

    def hand_over(self, folder: Path) -> Path:
        """Commit the deed, and give what the verifier gets to see: a folder, or a zip."""
        if self.is_packed:
            path = folder / "bundle.zip"
            self.deed(path)
            return path
        bag = self.start()
        before = dict(bag.files)
        links = self.deed(bag)
        assert bag.files != before or links, f"{self.name} changes nothing"
        path = bag.write(folder / "given")
        for name, target in (links or {}).items():
            (path / name).unlink(missing_ok=True)
            (path / name).symlink_to(target)
        return path


ALL: list[Tampering] = []


def tampering(
    fault: str,
    exit_code: int,
    code: str,
    file: str | None = None,
    entry: int | None = None,
    *,
    start: Start = good_bundle,
    packed: bool = False,
    **given: Any,
) -> Callable[[Deed], Deed]:
    """Enter a deed into the campaign under its function's name."""

    def enter(deed: Deed) -> Deed:
        name = deed.__name__.lstrip("_").replace("_", " ")
        ALL.append(Tampering(name, fault, deed, exit_code, code, file, entry, start, packed, given))
        return deed

    return enter


def start_with(bodies: Sequence[bytes]) -> Start:
    """Begin with an export of a ledger over these bodies."""
    return lambda: export_of(list(bodies))
