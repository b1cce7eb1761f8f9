"""Mails (RFC 5322, MIME): subject, bodies and attachments. What a head says of sender and receivers is a claim."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from typing import Any, Final

from kuramori_lake.fingerprint.reading.limits import Part, Problem, Reason, RefusalError
from kuramori_lake.fingerprint.reading.plain import text_of, without_tags

_HEAD: Final = re.compile(
    rb"(?im)^(?:from|to|cc|subject|date|message-id|mime-version|received|return-path|content-type|x-[\w-]+):"
)
_HEADS: Final = 3
_SNIFFED: Final = 8192


def is_mail(data: bytes) -> bool:
    """Whether bytes begin as a mail does: with header lines, at least three of the usual ones before the body."""
    head = re.split(rb"\r?\n\r?\n", data[:_SNIFFED], maxsplit=1)[0]
    first = re.match(rb"(?:From [^\r\n]*\r?\n)?[!-9;-~]+:", head)
    return first is not None and len(set(map(bytes.lower, _HEAD.findall(head)))) >= _HEADS


def words_of_header(value: object) -> str:
    """A header's words, decoded (RFC 2047); what is not valid stays as it came."""
    try:
        found = decode_header(str(value))
    except (MessageError, ValueError):
        return str(value)
    return "".join(
        part if isinstance(part, str) else _decoded(part, charset if isinstance(charset, str) else None)
        for part, charset in found
    )


def _decoded(data: bytes, charset: str | None) -> str:
    try:
        return text_of(data, charset)
    except RefusalError:
        return data.decode("ascii", "replace")


def read_mail(name: str, data: bytes) -> Iterator[Part | Problem | tuple[str, bytes] | dict[str, str]]:
    """Subject and bodies as parts, each attachment as name and bytes, and what the head claims, once."""
    try:
        message = message_from_bytes(data)
        yield {
            key: words_of_header(message[header] or "").strip()
            for key, header in (("message_id", "Message-ID"), ("from", "From"), ("to", "To"))
        }
        if subject := words_of_header(message["Subject"] or ""):
            yield Part(name=f"{name}/Subject", text=subject)
        for number, leaf in enumerate(_leaves(message), 1):
            yield from _leaf(name, number, leaf)
    except (RecursionError, MessageError, ValueError):
        yield Problem(name=name, reason=Reason.DAMAGED)


def _leaves(message: Message) -> Iterator[Message]:
    """Every part that holds something itself, without calling itself for each level."""
    waiting = [message]
    while waiting:
        one = waiting.pop()
        payload: Any = one.get_payload()
        if isinstance(payload, list) and one.get_content_type() != "message/rfc822":
            waiting += reversed(payload)
        else:
            yield one


def _leaf(name: str, number: int, leaf: Message) -> Iterator[Part | Problem | tuple[str, bytes]]:
    filename = leaf.get_filename()
    where = f"{name}/{words_of_header(filename) if filename else number}"
    payload: Any = leaf.get_payload()
    if isinstance(payload, list):
        yield from ((where, inner.as_bytes()) for inner in payload)
        return
    found: Any = leaf.get_payload(decode=True)
    data = found if isinstance(found, bytes) else str(payload).encode("utf-8", "replace")
    if filename is None and leaf.get_content_maintype() == "text":
        yield from _body(where, data, leaf)
    elif data:
        yield where, data


def _body(where: str, data: bytes, leaf: Message) -> Iterator[Part | Problem]:
    charset = leaf.get_content_charset()
    try:
        text = text_of(data, "cp932" if charset in {"shift_jis", "shift-jis", "sjis", "x-sjis"} else charset)
    except RefusalError as refusal:
        yield Problem(name=where, reason=refusal.reason)
        return
    text = without_tags(text) if leaf.get_content_subtype() == "html" else text
    if text.strip():
        yield Part(name=where, text=text)
