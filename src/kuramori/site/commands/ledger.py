"""`kuramori ledger`: re-hash the whole ledger, write it out for others' tools, or let another key sign on."""

import argparse

from kuramori.directory.api import viewer_of_system
from kuramori.evidence.api import (
    CheckReport,
    against_words,
    damage_words,
    export_ledger,
    key_revoke,
    key_rotate,
    ledger_check,
    ledger_fork,
    standing_against,
)
from kuramori.kernel.actors import SYSTEM
from kuramori.kernel.acts import Refused
from kuramori.site.terminal import Exit, complain, progress, say, say_json
from kuramori.site.words import gettext as _


def run(arguments: argparse.Namespace) -> int:
    """Do the step that was asked for."""
    if arguments.step == "check":
        return _check(as_json=arguments.json, beside=not arguments.hashes, all_custody=arguments.all_custody)
    return _export(arguments) if arguments.step == "export" else _sign_on(arguments)


def _check(*, as_json: bool, beside: bool, all_custody: bool) -> int:
    """Re-hash everything; 0 when sound, 1 with the first bad index and what is wrong with it."""
    with progress(_("re-hashing the ledger")) as step:
        report = ledger_check(step, beside=beside, all_custody=all_custody)
    viewer = viewer_of_system()
    against = [against_words(each, viewer) for each in standing_against(viewer)]
    if as_json:
        say_json(_told(report) | {"against": against})
    elif report.is_sound:
        words = _("Sound: %(entries)s entries, root %(root)s, in %(seconds).1f s.")
        say(words % {"entries": f"{report.entries:,}", "root": report.root, "seconds": report.seconds})
    else:
        for each in report.found:
            say(damage_words(each.damage, each.index, each.detail))
    if not as_json:
        for words in against:
            say(words)
        held = report.outside[0] if report.outside else None
        said = _("Compared with the head over %(size)s entries that %(name)s holds.")
        say(said % {"size": f"{held.size:,}", "name": held.name} if held else _("Compared with no head held outside."))
    return Exit.OK if report.is_sound and not against else Exit.REFUSED


def _told(report: CheckReport) -> dict[str, object]:
    found = [
        {"index": f.index, "what": f.damage, "detail": f.detail, "words": damage_words(f.damage, f.index, f.detail)}
        for f in report.found
    ]
    return {
        "sound": report.is_sound,
        "entries": report.entries,
        "root": report.root,
        "seconds": round(report.seconds, 3),
        "first_bad": report.first_bad,
        "found": found,
        "outside": [each.as_json() for each in report.outside],
        "custody": report.custody.as_json() if report.custody else None,
    }


def _export(arguments: argparse.Namespace) -> int:
    """Write C2SP tiles, checkpoint and keys into a new folder."""
    try:
        with progress(_("writing tiles")) as step:
            head = export_ledger(arguments.folder, progress=step)
    except (Refused, OSError) as refusal:
        complain(f"{refusal} {getattr(refusal, 'next_step', '')}".strip())
        return Exit.REFUSED
    say(_("%(size)s entries, signed checkpoint included") % {"size": head.size if head else 0})
    return Exit.OK


def _sign_on(arguments: argparse.Namespace) -> int:
    """Change or revoke the key, or declare a new branch; the act is the system's, the reason names who wanted it."""
    words = {"by": SYSTEM, "why": arguments.why}
    try:
        if arguments.step == "rotate":
            made = key_rotate(**words)
        elif arguments.step == "revoke":
            made = key_revoke(valid_to=arguments.valid_to, **words)
        else:
            made = ledger_fork(happened=arguments.happened, tried=arguments.tried, **words)
    except (Refused, OSError) as refusal:
        complain(f"{refusal} {getattr(refusal, 'next_step', '')}".strip())
        return Exit.REFUSED
    say(_("%(name)s is signed with a new key from now on; give the witnesses its text.") % {"name": made.new.origin})
    return Exit.OK
