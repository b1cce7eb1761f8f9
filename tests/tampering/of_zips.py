"""Zips that say one thing and hold another, and what was never a bundle (I1, I2, L10)."""

import os
import zipfile
from pathlib import Path

from kuramori.evidence.rules import bundle
from tests.tampering.campaign import BROKEN, NO_BUNDLE, tampering
from tests.tampering.good import EXHIBIT, good_bundle


def _packed(path: Path, *more: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, raw in [*good_bundle().files.items(), *more]:
            archive.writestr(name, raw)
    return path.read_bytes()


def _named(name: str) -> zipfile.ZipInfo:
    """A member as written, with none of the mending that a polite program does."""
    info = zipfile.ZipInfo("x")
    info.filename = name
    return info


@tampering("I1", BROKEN, "source.doubled", EXHIBIT(1), packed=True)
def a_zip_with_two_entries_of_one_name(path: Path) -> None:
    _packed(path, (_named("data/exhibits/XXXX.json"), b"{}"))
    path.write_bytes(path.read_bytes().replace(b"data/exhibits/XXXX.json", EXHIBIT(1).encode()))


@tampering("I1", BROKEN, "source.unsafe_name", "/etc/cron.d/x", packed=True)
def a_zip_with_an_absolute_name(path: Path) -> None:
    _packed(path, (_named("/etc/cron.d/x"), b"x"))


@tampering("I1", BROKEN, "source.unsafe_name", "", packed=True)
def a_zip_with_a_file_without_a_name(path: Path) -> None:
    _packed(path, (_named(""), b"x"))


@tampering("I1", BROKEN, "source.unsafe_name", "../../x", packed=True)
def a_zip_with_a_way_out(path: Path) -> None:
    _packed(path, (_named("../../x"), b"x"))


@tampering("I1", BROKEN, "source.unsafe_name", "C:/x", packed=True)
def a_zip_with_a_drive(path: Path) -> None:
    _packed(path, (_named("C:/x"), b"x"))


@tampering("I5", BROKEN, "source.unsafe_name", "data/\u202egnp.exe", packed=True)
def a_zip_with_a_name_that_reads_backwards(path: Path) -> None:
    _packed(path, (_named("data/\u202egnp.exe"), b"x"))


@tampering("I1", BROKEN, "source.link", "data/passwd", packed=True)
def a_zip_with_a_link(path: Path) -> None:
    link = _named("data/passwd")
    link.external_attr = 0o120777 << 16
    _packed(path, (link, b"/etc/passwd"))


@tampering("L10", BROKEN, "source.encrypted", EXHIBIT(1), packed=True)
def a_zip_with_a_locked_exhibit(path: Path) -> None:
    raw = bytearray(_packed(path))
    raw[raw.rindex(EXHIBIT(1).encode()) - 46 + 8] |= 1  # the flags of its line in the directory at the end
    path.write_bytes(raw)


@tampering("L10", BROKEN, "source.unreadable", EXHIBIT(1), packed=True)
def a_zip_with_a_letter_changed(path: Path) -> None:
    raw = _packed(path)
    words = good_bundle().files[EXHIBIT(1)]
    path.write_bytes(raw.replace(words, words.replace("書証".encode(), "証書".encode())))


@tampering("L10", BROKEN, "bag.file_missing", EXHIBIT(1), packed=True)
def a_zip_whose_exhibit_has_another_name_inside(path: Path) -> None:
    raw = _packed(path)
    place = raw.rindex(EXHIBIT(1).encode())
    path.write_bytes(raw[:place] + EXHIBIT(9).encode() + raw[place + len(EXHIBIT(9)) :])


@tampering("I2", NO_BUNDLE, "form.cannot_open", packed=True)
def a_zip_bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open(bundle.MANIFEST, "w") as file:
        for _ in range(70):
            file.write(bytes(2**20))


@tampering("L5", NO_BUNDLE, "form.cannot_open", packed=True)
def a_zip_that_was_cut_off(path: Path) -> None:
    path.write_bytes(_packed(path)[:-30])


@tampering("L10", NO_BUNDLE, "form.not_a_bundle", packed=True)
def a_zip_of_something_else(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("holiday.jpg", os.urandom(9))
