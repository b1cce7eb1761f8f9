"""Reviews in words: states, channels, numbers, who answers."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kuramori.directory.api import ROLE_WORDS
from kuramori.kernel.columns import Mark
from kuramori.kernel.permissions import Role, Viewer
from kuramori.watch.models.reviews import Review
from kuramori.watch.rules.reviews import OFFICES, WEIGHTS, Seen, Tie

Words = Mapping[str, str | Promise]

SEEN_WORDS: Words = {
    Seen.BLIND: gettext_lazy("blind"),
    Seen.LATE: gettext_lazy("late"),
    Seen.SILENT: gettext_lazy("silent"),
    Seen.SEEN: gettext_lazy("seen"),
}
SEEN_TONES = {Seen.BLIND: "bad", Seen.LATE: "warn", Seen.SILENT: "bad", Seen.SEEN: "ok"}
SEEN_MEANS: Words = {
    Seen.BLIND: gettext_lazy("Nothing is known of these days."),
    Seen.LATE: gettext_lazy("What is missing has not come in yet; it will be shown in an addendum."),
    Seen.SILENT: gettext_lazy("It spoke afterwards, yet tells nothing of these days: find out why."),
    Seen.SEEN: "",
}
CHANNELS: Words = {
    "door": gettext_lazy("doors: no log source"),
    "files": gettext_lazy("file servers: no log source"),
    "mail": gettext_lazy("mail: no log source"),
    "print": gettext_lazy("printers: no log source"),
    "removable": gettext_lazy("removable media: no log source"),
    "web": gettext_lazy("web: no log source"),
}
TIES: Words = {
    Tie.ALONE: gettext_lazy("alone in a zone"),
    Tie.ENTRY: gettext_lazy("entered without a permit"),
    Tie.LEAVER: gettext_lazy("leaves"),
    Tie.SAMPLED: gettext_lazy("drawn"),
    Tie.WATCHED: gettext_lazy("on the watch list"),
}
NUMBERS: Words = {
    "archives": gettext_lazy("archives made or copied"),
    "cleared": gettext_lazy("logs cleared"),
    "connects": gettext_lazy("media connected"),
    "copied_bytes": gettext_lazy("bytes copied to media"),
    "copies": gettext_lazy("files copied to media"),
    "db_exports": gettext_lazy("database exports"),
    "deleted": gettext_lazy("files deleted"),
    "documents": gettext_lazy("documents read"),
    "doors": gettext_lazy("doors passed"),
    "doors_denied": gettext_lazy("doors refused"),
    "first_media": gettext_lazy("media used for the first time"),
    "logons": gettext_lazy("sign-ins"),
    "mail_bytes": gettext_lazy("bytes mailed to outside"),
    "mails_attached": gettext_lazy("mails to outside with attachments"),
    "mails_free": gettext_lazy("mails to private services"),
    "mails_out": gettext_lazy("mails to outside"),
    "night": gettext_lazy("deeds at night"),
    "odd_copies": gettext_lazy("files copied to media at odd hours"),
    "pages": gettext_lazy("pages printed"),
    "prints": gettext_lazy("print jobs"),
    "secret_documents": gettext_lazy("documents of secrets read"),
    "shares_out": gettext_lazy("shares given to outside"),
    "upload_bytes": gettext_lazy("bytes uploaded"),
    "uploads": gettext_lazy("uploads"),
}
STATES: Mapping[str, Mark] = {
    "open": Mark(word=gettext_lazy("waits for a signature"), tone="warn"),
    "late": Mark(word=gettext_lazy("not signed in time"), tone="bad"),
    "signed": Mark(word=pgettext_lazy("review", "signed"), tone="ok"),
}


def state_of(review: Review, _viewer: Viewer) -> Mark:
    """Return where a review stands for this viewer (`is_open` of the query)."""
    is_open = getattr(review, "is_open", False)
    return STATES["signed" if not is_open else "late" if review.escalated_at else "open"]


def who_answers(review: Review) -> str:
    """Return the person or office that is asked, in words; to whom nothing is open, the one that was asked first."""
    is_passed_on = review.escalated_at is not None and getattr(review, "is_open", False)
    if review.reviewer is not None and not is_passed_on:
        return str(review.reviewer.shown)
    return str(ROLE_WORDS[Role(review.office) if is_passed_on else OFFICES[0]])


def numbers_in_words(told: Mapping[str, Mapping[str, int | str]]) -> list[dict[str, str]]:
    """Return a line's numbers for people, those that speak for most first: now, his usual, his colleagues' mean."""
    order = sorted(told["now"], key=lambda name: (-WEIGHTS.get(name, 0.0), name))
    return [
        {
            "what": str(NUMBERS[name]),
            "now": f"{int(told['now'][name]):,}",
            "usual": str(told["usual"].get(name, "0.0")),
            "peers": str(told["peers"].get(name, "")) or _("no colleagues"),
        }
        for name in order
        if name in NUMBERS
    ]
