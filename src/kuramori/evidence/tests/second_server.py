"""A witness as somebody else would write it from c2sp.org/tlog-witness: in memory, over real HTTP on this machine.

It does not hand out what it holds, as makes other than ours do not. `say` lets it misbehave.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from wsgiref.simple_server import WSGIRequestHandler, make_server

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kuramori.evidence.rules.note import COSIGNATURE, Checkpoint, NoteError, VerifierKey, open_note, parts
from kuramori.evidence.rules.tree import is_consistent
from kuramori.evidence.witnessing.rules.witness import AddCheckpoint, cosign
from kuramori.kernel.merkle import EMPTY_ROOT

NAME = "witness.example/w1"
AT = datetime(2026, 11, 20, 3, 0, 5, tzinfo=UTC)


class Quiet(WSGIRequestHandler):
    """Writes no log lines between the test's dots."""

    def log_message(self, *_words: object) -> None:
        pass


class SecondServer:
    """What it knows: logs by name with their key, and the longest head of each."""

    def __init__(self) -> None:
        self.key = Ed25519PrivateKey.generate()
        self.vkey = VerifierKey(NAME, self.key.public_key().public_bytes_raw(), COSIGNATURE)
        self.logs: dict[str, VerifierKey] = {}
        self.heads: dict[str, Checkpoint] = {}
        self.asked: list[AddCheckpoint] = []
        self.say: tuple[int, bytes] | None = None

    def knows(self, key: VerifierKey) -> None:
        self.logs[key.name] = key

    def answer(self, raw: bytes) -> tuple[int, bytes]:
        asked = AddCheckpoint.parse(raw)
        self.asked.append(asked)
        if self.say is not None:
            return self.say
        head = Checkpoint.parse(parts(asked.note)[0])
        if head.origin not in self.logs:
            return 404, b""
        try:
            open_note(asked.note, [self.logs[head.origin]])
        except NoteError:
            return 403, b""
        known = self.heads.get(head.origin, Checkpoint(head.origin, 0, EMPTY_ROOT))
        if asked.old != known.size or (known.size == head.size and known.root != head.root):
            return 409, f"{known.size}\n".encode()
        if not is_consistent(known.size, head.size, known.root, head.root, asked.proof):
            return 422, b""
        self.heads[head.origin] = head
        return 200, cosign(head.text, self.key, NAME, AT).encode()

    def __call__(self, environ, start_response):
        if environ["REQUEST_METHOD"] == "POST" and environ["PATH_INFO"] == "/add-checkpoint":
            status, body = self.answer(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
        else:
            status, body = (404, b"") if self.say is None else self.say
        start_response(f"{status} said", [("Content-Length", str(len(body)))])
        return [body]


@contextmanager
def serving(app: SecondServer) -> Iterator[str]:
    """Serve it on a free port of this machine; yields its address."""
    with make_server("127.0.0.1", 0, app, handler_class=Quiet) as server:
        thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
