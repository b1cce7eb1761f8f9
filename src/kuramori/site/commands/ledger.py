"""`kuramori ledger`: re-hash the whole ledger, or write it out for others' tools."""

import argparse

from kuramori.evidence.api import CheckReport, damage_words, export_ledger, ledger_check
from kuramori.kernel.acts import Refused
from kuramori.site.terminal import Exit, complain, progress, say, say_json
from kuramori.site.words import gettext as _


def run(arguments: argparse.Namespace) -> int:
    """Do the step that was asked for."""
    return _check(as_json=arguments.json) if arguments.step == "check" else _export(arguments)


def _check(*, as_json: bool) -> int:
    """Re-hash everything; 0 when sound, 1 with the first bad index and what is wrong with it."""
    with progress(_("re-hashing the ledger")) as step:
        report = ledger_check(step)
    if as_json:
        say_json(_told(report))
    elif report.is_sound:
        words = _("Sound: %(entries)s entries, root %(root)s, in %(seconds).1f s.")
        say(words % {"entries": f"{report.entries:,}", "root": report.root, "seconds": report.seconds})
    else:
        for each in report.found:
            say(damage_words(each.damage, each.index, each.detail))
    return Exit.OK if report.is_sound else Exit.REFUSED


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
