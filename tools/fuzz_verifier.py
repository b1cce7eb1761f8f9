"""Throw random bytes at the verifier for as long as asked, and tell what came of it.

    python tools/fuzz_verifier.py [--seconds 300] [--target NAME ...] [--seed 1] [--kept FOLDER]

The targets are those of the tests (`kuramori_verify/tests/fuzzing.py`). With atheris installed (`pip install atheris`;
Linux) it is guided by the branches it reaches, without it the changes are blind. Exit status 1 when something crashed
or was taken for sound: the input lies in FOLDER, to be made into a test. docs/development/fuzzing.md says more.
"""

import argparse
import hashlib
import os
import random
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUNDLE = "bundle"
MAX_BYTES = 16_384
PIECES = (b"", b"\n", b"\r\n", b'"', b"\xff", b"\x00", b"0", b"-1", b"[", b"{}", b"null", b"\x30\x80", b"\xe2\x80\xa8")


def changed(raw: bytes, dice: random.Random) -> bytes:
    """Change bytes at up to four places: taken out, put in, doubled, moved, or a bit turned."""
    out = bytearray(raw)
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(out) + 1)
        length = dice.choice((0, 0, 1, 1, 2, 4, 16, 64))
        kind = dice.randrange(5)
        if kind == 0 and place < len(out):
            out[place] ^= 1 << dice.randrange(8)
        elif kind == 1:
            out[place : place + length] = dice.choice(PIECES)
        elif kind == 2:  # noqa: PLR2004 - one kind after the other
            out[place:place] = out[place : place + length]
        elif kind == 3:  # noqa: PLR2004
            other = dice.randrange(len(out) + 1)
            out[place : place + length] = out[other : other + length]
        else:
            out[place : place + length] = dice.randbytes(length)
    return bytes(out[:MAX_BYTES])


def runs() -> dict[str, tuple[list[bytes], Callable[[bytes], None]]]:
    """Every target by its name: what it begins with, and what is done with bytes."""
    from kuramori_verify.tests import fuzzing  # noqa: PLC0415 - after the settings, and after atheris

    found = {name: (each.seeds(), each.run) for name, each in fuzzing.TARGETS.items()}
    names = fuzzing.names()

    def whole(raw: bytes) -> None:
        # The first byte chooses the file, the rest is its new content.
        if raw:
            fuzzing.with_file(names[raw[0] % len(names)], raw[1:])

    seeds = [bytes([place]) + fuzzing.good()[name] for place, name in enumerate(names)]
    return found | {BUNDLE: (seeds, whole)}


def blind(name: str, seconds: float, seed: int, kept: Path) -> tuple[int, int]:
    """Run one target with blind changes; return how many inputs it saw, and how many were defects."""
    seeds, run = runs()[name]
    dice = random.Random(f"{seed}{name}")  # noqa: S311 - the same seed finds the same again
    until, seen, defects = time.monotonic() + seconds, 0, 0
    while time.monotonic() < until:
        first = dice.choice(seeds)
        # The byte that chooses the file stays: changing it would give one file the content of another.
        raw = first[:1] + changed(first[1:], dice) if name == BUNDLE else changed(first, dice)
        seen += 1
        try:
            run(raw)
        except Exception:  # noqa: BLE001 - every kind is a finding
            defects += 1
            traceback.print_exc(limit=-4)
            keep(kept, name, raw)
    return seen, defects


def keep(folder: Path, name: str, raw: bytes) -> None:
    """Keep an input that showed a defect."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}-{hashlib.sha256(raw).hexdigest()[:12]}").write_bytes(raw)


def guided(name: str, seconds: float, seed: int, kept: Path) -> None:
    """Run one target under atheris; it ends the process itself."""
    import atheris  # noqa: PLC0415 - not a dependency of the project

    with atheris.instrument_imports(include=["kuramori_verify"]):
        seeds, run = runs()[name]
    corpus = kept / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for raw in seeds:
        (corpus / hashlib.sha256(raw).hexdigest()[:12]).write_bytes(raw)
    flags = [f"-max_total_time={int(seconds)}", f"-max_len={MAX_BYTES}", f"-seed={seed}", "-print_final_stats=1"]
    atheris.Setup([sys.argv[0], *flags, f"-artifact_prefix={kept}/{name}-", str(corpus)], run)
    atheris.Fuzz()


def has_atheris() -> bool:
    """Whether this Python can be guided."""
    try:
        import atheris  # noqa: F401, PLC0415
    except ImportError:
        return False
    return True


def main() -> int:
    """Run the targets one after the other, each with its share of the time; under atheris in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--target", action="append", default=[])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kept", type=Path, default=ROOT / ".fuzz")
    parser.add_argument("--alone", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        guided(options.alone, options.seconds, options.seed, options.kept)
    names = options.target or [*runs(), BUNDLE, BUNDLE]  # the whole bundle three times: there the verdict is decided
    share = options.seconds / len(names)
    codes = []
    for number, name in enumerate(names):
        if not has_atheris():
            seen, defects = blind(name, share, options.seed + number, options.kept)
            print(f"{name}: {seen:,} inputs, {defects} defects", flush=True)
            codes.append(min(defects, 1))
            continue
        command = [sys.executable, __file__, "--alone", name, "--seconds", str(share), "--kept", str(options.kept)]
        codes.append(subprocess.run([*command, "--seed", str(options.seed + number)], check=False).returncode)
    print("defects found" if any(codes) else "nothing found", flush=True)
    return int(any(codes))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kuramori.site.settings_test")
    sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
    import django

    django.setup()
    sys.exit(main())
