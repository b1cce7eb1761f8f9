"""The apostrophe that keeps a spreadsheet from calculating text in a CSV file, and its removal (fault A12)."""

_CALCULATED = frozenset("=+-@\t\r\n＝＋－＠")


def guarded(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would calculate; `unguarded` gives back exactly `text`."""
    return f"'{text}" if text.lstrip("'")[:1] in _CALCULATED else text


def unguarded(text: str) -> str:
    """Take off what `guarded` put on."""
    return text[1:] if text[:1] == "'" and text.lstrip("'")[:1] in _CALCULATED else text
