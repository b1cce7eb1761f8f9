"""A time-stamp authority on this machine's loopback, as good or as bad as a test wants it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[bytes], bytes]


class Loopback(ThreadingHTTPServer):
    """Answers each POST with `answer(query)`; keeps what it was sent."""

    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = answer
        self.status = 200
        self.headers: dict[str, str] = {}
        self.got: list[dict[str, Any]] = []
        self.release = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/tsa?x=1"


class Handler(BaseHTTPRequestHandler):
    server: Loopback

    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append({"path": self.path, "headers": dict(self.headers), "query": query})
        body = self.server.answer(query)
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(OSError):  # who asked may have left
            self.wfile.write(body)

    def log_message(self, *_words: Any) -> None:
        """Stay quiet."""


@contextmanager
def serving(answer: Answer) -> Iterator[Loopback]:
    """Serve until the block ends."""
    server = Loopback(answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.release.set()
        server.shutdown()
        thread.join()
        server.server_close()
