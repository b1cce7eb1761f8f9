"""A secret is entered whole, changed with reasons, counted again by its level's rhythm (CLS-03 to CLS-12)."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError

from kuramori.directory.api import actor_of, viewer_of_system
from kuramori.directory.tests.company import Company
from kuramori.governance.api import Level
from kuramori.kernel.acts import Refused
from kuramori.kernel.ledger import entries_about, read
from kuramori.register import acts
from kuramori.register.exhibits import secret_exhibits
from kuramori.register.queries import facts_of, path_patterns
from kuramori.register.rules import Gap, gaps
from kuramori.register.tests.conftest import Add

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(("lack", "field"), [({"keeper": None}, "keeper"), ({"places": []}, "places")])
def test_tier_a_without_keeper_or_place_is_refused_and_leaves_nothing(
    company: Company, add: Add, lack, field: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        add(**lack)
    assert list(refusal.value.message_dict) == [field]
    assert not path_patterns(viewer_of_system()).exists()


def test_tier_b_needs_level_and_title_only(add: Add) -> None:
    assert add(tier="b", keeper=None, places=[]).number == "S-0001"


def test_the_level_sets_the_day_of_the_next_stocktaking(add: Add, company: Company, levels: dict[str, Level]) -> None:
    secret = add(level=levels["top"])
    assert secret.next_stocktaking == date(2027, 5, 20)
    acts.secret_reclassify(secret=secret, level=levels["secret"], by=actor_of(company.akari), why="量産開始")
    assert secret.next_stocktaking == date(2027, 11, 20)


def test_a_new_level_needs_a_reason_and_its_entry_names_both(
    add: Add, company: Company, levels: dict[str, Level]
) -> None:
    secret = add()
    with pytest.raises(Refused):
        acts.secret_reclassify(secret=secret, level=levels["top"], by=actor_of(company.akari), why=" ")
    acts.secret_reclassify(secret=secret, level=levels["top"], by=actor_of(company.akari), why="他社が類似品を開発")
    entry = read(entries_about(secret.pk))[0]
    assert (entry.notes["before"], entry.notes["after"], entry.why) == ("秘", "極秘", "他社が類似品を開発")


def test_places_that_leave_the_list_end_and_are_kept(add: Add, company: Company) -> None:
    secret = add(places=[{"kind": "path", "text": r"\\FS01\材料\配合"}, {"kind": "cabinet", "text": "書庫3"}])
    moved = [{"kind": "path", "text": "//fs02/材料/配合/"}, {"kind": "cabinet", "text": "書庫3"}]
    acts.secret_edit(secret=secret, places=moved, by=actor_of(company.akari))
    standing = secret.places.filter(valid_to=None).order_by("text")
    assert [place.text for place in standing] == ["//fs02/材料/配合/", "書庫3"]
    assert {place.pattern: place.valid_to for place in path_patterns(viewer_of_system())} == {
        "//fs01/材料/配合": TODAY,
        "//fs02/材料/配合": None,
    }


def test_a_bare_entry_names_its_gaps_and_filling_them_closes_them(add: Add, company: Company) -> None:
    secret, viewer, by = add(), company.viewer(company.akari), actor_of(company.akari)
    assert gaps(facts_of(viewer, secret), today=TODAY) == [Gap.USEFULNESS, Gap.NON_PUBLIC, Gap.VALUATION]
    acts.secret_edit(secret=secret, usefulness="再試験を省く", non_public="社外発表なし", by=by)
    acts.secret_value(secret=secret, technical=5, economic=4, legal=3, by=by)
    acts.non_public_confirm(secret=secret, by=by, why="特許検索、該当なし")
    assert gaps(facts_of(viewer, secret), today=TODAY) == []


def test_the_exhibits_point_to_the_entries_that_prove_them_and_to_the_pages_that_close_gaps(
    add: Add, company: Company
) -> None:
    secret, viewer = add(usefulness="再試験を省く"), company.viewer(company.akari)
    found = secret_exhibits(secret.as_subject(), viewer, TODAY)
    useful = [exhibit for exhibit in found if exhibit.element == "usefulness" and not exhibit.is_gap]
    assert [str(exhibit.statement) for exhibit in useful] == ["再試験を省く"]
    assert useful[0].entry_id == entries_about(secret.pk).get().id
    missing = {exhibit.fix_url.rsplit("/", 2)[1] for exhibit in found if exhibit.is_gap}
    assert missing == {"edit", "value"}


def test_the_exhibits_of_a_secret_out_of_sight_do_not_exist(add: Add, company: Company) -> None:
    secret = add()
    assert secret_exhibits(secret.as_subject(), company.viewer(company.chihiro), TODAY) == []


def test_before_nine_in_tokyo_a_stocktaking_is_of_the_day_in_tokyo(add: Add, company: Company) -> None:
    secret = add()
    with time_machine.travel(datetime(2026, 11, 23, 23, 30, tzinfo=UTC), tick=False):
        acts.secret_confirm(secret=secret, by=actor_of(company.akari), why="月曜の朝")
    assert secret.stocktaken_on == date(2026, 11, 24)
