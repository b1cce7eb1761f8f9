"""What a leaver's look-back shows."""

from datetime import date

from kuramori_lake.context import Context, Flow
from kuramori_lake.detect import lookback_report
from kuramori_lake.detect.tests.office import CULTURE_DAY, LONG_AGO, OWN, PROJECT, TODAY, Diary, context, papers, person
from kuramori_lake.detect.tests.test_detect import DRAWINGS, FRIDAY, NAMES, SATURDAY, theft

SINCE = date(2026, 11, 1)
MONDAY = date(2026, 11, 16)


def report(lake, tmp_path, **more):
    theft().into(lake, tmp_path, "theft")
    lake.context.write(context(people=[person("akari", notice_on=SATURDAY, last_day=date(2026, 12, 18))], **more))
    return lookback_report(lake, "akari", SINCE, TODAY, limit=60)


def test_timeline_has_every_day_with_the_usual_beside_it(office, tmp_path):
    found = report(office, tmp_path)
    days = {one.day: one for one in found.days}
    assert list(days) == sorted(days)
    assert len(days) == (TODAY - min(days)).days + 1
    assert 4 <= found.usual <= 7
    assert (days[FRIDAY].documents, days[FRIDAY].usual, days[FRIDAY].after_notice) == (155, found.usual, False)
    assert (days[SATURDAY].documents, days[SATURDAY].usual, days[SATURDAY].after_notice) == (250, 0, True)
    assert (days[SATURDAY].copied_out, days[SATURDAY].rest_day) == (50, True)
    assert days[FRIDAY].off_hours == 150
    assert days[CULTURE_DAY].rest_day


def test_what_left_is_told_by_channel(office, tmp_path):
    (channel,) = report(office, tmp_path).channels
    assert (channel.channel, channel.files, channel.bytes) == ("removable", 50, 50_000_000)
    assert (channel.destinations, channel.approved) == (("USBメモリ",), 0)


def test_approved_copies_are_counted_as_such(office, tmp_path):
    flow = Flow(destination_class="removable", destination_value="7B1E", reason="R-12", since=LONG_AGO)
    (channel,) = report(office, tmp_path, flows=[flow]).channels
    assert channel.approved == 50


def test_secrets_are_counted_before_and_after_notice(office, tmp_path):
    (secret,) = report(office, tmp_path).secrets
    assert (secret.number, secret.documents, secret.documents_before) == ("SR-0001", 400, 150)
    assert (secret.first, secret.last) == (FRIDAY, SATURDAY)


def test_new_areas_are_those_never_touched_before(office, tmp_path):
    (area,) = report(office, tmp_path).new_areas
    assert (area.area, area.first, area.documents, area.secret_documents) == (PROJECT, FRIDAY, 400, 400)


def test_documents_that_were_copied_out_come_first_then_secret_ones(office, tmp_path):
    documents = report(office, tmp_path).documents
    assert [one.deepest for one in documents[:50]] == ["copy_out"] * 50
    assert {one.path for one in documents[:50]} == set(DRAWINGS[:50])
    assert {one.path.rpartition("/")[2] for one in documents[:50]} == set(NAMES)
    assert {one.level for one in documents} == {"極秘"}
    assert len(documents) == 60


def test_days_after_the_range_are_not_read(office, tmp_path):
    theft().into(office, tmp_path, "theft")
    found = lookback_report(office, "akari", SINCE, date(2026, 11, 12))
    assert (found.secrets, found.channels, found.new_areas) == ((), (), ())


def test_account_without_a_name_has_a_look_back_too(office, tmp_path):
    Diary().reads("ghost", MONDAY, papers(OWN, 3)).into(office, tmp_path, "ghost")
    assert lookback_report(office, "actor:ghost", SINCE, TODAY).events == 3


def test_nobody_has_an_empty_one(office):
    found = lookback_report(office, "nobody", SINCE, TODAY)
    assert (found.events, found.days, found.documents, found.notice_on) == (0, (), (), None)


def test_empty_lake_has_an_empty_one(lake):
    lake.context.write(Context())
    assert lookback_report(lake, "akari", SINCE, TODAY).events == 0
