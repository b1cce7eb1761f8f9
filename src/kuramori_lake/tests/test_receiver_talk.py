"""The receiver with real senders on loopback: who may talk, what comes of each way of framing, what is told as lost."""

import asyncio
import json
import ssl
from pathlib import Path

import pytest

from kuramori_lake.event import Activity
from kuramori_lake.receiver import server
from kuramori_lake.receiver.framing import LONGEST, Frames
from kuramori_lake.receiver.server import Ports, Receiver, tls_of
from kuramori_lake.receiver.spool import HEALTH, PERIOD_S, Spool
from kuramori_lake.store import Lake
from kuramori_lake.tests.conftest import TOKYO
from kuramori_lake.tests.records import events_of, read
from kuramori_lake.tests.talking import HOST, Authority, client, send, until

OLD = b"<86>Nov 23 10:00:00 fs01 sshd[3]: Accepted publickey for akari from 10.1.4.7 port 5 ssh2"
NEW = b"<86>1 2026-11-23T10:00:01+09:00 fs01 sshd 3 - - Accepted publickey for botan from 10.1.4.8 port 5 ssh2"


def counted(message: bytes) -> bytes:
    return b"%d %s" % (len(message), message)


def closed(root: Path) -> list[bytes]:
    return b"".join(path.read_bytes() for path in sorted((root / "closed").iterdir())).splitlines()


def heard(spool: Spool, lines: int) -> bool:
    return spool.sender(HOST).lines >= lines


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls"), "kura")


@pytest.fixture(scope="module")
def ports(authority):
    certificate, key = authority.issue("receiver")
    return Ports(tls=0, certificate=certificate, key=key, authority=authority.path)


@pytest.mark.enable_socket
def test_sender_with_our_authoritys_certificate_is_heard_over_tls_and_no_other(tmp_path, authority, ports):
    stranger = Authority(tmp_path, "stranger")
    refused = {
        "no certificate": client(authority),
        "certificate of another authority": client(authority, stranger.issue("fs01")),
        "certificate that is over": client(authority, authority.issue("old", days=-1)),
    }
    spool = Spool(tmp_path / "spool", limit=2**20)

    async def talk() -> list[str]:
        receiver = Receiver(spool)
        async with receiver.listening(ports):
            port = receiver.ports["tls"]
            for shown in refused.values():
                await send(port, counted(b"<1>forged"), tls=shown)
            await send(port, counted(b"<1>plain"))
            assert await send(port, counted(OLD), NEW + b"\n", tls=client(authority, authority.issue("fs01")))
            await until(lambda: heard(spool, 2))
        return list(receiver.ports)

    assert asyncio.run(talk()) == ["tls"]
    assert closed(tmp_path / "spool") == [OLD, NEW]


def test_server_asks_for_certificates_only_where_an_authority_is_named_and_speaks_nothing_older_than_tls_1_2(ports):
    asking = tls_of(ports)
    assert asking.verify_mode is ssl.CERT_REQUIRED
    assert asking.minimum_version is ssl.TLSVersion.TLSv1_2
    assert tls_of(Ports(certificate=ports.certificate, key=ports.key)).verify_mode is ssl.CERT_NONE


def test_certificate_that_is_none_stops_the_start(tmp_path, ports):
    nonsense = tmp_path / "x.pem"
    nonsense.write_text("no certificate")
    with pytest.raises(ssl.SSLError):
        tls_of(Ports(certificate=nonsense, key=ports.key))
    with pytest.raises(OSError, match=r"."):
        tls_of(Ports(certificate=tmp_path / "gone.pem", key=ports.key))


@pytest.mark.enable_socket
def test_senders_at_once_in_either_framing_cut_anywhere_keep_their_own_lines(tmp_path):
    spool = Spool(tmp_path, limit=2**24)
    first = b"".join(counted(b"<1>a%d" % number) for number in range(300))
    second = b"".join(b"<1>b%d\n" % number for number in range(300))

    async def talk() -> None:
        receiver = Receiver(spool)
        async with receiver.listening(Ports(tcp=0)):
            port = receiver.ports["tcp"]
            cuts = [[whole[at : at + 97] for at in range(0, len(whole), 97)] for whole in (first, second)]
            assert all(await asyncio.gather(*(send(port, *pieces) for pieces in cuts)))

    asyncio.run(talk())
    lines = closed(tmp_path)
    assert [line for line in lines if b">a" in line] == [b"<1>a%d" % number for number in range(300)]
    assert [line for line in lines if b">b" in line] == [b"<1>b%d" % number for number in range(300)]
    assert len(lines) == 600


@pytest.mark.enable_socket
def test_frame_torn_by_hanging_up_is_no_line_and_counts_as_lost(tmp_path):
    spool = Spool(tmp_path, limit=2**20)

    async def talk() -> None:
        receiver = Receiver(spool)
        async with receiver.listening(Ports(tcp=0)):
            assert await send(receiver.ports["tcp"], counted(OLD), b"400 <86>begun and nev")
            assert await send(receiver.ports["tcp"], b"<86>a last line needs no end")

    asyncio.run(talk())
    assert closed(tmp_path) == [OLD, b"<86>a last line needs no end"]
    assert (spool.sender(HOST).dropped, spool.sender(HOST).cut) == (1, 0)


@pytest.mark.parametrize("end", [b"7 abc", b"999999 " + b"x" * (LONGEST + 9)])
def test_counted_message_without_its_end_is_told_as_torn(end):
    frames = Frames()
    frames.feed(end)
    assert (frames.end(), frames.torn) == ([], 1)
    whole = Frames()
    assert (whole.feed(counted(OLD)), whole.end(), whole.torn) == ([OLD], [], 0)


@pytest.mark.enable_socket
def test_line_longer_than_may_be_is_cut_counted_and_the_next_one_is_whole(tmp_path):
    spool = Spool(tmp_path, limit=2**24)

    async def talk() -> None:
        receiver = Receiver(spool)
        async with receiver.listening(Ports(tcp=0)):
            assert await send(receiver.ports["tcp"], b"<1>" + b"x" * 3 * LONGEST + b"\n", NEW + b"\n")

    asyncio.run(talk())
    long, after = closed(tmp_path)
    assert (len(long), after) == (LONGEST, NEW)
    assert spool.sender(HOST).cut == 1


@pytest.mark.enable_socket
def test_sender_waits_while_the_spool_is_full_and_loses_nothing(tmp_path, monkeypatch):
    """Back-pressure: TCP is not read, so the sender's own queue fills, on its own disk (`queue.filename`)."""
    monkeypatch.setattr(server, "BREATH_S", 0.005)
    spool = Spool(tmp_path, limit=2**20)

    async def talk() -> None:
        receiver = Receiver(spool)
        async with receiver.listening(Ports(tcp=0)):
            await until((tmp_path / HEALTH).exists)
            receiver._full = True
            sending = asyncio.create_task(send(receiver.ports["tcp"], counted(OLD)))
            await until(lambda: receiver._connections == 1)
            assert not heard(spool, 1)
            assert not sending.done()
            receiver._full = False
            assert await sending

    asyncio.run(talk())
    assert closed(tmp_path) == [OLD]


@pytest.mark.enable_socket
def test_more_connections_than_may_be_are_hung_up_on_and_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(server, "CONNECTIONS", 1)
    spool = Spool(tmp_path, limit=2**20)

    async def talk() -> None:
        receiver = Receiver(spool)
        async with receiver.listening(Ports(tcp=0)):
            port = receiver.ports["tcp"]
            _, held = await asyncio.open_connection(HOST, port)
            await until(lambda: receiver._connections == 1)
            await send(port, counted(OLD))
            await until(lambda: spool.sender(HOST).dropped == 1)
            held.close()
            await held.wait_closed()
            await until(lambda: receiver._connections == 0)
            assert await send(port, counted(NEW))

    asyncio.run(talk())
    assert closed(tmp_path) == [NEW]


@pytest.mark.enable_socket
def test_port_that_is_taken_stops_the_start(tmp_path):
    async def talk() -> None:
        first, second = Receiver(Spool(tmp_path / "a", limit=1)), Receiver(Spool(tmp_path / "b", limit=1))
        async with first.listening(Ports(tcp=0)):
            with pytest.raises(OSError, match=r"."):
                async with second.listening(Ports(tcp=first.ports["tcp"])):
                    raise AssertionError

    asyncio.run(talk())


def test_what_was_lost_is_told_once_in_a_file_of_its_own_and_goes_on_counting_after_a_restart(tmp_path):
    spool = Spool(tmp_path, limit=2**20)
    spool.sender("10.1.4.7").dropped = 3
    spool.sender("10.1.4.7").cut = 1
    spool.sender("10.1.4.8").lines = 9
    spool.rotate(100.0)
    spool.sender("10.1.4.7").dropped = 5
    spool.rotate(101.0)
    assert len(list((tmp_path / "losses").iterdir())) == 1
    spool.rotate(100.0 + PERIOD_S)
    spool.rotate(100.0 + 9 * PERIOD_S)
    first, second = (json.loads(path.read_text()) for path in sorted((tmp_path / "losses").iterdir()))
    assert (first["sender"], first["dropped"], first["cut"]) == ("10.1.4.7", 3, 1)
    assert (second["dropped"], second["cut"], second["dropped_before"]) == (2, 0, 3)
    again = Spool(tmp_path, limit=2**20)
    assert again.sender("10.1.4.7").dropped == 5
    again.rotate(1e6, all_of_them=True)
    assert len(list((tmp_path / "losses").iterdir())) == 2


def test_loss_that_a_killed_run_had_counted_but_not_told_is_told_by_the_next(tmp_path):
    spool = Spool(tmp_path, limit=2**20)
    spool.rotate(100.0)
    spool.sender("10.1.4.7").dropped = 1
    spool.rotate(100.0)
    spool.sender("10.1.4.7").dropped = 4
    spool.rotate(101.0)
    again = Spool(tmp_path, limit=2**20)
    again.rotate(102.0)
    told = [json.loads(path.read_text())["dropped"] for path in sorted((tmp_path / "losses").iterdir())]
    assert told == [1, 3]


@pytest.mark.parametrize("health", ["", "{", '{"senders": [{"address": 1, "other": 2}]}', '{"senders": 7}', "[]"])
def test_health_that_cannot_be_read_is_nobody_heard_yet(tmp_path, health):
    (tmp_path / HEALTH).write_text(health)
    assert Spool(tmp_path, limit=1).senders == {}


def test_loss_is_a_gap_in_the_log_with_sender_and_count():
    told = {"time": "2026-11-23T01:00:00+00:00", "sender": "10.1.4.7", "dropped": 3, "cut": 1}
    dropped, cut = events_of("receiver", told)
    assert [one["activity"] for one in (dropped, cut)] == [Activity.LOG_GAP] * 2
    assert [(one["name"], one["count"], one["flags"]) for one in (dropped, cut)] == [
        ("10.1.4.7", 3, "dropped"),
        ("10.1.4.7", 1, "cut"),
    ]


def test_line_that_names_no_sender_is_refused_and_one_without_loss_is_nothing():
    _, rejects, ignored = read(
        "receiver", b'{"time": "2026-11-23T01:00:00Z", "dropped": 1}\n{"time": "x", "sender": "a", "dropped": 0}\n'
    )
    assert (len(rejects), ignored) == (1, 1)


def test_losses_are_events_of_the_lake_and_stand_in_the_health_of_the_source(lake: Lake, tmp_path):
    spool = Spool(tmp_path / "spool", limit=2**20)
    spool.sender("10.1.4.7").dropped = 3
    spool.rotate(1.0)
    (path,) = (tmp_path / "spool" / "losses").iterdir()
    for known in (False, True):
        assert lake.ingest(path, source="receiver", instance="fs01", zone=TOKYO).known is known
    (health,) = lake.sources_health()
    assert (health.source, health.gaps, health.rejected) == ("receiver", 1, 0)
