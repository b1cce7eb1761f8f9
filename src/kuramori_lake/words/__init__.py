"""The command line's words in Japanese, a module for each part; English is the key. A test sees that none lacks."""

import os
from collections.abc import Mapping
from typing import Final

from kuramori_lake.words import (
    fingerprints,
    first_commands,
    presence,
    rank,
    receiving,
    setting_up,
    sigma_rules,
    simulating,
)

JAPANESE: Final[Mapping[str, str]] = {
    **fingerprints.JAPANESE,
    **first_commands.JAPANESE,
    **presence.JAPANESE,
    **rank.JAPANESE,
    **receiving.JAPANESE,
    **setting_up.JAPANESE,
    **sigma_rules.JAPANESE,
    **simulating.JAPANESE,
}


def is_japanese() -> bool:
    """By LC_ALL, LC_MESSAGES, LANG: the first that is set decides, as everywhere on Unix."""
    chosen = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return chosen.startswith("ja")


def say(english: str, **values: object) -> str:
    """The sentence in the user's language with its values filled in."""
    sentence = JAPANESE[english] if is_japanese() else english
    return sentence % values if values else sentence
