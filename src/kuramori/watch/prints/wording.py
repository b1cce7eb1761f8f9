"""Why a file is not in the index, in words, and what to do about it."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kuramori_lake.fingerprint.laying import Why
from kuramori_lake.fingerprint.reading.limits import Reason

Text = str | Promise


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A reason and the next step."""

    word: Text
    step: Text


_SPLIT = _("Lay what is in it there as files of their own.")
_AGAIN = _("Save it anew in the program that it was made with, as PDF if need be.")

REFUSALS: Final[dict[str, Refusal]] = {
    Why.BAD_NAME: Refusal(
        word=_("a name that cannot be written"), step=_("Rename it; names are UTF-8 without line ends.")
    ),
    Why.BESIDE: Refusal(
        word=_("in no secret's folder"), step=_("Move it into the folder that is called by its secret's number.")
    ),
    Why.GROWING: Refusal(word=_("still being written"), step=_("Nothing: it is read the next time.")),
    Why.LINK: Refusal(
        word=_("a link, not a file"), step=_("Lay the document itself there: links could lead out of the folder.")
    ),
    Why.NOT_A_FILE: Refusal(word=_("neither a file nor a folder"), step=_("Take it away.")),
    Why.TOO_DEEP: Refusal(word=_("folders nested too deeply"), step=_("Lay the files at most 40 folders deep.")),
    Why.TOO_LARGE: Refusal(word=_("too large"), step=_SPLIT),
    Why.TOO_SHORT: Refusal(
        word=_("too little text to be recognised"),
        step=_("Nothing is found again of fewer than some 80 characters: lay the whole document there."),
    ),
    Why.UNKNOWN_SECRET: Refusal(
        word=_("a folder of no known secret"),
        step=_("Call the folder by the number of a secret that is in the register; / and other signs as _."),
    ),
    Why.UNREADABLE: Refusal(
        word=_("could not be read"), step=_("Let the service read it, and look at the disk or the share.")
    ),
    Reason.CRASHED: Refusal(word=_("its reading crashed"), step=_AGAIN),
    Reason.DAMAGED: Refusal(word=_("damaged"), step=_AGAIN),
    Reason.ENCRYPTED: Refusal(word=_("encrypted"), step=_("Lay a copy without password there.")),
    Reason.NO_TEXT: Refusal(
        word=_("has no text"), step=_("A scan or picture: have its text recognised, and lay that there.")
    ),
    Reason.TOO_MANY: Refusal(word=_("holds too many files"), step=_SPLIT),
    Reason.TOO_SLOW: Refusal(word=_("took too long"), step=_SPLIT),
    Reason.UNSUPPORTED: Refusal(word=_("a format that cannot be read"), step=_AGAIN),
    Reason.TOO_DEEP: Refusal(word=_("nested too deeply"), step=_SPLIT),
}
