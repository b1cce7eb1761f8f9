"""Watch the system calls of a piece of work with ptrace(2): no compiler, no tool, nothing of the work replaced.

Linux 5.3 or newer (PTRACE_GET_SYSCALL_INFO), x86-64 and ARM64. All threads and children of the work are watched.
"""

import ctypes
import errno
import os
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

TRACEME, POKEUSER, SYSCALL, SETOPTIONS, GETEVENTMSG, GET_SYSCALL_INFO = 0, 6, 24, 0x4200, 0x4201, 0x420E
RAX, ORIG_RAX = 80, 120  # where x86-64 keeps a call's result and its number, in `struct user`
# TRACESYSGOOD, TRACEFORK, TRACEVFORK, TRACECLONE, EXITKILL: all that the work starts is watched and dies with us.
OPTIONS = 1 | 2 | 4 | 8 | 0x100000
WALL = 0x40000000
BIRTHS = (1, 2, 3)  # PTRACE_EVENT_FORK, VFORK, CLONE
ENTRY, EXIT = 1, 2
CALL_STOP = signal.SIGTRAP | 0x80

_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.restype = ctypes.c_long
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]


class _Info(ctypes.Structure):
    """`struct ptrace_syscall_info`: `told` is the number and six arguments at the entry, the result at the exit."""

    _fields_ = (
        ("op", ctypes.c_uint8), ("pad", ctypes.c_uint8 * 3), ("arch", ctypes.c_uint32), ("ip", ctypes.c_uint64),
        ("sp", ctypes.c_uint64), ("told", ctypes.c_uint64 * 8),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A thread stands still at the entry of a system call (`result` None) or at its exit."""

    thread: int
    number: int
    arguments: tuple[int, ...]
    result: int | None

    def bytes_at(self, address: int, size: int) -> bytes:
        """Read the thread's memory."""
        handle = os.open(f"/proc/{self.thread}/mem", os.O_RDONLY)
        try:
            return os.pread(handle, size, address)
        finally:
            os.close(handle)

    def text_at(self, address: int) -> str:
        """Read a text that ends with a zero byte, page by page: the next page may not be there."""
        found = b""
        while b"\0" not in found:
            found += self.bytes_at(address + len(found), 4096 - (address + len(found)) % 4096)
        return os.fsdecode(found.partition(b"\0")[0])


def watch(work: Callable[[], int], fail: Callable[[Stop], int] = lambda _stop: 0) -> Iterator[Stop]:
    """Fork, do the work in the child, and yield each stop of its threads until all have ended; closed, all are killed.

    `fail` is asked at each entry: an errno other than 0 has the call not done, and the work reads that error (x86-64).
    Raises OSError where the system forbids watching one's own child.
    """
    first = os.fork()
    if first == 0:
        _be_watched(work)
    os.waitpid(first, WALL)
    _ptrace(SETOPTIONS, first, OPTIONS)
    _ptrace(SYSCALL, first)
    alive = {first}
    try:
        yield from _all_stops(alive, fail)
    finally:
        for thread in alive:
            with suppress(OSError):
                os.kill(thread, signal.SIGKILL)
        for thread in alive:
            with suppress(OSError):
                os.waitpid(thread, WALL)


def _all_stops(alive: set[int], fail: Callable[[Stop], int]) -> Iterator[Stop]:
    inside: dict[int, tuple[int, tuple[int, ...]]] = {}
    failing: dict[int, int] = {}
    while alive:
        thread, status = os.waitpid(-1, WALL)
        if not os.WIFSTOPPED(status):
            alive.discard(thread)
            continue
        alive.add(thread)
        with suppress(ProcessLookupError):  # killed meanwhile: the next wait tells of its end
            if os.WSTOPSIG(status) == CALL_STOP:
                for stop in _stops(thread, inside):
                    _let_fail(stop, failing, fail)
                    yield stop
                _ptrace(SYSCALL, thread)
                continue
            if status >> 16 in BIRTHS:
                alive.add(_born(thread))
            _ptrace(SYSCALL, thread, _passed_on(status))


def _be_watched(work: Callable[[], int]) -> None:
    code = 70
    try:
        _ptrace(TRACEME, 0)
        os.kill(os.getpid(), signal.SIGSTOP)
        code = work()
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(code)


def _stops(thread: int, inside: dict[int, tuple[int, tuple[int, ...]]]) -> Iterator[Stop]:
    info = _Info()
    _ptrace(GET_SYSCALL_INFO, thread, ctypes.sizeof(info), ctypes.addressof(info))
    if info.op == ENTRY:
        number, *arguments = info.told[:7]
        inside[thread] = number, tuple(arguments)
        yield Stop(thread=thread, number=number, arguments=tuple(arguments), result=None)
    elif info.op == EXIT and thread in inside:
        number, arguments = inside.pop(thread)
        yield Stop(thread=thread, number=number, arguments=arguments, result=ctypes.c_int64(info.told[0]).value)


def _let_fail(stop: Stop, failing: dict[int, int], fail: Callable[[Stop], int]) -> None:
    """At the entry put a call in its place that does not exist, at the exit the error in place of its result."""
    if stop.result is None:
        if error := fail(stop):
            failing[stop.thread] = error
            _ptrace(POKEUSER, stop.thread, ORIG_RAX, 2**64 - 1)
    elif error := failing.pop(stop.thread, 0):
        _ptrace(POKEUSER, stop.thread, RAX, 2**64 - error)


def _born(parent: int) -> int:
    """Return the thread or process that was just made: it may be heard of only after its maker has ended."""
    number = ctypes.c_ulong()
    _ptrace(GETEVENTMSG, parent, 0, ctypes.addressof(number))
    return number.value


def _passed_on(status: int) -> int:
    """Return the signal to hand on: none for what only tells us of a new thread or of our own stop."""
    number = os.WSTOPSIG(status)
    return 0 if status >> 16 or number in {signal.SIGSTOP, signal.SIGTRAP} else number


def _ptrace(request: int, thread: int, address: int = 0, data: int = 0) -> None:
    # SYSCALL takes its signal as data; SETOPTIONS its options; GET_SYSCALL_INFO a size and a place.
    if request in {SYSCALL, SETOPTIONS}:
        address, data = 0, address
    if _libc.ptrace(request, thread, address, data) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"ptrace: {errno.errorcode.get(number)}")
