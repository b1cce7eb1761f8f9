"""The child process that reads files: `python -m kuramori_lake.fingerprint.reading.child`.

It gets bytes by one pipe and answers by another. Before it reads the first file it gives up the right to open anything:
with no file descriptor left there is no file, no socket and no program for hostile input to reach, whoever runs it.
Request: two big-endian sizes (name, data) and both. Answer: a size and JSON.
"""

import encodings
import importlib
import io
import json
import os
import pkgutil
import resource
import struct
import sys
import time
import zipfile
from dataclasses import asdict
from typing import BinaryIO, Final

from kuramori_lake.fingerprint.reading.files import read
from kuramori_lake.fingerprint.reading.limits import LIMITS, Extracted

REQUEST: Final = struct.Struct("!IQ")
ANSWER: Final = struct.Struct("!Q")
_OPEN: Final = 3
"""Standard input, output and error; no further descriptor."""


_SAMPLE: Final = "From: a@x\nTo: b@x\nSubject: =?iso-2022-jp?B?GyRCSjgbKEI=?=\nDate: x\n\n文".encode("cp932")


def prepare() -> None:
    """Load what is otherwise loaded at first use: text encodings, readers of mails, PDFium's first document."""
    for module in pkgutil.iter_modules(encodings.__path__):
        if not module.name.startswith(("mbcs", "oem")):
            importlib.import_module(f"encodings.{module.name}")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mail", _SAMPLE)
    for sample in (b"%PDF-1.4", b"<html><p>&amp;", packed.getvalue()):
        encoded(read("sample", sample))


def confine() -> None:
    """Give up files, sockets, children, core dumps and more memory than the limit; nothing gives them back."""
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (LIMITS.memory_bytes, LIMITS.memory_bytes))
    for none in (resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE):
        resource.setrlimit(none, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN, _OPEN))


def _allow_seconds() -> None:
    """So much processor time more from now on; the system ends the process when it is over."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + LIMITS.cpu_seconds, resource.RLIM_INFINITY))


def encoded(found: Extracted) -> bytes:
    """An answer as it goes through the pipe."""
    return json.dumps(asdict(found), ensure_ascii=False).encode("utf-8", "replace")


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until nobody asks any more."""
    while head := requests.read(REQUEST.size):
        name_size, data_size = REQUEST.unpack(head)
        name = requests.read(name_size).decode("utf-8", "replace")
        data = requests.read(data_size)
        _allow_seconds()
        answer = encoded(read(name, data))
        answers.write(ANSWER.pack(len(answer)) + answer)
        answers.flush()


if __name__ == "__main__":
    prepare()
    confine()
    serve(sys.stdin.buffer, sys.stdout.buffer)
