"""What to paste on each kind of server, exactly; checked with real servers by `make test-servers`."""

import inspect
from collections.abc import Callable, Mapping
from typing import Final

from kuramori_lake.setup import (
    auditd,
    cups,
    exchange,
    openssh,
    osquery,
    pgaudit,
    postfix,
    rsyslog,
    samba,
    squid,
    vsftpd,
    windows,
    zscaler,
)
from kuramori_lake.setup.recipe import Caution, Recipe, SetupError

__all__ = ["PLACES", "RECIPES", "Caution", "Recipe", "SetupError", "recipes", "tried"]

RECIPES: Final[Mapping[str, Callable[..., tuple[Recipe, ...]]]] = {
    "auditd": auditd.recipes,
    "cups": cups.recipes,
    "exchange": exchange.recipes,
    "osquery": osquery.recipes,
    "pgaudit": pgaudit.recipes,
    "postfix": postfix.recipes,
    "rsyslog": rsyslog.recipes,
    "samba": samba.recipes,
    "squid": squid.recipes,
    "sshd": openssh.recipes,
    "vsftpd": vsftpd.recipes,
    "windows": windows.recipes,
    "zscaler": zscaler.recipes,
}
PLACES: Final = {
    "auditd": "folder", "osquery": "folder", "rsyslog": "target", "samba": "share", "sshd": "target",
    "windows": "folder",
}  # fmt: skip
"""What else a recipe can be told: the folder that holds secrets, the share, the receiver's address."""
_MEANING: Final = frozenset("'\"[]{}%;`$\\")
_MEANING_IN_WINDOWS: Final = _MEANING - {"\\"}
"""Letters that would end or change the line into which a place is written; Windows' paths need theirs."""


def recipes(source: str, version: str | None = None, place: str | None = None) -> tuple[Recipe, ...]:
    """What to paste for that kind of log, for that version of the server or for the one that was tried.

    `place` is the folder, share or address of PLACES; left out, an example stands there.

    Raises:
        SetupError: no such recipe, not for that version, or a place that would be more than a name.
    """
    if source not in RECIPES:
        raise SetupError(f"no recipe for {source!r}; there are {', '.join(sorted(RECIPES))}")
    told: dict[str, str] = {"version": version} if version else {}
    if place and source in PLACES:
        forbidden = _MEANING_IN_WINDOWS if source == "windows" else _MEANING
        if not place.isprintable() or forbidden & set(place):
            raise SetupError(f"not a {PLACES[source]}: {place!r}")
        told[PLACES[source]] = place
    return RECIPES[source](**told)


def tried(source: str) -> str:
    """Return the version that a recipe is written for when none is named.

    Raises:
        KeyError: no such recipe.
    """
    return str(inspect.signature(RECIPES[source]).parameters["version"].default)
