"""UDP, TCP and TLS (RFC 5425, 5426, 6587) into a spool; a sender is its address.

What was read from TCP is on the disk before more is read. Syslog over TCP has no answer: what a sender gave to its own
kernel, and what lay unread in ours, is lost when we are killed, and only the sender's queue (rsyslog's `action.resume`)
can send it again. UDP may lose anything; what we drop ourselves is counted.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kuramori_lake.receiver.framing import Frames, as_line
from kuramori_lake.receiver.spool import Spool

CHUNK: Final = 64 * 1024
CONNECTIONS: Final = 200
IDLE_S: Final = 3600.0
BREATH_S: Final = 0.2


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Where to listen; None: not. 0 lets the system choose."""

    host: str = "127.0.0.1"
    udp: int | None = None
    tcp: int | None = None
    tls: int | None = None
    certificate: Path | None = None
    key: Path | None = None
    authority: Path | None = None
    """Certificates of clients must be signed by it."""


def tls_of(ports: Ports) -> ssl.SSLContext:
    """TLS 1.2 or newer with our certificate; with an authority, clients must show theirs.

    Raises:
        OSError, ssl.SSLError: a file is missing or no certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(str(ports.certificate), str(ports.key) if ports.key else None)
    if ports.authority:
        context.load_verify_locations(str(ports.authority))
        context.verify_mode = ssl.CERT_REQUIRED
    return context


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, receiver: "Receiver") -> None:
        self._receiver = receiver

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        self._receiver.datagram(data, str(addr[0]))


class Receiver:
    """Writes what comes until it is stopped."""

    def __init__(self, spool: Spool) -> None:
        """Nothing listens yet."""
        self._spool = spool
        self._connections = 0
        self._full = False
        self.ports: dict[str, int] = {}

    def datagram(self, data: bytes, address: str) -> None:
        """One message; dropped and counted where the spool is full or the disk fails."""
        if not data.strip():
            return
        try:
            if self._full:
                raise OSError("spool is full")  # noqa: TRY301
            self._spool.write(address, [as_line(data)], time.time())
        except OSError:
            self._spool.sender(address).dropped += 1

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = str((writer.get_extra_info("peername") or ("unknown",))[0])
        self._connections += 1
        try:
            if self._connections <= CONNECTIONS:
                await self._read(reader, address)
            else:
                self._spool.sender(address).dropped += 1
        except (OSError, TimeoutError, ssl.SSLError, asyncio.IncompleteReadError):
            self._spool.sender(address).dropped += 1
        finally:
            self._connections -= 1
            writer.close()

    async def _read(self, reader: asyncio.StreamReader, address: str) -> None:
        frames = Frames()
        while True:
            while self._full:  # noqa: ASYNC110  # the spool is looked at once a second
                await asyncio.sleep(BREATH_S)
            data = await asyncio.wait_for(reader.read(CHUNK), IDLE_S)
            found = frames.feed(data) if data else frames.end()
            if found:
                self._spool.write(address, [as_line(one) for one in found], time.time())
            sender = self._spool.sender(address)
            sender.cut, sender.dropped = sender.cut + frames.cut, sender.dropped + frames.torn
            frames.cut = frames.torn = 0
            if not data:
                return

    async def _look_after(self) -> None:
        while True:
            self._full = self._spool.is_full
            self._spool.rotate(time.time())
            await asyncio.sleep(1)

    @asynccontextmanager
    async def listening(self, ports: Ports) -> AsyncIterator[None]:
        """Listen until the block ends; then everything open is closed.

        Raises:
            OSError: a port is taken, or a certificate cannot be read.
        """
        loop, servers, transport = asyncio.get_running_loop(), [], None
        for name, port, context in (("tcp", ports.tcp, None), ("tls", ports.tls, tls_of)):
            if port is not None:
                secured = context(ports) if context else None
                server = await asyncio.start_server(self._stream, ports.host, port, ssl=secured, limit=CHUNK)
                self.ports[name] = server.sockets[0].getsockname()[1]
                servers.append(server)
        if ports.udp is not None:
            where = (ports.host, ports.udp)
            transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(self), local_addr=where)
            self.ports["udp"] = transport.get_extra_info("sockname")[1]
        minding = loop.create_task(self._look_after())
        try:
            yield
        finally:
            minding.cancel()
            for server in servers:
                server.close()
                await server.wait_closed()
            if transport:
                transport.close()
            self._spool.rotate(time.time(), all_of_them=True)
