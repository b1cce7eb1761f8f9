"""The syslog receiver: every message once, no forged lines, no torn ones, nothing held without bound."""

import asyncio
import json
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori_lake import cli
from kuramori_lake.receiver.framing import LONGEST, Frames, as_line
from kuramori_lake.receiver.server import Ports, Receiver
from kuramori_lake.receiver.spool import LARGEST, PERIOD_S, Spool

MESSAGE = b"<86>Nov 23 10:00:00 fs01 sshd[3]: hello"


def closed(root):
    return b"".join(path.read_bytes() for path in sorted((root / "closed").iterdir()))


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=6), st.integers(min_value=1, max_value=9))
def test_counted_messages_come_out_as_they_went_in_however_they_were_cut(messages, step):
    stream = b"".join(b"%d %s" % (len(one), one) for one in messages)
    frames, found = Frames(), []
    for at in range(0, len(stream), step):
        found += frames.feed(stream[at : at + step])
    assert found + frames.end() == messages


def test_lines_and_counted_messages_may_follow_each_other():
    frames = Frames()
    assert frames.feed(MESSAGE + b"\n5 <1>ab<2>next\n") == [MESSAGE, b"<1>ab", b"<2>next"]
    assert (frames.feed(b"<3>open"), frames.end()) == ([], [b"<3>open"])


@pytest.mark.parametrize("end", [b"\n", b""])
def test_line_without_end_is_cut_once_and_never_held_whole(end):
    frames, found = Frames(), []
    for _ in range(40):
        found += frames.feed(b"x" * LONGEST)
        assert len(frames._rest) <= 2 * LONGEST  # what it holds is the claim
    found += frames.feed(end + MESSAGE + b"\n")
    assert frames.cut == 1
    assert found == [b"x" * LONGEST, *([MESSAGE] if end else [])]


def test_counted_message_of_a_gigabyte_is_skipped_without_being_held():
    frames = Frames()
    found = frames.feed(b"999999999 " + b"y" * 3 * LONGEST)
    assert (found, frames.cut, len(frames._rest)) == ([b"y" * LONGEST], 1, 0)


@pytest.mark.parametrize("bad", [b"\n", b"\r", b"\0", b"\x1b"])
def test_nobody_forges_a_second_line(bad):
    line = as_line(b"<1>a" + bad + b"<2>forged")
    assert line.count(b"\n") == 1
    assert bad not in line[:-1]
    assert line == b"<1>a#%03o<2>forged\n" % bad[0]


def test_torn_line_of_a_killed_process_is_cut_off_and_whole_ones_are_kept(tmp_path):
    spool = Spool(tmp_path, limit=2**20)
    spool.write("192.0.2.1", [b"one\n", b"two\n"], 1.0)
    (part,) = (tmp_path / "open").iterdir()
    with part.open("ab") as file:
        file.write(b"tor")
    (tmp_path / "open" / "empty.part").write_bytes(b"")
    spool._files["192.0.2.1"].file.close()  # as the kernel does for the dead
    Spool(tmp_path, limit=2**20)
    assert closed(tmp_path) == b"one\ntwo\n"
    assert list((tmp_path / "open").iterdir()) == []


def test_files_close_by_minute_and_by_size_and_say_who_was_heard(tmp_path):
    spool = Spool(tmp_path, limit=100)
    spool.write("::1", [b"a\n"], 1.0)
    spool.rotate(2.0)
    assert closed(tmp_path) == b""
    spool.rotate(1.0 + PERIOD_S)
    assert closed(tmp_path) == b"a\n"
    assert not spool.is_full
    spool.write("::1", [b"b" * LARGEST], 90.0)
    assert len(closed(tmp_path)) == LARGEST + 2
    assert spool.is_full
    spool.rotate(91.0)
    (sender,) = json.loads((tmp_path / "health.json").read_text())["senders"]
    assert (sender["address"], sender["last_seen"], sender["lines"]) == ("::1", 90.0, 2)


@pytest.mark.enable_socket
def test_what_comes_by_tcp_and_udp_lies_in_closed_files(tmp_path):
    async def talk():
        receiver = Receiver(Spool(tmp_path, limit=2**20))
        async with receiver.listening(Ports(udp=0, tcp=0)):
            _, writer = await asyncio.open_connection("127.0.0.1", receiver.ports["tcp"])
            writer.write(MESSAGE + b"\n" + b"%d %s" % (len(MESSAGE), MESSAGE))
            await writer.drain()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                udp.sendto(MESSAGE + b"\nforged", ("127.0.0.1", receiver.ports["udp"]))
            writer.close()
            await writer.wait_closed()
            async with asyncio.timeout(20):
                while receiver._spool.sender("127.0.0.1").lines < 3:  # noqa: ASYNC110
                    await asyncio.sleep(0.01)

    asyncio.run(talk())
    assert sorted(closed(tmp_path).splitlines()) == sorted([MESSAGE, MESSAGE, MESSAGE + b"#012forged"])


def test_full_spool_drops_datagrams_and_counts_them(tmp_path):
    spool = Spool(tmp_path, limit=0)
    receiver = Receiver(spool)
    receiver._full = True
    receiver.datagram(MESSAGE, "192.0.2.1")
    receiver.datagram(b"\n", "192.0.2.1")
    assert (spool.sender("192.0.2.1").dropped, spool.sender("192.0.2.1").lines) == (1, 0)


def test_ports_and_certificates_are_asked_for(tmp_path, capsys):
    common = ["receive", "--lake", str(tmp_path / "lake"), "--spool", str(tmp_path / "spool"), "--source", "sshd"]
    assert cli.main(common) == 2
    assert cli.main([*common, "--tls", "0"]) == 2
    assert capsys.readouterr().err.count("\n") == 2
    assert list(tmp_path.iterdir()) == []
