"""Stretches worked out with arrays are those that one finds by going through the hits one by one."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuramori_lake.fingerprint.matching import ALARM, APART, Document, Stretch, _Hits, _stretches, matches


class Whole:
    """Texts of a thousand folded characters each."""

    def owners(self, places):
        return np.asarray(places) // 1_000


def hits(*rows):
    """Hits as (place, digest, document), in order of their places."""
    columns = list(zip(*sorted(rows), strict=True)) or [(), (), ()]
    kinds = (np.int64, np.uint64, np.int64)
    return _Hits(**dict(zip(("places", "digests", "documents"), map(np.array, columns, kinds), strict=True)))


def one_by_one(rows):
    """What `_stretches` is to say, as its docstring says it."""
    found = []
    for text, document in sorted({(place // 1_000, document) for place, _, document in rows}):
        own = [row for row in sorted(rows) if (row[0] // 1_000, row[2]) == (text, document)]
        cuts = [0, *(n + 1 for n, (a, b) in enumerate(pairwise(own)) if b[0] - a[0] > APART), len(own)]
        runs = [own[first:last] for first, last in pairwise(cuts)]
        sizes = [len({digest for _, digest, _ in run}) for run in runs]
        best = sizes.index(max(sizes))
        if sizes[best] >= ALARM and len(own) >= ALARM:
            distinct = len({digest for _, digest, _ in own})
            start, end = runs[best][0][0], runs[best][-1][0]
            found.append(Stretch(text=text, document=document, hits=sizes[best], found=distinct, start=start, end=end))
    return found


ROWS = st.lists(
    st.tuples(st.integers(0, 2_999), st.integers(0, 12), st.integers(0, 2)), max_size=120, unique_by=lambda row: row[:2]
)


@settings(max_examples=150, deadline=None)
@given(rows=ROWS)
def test_arrays_say_what_a_loop_says(rows):
    assert list(_stretches(Whole(), hits(*rows))) == one_by_one(rows)


def test_nothing_and_too_little_is_no_stretch():
    assert list(_stretches(Whole(), hits())) == []
    assert list(_stretches(Whole(), hits(*((n, n, 1) for n in range(ALARM - 1))))) == []


def test_one_print_again_and_again_is_one():
    assert list(_stretches(Whole(), hits(*((n, 7, 1) for n in range(9 * ALARM))))) == []


def test_of_two_stretches_the_longer_is_told_and_of_equal_ones_the_first():
    near, far = [(n, n, 1) for n in range(5)], [(500 + n, n, 1) for n in range(6)]
    (longer,) = _stretches(Whole(), hits(*near, *far))
    assert (longer.start, longer.end, longer.hits, longer.found) == (500, 505, 6, 6)
    (first,) = _stretches(Whole(), hits(*near, *far[:5]))
    assert (first.start, first.end, first.hits) == (0, 4, 5)


@pytest.mark.parametrize(("gap", "count"), [(APART, 1), (APART + 1, 0)])
def test_hits_further_apart_than_may_be_are_two_stretches(gap, count):
    rows = [(n, n, 1) for n in range(3)] + [(2 + gap + n, 10 + n, 1) for n in range(3)]
    assert len(list(_stretches(Whole(), hits(*rows)))) == count


def test_texts_and_documents_are_told_apart():
    rows = [(text * 1_000 + n, n, document) for text in (0, 2) for document in (1, 4) for n in range(5)]
    assert [(one.text, one.document) for one in _stretches(Whole(), hits(*rows))] == [(0, 1), (0, 4), (2, 1), (2, 4)]


def test_document_that_was_removed_meanwhile_is_no_match_and_of_a_secret_the_best_is_told():
    known = {
        number: Document(secret_id=of, sha256=f"{number}", name=f"{number}.docx", prints=10)
        for number, of in ((1, "A"), (2, "A"), (3, "B"))
    }
    found = [
        Stretch(text=0, document=number, hits=count, found=count, start=0, end=9)
        for number, count in ((1, 5), (2, 8), (3, 6), (9, 50))
    ]
    (first, second), none = matches(2, found, known)
    assert [(one.secret_id, one.document, one.hits, one.score) for one in (first, second)] == [
        ("A", "2", 8, 0.8),
        ("B", "3", 6, 0.6),
    ]
    assert none == []
