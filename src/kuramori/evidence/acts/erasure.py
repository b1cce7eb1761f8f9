"""Erasing a person by law, after every reason to keep has been asked (fault L12; APPI art. 22 and 35, GDPR art. 17)."""

from collections.abc import Iterable

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils.translation import gettext as _

from kuramori.directory.api import Account, Person
from kuramori.evidence.bundles.place import bundle_file, contents_file
from kuramori.evidence.erasing import GONE, find, own_records, refuse_unless_ripe, strike, whom_of
from kuramori.evidence.models import Bundle, BundleOrder, Erasure
from kuramori.kernel import jobs
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.durable import shred
from kuramori.kernel.erasure import Hit, erase, purge
from kuramori.kernel.permissions import Viewer
from kuramori.kernel.records import Record

ERASE = "evidence.erase"


def erasure_add(*, person: Person, ground: str, by: Actor, why: str) -> Erasure:
    """Ask that a person is erased; somebody else carries it out. Raises Refused for oneself, or while it must wait."""
    if by.id == person.pk:
        raise Refused(_("Nobody asks for his own erasure here."), _("Ask the privacy officer."))
    refuse_unless_ripe(person)
    if Erasure.objects.standing().filter(person=person).exists():
        raise Refused(_("The erasure of this person was asked for already."))
    erasure = Erasure(person=person, ground=ground, asked_by=by.id)
    with act("evidence.erasure.add", by=by, why=why, subjects=[erasure]) as this:
        erasure.save()
        this.note("ground", ground, in_clear=True)
    return erasure


def erasure_retire(*, erasure: Erasure, by: Actor, why: str) -> Erasure:
    """Withdraw what was asked for and not carried out."""
    if erasure.done_at is not None:
        raise Refused(_("This erasure was carried out; nothing brings the words back."))
    with act("evidence.erasure.retire", by=by, why=why, subjects=[erasure]):
        erasure.retire()
    return erasure


def erasure_ask(*, erasure: Erasure, by: Actor) -> None:
    """Queue the carrying out, by another person than who asked, and not by who is erased."""
    _refuse_same_person(erasure, by)
    refuse_unless_ripe(erasure.person)
    jobs.ask(ERASE, viewer=Viewer(actor=by, person_id=by.id), erasure=str(erasure.pk))


def erasure_carry_out(*, erasure: Erasure, by: Actor, found: Iterable[Hit] | None = None) -> Erasure:
    """Take every word about the person away, in one act; its entry is the certificate, with counts and the root.

    `found` was looked for beforehand (`whom_of`, `kernel.erasure.find`), which may take minutes; what came since is
    looked for here. Raises Refused when anything has to be kept.
    """
    _refuse_same_person(erasure, by)
    person = erasure.person
    hits = list(found) if found is not None else []
    with act("evidence.erasure.carry_out", by=by, subjects=[erasure]) as this:
        refuse_unless_ripe(person)
        whom = whom_of(person)
        hits += find(whom, after=max((hit.seq for hit in hits), default=0))
        erasure.entries, erasure.members, erasure.root = erase(hits)
        own = own_records(person)
        for record in own:
            purge(record, **_blank(record))
        _forget_account(person)
        erasure.rows = len(own) + strike(whom)
        erasure.carried_out_by, erasure.done_at = by.id, this.at
        erasure.save()
        for name in ("entries", "members", "rows", "root", "ground"):
            this.note(name, getattr(erasure, name), in_clear=True)
    for bundle in Bundle.objects.filter(subject_id=person.pk):
        shred(bundle_file(bundle.pk))
    for order in BundleOrder.objects.all():  # what was found for one may name him, whomever it is about
        shred(contents_file(order.pk))
    return erasure


def _blank(record: Record) -> dict[str, str]:
    """Return what a row holds afterwards: no free text, a name that says what happened, a number nobody has."""
    texts = [f for f in record._meta.concrete_fields if f.get_internal_type() in {"CharField", "TextField"}]  # noqa: SLF001
    values = {f.attname: "" for f in texts if not f.choices and f.attname != "namespace"}
    return values | ({"name": GONE, "number": f"x-{str(record.pk)[-12:]}"} if isinstance(record, Person) else {})


def _forget_account(person: Person) -> None:
    """Empty the account: sign-in is no Record, what stands in it proves nothing."""
    for account in Account.objects.filter(person=person):
        for session in UserSession.objects.filter(user=account):
            session.end()
        EmailAddress.objects.filter(user=account).delete()
        Authenticator.objects.filter(user=account).delete()
        account.email, account.is_active = f"{account.pk}@erased.invalid", False
        account.set_unusable_password()
        account.save()


def _refuse_same_person(erasure: Erasure, by: Actor) -> None:
    if erasure.done_at is not None or erasure.retired_at is not None:
        raise Refused(_("This erasure was carried out or withdrawn."))
    if by.id is None or by.id in {erasure.asked_by, erasure.person_id}:
        raise Refused(_("Another person than who asked carries an erasure out."))
