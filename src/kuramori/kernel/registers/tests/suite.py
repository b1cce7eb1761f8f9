"""What holds for every register. A room's test inherits it and brings data only.

    class TestSecrets(RegisterSuite):
        register = secrets
        insider = viewer_of(...)             # holds every permission of the register, and sees what `make` makes
        stranger = viewer_of(...)            # holds them too, but sees nothing of it

        def make(self, count): ...           # inside an act; titles differ; returns the records
        entered = {"title": "…"}             # a valid form, as POST data
        changed = {"title": "…"}             # another one; `title_of` finds it
        required = ("title",)                # fields without which the form is refused
        filtered = {"level": ("…", 1)}       # value of a filter -> how many of make(3) it leaves
        searched = ("…", 1)                  # search words -> how many of make(3)

The viewer is put on the request here, by `Acting`; how he signs in is the business of `directory`.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from html import unescape
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from django.http import HttpRequest, HttpResponseBase
from django.test import Client
from django.utils.translation import override
from openpyxl import load_workbook

from kuramori.kernel.acts import act
from kuramori.kernel.exporting import VERB
from kuramori.kernel.ledger import entries_about, read
from kuramori.kernel.models import Entry, SavedView
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Register
from kuramori.kernel.room import verbs

SIGN_IN = "kuramori.directory.middleware.ViewerMiddleware"
ACTIONS = ("view", "add", "edit", "retire", "export", "import")
QUERIES = 12


class Acting:
    """Stands in the place of sign-in: whoever `viewer` is, is signed in; nobody when it is None."""

    viewer: ClassVar[Viewer | None] = None

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if self.viewer is not None:
            request.viewer, request.user = self.viewer, SignedIn()
        return self.get_response(request)


class SignedIn:
    is_authenticated = True
    is_anonymous = False
    pk = id = UUID(int=7)

    def get_username(self) -> str:
        return "akari@example.test"


def holding(viewer: Viewer, register: Register, *actions: str) -> Viewer:
    """Return the viewer with these permissions on a register, company-wide, and no others."""
    held = frozenset(register.permission(action) for action in actions)
    return replace(viewer, permissions=held, company_wide=held)


class RegisterSuite:
    register: Register
    insider: Viewer
    stranger: Viewer
    entered: Mapping[str, Any] = {}
    changed: Mapping[str, Any] = {}
    required: Sequence[str] = ()
    filtered: Mapping[str, tuple[str, int]] = {}
    searched: tuple[str, int] | None = None

    def make(self, count: int) -> list[Any]:
        raise NotImplementedError

    @pytest.fixture(autouse=True)
    def _place(self, db: None, settings: Any, client: Client) -> Any:  # noqa: ARG002  (asks for the database)
        mine = "kuramori.kernel.registers.tests.suite.Acting"
        settings.MIDDLEWARE = [mine if each == SIGN_IN else each for each in settings.MIDDLEWARE]
        self.client = client
        yield
        Acting.viewer = None

    def get(self, page: str, record: Any = None, query: str = "", *, by: Viewer | None = None, **headers: str) -> Any:
        Acting.viewer = by or self.insider
        return self.client.get(self.register.url(page, record) + query, headers=headers)

    def post(self, page: str, record: Any = None, data: Any = None, query: str = "", by: Viewer | None = None) -> Any:
        Acting.viewer = by or self.insider
        return self.client.post(self.register.url(page, record) + query, data or {})

    def shown(self, response: Any) -> list[UUID]:
        assert response.status_code == 200
        return [row["pk"] for row in response.context["rows"]]

    def needs(self, action: str) -> None:
        if not getattr(self.register, action):
            pytest.skip(f"{self.register.name} has no {action}")

    def token_of(self, record: Any) -> str:
        return self.get("edit", record).context["as_of"]

    # the list

    def test_an_empty_list_teaches_what_the_register_is_for(self) -> None:
        page = unescape(self.get("list").content.decode())
        assert str(self.register.why) in page
        assert str(self.register.example) in page

    def test_the_list_shows_what_is_there_and_leads_to_it(self) -> None:
        records = self.make(3)
        page = self.get("list")
        assert set(self.shown(page)) == {record.pk for record in records}
        assert all(self.register.url("detail", record) in page.content.decode() for record in records)

    @pytest.mark.parametrize(("size", "count"), [(1, 3), (2, 5)])
    def test_paging_forward_and_back_shows_each_record_once(
        self, size: int, count: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        records = self.make(count)
        monkeypatch.setattr("kuramori.kernel.paging.page_of.__kwdefaults__", {"after": "", "before": "", "size": size})
        for sort in [""] + [f"&sort={s}{c.name}" for c in self.register.columns if c.sort for s in ("", "-")]:
            pages, query = [], "?" + sort
            while query:
                page = self.get("list", query=query)
                pages.append(self.shown(page))
                query = page.context["older"]
            assert sorted(pk for each in pages for pk in each) == sorted(r.pk for r in records), sort
            back, query = [pages[-1]], page.context["newer"]
            while query:
                page = self.get("list", query=query)
                back.insert(0, self.shown(page))
                query = page.context["newer"]
            assert [pk for each in back for pk in each] == [pk for each in pages for pk in each], sort

    @pytest.mark.parametrize("cursor", ["x", "W10", "bnVsbA", "WzEsMl0", "%00", "あ"])
    def test_a_cursor_nobody_gave_shows_the_first_page(self, cursor: str) -> None:
        records = self.make(2)
        assert len(self.shown(self.get("list", query=f"?after={cursor}"))) == len(records)

    def test_each_filter_narrows_the_list_and_can_be_taken_away(self) -> None:
        self.make(3)
        assert set(self.filtered) == {each.name for each in self.register.filters}, "give a value for each filter"
        for name, (value, left) in self.filtered.items():
            page = self.get("list", query=f"?{name}={value}")
            assert len(self.shown(page)) == left, name
            assert [one["url"] for one in page.context["picked"]] == ["?"]

    def test_a_value_a_filter_does_not_offer_is_not_applied(self) -> None:
        self.make(3)
        for each in self.register.filters:
            if each.kind != "text":
                assert len(self.shown(self.get("list", query=f"?{each.name}=%27%22%3E"))) == 3

    def test_search_finds_by_words(self) -> None:
        self.needs("search")
        self.make(3)
        assert self.searched is not None
        assert len(self.shown(self.get("list", query=f"?q={self.searched[0]}"))) == self.searched[1]
        assert self.shown(self.get("list", query="?q=存在しない言葉")) == []

    def test_sorting_turns_around(self) -> None:
        self.make(3)
        for column in self.register.columns:
            if column.sort:
                up = self.get("list", query=f"?sort={column.name}")
                heads = {str(h["label"]): h for h in up.context["head"]}
                if str(column.label) in heads:
                    assert heads[str(column.label)]["sorted"] == "ascending"
                    assert heads[str(column.label)]["url"].endswith(f"sort=-{column.name}")

    def test_columns_are_chosen_in_the_address(self) -> None:
        self.make(1)
        name = self.register.columns[-1].name
        page = self.get("list", query=f"?column={name}&column=nonsense")
        assert [str(h["label"]) for h in page.context["head"]] == [str(self.register.columns[-1].label)]

    def test_htmx_gets_the_list_alone(self) -> None:
        self.make(1)
        part = self.get("list", **{"HX-Target": "list"})
        assert b"<html" not in part.content
        assert b'id="list"' in part.content
        assert "HX-Target" in part["Vary"]

    @pytest.mark.parametrize("count", [5, 60])
    def test_a_page_asks_no_more_of_the_database_for_more_rows(
        self, count: int, django_assert_max_num_queries: Any
    ) -> None:
        records = self.make(count)
        everything = "?" + "&".join(f"column={c.name}" for c in self.register.columns)
        for page, record, query in [
            ("list", None, everything),
            ("detail", records[0], ""),
            ("history", records[0], ""),
        ]:
            self.get(page, record, query)
            with django_assert_max_num_queries(QUERIES):
                assert self.get(page, record, query).status_code == 200

    def test_the_buttons_of_the_list_lead_where_they_should(self) -> None:
        self.make(1)
        page = self.get("list").content.decode()
        offered = {"bulk": self.register.retire, "add": self.register.add, "export": True, "save-view": True}
        for name, is_offered in offered.items():
            assert not is_offered or re.search(f'(action|href)="{self.register.url(name)}["?]', page), name
        assert self.post("list").status_code == 405
        bare = self.get("list", by=holding(self.insider, self.register, "view")).content.decode()
        assert 'name="id"' not in bare
        assert self.register.url("export") not in bare

    # saved views

    def test_a_view_is_kept_shared_and_removed(self) -> None:
        self.make(1)
        sort = next(c.name for c in self.register.columns if c.sort)
        data = {"name": "毎週", "query": f"sort=-{sort}&after=zzz", "is_shared": "on"}
        assert self.post("save-view", data=data)["Location"].endswith(f"?sort=-{sort}")
        view = SavedView.objects.get()
        assert view in self.get("list", by=replace(self.insider, person_id=uuid4())).context["views"]
        Acting.viewer = replace(self.insider, person_id=uuid4())
        assert self.client.post(f"/views/{view.pk}/retire/").status_code == 404
        Acting.viewer = self.insider
        assert self.client.post(f"/views/{view.pk}/retire/", {"next": "//evil.example"})["Location"] == "/"
        assert not self.get("list").context["views"]

    def test_a_view_that_is_not_shared_is_seen_by_its_owner_alone(self) -> None:
        self.post("save-view", data={"name": "私の", "query": ""})
        assert self.get("list").context["views"]
        assert not self.get("list", by=replace(self.insider, person_id=uuid4())).context["views"]

    # export

    @pytest.mark.parametrize("form", ["xlsx", "csv", "json"])
    def test_an_export_is_an_act_that_notes_rows_filter_and_format(self, form: str) -> None:
        records = self.make(3)
        answer = self.post("export", data={"format": form, "why": "棚卸し"})
        ids = exported_ids(form, b"".join(answer.streaming_content))
        assert ids == {str(record.pk) for record in records}
        entry = read(Entry.objects.filter(verb=VERB))[0]
        assert (entry.notes["rows"], entry.notes["format"], entry.why) == (3, form, "棚卸し")
        assert len(entry.notes["sha256"]) == 64

    def test_an_export_holds_the_filtered_list(self) -> None:
        self.make(3)
        for name, (value, left) in self.filtered.items():
            answer = self.post("export", data={"format": "json"}, query=f"?{name}={value}")
            assert len(json.loads(b"".join(answer.streaming_content))) == left, name

    def test_an_export_in_no_known_format_is_not_found(self) -> None:
        assert self.post("export", data={"format": "exe"}).status_code == 404
        assert self.get("export").status_code == 405

    # add, edit, retire

    def test_adding_leads_to_the_new_record(self) -> None:
        self.needs("add")
        assert self.get("add").status_code == 200
        answer = self.post("add", data=dict(self.entered))
        assert answer.status_code == 302, answer.context and answer.context["form"].errors
        assert self.register.visible_to(self.insider).count() == 1

    def test_required_fields_are_asked_for_and_what_was_typed_stays(self) -> None:
        self.needs("add")
        for name in self.required:
            answer = self.post("add", data={key: v for key, v in self.entered.items() if key != name})
            assert answer.status_code == 422
            assert name in answer.context["form"].errors
        assert self.register.visible_to(self.insider).count() == 0

    def test_editing_changes_the_record_and_its_history_says_so(self) -> None:
        self.needs("edit")
        record = self.make(1)[0]
        answer = self.post("edit", record, {**self.changed, "as_of": self.token_of(record), "why": "見直し"})
        assert answer.status_code == 302, answer.context and answer.context["form"].errors
        entry = read(entries_about(record.pk)[:1])[0]
        assert (entry.verb, entry.why) == (self.register.verb("edit"), "見直し")
        assert entry.changes

    def test_a_conflict_shows_what_somebody_else_did_and_loses_nothing(self) -> None:
        self.needs("edit")
        record = self.make(1)[0]
        stale = self.token_of(record)
        self.post("edit", record, {**self.entered, "as_of": stale, "why": "先に"})
        answer = self.post("edit", record, {**self.changed, "as_of": stale})
        assert answer.status_code == 422
        assert [line.why for line in answer.context["conflict"]] == ["先に"]
        assert answer.context["form"].data["as_of"] == stale
        again = self.post("edit", record, {**self.changed, "as_of": answer.context["as_of"]})
        assert again.status_code == 302

    def test_retiring_shows_what_it_does_asks_a_reason_and_keeps_the_record(self) -> None:
        self.needs("retire")
        record = self.make(1)[0]
        assert self.get("retire", record).context["effects"]
        assert self.post("retire", record).status_code == 422
        assert self.post("retire", record, {"why": "廃棄"}).status_code == 302
        assert self.shown(self.get("list")) == []
        assert self.shown(self.get("list", query="?retired=yes")) == [record.pk]
        assert self.get("detail", record).status_code == 200
        assert self.get("retire", record).status_code == 409

    def test_many_are_retired_by_one_act_after_a_question(self) -> None:
        self.needs("retire")
        records = self.make(3)
        chosen = {"id": [str(record.pk) for record in records[:2]]}
        assert self.post("bulk").status_code == 302
        asked = self.post("bulk", data=chosen)
        assert all(str(record) in asked.content.decode() for record in records[:2])
        before = Entry.objects.count()
        assert self.post("bulk", data=chosen | {"why": "整理"}).status_code == 302
        assert Entry.objects.count() == before + 1
        assert self.shown(self.get("list")) == [records[2].pk]

    # who may what

    @pytest.mark.parametrize("action", ACTIONS)
    def test_the_wrong_role_is_refused(self, action: str) -> None:
        record = self.make(1)[0]
        others = holding(self.insider, self.register, *(each for each in ACTIONS if each != action))
        doors = {
            "view": [("list", None), ("detail", record), ("history", record)],
            "add": [("add", None)],
            "edit": [("edit", record)],
            "retire": [("retire", record)],
        }
        for page, at in doors.get(action, []):
            if action == "view" or getattr(self.register, action):
                assert self.get(page, at, by=others).status_code == 403, page
        if action == "export":
            assert self.post("export", data={"format": "csv"}, by=others).status_code == 403

    def test_nobody_is_asked_to_sign_in(self) -> None:
        Acting.viewer = None
        assert self.client.get(self.register.url("list")).status_code == 302

    def test_out_of_scope_it_is_not_found_by_any_door(self) -> None:
        record = self.make(1)[0]
        pages = [p for p in ("detail", "history", "edit", "retire") if getattr(self.register, p, True)]
        assert [self.get(page, record, by=self.stranger).status_code for page in pages] == [404] * len(pages)
        posts = [p for p in ("edit", "retire") if getattr(self.register, p)]
        assert [self.post(page, record, {"why": "x"}, by=self.stranger).status_code for page in posts] == [404] * len(
            posts
        )
        if self.register.retire:
            assert self.post("bulk", data={"id": [str(record.pk)], "why": "x"}, by=self.stranger).status_code == 404
        assert record.retired_at is None

    def test_out_of_scope_neither_list_count_search_nor_export_betrays_it(self) -> None:
        record = self.make(1)[0]
        page = self.get("list", by=self.stranger)
        assert self.shown(page) == []
        assert page.context["shown"].count("0") == 2
        assert str(record) not in page.content.decode()
        if self.register.search:
            assert self.shown(self.get("list", query=f"?q={self.searched[0]}", by=self.stranger)) == []
        answer = self.post("export", data={"format": "json"}, by=self.stranger)
        assert json.loads(b"".join(answer.streaming_content)) == []

    @pytest.mark.parametrize("pk", ["1", "x", "00000000-0000-7000-8000-00000000000g"])
    def test_an_id_that_is_none_is_not_found(self, pk: str) -> None:
        Acting.viewer = self.insider
        assert self.client.get(self.register.url("list") + f"{pk}/").status_code == 404

    @pytest.mark.parametrize("language", ["ja", "en"])
    def test_every_verb_of_the_register_has_its_sentence(self, language: str) -> None:
        with override(language):
            for action in ("add", "edit", "retire"):
                if getattr(self.register, action):
                    assert "%(by)s" in str(verbs()[self.register.verb(action)])

    def test_history_reads_as_sentences(self) -> None:
        record = self.make(1)[0]
        page = self.get("history", record)
        assert page.context["lines"]
        assert str(record) in page.content.decode()


def exported_ids(form: str, raw: bytes) -> set[str]:
    """Return the ids in an exported file."""
    if form == "json":
        return {row["id"] for row in json.loads(raw)}
    if form == "csv":
        return {row["id"] for row in csv.DictReader(io.StringIO(raw.decode("utf-8-sig")))}
    rows = load_workbook(io.BytesIO(raw), read_only=True).active.iter_rows(values_only=True)
    return {row[0] for row in list(rows)[1:]}


def made(records: Sequence[Any], by: Any, verb: str) -> list[Any]:
    """Save records by one act."""
    with act(verb, by=by, why="test"):
        for record in records:
            record.save()
    return list(records)
