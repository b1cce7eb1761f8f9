"""`kuramori bundle`: an evidence bundle for a secret, or for a person and a period."""

import argparse
from uuid import UUID

from kuramori.directory.api import person_by_number, subjects_of_person, viewer_of_system
from kuramori.evidence.api import BUNDLE_PERSON, Delivery, Kept, MadeBundle, variants, write_bundle
from kuramori.kernel.acts import Refused, Subject
from kuramori.kernel.permissions import Viewer
from kuramori.register.api import SECRET_PROVE, secret_by_number
from kuramori.site.terminal import Exit, complain, progress, say, say_json
from kuramori.site.words import gettext as _


def run(arguments: argparse.Namespace) -> int:
    """Write the bundle into a new folder; the export itself is an act."""
    viewer = viewer_of_system()
    delivery = _delivery(arguments)
    if delivery is None:
        return Exit.REFUSED
    found = _subject(viewer, arguments.kind, arguments.ident)
    if found is None:
        complain(_("There is none with the number %(number)s.") % {"number": arguments.ident})
        return Exit.REFUSED
    subject, ids = found
    try:
        with progress(_("writing the bundle")) as step:
            made = write_bundle(
                viewer,
                kind=arguments.kind,
                subject=subject,
                ids=ids,
                permission=BUNDLE_PERSON if arguments.kind == "person" else SECRET_PROVE,
                out=arguments.out,
                why=arguments.why or _("asked for on the command line"),
                starts_on=arguments.since,
                ends_on=arguments.until,
                delivery=delivery,
                progress=step,
            )
    except FileExistsError:
        complain(_("%(folder)s exists already; choose a new folder.") % {"folder": arguments.out})
        return Exit.REFUSED
    except (Refused, OSError) as refusal:
        complain(f"{refusal} {getattr(refusal, 'next_step', '')}".strip())
        return Exit.REFUSED
    _show(made, as_json=arguments.json)
    return Exit.OK


def _delivery(arguments: argparse.Namespace) -> Delivery | None:
    """Return for whom it is made; None, after a complaint, for a word that means nothing here."""
    kinds = frozenset(word.strip() for word in arguments.withhold.split(",") if word.strip())
    strange = [*(kinds - set(Kept)), *({arguments.variant} - set(variants()))]
    if strange:
        complain(_("Unknown: %(words)s. See kuramori bundle --help.") % {"words": ", ".join(sorted(strange))})
        return None
    return Delivery(
        variant=arguments.variant,
        withhold=kinds,
        withhold_why=arguments.withhold_why,
        recipients=tuple(arguments.age),
    )


def _subject(viewer: Viewer, kind: str, ident: str) -> tuple[Subject, list[UUID]] | None:
    """Return what the bundle is about, by number or by id, with the further ids the ledger knows it under."""
    if kind == "secret":
        secret = secret_by_number(viewer, ident)
        return None if secret is None else (secret.as_subject(), [])
    person = person_by_number(viewer, ident)
    return None if person is None else (person.as_subject(), subjects_of_person(viewer, person))


def _show(made: MadeBundle, *, as_json: bool) -> None:
    if as_json:
        say_json({"bundle": str(made.bundle.pk), "folder": str(made.folder), "entries": made.head.size})
        return
    say(_("%(folder)s is written. Verify it: kuramori verify %(folder)s") % {"folder": made.folder})
