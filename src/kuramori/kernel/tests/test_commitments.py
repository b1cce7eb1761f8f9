import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuramori.kernel.commitments import (
    DisclosureError,
    Opened,
    commit,
    commit_many,
    digest_of,
    digests_of,
    open_commitment,
)


def test_the_digest_is_over_the_disclosure_text_as_in_sd_jwt():
    hidden = commit("name", "佐倉 灯里")
    expected = base64.urlsafe_b64encode(hashlib.sha256(hidden.disclosure.encode()).digest()).rstrip(b"=").decode()
    assert hidden.digest == expected
    assert "=" not in hidden.disclosure + hidden.digest


def test_equal_words_give_different_digests():
    assert commit("why", "棚卸し").digest != commit("why", "棚卸し").digest


def test_the_salt_has_128_bits():
    raw = base64.urlsafe_b64decode(commit("a", 1).disclosure + "==")
    assert len(base64.urlsafe_b64decode(raw.split(b'"')[1] + b"==")) == 16


@given(st.text(), st.none() | st.integers(-9, 9) | st.lists(st.text(), max_size=2))
def test_a_disclosure_opens_its_own_commitment(name, value):
    hidden = commit(name, value)
    assert open_commitment(hidden.disclosure, hidden.digest) == Opened(name=name, value=value)


def test_many_members_are_committed_in_order():
    listed = commit_many([("level", ["極秘", "秘"]), ("keeper", [None, "牧野 牡丹"])])
    assert [open_commitment(c.disclosure, c.digest).name for c in listed] == ["level", "keeper"]
    assert commit_many([]) == []


@pytest.mark.parametrize("text", ["", "####", "WzEsMl0", "WzEsMiwzXQ", "é"])
def test_what_is_not_a_disclosure_does_not_open_even_its_own_digest(text):
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
    with pytest.raises(DisclosureError):
        open_commitment(text, digest)


def test_another_digest_is_refused():
    with pytest.raises(DisclosureError, match="does not match"):
        open_commitment(commit("a", 1).disclosure, commit("a", 1).digest)


@given(st.lists(st.text(), max_size=5))
def test_many_digests_are_those_of_each(disclosures: list[str]) -> None:
    assert digests_of(disclosures) == [digest_of(each) for each in disclosures]
