"""Random changes to everything the verifier reads: refused in the words of its documentation, never taken for sound.

A few examples each, for every run of the tests; `tools/fuzz_verifier.py` gives the same targets millions.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from kuramori_verify.tests.fuzzing import TARGETS, good, judged, names, with_file

FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
PIECES = some.one_of(
    some.binary(max_size=4),
    some.sampled_from([b"\n", b"\r\n", b'"', b"\xff", b"\x00", b"0", b"-1", b"[", b"{}", b"null", b"\xe2\x80\xa8"]),
)


@some.composite
def changed(draw: some.DrawFn, raw: bytes) -> bytes:
    """Bytes taken out, put in, doubled or moved, at up to three places; sometimes something else altogether."""
    if draw(some.integers(0, 9)) == 0:
        return draw(some.binary(max_size=200))
    for _ in range(draw(some.integers(1, 3))):
        place, length = draw(some.integers(0, len(raw))), draw(some.integers(0, 40))
        piece = draw(some.one_of(PIECES, some.just(raw[place : place + length] * 2)))
        raw = raw[:place] + piece + raw[place + length * draw(some.booleans()) :]
    return raw


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_parser_refuses_in_its_own_words(name):
    target = TARGETS[name]
    seeds = target.seeds()
    for seed in seeds:
        target.run(seed)

    @given(some.data())
    @FEW
    def look(data):
        target.run(data.draw(changed(data.draw(some.sampled_from(seeds)))))

    look()


@given(some.data())
@settings(FEW, max_examples=80)
def test_a_bundle_with_one_file_changed_is_never_sound(data):
    name = data.draw(some.sampled_from(names()))
    with_file(name, data.draw(changed(good()[name])))


def test_what_the_fuzzer_begins_with_is_sound_and_whole():
    """Else it would find nothing but what was wrong before."""
    report = judged(good())
    assert (report["findings"], report["exit"]) == ([], 0)
    assert (len(report["stamps"]), len(report["witnesses"])) == (1, 1)
    for name in names():
        with_file(name, good()[name])


def test_every_parser_has_its_target():
    wanted = {
        "bag",
        "base64_text",
        "bundle_manifest",
        "canonical_json",
        "certificate",
        "der",
        "entry_body",
        "entry_file",
    }
    assert set(TARGETS) >= wanted | {"key_lines", "log_rows", "pem", "signed_note", "time_stamp", "zip_file"}
