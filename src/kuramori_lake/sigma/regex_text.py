"""The longest text that every match of a regular expression contains: lets most events pass without running it."""

import re
from typing import Final

LEAST: Final = 3
_TOKEN: Final = re.compile(
    r"\\[pP]\{[^}]*\}|\\x\{[^}]*\}|\\x[0-9a-fA-F]{2}|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{\d*,?\d*\}|.", re.DOTALL
)
_MEANING: Final = frozenset("()|.^$*+?{")
_OPTIONAL: Final = frozenset("*?")


def certain_text(pattern: str) -> str | None:
    """Lowered; None if no run of three plain characters is in each match. Looks at the outermost level only."""
    runs, run, depth = [], "", 0
    for token in _TOKEN.findall(pattern):
        plain = _plain(token)
        if token == "(":  # noqa: S105  # a bracket, no password
            depth += 1
        elif token == ")":  # noqa: S105
            depth -= 1
        elif token == "|" and not depth:  # noqa: S105
            return None
        elif depth == 0 and plain is not None:
            run += plain
            continue
        elif depth == 0 and (token in _OPTIONAL or token.startswith("{")):
            run = run[:-1]
        runs.append(run)
        run = ""
    longest = max([*runs, run], key=len)
    return longest.lower() if len(longest) >= LEAST else None


def _plain(token: str) -> str | None:
    """The character that a token stands for; None if it is more than a character."""
    if len(token) == 1:
        return None if token in _MEANING or not token.isascii() else token
    if len(token) == 2 and token[0] == "\\" and not token[1].isalnum() and token[1].isascii():  # noqa: PLR2004
        return token[1]
    return None
