"""What bundles and exports carry of the witnesses: the newest head each holds, and that it is continued."""

from collections.abc import Iterator

from kuramori.evidence.keys import open_head, signer
from kuramori.evidence.models import Witness, WitnessState
from kuramori.evidence.rules.note import NoteError
from kuramori.evidence.rules.tree import consistency_proof
from kuramori.evidence.tree_store import hashes
from kuramori.kernel.canonical import canonical


def witnesses_due() -> list[dict[str, str]]:
    """Return the standing witnesses as a bundle's manifest lists them: whoever opens it sees which head is absent."""
    return [{"kind": each.kind, "name": each.name, "slug": slug} for slug, each in _slugs()]


def witness_files(size: int) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content): the note each witness holds, the key of a server, the proof up to `size` entries.

    A witness that holds no head of this branch, or one beyond `size`, gives nothing; that stays visible.
    """
    states = {state.witness_id: state for state in WitnessState.objects.exclude(note="")}
    for slug, witness in _slugs():
        state = states.get(witness.pk)
        held = _size_of(state.note) if state else None
        if state is None or held is None or held > size:
            continue
        yield f"{slug}.txt", state.note.encode()
        if witness.key:
            yield f"{slug}.key", f"{witness.key}\n".encode()
        proof = consistency_proof(held, size, hashes) if held else []
        yield f"{slug}.proof.json", canonical({"from": held, "to": size, "proof": [each.hex() for each in proof]})


def _slugs() -> list[tuple[str, Witness]]:
    """Return the standing witnesses in the order they were added, each with a name for files."""
    rows = Witness.objects.standing().order_by("created_at", "id")
    return [(f"{each.kind}-{number}", each) for number, each in enumerate(rows, start=1)]


def _size_of(note: str) -> int | None:
    try:
        head = open_head(note)
    except NoteError:
        return None
    return head.size if head.origin == signer().origin else None
