"""The clock of the index of documents: once a night, and when somebody asks for it."""

import time
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from kuramori.kernel.actors import SYSTEM, Actor, ActorKind
from kuramori.kernel.acts import Refused
from kuramori.kernel.jobs import JobKind, Progress
from kuramori.watch.job_names import DOCUMENTS
from kuramori.watch.lake import lake
from kuramori.watch.models import DocumentRun
from kuramori.watch.prints.acts import documents_index
from kuramori.watch.prints.place import documents_place, secret_folders
from kuramori.watch.prints.queries import EVERY
from kuramori_lake.fingerprint.laid import FolderError, folders_in, take
from kuramori_lake.fingerprint.print_files import PrintFileError


def run_documents(progress: Progress, _arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Bring the index to what lies in the folder; nothing while there never was one.

    Raises Refused when the folder is gone or the index damaged: what is indexed stays as it is.
    """
    place = documents_place()
    if not place.exists() and not DocumentRun.objects.exists():
        return {}
    with lake() as found:
        try:
            night = take(found, place, secret_folders(place), now=time.time(), step=progress.report)
        except FolderError as error:
            raise Refused(
                _("The folder of documents is not there, or empty. What is indexed stays in the index."),
                _("Mount the share or set KURAMORI_DOCUMENTS. If all documents are meant to go, leave empty folders."),
            ) from error
        except PrintFileError as error:
            raise Refused(
                _("A file of the index is damaged: %(error)s.") % {"error": error},
                _("Restore the lake's folder “prints” from a backup, then let the comparison run again."),
            ) from error
        run = documents_index(night=night, folders=folders_in(found), by=_asker(progress))
    return {name: getattr(run, name) for name in ("files", "indexed", "unchanged", "rejected", "removed")}


def _asker(progress: Progress) -> Actor:
    job = progress.job
    return Actor(kind=ActorKind.PERSON, id=job.asked_by, name=job.asked_by_name) if job.asked_by else SYSTEM


JOBS = (JobKind(name=DOCUMENTS, title=_("Index documents of secrets"), run=run_documents, every=EVERY),)
