"""What an administrator pastes on a server so that its log can be read, as data: pages and the command line show it."""

from dataclasses import dataclass


class SetupError(ValueError):
    """No such recipe for this server or version; the message says which there are."""


@dataclass(frozen=True, kw_only=True)
class Caution:
    """What goes wrong where the text is pasted without thought."""

    ja: str
    en: str


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One text for one file of the server, in the order of pasting."""

    title_ja: str
    title_en: str
    file: str
    text: str
    check: str
    """Command that says whether the server takes the text, before it is loaded."""
    warnings: tuple[Caution, ...] = ()


def version_of(text: str) -> tuple[int, int]:
    """Major and minor number of `4.17.12-Debian`.

    Raises:
        SetupError: it is none.
    """
    found = text.strip().split(".")
    if len(found) < 2 or not found[0].isdecimal() or not (minor := _digits(found[1])):  # noqa: PLR2004
        raise SetupError(f"not a version like 4.17: {text!r}")
    return int(found[0]), int(minor)


def _digits(text: str) -> str:
    return text[: next((at for at, letter in enumerate(text) if not letter.isdecimal()), len(text))]
