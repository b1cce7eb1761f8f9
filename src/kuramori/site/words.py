"""The command line's own words, in Japanese or English, before Django is set up: help must work without a database."""

import gettext as catalogue
import os
from collections.abc import Mapping
from pathlib import Path

LOCALE = Path(__file__).parent / "locale"


def language(environment: Mapping[str, str]) -> str:
    """Return "ja" or "en" by KURAMORI_LANG, LC_ALL, LC_MESSAGES, LANG, the first that is set; English otherwise."""
    for name in ("KURAMORI_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environment.get(name):
            return "ja" if value.lower().startswith("ja") else "en"
    return "en"


def gettext(message: str) -> str:
    """Return a message of the command line in the terminal's language."""
    found = catalogue.translation("django", LOCALE, languages=[language(os.environ)], fallback=True)
    return found.gettext(message)
