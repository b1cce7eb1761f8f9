"""Writes Postfix logs for the tests: the lines that one pass of a mail leaves, in the order that Postfix has."""

from collections.abc import Iterable

DAY = "Nov 20"


def line(at: str, service: str, queue_id: str, rest: str, host: str = "mx") -> str:
    return f"{DAY} {at} {host} postfix/{service}[77]: {queue_id}: {rest}"


def birth(at: str, queue_id: str, *, client: str = "pc7.kura.example[192.0.2.7]", login: str = "") -> str:
    return line(
        at, "smtpd", queue_id, f"client={client}" + (f", sasl_method=PLAIN, sasl_username={login}" if login else "")
    )


def head(
    at: str, queue_id: str, message_id: str, *, sender: str = "akari@kura.example", count: int = 1, size: int = 9000
):
    yield line(at, "cleanup", queue_id, f"message-id=<{message_id}>")
    yield line(at, "qmgr", queue_id, f"from=<{sender}>, size={size}, nrcpt={count} (queue active)")


def to(
    at: str, queue_id: str, recipient: str, *, relay: str = "mx.rival.example[198.51.100.9]:25", status: str = "sent",
    reply: str = "250 2.0.0 Ok: queued as FARAWAY", service: str = "smtp", orig_to: str = "", host: str = "mx",
) -> str:  # fmt: skip
    original = f"orig_to=<{orig_to}>, " if orig_to else ""
    dsn = {"sent": "2.0.0", "deferred": "4.4.1"}.get(status, "5.7.1")
    hop = f"to=<{recipient}>, {original}relay={relay}, delay=0.3, delays=0.1/0/0.1/0.1, dsn={dsn}"
    return line(at, service, queue_id, f"{hop}, status={status} ({reply})", host)


def removed(at: str, queue_id: str) -> str:
    return line(at, "qmgr", queue_id, "removed")


def mail(
    queue_id: str = "3FA0B12C", message_id: str = "1@kura", *, at: str = "10:00",
    recipients: Iterable[str] = ("x@rival.example",),
    login: str = "", sender: str = "akari@kura.example", **words: str,
) -> list[str]:  # fmt: skip
    """A mail that passes once, from its birth to its removal."""
    to_all = list(recipients)
    return [
        birth(f"{at}:01", queue_id, login=login),
        *head(f"{at}:02", queue_id, message_id, sender=sender, count=len(to_all)),
        *(to(f"{at}:03", queue_id, one, **words) for one in to_all),
        removed(f"{at}:04", queue_id),
    ]


FILTER = "127.0.0.1[127.0.0.1]:10025"


def filtered(
    message_id: str = "1@kura", *, at: str = "10:00", login: str = "akari", first: str = "AAAA1", second: str = "BBBB2"
) -> list[str]:
    """A mail that a content filter takes in and gives back before it answers."""
    both = ("x@rival.example", "y@rival.example")
    return [
        birth(f"{at}:01", first, login=login),
        *head(f"{at}:01", first, message_id, count=2),
        birth(f"{at}:02", second, client="localhost[127.0.0.1]"),
        *head(f"{at}:02", second, message_id, count=2, size=9100),
        *(to(f"{at}:03", first, one, relay=FILTER, reply="250 2.0.0 OK reinjected") for one in both),
        removed(f"{at}:03", first),
        *(to(f"{at}:04", second, one) for one in both),
        removed(f"{at}:04", second),
    ]  # fmt: skip
