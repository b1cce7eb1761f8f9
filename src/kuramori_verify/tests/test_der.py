"""The DER reader takes what X.690 allows, in its only form, and refuses the rest with a FormError and nothing worse."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from asn1crypto import core
from hypothesis import given
from hypothesis import strategies as some

from kuramori_verify.canonical import FormError
from kuramori_verify.der import (
    DerReader,
    der_bits,
    der_boolean,
    der_integer,
    der_oid,
    der_time,
    read_der,
)
from kuramori_verify.tests.authority import oid, seq, tlv

READS = (der_bits, der_boolean, der_integer, der_oid, der_time)


@given(some.binary(max_size=200))
def test_no_bytes_do_more_than_a_form_error(raw):
    for read in READS:
        with suppress(FormError):
            read(read_der(raw))
    with suppress(FormError):
        for each in DerReader(raw).rest():
            each.inside().rest()


@given(some.integers(-(2**600), 2**600))
def test_an_integer_is_read_as_it_was_written(number):
    assert der_integer(read_der(core.Integer(number).dump())) == number


@given(some.integers(0, 2), some.integers(0, 39), some.lists(some.integers(0, 2**70), max_size=6))
def test_an_object_identifier_is_read_as_it_was_written(top, second, more):
    dotted = ".".join(map(str, [top, second, *more]))
    assert der_oid(read_der(oid(dotted))) == dotted


@given(some.datetimes(datetime(1950, 1, 1), datetime(9999, 12, 31)))  # noqa: DTZ001  (the zone is given below)
def test_a_time_is_read_as_it_was_written(moment):
    moment = moment.replace(tzinfo=UTC)
    digits = moment.strftime("%Y%m%d%H%M%S").rjust(14, "0")
    fraction = f".{moment.microsecond:06d}".rstrip("0").rstrip(".")
    assert der_time(read_der(tlv(0x18, f"{digits}{fraction}Z".encode()))) == moment
    if moment.year < 2050:
        short = tlv(0x17, f"{digits[2:]}Z".encode())
        assert der_time(read_der(short)) == moment.replace(microsecond=0)


@given(some.lists(some.binary(max_size=300), max_size=5))
def test_members_are_taken_in_order_with_their_bytes(members):
    written = [tlv(0x04, each) for each in members]
    reader = read_der(seq(*written)).inside()
    taken = reader.rest(0x04)
    assert [each.content for each in taken] == members
    assert [each.raw for each in taken] == written
    assert reader.is_done
    reader.end()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x04",
        b"\x04\x05abc",
        b"\x04\x80abc\x00\x00",
        b"\x04\x81\x03abc",
        b"\x04\x82\x00\x80" + bytes(128),
        b"\x04\x85\x00\x00\x00\x00\x01a",
        b"\x04\x84\xff\xff\xff\xff",
        b"\x04\x82\x01",
        b"\x1f\x81\x01\x00",
        b"\x04\x01ab",
    ],
)
def test_a_length_or_tag_in_another_form_is_refused(raw):
    with pytest.raises(FormError):
        read_der(raw)


@pytest.mark.parametrize(
    ("read", "raw"),
    [
        (der_integer, b"\x02\x00"),
        (der_integer, b"\x02\x02\x00\x01"),
        (der_integer, b"\x02\x02\xff\xff"),
        (der_integer, b"\x04\x01\x01"),
        (der_integer, tlv(0x02, b"\x01" * 2_101)),
        (der_boolean, b"\x01\x01\x01"),
        (der_boolean, b"\x01\x00"),
        (der_bits, b"\x03\x00"),
        (der_bits, b"\x03\x02\x01\x80"),
        (der_oid, b"\x06\x00"),
        (der_oid, b"\x06\x02\x2a\x80"),
        (der_oid, b"\x06\x03\x2a\x80\x01"),
        (der_oid, tlv(0x06, bytes(65))),
        (der_time, tlv(0x18, b"20261123050000")),
        (der_time, tlv(0x18, b"20261123050000+0900")),
        (der_time, tlv(0x18, b"20261123050000.50Z")),
        (der_time, tlv(0x18, b"20261123050000.Z")),
        (der_time, tlv(0x18, b"20260230000000Z")),
        (der_time, tlv(0x18, b"20261123050060Z")),
        (der_time, tlv(0x17, b"2611230500Z")),
        (der_time, tlv(0x17, b"20261123050000Z")),
        (der_time, tlv(0x04, b"20261123050000Z")),
    ],
)
def test_a_value_in_another_form_is_refused(read, raw):
    with pytest.raises(FormError):
        read(read_der(raw))


def test_the_reader_takes_only_what_was_asked_for():
    reader = DerReader(seq(tlv(0x05)) + tlv(0x01, b"\xff"))
    assert reader.maybe(0x01) is None
    with pytest.raises(FormError, match="expected"):
        reader.take(0x31)
    assert reader.take(0x30).content == b"\x05\x00"
    with pytest.raises(FormError, match="follows"):
        reader.end()
    assert der_boolean(reader.take())
    assert reader.peek() is None
    with pytest.raises(FormError, match="early"):
        reader.take()


def test_years_of_two_digits_turn_at_1950():
    first, last = (der_time(read_der(tlv(0x17, text))) for text in (b"500101000000Z", b"491231235959Z"))
    assert (first.year, last.year) == (1950, 2049)
    assert last - first == timedelta(days=36524, hours=23, minutes=59, seconds=59)
