"""What the verifier found: each finding has a code, a place, and (in `messages`) a meaning in two languages."""

from collections.abc import Iterator
from dataclasses import dataclass

MAX_FINDINGS = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: `file` inside the bundle, `entry` its ledger index, `record` a member, row or segment in it."""

    code: str
    file: str | None = None
    entry: int | None = None
    record: str | None = None
    detail: str | None = None


class Findings:
    """Findings in the order they were made; beyond 1,000 they are only counted, so that hostile input ends."""

    def __init__(self) -> None:
        self._kept: dict[Finding, None] = {}
        self.dropped = 0

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._kept)

    def add(
        self,
        code: str,
        file: str | None = None,
        *,
        entry: int | None = None,
        record: object = None,
        detail: object = None,
    ) -> None:
        """Keep one finding; the same one twice counts once."""
        finding = Finding(code, file, entry, _short(record), _short(detail))
        if len(self._kept) < MAX_FINDINGS:
            self._kept[finding] = None
        else:
            self.dropped += 1

    def has(self, *codes: str) -> bool:
        """Whether one of the codes was found."""
        return any(finding.code in codes for finding in self._kept)


def _short(words: object) -> str | None:
    """Words from the input may be hostile: no control characters, no surrogates, no great length."""
    if words is None:
        return None
    text = str(words)[:200].encode("utf-8", "replace").decode()
    return "".join(sign if sign.isprintable() else "�" for sign in text)
