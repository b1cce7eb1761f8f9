"""What the check found, and how an exhibit proves, in words for people."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kuramori.evidence.custody_check import CustodyReading
from kuramori.evidence.heads import Against
from kuramori.evidence.models import CheckRun
from kuramori.evidence.rules.custody import Gap
from kuramori.evidence.rules.damage import Damage
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.room import ExhibitKind, Strength
from kuramori.kernel.wording import moment

CUSTODY_LATE = timedelta(days=35)
"""After so long without being read back a file in custody is told as late: a round should take a month at most."""
DAMAGE: Mapping[Damage, str | Promise] = {
    Damage.BACK_DATED: gettext_lazy("an entry was dated back"),
    Damage.CHANGES_DIFFER: gettext_lazy("a long list of changes was tampered with"),
    Damage.DELETED: gettext_lazy("an entry was deleted"),
    Damage.DISCLOSURE_DIFFERS: gettext_lazy("words were exchanged that an entry commits to"),
    Damage.DISCLOSURE_MISSING: gettext_lazy("words are gone that no erasure by law has taken"),
    Damage.EDITED: gettext_lazy("an entry was edited"),
    Damage.FILE_DIFFERS: gettext_lazy("a sealed file was changed"),
    Damage.FILE_MISSING: gettext_lazy("a sealed file is gone"),
    Damage.FILE_UNSEALED: gettext_lazy("a file is kept with a digest that its act does not hold"),
    Damage.GUARD_MISSING: gettext_lazy("a guard of the database is missing or altered"),
    Damage.HEAD_FORGED: gettext_lazy("a checkpoint was not signed by this ledger"),
    Damage.INSERTED: gettext_lazy("an entry was slipped in"),
    Damage.NODE_DIFFERS: gettext_lazy("an inner hash of the tree was rewritten"),
    Damage.REORDERED: gettext_lazy("entries were reordered"),
    Damage.STAMP_DIFFERS: gettext_lazy("a time stamp is not over the checkpoint it is kept for"),
    Damage.SUBJECTS_DIFFER: gettext_lazy("the list of what an entry is about was tampered with"),
    Damage.TRUNCATED: gettext_lazy("the newest entries were cut off"),
    Damage.WAITING: gettext_lazy("an entry has waited for its place for more than a minute"),
}
KIND_WORDS: Mapping[ExhibitKind, str | Promise] = {
    ExhibitKind.DIRECT: gettext_lazy("direct"),
    ExhibitKind.TESTIMONY: gettext_lazy("testimony"),
    ExhibitKind.CIRCUMSTANTIAL: gettext_lazy("circumstantial"),
}
STRENGTH_WORDS: Mapping[Strength, str | Promise] = {
    Strength.STRONG: pgettext_lazy("proof", "strong"),
    Strength.FAIR: pgettext_lazy("proof", "fair"),
    Strength.WEAK: pgettext_lazy("proof", "weak"),
}


def damage_words(damage: str, index: int | None, detail: str) -> str:
    """Say one finding in the present language, with the ledger index it begins at."""
    what = str(DAMAGE[Damage(damage)])
    if index is not None:
        what = _("From entry %(index)s: %(what)s") % {"index": index, "what": what}
    return f"{what} ({detail})" if detail else what


def against_words(found: Against, viewer: Viewer) -> str:
    """Say which head is ahead: who holds it, over how many entries, since when, and how many are missing here."""
    words = {
        "where": found.where,
        "size": f"{found.size:,}",
        "count": f"{found.missing:,}",
        "at": moment(found.at, viewer) if found.at else "–",
    }
    if found.missing:
        return _("%(where)s holds a head over %(size)s entries (%(at)s): %(count)s of them are missing here.") % words
    if found.size:
        return _("%(where)s holds a head over %(size)s entries (%(at)s) that shows another history.") % words
    return _("What %(where)s holds is no head that this ledger has signed.") % words


def outside_words(check: CheckRun, viewer: Viewer) -> str:
    """Say with whose head the check compared the ledger."""
    if not check.outside:
        return _("compared with no head held outside")
    held = check.outside[0]
    at = moment(datetime.fromisoformat(held["at"]), viewer) if held["at"] else "–"
    return _("compared with the head over %(size)s entries that %(name)s holds (%(at)s)") % {
        "size": f"{held['size']:,}",
        "name": held["name"],
        "at": at,
    }


def custody_words(check: CheckRun, viewer: Viewer) -> str:
    """Say how far the check came with the files in custody; nothing while there are none."""
    if not check.custody.get("of_files"):
        return ""
    read = CustodyReading.of_json(check.custody)
    words = {
        "files": f"{read.files:,}",
        "all": f"{read.of_files:,}",
        "size": filesizeformat(read.size),
        "at": moment(read.oldest, viewer) if read.oldest else "–",
    }
    return _("custody: %(files)s of %(all)s files read back this time (%(size)s), all of them since %(at)s") % words


def is_custody_late(check: CheckRun) -> bool:
    """Say whether a file in custody has waited for too long to be read back: the nightly share is too small."""
    oldest = CustodyReading.of_json(check.custody).oldest
    return oldest is not None and now() - oldest > CUSTODY_LATE


GAPS: Mapping[Gap, str | Promise] = {
    Gap.BACKWARDS: gettext_lazy("The step is dated before the one before it."),
    Gap.BEGINNING: gettext_lazy("The chain does not begin with identifying, collecting and preserving."),
    Gap.DIGEST: gettext_lazy("The digest found differs from the one taken in."),
    Gap.NOT_GIVEN: gettext_lazy("Something was received that nobody had handed over."),
    Gap.NOT_RECEIVED: gettext_lazy("What was handed over was never received."),
}
