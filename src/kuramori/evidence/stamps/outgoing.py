"""One POST to the address that was set up, and to no other: no proxy, no redirect, bounded in time and size (A14)."""

import base64
import http.client
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from threading import Timer
from time import monotonic
from urllib.parse import SplitResult, urlsplit

from kuramori.evidence.rules.stamps import Failed, Problem

SECONDS = 10
MAX_REPLY_BYTES = 64 * 1024
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """How we show who we are: a user with a password, or a file that holds a client certificate with its key."""

    username: str = ""
    password: str = ""
    client_pem: Path | None = None


def post(url: str, body: bytes, *, content_type: str, is_inside: bool, credentials: Credentials) -> bytes:
    """Send one request and return the body of a 200 answer, at most 64 KiB within 10 seconds; raise Failed otherwise.

    The name is resolved once and the connection goes to that very address, so that it cannot change in between.
    """
    parts = urlsplit(url)
    context = _context(parts, credentials)
    connection = _connection(parts, context)
    sock = _connected(parts, connection.port, is_inside)
    ends = monotonic() + SECONDS
    try:
        with _cut_after(SECONDS, sock):
            if context is not None:
                sock = context.wrap_socket(sock, server_hostname=parts.hostname)
            connection.sock = sock
            connection.request("POST", _path(parts), body, _headers(content_type, credentials))
            with connection.getresponse() as answer:
                found = _body(answer)
    except ssl.SSLError as error:
        raise Failed(Problem.TLS, error) from error
    except (OSError, http.client.HTTPException) as error:
        is_late = isinstance(error, TimeoutError) or monotonic() >= ends
        raise Failed(Problem.SLOW if is_late else Problem.AWAY, error) from error
    finally:
        connection.close()
        sock.close()
    if monotonic() >= ends:  # what was cut off may look like an answer
        raise Failed(Problem.SLOW)
    return found


def may_go_to(address: IPAddress, *, is_inside: bool) -> bool:
    """Say whether an address may be asked: public ones always, private ones and this machine only when set up so.

    Link-local addresses (where clouds answer for the machine's own secrets), multicast and 0.0.0.0 never.
    """
    if isinstance(address, ipaddress.IPv6Address):
        embedded = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            embedded = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if embedded is not None:
            return may_go_to(embedded, is_inside=is_inside)
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return False
    return address.is_global or (is_inside and (address.is_private or address.is_loopback))


def _context(parts: SplitResult, credentials: Credentials) -> ssl.SSLContext | None:
    if parts.hostname is None or parts.scheme not in {"http", "https"}:
        raise Failed(Problem.ADDRESS_REFUSED)
    if parts.scheme == "http":
        return None
    context = ssl.create_default_context()
    if credentials.client_pem is not None:
        try:
            context.load_cert_chain(credentials.client_pem)
        except OSError as error:
            raise Failed(Problem.CREDENTIALS_MISSING, error) from error
    return context


def _connection(parts: SplitResult, context: ssl.SSLContext | None) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    if context is None:
        return http.client.HTTPConnection(host, parts.port, timeout=SECONDS)
    return http.client.HTTPSConnection(host, parts.port, timeout=SECONDS, context=context)


def _connected(parts: SplitResult, port: int, is_inside: bool) -> socket.socket:
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Failed(Problem.UNKNOWN_HOST, error) from error
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    for address in addresses:
        if not may_go_to(ipaddress.ip_address(address.partition("%")[0]), is_inside=is_inside):
            raise Failed(Problem.ADDRESS_REFUSED, address)
    failure: OSError | None = None
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=SECONDS / len(addresses))
        except OSError as error:
            failure = error
    raise Failed(Problem.SLOW if isinstance(failure, TimeoutError) else Problem.AWAY, failure)


def _path(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _headers(content_type: str, credentials: Credentials) -> dict[str, str]:
    headers = {"Content-Type": content_type, "User-Agent": "Kuramori", "Connection": "close"}
    if credentials.username:
        pair = f"{credentials.username}:{credentials.password}".encode()
        headers["Authorization"] = "Basic " + base64.b64encode(pair).decode()
    return headers


def _body(answer: http.client.HTTPResponse) -> bytes:
    if answer.status != HTTPStatus.OK:
        raise Failed(Problem.STATUS, answer.status)
    body = answer.read(MAX_REPLY_BYTES + 1)
    if len(body) > MAX_REPLY_BYTES:
        raise Failed(Problem.TOO_LONG)
    return body


@contextmanager
def _cut_after(seconds: float, sock: socket.socket) -> Iterator[None]:
    """Cut the connection off in the end: a server that sends a byte now and then never meets a socket's timeout."""
    same = sock.dup()  # TLS takes the first handle away
    timer = Timer(seconds, _cut, [same])
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        same.close()


def _cut(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
