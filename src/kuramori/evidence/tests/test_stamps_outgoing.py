"""We ask the address that was set up and no other, within bounds of time and size (A14)."""

import ipaddress
import socket
import ssl
import threading
from contextlib import suppress

import pytest

from kuramori.evidence.rules.stamps import Failed, Problem
from kuramori.evidence.stamps import outgoing
from kuramori.evidence.stamps.outgoing import Credentials, may_go_to, post
from kuramori.evidence.tests.loopback import serving
from kuramori_verify.tests.authority import certificate, key_of, pem, private_pem

QUERY = b"query"


def send(url, *, is_inside=True, credentials=None):
    return post(
        url, QUERY, content_type="application/timestamp-query", is_inside=is_inside,
        credentials=credentials or Credentials(),
    )  # fmt: skip


def problem_of(url, **options):
    with pytest.raises(Failed) as failed:
        send(url, **options)
    return failed.value.problem


def test_the_query_goes_there_once_with_user_and_password_and_the_answer_comes_back():
    with serving(lambda query: query[::-1]) as server:
        answer = send(server.url, credentials=Credentials(username="倉守", password="ひ" + "みつ"))
    assert answer == QUERY[::-1]
    (got,) = server.got
    assert (got["path"], got["query"]) == ("/tsa?x=1", QUERY)
    assert got["headers"]["Content-Type"] == "application/timestamp-query"
    assert got["headers"]["Authorization"] == "Basic 5YCJ5a6IOuOBsuOBv+OBpA=="


def test_this_machine_is_asked_only_when_it_was_set_up_so():
    with serving(lambda query: query) as server:
        assert problem_of(server.url, is_inside=False) == Problem.ADDRESS_REFUSED
        assert server.got == []


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with serving(lambda query: query) as server:
        assert send(server.url) == QUERY


@pytest.mark.parametrize("status", [301, 302, 307, 401, 404, 500, 204])
def test_only_200_is_an_answer_and_no_redirect_is_followed(status):
    with serving(lambda _query: b"") as server:
        server.status, server.headers = status, {"Location": server.url}
        assert problem_of(server.url) == Problem.STATUS
        assert len(server.got) == 1


def test_what_is_too_long_is_not_read_to_its_end():
    with serving(lambda _query: bytes(outgoing.MAX_REPLY_BYTES)) as server:
        assert len(send(server.url)) == outgoing.MAX_REPLY_BYTES
        server.answer = lambda _query: bytes(outgoing.MAX_REPLY_BYTES + 1)
        assert problem_of(server.url) == Problem.TOO_LONG


def test_a_silent_server_is_left_in_time(monkeypatch):
    monkeypatch.setattr(outgoing, "SECONDS", 0.2)
    with serving(lambda _query: b"" if server.release.wait(5) else b"late") as server:
        assert problem_of(server.url) == Problem.SLOW


def test_a_server_that_drips_is_left_in_time_too(monkeypatch):
    monkeypatch.setattr(outgoing, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        dripping = threading.Thread(target=drip, args=[listener])
        dripping.start()
        assert problem_of(address) == Problem.SLOW
        dripping.join()


def drip(listener):
    """Send a byte again and again, each before the socket's own timeout, until the other side has left."""
    connection, _peer = listener.accept()
    with connection, suppress(OSError):
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while True:
            connection.sendall(b"y")
            connection.settimeout(0.02)
            with suppress(TimeoutError):
                if not connection.recv(1 << 16):
                    return


def test_a_server_that_is_gone_is_away():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert problem_of(f"http://127.0.0.1:{port}/") == Problem.AWAY


def test_a_name_that_nobody_has_and_an_address_of_another_kind():
    assert problem_of("http://nobody.invalid/") == Problem.UNKNOWN_HOST
    assert problem_of("ftp://127.0.0.1/") == Problem.ADDRESS_REFUSED
    assert problem_of("http:///tsa") == Problem.ADDRESS_REFUSED


def test_words_that_are_no_http_are_an_absent_server():
    with serving(lambda _query: b"") as server:
        server.headers = {"X": "y" * 70_000}
        assert problem_of(server.url) == Problem.AWAY


def test_https_needs_a_certificate_that_this_machine_trusts(tmp_path):
    key = key_of("p256")
    (tmp_path / "server.pem").write_bytes(pem(certificate("127.0.0.1", key, "127.0.0.1", key)) + private_pem(key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "server.pem")
    with serving(lambda query: query) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        url = server.url.replace("http:", "https:")
        assert problem_of(url) == Problem.TLS
        assert problem_of(url, credentials=Credentials(client_pem=tmp_path / "server.pem")) == Problem.TLS
        assert problem_of(url, credentials=Credentials(client_pem=tmp_path / "none")) == Problem.CREDENTIALS_MISSING


@pytest.mark.parametrize(
    ("address", "outside", "inside"),
    [
        ("203.104.209.71", True, True),
        ("2001:200::1", True, True),
        ("10.0.0.7", False, True),
        ("192.168.1.1", False, True),
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("fd00::1", False, True),
        ("::ffff:10.0.0.7", False, True),
        ("64:ff9b::a00:7", False, True),
        ("169.254.169.254", False, False),
        ("::ffff:169.254.169.254", False, False),
        ("64:ff9b::a9fe:a9fe", False, False),
        ("2002:a9fe:a9fe::1", False, False),
        ("fe80::1", False, False),
        ("0.0.0.0", False, False),  # noqa: S104  (asked about, not bound)
        ("::", False, False),
        ("224.0.0.1", False, False),
        ("ff02::1", False, False),
    ],
)
def test_private_addresses_need_the_word_of_who_set_it_up_and_link_local_ones_are_never_asked(address, outside, inside):
    parsed = ipaddress.ip_address(address)
    assert (may_go_to(parsed, is_inside=False), may_go_to(parsed, is_inside=True)) == (outside, inside)
