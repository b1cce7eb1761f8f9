"""Sets of rules as people have them: one file or many, good and bad; all is counted, nothing is lost or doubled."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override

from kuramori.directory.tests.company import Company
from kuramori.kernel import jobs
from kuramori.kernel.acts import Refused
from kuramori.kernel.ledger import read
from kuramori.kernel.models import Entry, Job
from kuramori.kernel.permissions import Role, Viewer
from kuramori.kernel.tests.moments import killed_at
from kuramori.watch.detecting import sigma_acts
from kuramori.watch.detecting.sigma_acts import rules_take_in
from kuramori.watch.detecting.sigma_lake import place_of, text_of
from kuramori.watch.job_names import SIGMA_IMPORT
from kuramori.watch.models import SigmaRule, SigmaSet
from kuramori.watch.tests.ruled import BAD, RULE, packed, taken

pytestmark = pytest.mark.django_db
HEAD = "logsource: {product: windows, category: process_creation}\n"


def named(title: str, detection: str = "{s: {Image: '*x.exe'}, condition: s}", head: str = HEAD) -> str:
    return f"title: {title}\nid: {title.lower()}\n{head}detection: {detection}\n"


PLACEHOLDER = named("Placed", "{s: {User|expand: '%admins%'}, condition: s}")
LOOK_AHEAD = named("Ahead", "{s: {Image|re: '(?=a)b'}, condition: s}")
MODIFIER = named("Modified", "{s: {Image|frobnicate: b}, condition: s}")
NO_SOURCE = named("Sourceless", head="")
NO_DETECTION = f"title: Empty\nid: empty\n{HEAD}"
WRONG_CONDITION = named("Wrong", "{s: {Image: b}, condition: s and t}")
FOREIGN = named("Foreign", head="logsource: {product: zeek, service: dns}\n")
LONELY = """
title: Lonely
id: lonely
correlation: {type: event_count, rules: [nobody], group-by: [User], timespan: 5m, condition: {gte: 2}}
"""
PAIR = """
title: Often
id: often
correlation: {type: event_count, rules: [base], group-by: [User], timespan: 5m, condition: {gte: 2}}
"""


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with override("en"):
        yield


def test_what_is_compiled_is_told_rule_by_rule_and_the_whole_at_the_end(tmp_path: Path):
    """Nought of five that stands for half a minute, then five of five, is no progress."""
    path, told = tmp_path / "rules.zip", list[tuple[int, int]]()
    texts = (RULE % "device_connect", named("One"), named("Two"), MODIFIER, FOREIGN)
    path.write_bytes(packed({f"r/{n}.yml": text for n, text in enumerate(texts)}))
    set_ = rules_take_in(path=path, name="ours", file="rules.zip", tell=lambda done, of: told.append((done, of)))
    assert [of for _done, of in told] == [set_.documents] * len(told) == [5] * len(told)
    assert [done for done, _of in told[:-1]] == list(range(1, len(told)))
    assert len(told) >= 4, "three usable rules are told one by one, then the whole"
    assert told[-1] == (5, 5)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_stopped_at_any_rule_nothing_is_kept_and_once_more_it_goes_through(tmp_path: Path, at: int):
    path = tmp_path / "rules.zip"
    path.write_bytes(packed({f"r/{n}.yml": named(f"N{n}") for n in range(3)}))

    def stop(done: int, _of: int) -> None:
        if done == at:
            raise jobs.Cancelled

    with pytest.raises(jobs.Cancelled):
        rules_take_in(path=path, name="ours", file="rules.zip", tell=stop)
    assert not SigmaSet.objects.exists()
    assert not SigmaRule.objects.exists()
    assert not place_of("ours").exists()
    assert rules_take_in(path=path, name="ours", file="rules.zip").accepted == 3


def test_the_list_leads_to_the_pasting_and_to_the_sets_those_who_may_go_there(visit: Any, company: Company):
    doors = {"sigma-paste": "watch:sigma:switch", "sigma_set-list": "watch:sigma_set:view"}
    for held in (set(), *({right} for right in doors.values()), set(doors.values())):
        rights = frozenset({"watch:sigma:view", *held})
        viewer = replace(company.viewer(company.daichi), permissions=rights, company_wide=rights)
        page = visit(viewer, "sigma-list").content.decode()
        for name, right in doors.items():
            assert (f'class="btn" href="{reverse(f"watch:{name}")}"' in page) is (right in held), (name, held)


@pytest.fixture
def hand_in(visit: Any, company: Company) -> Any:
    viewer = company.viewer(company.daichi)

    def go(name: str, content: bytes, set_name: str = "ours") -> Job:
        data = {"file": SimpleUploadedFile(name, content), "name": set_name, "why": "追加"}
        assert visit(viewer, "sigma-add", data=data).status_code == 302
        return jobs.run(Job.objects.get(kind=SIGMA_IMPORT, state="waiting"))

    return go


def test_one_file_of_several_documents_is_several_rules_and_a_rule_of_rules(hand_in: Any):
    text = "---\n".join([named("Base"), named("Second"), PAIR])
    job = hand_in("all.yml", text.encode())
    assert (job.state, job.result, job.done, job.total) == ("done", {"rows": 3, "accepted": 3, "rejected": 0}, 3, 3)
    sources = dict(SigmaRule.objects.values_list("title", "source"))
    assert sources["Base"] == "windows/process_creation"
    assert sources["Often"] == "event_count"
    assert all("Second" in text_of(rule) for rule in SigmaRule.objects.select_related("taken_in"))


def test_global_part_of_a_file_stands_in_each_of_its_rules(hand_in: Any):
    text = f"action: global\nauthor: A\n{HEAD}---\ntitle: One\nid: one\ndetection: {{s: {{Image: a}}, condition: s}}\n"
    text += "---\ntitle: Two\nid: two\ndetection: {s: {Image: b}, condition: s}\n"
    assert hand_in("global.yml", text.encode()).result == {"rows": 2, "accepted": 2, "rejected": 0}
    assert set(SigmaRule.objects.values_list("source", flat=True)) == {"windows/process_creation"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (PLACEHOLDER, ("", "placeholder", "プレースホルダー")),
        (LOOK_AHEAD, ("", "RE2", "RE2")),
        (MODIFIER, ("", "no such modifier", "この修飾子はありません")),
        (NO_SOURCE, ("", "no log source", "logsource")),
        (NO_DETECTION, ("", "no detection", "detection")),
        (WRONG_CONDITION, ("", "condition is wrong", "condition が正しくありません")),
        (FOREIGN, ("", "zeek", "収集していません")),
        (LONELY, ("correlation.rules", "which is not among the rules", "ルールの中にありません")),
        ("title: [open\nid: x\n", ("line ", "not YAML", "YAML として読めません")),
        ("- just\n- a list\n", ("", "holds no rule", "ルールがありません")),
        ("title: x\n\tid: y\n", ("line 2", "not YAML", "YAML として読めません")),
    ],
)
def test_what_cannot_be_used_is_told_with_file_place_and_reason_in_both_languages(
    tmp_path: Path, visit: Any, company: Company, text: str, told: tuple[str, str, str]
):
    report = taken(tmp_path, named("Good"), text)
    assert (report.documents, report.accepted, report.refused) == (2, 1, 1)
    (refusal,), (place, *reasons) = report.refusals, told
    assert refusal["file"] == "r/1.yml"
    assert place in refusal["place"]
    for language, reason in zip(("en", "ja"), reasons, strict=True):
        viewer = replace(company.viewer(company.daichi), language=language)
        page = unescape(visit(viewer, "sigma_set-detail", report.pk).content.decode())
        assert reason in page
        assert "r/1.yml" in page


def test_counts_add_up_whatever_comes_in(tmp_path: Path):
    texts = [named("Base"), PAIR, PLACEHOLDER, LOOK_AHEAD, LONELY, named("Base"), "no: [yaml", RULE % "print", BAD]
    report = taken(tmp_path, *texts)
    assert report.documents == report.accepted + report.refused == len(texts)
    assert report.accepted == SigmaRule.objects.standing().count() == 3
    assert [each["reason"] for each in report.refusals].count("two rules have the id %(id)s; the first is used") == 1


def test_same_id_again_is_a_new_version_of_the_same_rule_with_its_history(tmp_path: Path):
    taken(tmp_path, named("Base"))
    first = SigmaRule.objects.get()
    report = taken(tmp_path, named("Base").replace("title: Base", "title: Base, better").replace("*x.exe", "*y.exe"))
    (again,) = SigmaRule.objects.all()
    assert (again.pk, again.title, again.digest != first.digest) == (first.pk, "Base, better", True)
    assert "y.exe" in text_of(again)
    assert SigmaSet.objects.count() == 2
    assert again.taken_in == report


def test_same_set_again_changes_no_rule_and_says_so(tmp_path: Path):
    first, again = (taken(tmp_path, named("Base"), named("Second")) for _n in range(2))
    assert (again.accepted, again.changed, again.refused) == (2, 0, 0)
    assert SigmaRule.objects.count() == 2
    assert first.pk != again.pk


def test_rule_that_comes_back_after_it_was_gone_begins_untried_and_off(tmp_path: Path):
    taken(tmp_path, named("Base"), named("Second"))
    taken(tmp_path, named("Second"))
    assert SigmaRule.objects.get(title="Base").retired_at is not None
    taken(tmp_path, named("Base"), named("Second"))
    back = SigmaRule.objects.standing().get(title="Base")
    assert (back.is_on, back.tested_until) == (False, None)
    assert SigmaRule.objects.filter(title="Base").count() == 2


def test_rule_of_another_set_is_not_taken_away_by_its_id(tmp_path: Path):
    taken(tmp_path, named("Base"), name="first")
    report = taken(tmp_path, named("Base").replace("*x.exe", "*evil.exe"), named("Second"), name="second")
    assert (report.documents, report.accepted, report.refused) == (2, 1, 1)
    base = SigmaRule.objects.get(title="Base")
    assert (base.taken_in.name, "evil" in text_of(base)) == ("first", False)


def test_folder_in_an_archive_is_read_below_and_what_is_no_rule_is_passed_over(hand_in: Any):
    files = {"sigma/rules/a/base.yml": named("Base"), "sigma/rules/b.yaml": named("Second"), "sigma/README.md": "# no"}
    assert hand_in("sigma.zip", packed(files)).result == {"rows": 2, "accepted": 2, "rejected": 0}
    assert {rule.file for rule in SigmaRule.objects.all()} == {"00000-base.yml", "00001-b.yml"}


def test_names_in_an_archive_lead_nowhere_on_the_disk(tmp_path: Path):
    path = tmp_path / "made.zip"
    path.write_bytes(packed({"con/aux.yml": named("Base"), "a b;rm -rf.yml": named("Second"), "é.yml": named("Third")}))
    rules_take_in(path=path, name="ours", file="made.zip")
    kept = sorted(each.name for each in place_of("ours").iterdir())
    assert kept == ["00000-a_b_rm_-rf.yml", "00001-aux.yml", "00002-_.yml"]


def test_file_larger_than_a_rule_can_be_is_refused_and_the_others_are_used(tmp_path: Path):
    report = taken(tmp_path, named("Base"), named("Large") + "# " + "x" * (1 << 20))
    assert (report.documents, report.accepted, report.refused) == (2, 1, 1)


def test_aliases_that_grow_without_end_are_refused(tmp_path: Path):
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{this}: &{this} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, this in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert taken(tmp_path, named("Base"), bomb).refused == 1


def test_job_that_finds_no_rule_says_why_and_leaves_no_upload_behind(hand_in: Any, tmp_path: Path):
    job = hand_in("x.yml", BAD.encode())
    assert job.state == "failed"
    assert "このファイルに使えるルールがありません。 x.yml: " in job.error, (
        "in the language of who asked, the page just left"
    )
    assert "nothing_like_it はありません" in job.error
    assert not list((tmp_path / "incoming").iterdir())
    assert not SigmaSet.objects.exists()
    assert not place_of("ours").exists()


def test_page_sends_the_file_itself_and_not_its_name_alone(visit: Any, company: Company):
    """Without it a browser sends no file, and Kuramori's own rules would be taken in instead."""
    assert 'enctype="multipart/form-data"' in visit(company.viewer(company.daichi), "sigma-add").content.decode()


def test_archive_cut_on_its_way_is_answered_at_once(visit: Any, company: Company):
    whole = packed({f"{n}.yml": named(f"Rule{n}") for n in range(20)})
    data = {"file": SimpleUploadedFile("x.zip", whole[:-30]), "name": "ours", "why": "追加"}
    answer = visit(replace(company.viewer(company.daichi), language="en"), "sigma-add", data=data)
    assert (answer.status_code, b"no zip archive that can be read" in answer.content) == (422, True)


def test_member_that_is_damaged_inside_a_sound_archive_is_told(tmp_path: Path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.yml", named("Base"))
    raw = buffer.getvalue().replace(b"*x.exe", b"*y.exe", 1)
    path = tmp_path / "damaged.zip"
    path.write_bytes(raw)
    with pytest.raises(Refused, match="No rule in this file") as refusal:
        rules_take_in(path=path, name="ours", file="damaged.zip")
    assert "CRC" in refusal.value.next_step


def test_import_killed_between_disk_and_register_is_finished_by_the_next_try(hand_in: Any, tmp_path: Path):
    """The lake has the new set already, the register not yet: no rule may speak, and the job begins anew."""
    hand_in("x.yml", named("Base").encode())
    with killed_at(sigma_acts._keep):
        hand_in("x.yml", named("Base").replace("*x.exe", "*y.exe").encode())
    assert list((tmp_path / "incoming").iterdir()), "the upload is still there"
    job = jobs.run(Job.objects.get(state="waiting"))
    assert (job.state, job.result["accepted"]) == ("done", 1)
    assert not list((tmp_path / "incoming").iterdir())
    assert (SigmaRule.objects.count(), SigmaSet.objects.count()) == (1, 2)


def test_import_that_its_owner_stops_changes_nothing(hand_in: Any, tmp_path: Path, visit: Any, company: Company):
    hand_in("x.yml", named("Base").encode())
    data = {"file": SimpleUploadedFile("y.yml", named("Second").encode()), "name": "ours", "why": "追加"}
    visit(company.viewer(company.daichi), "sigma-add", data=data)
    Job.objects.update(cancel_asked=True)
    job = jobs.run(Job.objects.get(state="waiting"))
    assert job.state == "cancelled"
    assert [rule.title for rule in SigmaRule.objects.standing()] == ["Base"]
    assert not list((tmp_path / "incoming").iterdir())


def test_rule_without_id_is_known_by_its_title_and_a_level_that_is_none_is_medium(tmp_path: Path):
    text = named("Nameless").replace("id: nameless\n", "level: ghastly\nfalsepositives: one\n")
    taken(tmp_path, text)
    rule = SigmaRule.objects.get()
    assert (rule.rule, rule.level, rule.false_positives) == ("Nameless", "medium", "one")
    taken(tmp_path, named("Quiet"))
    assert SigmaRule.objects.standing().get().false_positives == "", "nothing said is nothing shown"


def test_entry_of_an_import_names_who_why_and_both_counts(hand_in: Any, company: Company):
    hand_in("x.zip", packed({"a.yml": named("Base"), "b.yml": BAD}))
    (entry,) = read(Entry.objects.filter(verb="watch.sigma.add"))
    assert (entry.actor_name, entry.why) == (company.daichi.name, "追加")
    assert (entry.notes["accepted"], entry.notes["refused"]) == (1, 1)


def test_analyst_of_a_unit_sets_no_rule_for_the_company(visit: Any, company: Company, tmp_path: Path):
    taken(tmp_path, named("Base"))
    rule = SigmaRule.objects.get()
    company.give(company.akari, Role.SECURITY_ANALYST, unit=company.research)
    viewer: Viewer = company.viewer(company.akari)
    assert visit(viewer, "sigma-detail", rule.pk).status_code == 200
    for name, args in (("sigma-add", []), ("sigma-switch", [rule.pk])):
        assert visit(viewer, name, *args).status_code == 403
        assert visit(viewer, name, *args, data={"why": "x", "days": 7}).status_code == 403
    assert visit(viewer, "sigma-test", rule.pk, data={"days": 7}).status_code == 403
    assert "sigma-rules/" + str(rule.pk) + "/switch" not in visit(viewer, "sigma-detail", rule.pk).content.decode()
    assert not Job.objects.exists()
