"""Zip archives without trust: names are labels only, nothing is written, and every byte is counted as it comes out."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from kuramori_lake.fingerprint.reading.limits import Budget, Reason, RefusalError

_PIECE: Final = 1 << 16
_DAMAGE: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


class Archive:
    """A zip archive in memory."""

    def __init__(self, data: bytes, budget: Budget) -> None:
        """Read its list of members.

        Raises:
            RefusalError: it is damaged or has too many members.
        """
        self._budget = budget
        try:
            self._zip = _opened(data)
        except (*_DAMAGE, UnicodeDecodeError) as error:
            raise RefusalError(Reason.DAMAGED) from error
        self.members = [info for info in self._zip.infolist() if not info.is_dir()]
        if len(self.members) > budget.limits.members:
            raise RefusalError(Reason.TOO_MANY)
        self.names = frozenset(info.filename for info in self.members)

    def pieces(self, member: zipfile.ZipInfo) -> Iterator[bytes]:
        """A member's bytes, piece by piece.

        Raises:
            RefusalError: encrypted, damaged, or larger than the limits let through (zip bombs).
        """
        if member.flag_bits & 1:
            raise RefusalError(Reason.ENCRYPTED)
        limits, out = self._budget.limits, 0
        allowed = max(member.compress_size * limits.ratio, limits.free_bytes)
        try:
            with self._zip.open(member) as file:
                while piece := file.read(_PIECE):
                    out += len(piece)
                    if out > allowed:
                        raise RefusalError(Reason.TOO_LARGE)
                    self._budget.unpack(len(piece))
                    yield piece
        except _DAMAGE as error:
            raise RefusalError(Reason.DAMAGED) from error

    def read(self, member: zipfile.ZipInfo) -> bytes:
        """A member whole; raises as `pieces`."""
        return b"".join(self.pieces(member))


def _opened(data: bytes) -> zipfile.ZipFile:
    """Windows writes Japanese names in CP932 without saying so."""
    try:
        return zipfile.ZipFile(io.BytesIO(data), metadata_encoding="cp932")
    except UnicodeDecodeError:
        return zipfile.ZipFile(io.BytesIO(data))
