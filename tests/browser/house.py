"""The demo company as a newcomer gets it: built by the demo's own code, served by `kuramori serve`."""

import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from uuid import UUID

from tests.installation import PATIENCE, Installation

SMALL = {"people": 80, "months": 4, "events": 60_000}
"""A company in which the story is still planted and found; a quarter of the full demo's time."""
FULL: Mapping[str, int] = {}
BUILD = """
import json, sys, django
django.setup()
from kuramori.site.demo import build
from kuramori.site.terminal import progress
build(progress, **json.loads(sys.argv[1]))
"""
DEMO = {"KURAMORI_DEMO": "1", "DJANGO_SETTINGS_MODULE": "kuramori.site.settings"}


class House(Installation):
    """The demo company in a folder, and the address at which it is served."""

    address = ""
    patience = 1200  # a whole company, on a machine that has other work

    @property
    def story(self) -> dict[str, str]:
        """What the planted story is about: `secret`, `secret_id`, `person`, `alert`, ..."""
        return json.loads((self.data / "demo.json").read_text("utf-8"))

    @property
    def leaver(self) -> dict[str, str]:
        """The name that the alert must not show, in the letters of each language."""
        asked = "SELECT name, romaji FROM directory_person WHERE number = ?"
        return dict(zip(("ja", "en"), self.ask(asked, [self.story["person_number"]])[0], strict=True))

    @property
    def leaver_line(self) -> str:
        """The engagement that the leaver has given notice of, as addresses write it."""
        asked = "SELECT line FROM directory_engagement WHERE person_id = ? AND recorded_to IS NULL"
        return str(UUID(self.ask(asked, [self.story["person"].replace("-", "")])[0][0]))

    def address_of(self, page: str) -> str:
        """An address of the story, with what stands in braces filled in."""
        source = str(UUID(self.ask("SELECT id FROM watch_logsource WHERE kind = 'samba' ORDER BY id LIMIT 1")[0][0]))
        return page.format(**self.story, line=self.leaver_line, source=source)

    @property
    def register_file(self) -> Path:
        """The register as the company brought it."""
        return self.data / "demo-files" / "register.xlsx"


def built(folder: Path, size: Mapping[str, int] = SMALL) -> House:
    """Build the demo company in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    house = House(folder)
    house.python("-c", BUILD, json.dumps(dict(size)), env=DEMO, check=True)
    return house


@contextmanager
def served(house: House) -> Iterator[House]:
    """Serve the house on a free port until the block ends."""
    port = _free_port()
    house.address = f"http://localhost:{port}"
    process = house.start("-m", "kuramori", "serve", "--port", port, env={**DEMO, "KURAMORI_PUBLIC_URL": house.address})
    try:
        _wait_until_alive(house.address, process)
        yield house
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_alive(address: str, process: "subprocess.Popen[str]") -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, f"the server ended with {process.returncode}"
        try:
            with urlopen(f"{address}/alive/", timeout=30) as answer:  # noqa: S310  (our own server)
                assert answer.status == 200
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise AssertionError("the server did not answer")
