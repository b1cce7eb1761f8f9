"""The index was brought to what lies in the folder of documents: written down with counts and a digest (DET-04)."""

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import act
from kuramori.watch.models import DocumentFolder, DocumentRun
from kuramori_lake.fingerprint.laid import Folder, Night


def documents_index(*, night: Night, folders: Iterable[Folder], by: Actor) -> DocumentRun:
    """Write down what a comparison did, and what each secret's folder holds now.

    No file is named, and no folder of an unknown secret: an entry of the ledger stays for good.
    """
    counts = {name: getattr(night, name) for name in ("files", "indexed", "unchanged", "rejected", "removed")}
    with act("watch.document.index", by=by) as this:
        run = DocumentRun(digest=night.digest, **counts)
        run.save()
        this.about(run)
        for name, count in counts.items():
            this.note(name, count, in_clear=True)
        this.note("digest", night.digest, in_clear=True)
        _write(folders)
    return run


def _write(folders: Iterable[Folder]) -> None:
    """Keep one record for each secret with a folder; only what has changed is written."""
    documents: Counter[UUID] = Counter()
    rejected: Counter[UUID] = Counter()
    for each in folders:  # a name composed and decomposed is twice the same secret's
        if each.secret_id:
            documents[UUID(each.secret_id)] += each.documents
            rejected[UUID(each.secret_id)] += each.rejected
    known = {each.secret_id: each for each in DocumentFolder.objects.standing().select_related("secret")}
    for secret_id in sorted(documents):
        folder = known.pop(secret_id, None) or DocumentFolder(secret_id=secret_id)
        now = (documents[secret_id], rejected[secret_id])
        if (folder.documents, folder.rejected) != now:
            folder.documents, folder.rejected = now
            folder.save()
    for folder in known.values():
        folder.retire()
