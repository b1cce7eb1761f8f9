"""Entries as sentences: every history page reads as text, in the reader's language."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from kuramori.kernel.actors import ActorKind
from kuramori.kernel.room import codes, verbs


class _Words(dict[str, str]):
    """The words of a sentence; one that was erased or withheld shows as a dash, never as an error."""

    def __missing__(self, key: str) -> str:
        return "—"


def actor_name(kind: str, name: str) -> str:
    """Return the name to show for an actor."""
    return _("the system") if kind == ActorKind.SYSTEM else name or _("somebody whose name was erased")


def sentence(verb: str, words: Mapping[str, Any]) -> str:
    """Return the sentence of an act with its words filled in; the verb itself when no room knows it any more.

    A note that is a code ("forbidden") is told in words: the entry is for ever, the reader's language is not.
    """
    text: str | Promise = verbs().get(verb, verb)
    readings = codes().get(verb, {})
    return str(text) % _Words({key: readings.get(key, str)(str(value)) for key, value in words.items()})
