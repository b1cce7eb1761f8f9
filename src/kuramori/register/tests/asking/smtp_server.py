"""A mail server on loopback that speaks just enough SMTP, keeps what it took, and fails on demand at a chosen word."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage


class MailServer:
    """Takes mails one connection at a time. `answers` gives another answer than usual to a word such as "RCPT".

    An answer of "" closes the connection instead; after the last line of a mail that is the word "SENT".
    """

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.taken: list[EmailMessage] = []
        self.answers: dict[str, str] = {}
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def close(self) -> None:
        with suppress(OSError):  # closed already
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits for a caller
        self.listener.close()
        self.thread.join(timeout=10)

    def _serve(self) -> None:
        while True:
            try:
                caller, _address = self.listener.accept()
            except OSError:
                return
            with caller, caller.makefile("rwb") as lines:
                try:
                    self._talk(lines)
                except OSError:
                    continue

    def _talk(self, lines) -> None:
        self._say(lines, "220 ready")
        for line in iter(lines.readline, b""):
            word = line.split(maxsplit=1)[0].decode().upper().strip() if line.strip() else ""
            usual = {"DATA": "354 go on", "QUIT": "221 bye", "EHLO": "250 here"}.get(word, "250 ok")
            answer = self.answers.get(word, usual)
            if not answer:
                return
            self._say(lines, answer)
            if word == "QUIT":
                return
            if answer.startswith("354") and not self._take(lines):
                return

    def _take(self, lines) -> bool:
        """Read a mail; say whether the talk goes on."""
        text = b""
        for line in iter(lines.readline, b".\r\n"):
            text += line.removeprefix(b".") if line.startswith(b"..") else line
        self.taken.append(message_from_bytes(text, policy=policy.default))
        answer = self.answers.get("SENT", "250 taken")
        if answer:
            self._say(lines, answer)
        return bool(answer)

    @staticmethod
    def _say(lines, words: str) -> None:
        lines.write(f"{words}\r\n".encode())
        lines.flush()


@contextmanager
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    try:
        yield server
    finally:
        server.close()
