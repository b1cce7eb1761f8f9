"""The registers of the witnesses: who holds our heads, and whose heads we hold."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kuramori.evidence.keys import signer, witness_signer
from kuramori.evidence.models import KindChoice, Witness, WitnessedLog
from kuramori.evidence.rules.note import VerifierKey
from kuramori.evidence.tree_store import tree_size
from kuramori.evidence.witnessing.acts import witnesses as acts
from kuramori.evidence.witnessing.forms import WitnessedForm, WitnessForm
from kuramori.evidence.witnessing.models.witnesses import state_of
from kuramori.evidence.witnessing.queries import witnessed_visible_to, witnesses_visible_to
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.registers.register import Column, ColumnKind, Fact, Link, Mark, Register


def witness_mark(witness: Witness, _viewer: Viewer) -> Mark:
    """Say how a witness is doing: contradicting, silent, failing, or well."""
    state = state_of(witness)
    if state.against:
        return Mark(word=_("contradicts this ledger"), tone="bad")
    if state.is_silent(now()):
        return Mark(word=_("silent"), tone="bad")
    if state.failure:
        return Mark(word=_("cannot be reached"), tone="warn")
    return Mark(word=_("holds"), tone="ok") if state.held_at else Mark(word=_("holds nothing yet"))


def witness_facts(witness: Witness, _viewer: Viewer) -> Sequence[Fact]:
    """Return what the page of a witness says: how it is reached, what it holds, and what to enter on the other side."""
    state = state_of(witness)
    behind = None if state.size is None else max(0, tree_size() - state.size)
    facts = [
        Fact(label=_("kind of witness"), value=witness.get_kind_display()),
        Fact(label=_("address, folder or mail address"), value=witness.place or None, kind=ColumnKind.CODE),
        Fact(label=_("entries under the head it holds"), value=state.size, kind=ColumnKind.NUMBER),
        Fact(label=_("entries it is behind"), value=behind, kind=ColumnKind.NUMBER),
        Fact(label=_("last took a head"), value=state.held_at, kind=ColumnKind.DATETIME),
        Fact(label=_("last heard of"), value=state.seen_at, kind=ColumnKind.DATETIME),
    ]
    if state.failure:
        facts.append(Fact(label=_("cannot be reached since"), value=state.failing_since, kind=ColumnKind.DATETIME))
        facts.append(Fact(label=_("what went wrong"), value=state.failure))
    if witness.kind == KindChoice.SERVER:
        own = str(signer().verifier)
        facts.append(Fact(label=_("key of the witness"), value=witness.key, kind=ColumnKind.CODE))
        facts.append(
            Fact(
                label=_("to enter there"),
                value=own,
                kind=ColumnKind.CODE,
                help=_("On the second server: Evidence, “Ledgers witnessed here”, add, and paste this key."),
            )
        )
    return facts


def witness_actions(witness: Witness, _viewer: Viewer) -> Sequence[Link]:
    """Lead to what can be done with a witness."""
    if witness.kind == KindChoice.PRINT:
        first = Link(text=_("Print the head"), url=reverse("evidence:witness-sheet", args=[witness.pk]))
    else:
        first = Link(text=_("Hold the head now"), url=reverse("evidence:witness-hold", args=[witness.pk]))
    return (first, Link(text=_("Compare a head"), url=reverse("evidence:head-compare")))


witnesses = Register(
    name="evidence:witness",
    path="witnesses",
    title=_("Witnesses of the ledger"),
    title_one=_("witness"),
    why=_(
        "Whoever holds the server and its key could write the whole history anew. A head that somebody else holds "
        "makes that visible. Let at least two hold one, of whom one does not answer to the system's administrator."
    ),
    example=_("For instance: the server of the parent company; a USB drive in legal's safe; the auditor's mailbox."),
    model=Witness,
    columns=(
        Column(name="name", label=pgettext_lazy("witness", "name"), kind=ColumnKind.LINK, sort="name"),
        Column(name="kind", label=_("kind of witness"), value=lambda each, _viewer: each.get_kind_display()),
        Column(name="state", label=_("state"), kind=ColumnKind.TAG, value=witness_mark),
        Column(
            name="size",
            label=_("entries under the head it holds"),
            kind=ColumnKind.NUMBER,
            value=lambda each, _viewer: state_of(each).size,
        ),
        Column(
            name="seen_at",
            label=_("last heard of"),
            kind=ColumnKind.DATETIME,
            value=lambda each, _viewer: state_of(each).seen_at,
        ),
        Column(name="updated_at", label=_("changed"), kind=ColumnKind.DATETIME, sort="updated_at", is_default=False),
    ),
    form=WitnessForm,
    visible_to=witnesses_visible_to,
    add=acts.witness_add,
    edit=acts.witness_edit,
    retire=acts.witness_retire,
    facts=witness_facts,
    state=witness_mark,
    actions=witness_actions,
    practices="EVD-08 SYS-16",
    icon="eye",
)


def witnessed_facts(log: Any, _viewer: Viewer) -> Sequence[Fact]:
    """Return what the page of a ledger that is witnessed here says, and what to enter on its own server."""
    return (
        Fact(label=_("name of the other ledger"), value=log.origin, kind=ColumnKind.CODE),
        Fact(label=_("key of the other ledger"), value=log.key, kind=ColumnKind.CODE),
        Fact(label=_("its fingerprint (SHA-256)"), value=VerifierKey.parse(log.key).fingerprint, kind=ColumnKind.CODE),
        Fact(label=_("entries under the head held here"), value=log.longest, kind=ColumnKind.NUMBER),
        Fact(label=_("held since"), value=log.longest_at, kind=ColumnKind.DATETIME),
        Fact(label=_("address to enter there"), value=f"{settings.PUBLIC_URL}/evidence/witness", kind=ColumnKind.CODE),
        Fact(label=_("key of the witness to enter there"), value=str(witness_signer().verifier), kind=ColumnKind.CODE),
    )


witnessed = Register(
    name="evidence:witnessed",
    path="witnessed",
    title=_("Ledgers witnessed here"),
    title_one=_("ledger witnessed here"),
    why=_(
        "Two companies, or two offices, that hold each other's heads can each prove that the other did not rewrite "
        "its history. This server learns nothing of what stands in the other ledger: only its size and one number."
    ),
    example=_("For instance: the ledger of a subsidiary, whose server sends its head each minute."),
    model=WitnessedLog,
    columns=(
        Column(name="origin", label=_("name of the other ledger"), kind=ColumnKind.LINK, sort="origin"),
        Column(
            name="size",
            label=_("entries under the head held here"),
            kind=ColumnKind.NUMBER,
            value=lambda log, _viewer: log.longest,
        ),
        Column(name="held_at", label=_("held since"), kind=ColumnKind.DATETIME, value=lambda log, _v: log.longest_at),
        Column(name="updated_at", label=_("changed"), kind=ColumnKind.DATETIME, sort="updated_at", is_default=False),
    ),
    form=WitnessedForm,
    visible_to=witnessed_visible_to,
    add=acts.witnessed_add,
    edit=acts.witnessed_edit,
    retire=acts.witnessed_retire,
    facts=witnessed_facts,
    practices="EVD-08",
    icon="shield-check",
)
