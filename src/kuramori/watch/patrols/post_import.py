"""Search results and posts from a file: what names the company and something improper goes to the board (DET-09).

Only what is open to everybody, and only what matches: of all other rows nothing is kept but their number.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, current
from kuramori.kernel.ids import uuid7
from kuramori.kernel.imports import cells
from kuramori.kernel.imports.errors import CellError
from kuramori.kernel.imports.mapping import Action, ImportField, ImportKind, ParsedRow, RowOutcome
from kuramori.kernel.imports.wording import phrase
from kuramori.kernel.jobs import ask
from kuramori.kernel.permissions import Forbidden, Viewer
from kuramori.kernel.records import record_many
from kuramori.watch.job_names import PATROL
from kuramori.watch.models import PatrolHit
from kuramori.watch.numbering import drawn
from kuramori.watch.patrols import captures
from kuramori.watch.patrols.captures import Captured
from kuramori.watch.patrols.moments import aware, read_moment, read_zone
from kuramori.watch.patrols.queries import terms_in_force
from kuramori.watch.rules.patrols import Kind, Term, matches, public_url
from kuramori.watch.rules.permissions import Permission

LONGEST_TEXT = 20_000
AUDIENCES = {"public": ("公開", "全体公開", "public", "everyone"), "private": (
    "非公開", "限定公開", "鍵", "鍵アカウント", "友人のみ", "フォロワー限定", "DM", "private", "protected", "friends",
    "followers", "direct message",
)}  # fmt: skip
FIELDS = (
    ImportField(
        name="url", label=_("address"), parse=cells.upto(2000), required=True,
        aliases=("URL", "リンク", "投稿URL", "url", "link", "permalink", "post url"),
    ),
    ImportField(
        name="posted_at", label=_("posted at"), parse=read_moment, required=True,
        aliases=("投稿日時", "日時", "投稿時刻", "created_at", "posted_at", "date", "published", "timestamp"),
    ),
    ImportField(
        name="zone", label=_("time zone"), parse=read_zone,
        aliases=("タイムゾーン", "時間帯", "zone", "time zone", "tz"),
        help=_("Needed where the time itself names no zone."),
    ),
    ImportField(
        name="author", label=_("account that posted"), parse=cells.upto(200),
        aliases=("アカウント", "投稿者", "ユーザー名", "author", "handle", "username", "user.screen_name",
                 "author.username"),
    ),
    ImportField(
        name="text", label=_("text of the post"), parse=cells.upto(LONGEST_TEXT), required=True,
        aliases=("本文", "投稿内容", "内容", "テキスト", "text", "content", "full_text", "body", "snippet"),
    ),
    ImportField(
        name="platform", label=_("platform"), parse=cells.upto(60), required=True,
        aliases=("媒体", "サービス", "SNS", "platform", "source", "network", "site"),
    ),
    ImportField(
        name="audience", label=_("open to"),
        parse=cells.choice({word: to for to, words in AUDIENCES.items() for word in words}),
        aliases=("公開範囲", "公開設定", "visibility", "audience", "privacy"),
    ),
)  # fmt: skip


def resolve(rows: Collection[ParsedRow], *, viewer: Viewer, today: date) -> Sequence[RowOutcome]:
    """Decide for every row: onto the board, known already, nothing to us, or refused with the reason."""
    del today  # a post lies ahead by its moment, not by its day
    if not viewer.may_everywhere(Permission.HIT_IMPORT):
        raise Forbidden(Permission.HIT_IMPORT)
    terms, at = terms_in_force(viewer), now()
    if not {Kind.COMPANY, Kind.IMPROPER} <= {term.kind for term in terms}:
        raise Refused(_("There are no patrol terms yet."), _("Add a name of the company and an improper word first."))
    addresses = [public_url(str(row.values["url"])) for row in rows if row.values.get("url")]
    marks = {address: captures.mark_of(address) for address in addresses if address}
    known = set(PatrolHit.objects.standing().filter(mark__in=marks.values()).values_list("mark", flat=True))
    return [_outcome(row, terms, known, at) for row in rows]


def _outcome(row: ParsedRow, terms: Sequence[Term], known: set[str], at: datetime) -> RowOutcome:
    told = row.values
    address = public_url(str(told.get("url") or ""))
    posted_at = aware(told["posted_at"], told.get("zone")) if told.get("posted_at") else None
    errors = list(_errors(row, address, posted_at, at))
    if row.errors or errors or address is None or posted_at is None:
        return RowOutcome.rejected(row, *errors)
    found, mark = matches(str(told["text"]), terms), captures.mark_of(address)
    if not found or mark in known:
        return RowOutcome(row=row, action=Action.UNCHANGED)
    known.add(mark)
    values = {
        "mark": mark, "url": address, "posted_at": posted_at, "platform": told["platform"],
        "author": told.get("author") or "", "text": told["text"],
        "terms": [{"number": term.number, "version": term.version, "word": term.word} for term in found],
    }  # fmt: skip
    name = f"{told['platform']} {posted_at:%Y-%m-%d %H:%M} UTC"
    return RowOutcome(row=row, action=Action.ADD, name=name, values=values)


def _errors(row: ParsedRow, address: str | None, posted_at: datetime | None, at: datetime) -> Iterable[CellError]:
    told, wrong = row.values, partial(_wrong, row)
    if told.get("url") and address is None:
        yield wrong("url", gettext_noop("This address is none, or not open to everybody."),
                    gettext_noop("Patrols take public posts only: no messages, no closed groups."))  # fmt: skip
    if told.get("audience") == "private":
        yield wrong("audience", gettext_noop("This post is not public, so it is nobody's business here."),
                    gettext_noop("Leave private accounts out of the search."))  # fmt: skip
    if told.get("posted_at") and posted_at is None:
        yield wrong("posted_at", gettext_noop("The time names no zone."),
                    gettext_noop("Write it with its zone (+09:00, JST), or add a column with the zone."))  # fmt: skip
    if posted_at is not None and posted_at > at:
        yield wrong("posted_at", gettext_noop("This time lies ahead."), gettext_noop("Check the zone."))


def _wrong(row: ParsedRow, field: str, message: str, step: str) -> CellError:
    return row.error(field, phrase(message), phrase(step))


def apply(outcomes: Iterable[RowOutcome], *, by: Actor, why: str) -> None:
    """Write captures and hits; a file left by an act that failed is swept away by the job that seals them."""
    del by, why
    names = drawn(PatrolHit, "P", now().year)
    made = [_hit(outcome, next(names)) for outcome in outcomes]
    current().note("queued", len(made), in_clear=True)
    record_many(made)
    ask(PATROL, viewer=None)


def _hit(outcome: RowOutcome, number: str) -> PatrolHit:
    told: dict[str, Any] = dict(outcome.values)
    row = outcome.row
    raw = {row.columns[name].header: str(cell) for name, cell in row.raw.items() if cell is not None} if row else {}
    pk = uuid7()
    told_by_file = Captured(url=told.pop("url"), author=told.pop("author"), text=told.pop("text"), row=raw)
    digest = captures.write_capture(pk, told_by_file, place=f"{row.file} {row.number}" if row else "")
    return PatrolHit(pk=pk, number=number, sha256=digest, **told)


POSTS = ImportKind(
    name="patrol-posts",
    title=_("Public posts"),
    why=_(
        "Search results and posts that a team or a hired firm collected. Only public ones, and of these only what "
        "names the company and an improper word is kept; the others leave nothing but their number."
    ),
    fields=FIELDS,
    permission=Permission.HIT_IMPORT,
    verb="watch.hit.import",
    resolve=resolve,
    apply=apply,
)
"""Posts through the kernel's import kit: CSV, Excel workbook or JSON Lines."""
