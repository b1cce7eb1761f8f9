"""The codes of the level scheme in words, in the reader's language: for pages and for sentences of the history."""

from django.utils.translation import get_language

from kuramori.governance.models import ActionChoice, RulingChoice
from kuramori.governance.presets import SCHEMES


def action_in_words(code: str) -> str:
    """Return an action of the matrix in words; a code that is no longer known as it is."""
    return str(dict(ActionChoice.choices).get(code, code))


def ruling_in_words(code: str) -> str:
    """Return a ruling of the matrix in words; a code that is no longer known as it is."""
    return str(dict(RulingChoice.choices).get(code, code))


def scheme_in_words(code: str) -> str:
    """Return the name of a shipped scheme; the code of one that is shipped no more as it is."""
    scheme = SCHEMES.get(code)
    if scheme is None:
        return code
    return scheme.name_ja if get_language() == "ja" else scheme.name_en
