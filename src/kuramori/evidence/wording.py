"""What the check found, in words for people."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kuramori.evidence.rules.damage import Damage

DAMAGE: Mapping[Damage, str | Promise] = {
    Damage.BACK_DATED: gettext_lazy("an entry was dated back"),
    Damage.CHANGES_DIFFER: gettext_lazy("a long list of changes was tampered with"),
    Damage.DELETED: gettext_lazy("an entry was deleted"),
    Damage.DISCLOSURE_DIFFERS: gettext_lazy("words were exchanged that an entry commits to"),
    Damage.EDITED: gettext_lazy("an entry was edited"),
    Damage.GUARD_MISSING: gettext_lazy("a guard of the database is missing or altered"),
    Damage.HEAD_FORGED: gettext_lazy("a checkpoint was not signed by this ledger"),
    Damage.INSERTED: gettext_lazy("an entry was slipped in"),
    Damage.NODE_DIFFERS: gettext_lazy("an inner hash of the tree was rewritten"),
    Damage.REORDERED: gettext_lazy("entries were reordered"),
    Damage.SUBJECTS_DIFFER: gettext_lazy("the list of what an entry is about was tampered with"),
    Damage.TRUNCATED: gettext_lazy("the newest entries were cut off"),
    Damage.WAITING: gettext_lazy("an entry has waited for its place for more than a minute"),
}


def damage_words(damage: str, index: int | None, detail: str) -> str:
    """Say one finding in the present language, with the ledger index it begins at."""
    what = str(DAMAGE[Damage(damage)])
    if index is not None:
        what = _("From entry %(index)s: %(what)s") % {"index": index, "what": what}
    return f"{what} ({detail})" if detail else what
