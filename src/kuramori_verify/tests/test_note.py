import pytest

from kuramori.evidence.rules.note import Checkpoint, sign
from kuramori_verify.canonical import FormError
from kuramori_verify.note import SignatureError, read_head, read_log_key, read_log_keys
from kuramori_verify.tests.samples import KEY, ORIGIN, STRANGER, VERIFIER_KEY, checkpoint, key_line

KEYS = [read_log_key(str(VERIFIER_KEY))]
HEAD = checkpoint(3, bytes(32))


def test_a_key_that_go_made_is_read():
    """The example of golang.org/x/mod/sumdb/note."""
    key = read_log_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    assert (key.name, key.id.hex()) == ("PeterNeumann", "c74f20a3")


def test_the_signer_of_a_head_is_named():
    head = read_head(HEAD, [read_log_key(key_line(STRANGER).decode().strip()), *KEYS])
    assert (head.key, head.size) == (KEYS[0], 3)


def test_a_head_of_another_log_signed_with_this_ones_key_is_refused():
    with pytest.raises(SignatureError, match="the head is of other"):
        read_head(sign(Checkpoint("other.example/log", 3, bytes(32)).text, KEY, ORIGIN).encode(), KEYS)


@pytest.mark.parametrize("raw", [b"", b"\n", key_line() * 65, key_line()[:-1], key_line() + b"\n"])
def test_a_key_file_of_another_form(raw):
    with pytest.raises(FormError):
        read_log_keys(raw)


@pytest.mark.parametrize("text", ["o\n1\n", "o\n1\nAAAA\n", "o\n\n1\nx\n", "\n1\nx\n", "o\nx\ny\n"])
def test_a_signed_text_that_is_no_checkpoint(text):
    with pytest.raises(FormError):
        read_head(sign(text, KEY, ORIGIN).encode(), KEYS)


@pytest.mark.parametrize("line", ["— a AAAA", "— a AAAAAAA= b", "—  AAAAAAA=", "— a+b AAAAAAA=", "— a AAAAAA"])
def test_a_signature_line_of_another_form(line):
    with pytest.raises(FormError):
        read_head(f"{HEAD.decode()}{line}\n".encode(), KEYS)
