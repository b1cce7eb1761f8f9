"""What the page of a review draws: coverage, lines and signatures, in words for one viewer."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from kuramori.kernel.permissions import Viewer
from kuramori.kernel.wording import moment
from kuramori.watch.models.reviews import Answer, Review, ReviewItem, ReviewSignature
from kuramori.watch.presence.wording import door_facts, zone_words
from kuramori.watch.queries.reviews import is_concerned
from kuramori.watch.reviews.sheets import SheetSeen, is_untouched
from kuramori.watch.reviews.wording import (
    CHANNELS,
    SEEN_MEANS,
    SEEN_TONES,
    SEEN_WORDS,
    TIES,
    numbers_in_words,
    state_of,
    who_answers,
)
from kuramori.watch.rules.reviews import Seen, Tie

TONES = {Answer.ORDINARY: "ok", Answer.EXPLAINED: "ok", Answer.ASK: "warn", Answer.CONCERN: "bad"}


def state_words(viewer: Viewer, review: Review) -> dict[str, Any]:
    """Return what stands above a review: its state, who answers; whom a line concerns is not told of the committee."""
    is_open = getattr(review, "is_open", False)
    return {
        "state": state_of(review, viewer),
        "asked": who_answers(review),
        "passed_on": moment(review.escalated_at, viewer) if review.escalated_at and is_open else "",
        "committee": moment(review.committee_at, viewer)
        if review.committee_at and not is_concerned(viewer, review)
        else "",
    }


def sheet_words(viewer: Viewer, seen: SheetSeen, *, may_judge: bool) -> dict[str, Any]:
    """Return one sheet for the page. What a source did not tell is never drawn as “nothing happened” (DET-10)."""
    told = seen.sheet.told
    rows = [coverage_words(viewer, row) for row in told["coverage"]]
    unseen = sum(row["state"] != Seen.SEEN for row in told["coverage"])
    return {
        "seen": seen,
        "ordinal": seen.sheet.ordinal,
        "is_late": told["late"],
        "made": moment(seen.sheet.created_at, viewer),
        "is_untouched": is_untouched(seen.sheet),
        "coverage": rows,
        "unseen": unseen,
        "zones": [zone_words(row) for row in told.get("zones", ())],
        "lines": [
            line_words(viewer, who, item, may_judge=may_judge and not seen.is_signed and item.pk not in seen.settled)
            for who, item in seen.lines
        ],
        "left_out": told["left_out"],
        "share": told.get("share", ""),
        "nothing": _nothing(unseen),
        "may_judge": may_judge and not seen.is_signed,
        "asks_signature": not seen.is_signed,
        "signatures": [
            (str(each.by.shown), moment(each.created_at, viewer), *_own(viewer, each)) for each in seen.signatures
        ],
    }


def _own(viewer: Viewer, signature: ReviewSignature) -> tuple[str, str]:
    """Return statement and digest of one's own signature; another's digest would tell that he was shown other lines."""
    return (signature.statement, signature.digest) if signature.by_id == viewer.person_id else ("", "")


def _nothing(unseen: int) -> str:
    if unseen:
        return _("Nothing is known to have happened; %(count)s sources or channels did not tell.") % {"count": unseen}
    return _("All sources were heard, and nothing happened that would have to be looked at.")


def coverage_words(viewer: Viewer, row: dict[str, Any]) -> dict[str, Any]:
    """Return one source in words: what it is, whether it was heard, how much it told beside its usual."""
    state = Seen(row["state"])
    last = moment(datetime.fromisoformat(row["last"]), viewer) if row["last"] else ""
    return {
        "name": row["name"] or CHANNELS[row["channel"]],
        "word": SEEN_WORDS[state],
        "tone": SEEN_TONES[state],
        "means": SEEN_MEANS[state],
        "is_known": state in {Seen.SEEN, Seen.LATE},
        "events": row["events"],
        "usual": row["usual"],
        "last": last,
    }


def line_words(viewer: Viewer, who: str, item: ReviewItem, *, may_judge: bool) -> dict[str, Any]:
    """Return one line in words, the name sealed.

    Who decided stands in the history alone: whoever left out one line would by that be known as the person on it.
    """
    told = item.told
    return {
        "who": who,
        "item": item,
        "numbers": numbers_in_words(told),
        "tie": TIES[Tie(told["tie"])] if told.get("tie") else "",
        "facts": [*told.get("facts", ()), *door_facts(viewer, told)],
        "days_before": told["days_before"],
        "active_before": told["active_before"],
        "colleagues": told["colleagues"],
        "verdict": item.get_verdict_display(),
        "tone": TONES.get(Answer(item.verdict), ""),
        "may_judge": may_judge,
    }
