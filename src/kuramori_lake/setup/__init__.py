"""What to paste on each kind of server, exactly; checked with real servers by `make test-servers`."""

from collections.abc import Callable, Mapping
from typing import Final

from kuramori_lake.setup import auditd, cups, pgaudit, postfix, rsyslog, samba, squid
from kuramori_lake.setup.recipe import Caution, Recipe, SetupError

__all__ = ["RECIPES", "Caution", "Recipe", "SetupError", "recipes"]

RECIPES: Final[Mapping[str, Callable[..., tuple[Recipe, ...]]]] = {
    "auditd": auditd.recipes,
    "cups": cups.recipes,
    "pgaudit": pgaudit.recipes,
    "postfix": postfix.recipes,
    "rsyslog": rsyslog.recipes,
    "samba": samba.recipes,
    "squid": squid.recipes,
}


def recipes(source: str, version: str | None = None) -> tuple[Recipe, ...]:
    """What to paste for that kind of log, for that version of the server or for the one that was tried.

    Raises:
        SetupError: no such recipe, or not for that version.
    """
    if source not in RECIPES:
        raise SetupError(f"no recipe for {source!r}; there are {', '.join(sorted(RECIPES))}")
    return RECIPES[source](version) if version else RECIPES[source]()
