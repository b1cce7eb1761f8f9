import pytest

from kuramori_verify.canonical import FormError, canonical_strings, read_canonical


def test_keys_stand_in_utf16_order():
    """U+1F600 is written with surrogates (U+D83D), which come before U+FB33 though the code point is larger."""
    assert read_canonical('{"\U0001f600":1,"\ufb33":2}'.encode()) == {"\U0001f600": 1, "\ufb33": 2}
    with pytest.raises(FormError, match="canonical form"):
        read_canonical('{"\ufb33":2,"\U0001f600":1}'.encode())


def test_a_row_is_written_as_a_list_of_strings():
    assert canonical_strings(["大地 監査", 'a"b', "\n"]) == '["大地 監査","a\\"b","\\n"]'.encode()
