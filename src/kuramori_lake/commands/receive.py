"""`kuramori-lake receive`: a syslog receiver that writes files and takes each closed one into the lake."""

import argparse
import asyncio
import signal
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import duckdb

from kuramori_lake.commands.ingest import ASSUMED_ZONE
from kuramori_lake.commands.shell import DONE, FAILED, command, complain, tell, zone
from kuramori_lake.event import TimeBasis
from kuramori_lake.ingest import FileChangedError
from kuramori_lake.receiver.server import Ports, Receiver
from kuramori_lake.receiver.spool import Spool
from kuramori_lake.sources.receiver import RECEIVER
from kuramori_lake.store import Lake
from kuramori_lake.words import say

LIMIT_MB: Final = 1024
EVERY_S: Final = 5


def add(commands: Any) -> None:
    """Describe the command."""
    made = command(commands, "receive", "listen for syslog and take in what comes", run)
    made.add_argument("--spool", required=True, type=Path, metavar="DIR", help=say("folder for what is received"))
    made.add_argument("--source", required=True, help=say("kind of log that is received"))
    made.add_argument("--instance", default="default", help=say("name of the server or system that wrote the log"))
    made.add_argument("--host", default="127.0.0.1", help=say("address to listen on"))
    for name in ("udp", "tcp", "tls"):
        made.add_argument(f"--{name}", type=int, metavar="PORT", help=say("port for %(name)s", name=name.upper()))
    made.add_argument("--cert", type=Path, help=say("our certificate (PEM)"))
    made.add_argument("--key", type=Path, help=say("its key (PEM)"))
    made.add_argument("--ca", type=Path, help=say("authority that must have signed the clients' certificates"))
    made.add_argument("--limit", type=int, default=LIMIT_MB, metavar="MB", help=say("how much may wait in the folder"))
    made.add_argument("--tz", type=zone, metavar="ZONE", help=say("zone of the log's clock, e.g. Asia/Tokyo"))
    made.add_argument(
        "--site-tz",
        type=zone,
        metavar="ZONE",
        help=say("zone of the people's day, if it is not that of the log's clock"),
    )
    made.set_defaults(usable=check)


def check(args: argparse.Namespace) -> bool:
    """Whether there is a port to listen on, and a certificate for TLS; asked before the lake is opened."""
    if args.udp is None and args.tcp is None and args.tls is None:
        complain("name a port to listen on")
        return False
    if args.tls is not None and not (args.cert and args.key):
        complain("TLS needs --cert and --key")
        return False
    return True


def run(args: argparse.Namespace, _lake: Lake) -> int:
    """Listen until told to stop (SIGTERM, SIGINT). That the lake can be opened was seen before."""
    ports = Ports(
        host=args.host, udp=args.udp, tcp=args.tcp, tls=args.tls, certificate=args.cert, key=args.key, authority=args.ca
    )
    try:
        asyncio.run(_serve(args, ports))
    except OSError as error:
        complain("%(file)s: %(error)s", file=args.spool, error=error)
        return FAILED
    return DONE


async def _serve(args: argparse.Namespace, ports: Ports) -> None:
    receiver, stop = Receiver(Spool(args.spool, limit=args.limit * 2**20)), asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    with ThreadPoolExecutor(1, "intake") as hand:  # taking in must not keep a sender waiting
        async with receiver.listening(ports):
            tell("listening: %(ports)s", ports=receiver.ports)
            while not stop.is_set():
                await loop.run_in_executor(hand, take_in, args)
                try:
                    await asyncio.wait_for(stop.wait(), EVERY_S)
                except TimeoutError:
                    continue
        await loop.run_in_executor(hand, take_in, args)


def take_in(args: argparse.Namespace) -> None:
    """Closed files into the lake, which keeps a copy of each; one that fails stays and is tried again.

    Opens the lake for itself: a lake belongs to one thread.
    """
    waiting = list(_waiting(args))
    if not waiting:
        return
    with Lake.open(args.lake) as lake:
        for path, source in waiting:
            try:
                lake.ingest(
                    path, source=source, instance=args.instance, zone=args.tz or ZoneInfo(ASSUMED_ZONE),
                    site_zone=args.site_tz, basis=TimeBasis.CONFIGURED if args.tz else TimeBasis.ASSUMED, keep=True,
                )  # fmt: skip
            except (OSError, sqlite3.OperationalError, FileChangedError, duckdb.Error) as error:
                complain("%(file)s: %(error)s", file=path, error=error)
            else:
                path.unlink()


def _waiting(args: argparse.Namespace) -> Iterator[tuple[Path, str]]:
    """Closed files and what was lost, each with the source that reads it."""
    yield from ((path, args.source) for path in sorted((args.spool / "closed").glob("*.log")))
    yield from ((path, RECEIVER.name) for path in sorted((args.spool / "losses").glob("*.log")))
