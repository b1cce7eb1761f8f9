"""Every change of what patrols look for: a term added, spelt otherwise (a new version), taken out of use."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils.timezone import now
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import people_visible_to, viewer_of_system
from kuramori.kernel.actors import Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.one_record import record_retire, record_write
from kuramori.watch.models import PatrolTerm
from kuramori.watch.numbering import numbers
from kuramori.watch.rules.patrols import Fault, faults_of, fold

FAULT_WORDS = {
    Fault.EMPTY: _("is empty"),
    Fault.SHORT: _("is too short: two characters at least, three in Latin letters"),
    Fault.LONG: _("is longer than 60 characters"),
    Fault.SIGNS: _("holds no letter"),
    Fault.ACCOUNT: _("is an account: patrols look for the company, never for a person"),
    Fault.TWICE: _("is looked for already"),
    Fault.MANY: _("is one too many: a term has 20 other spellings at most"),
}


def term_add(*, by: Actor, why: str = "", **values: Any) -> PatrolTerm:
    """Begin to look for a word. Raises Refused for words that cannot be looked for, naming each with its reason."""
    _demand(values["word"], values.get("spellings", ()), None)
    with act("watch.term.add", by=by, why=why):
        number = next(numbers(PatrolTerm, "T", now().year))
        return record_write(PatrolTerm(number=number), "watch.term.add", by=by, why=why, values=values)


def term_edit(*, term: PatrolTerm, by: Actor, why: str = "", **values: Any) -> PatrolTerm:
    """Change how a word is spelt; what was found before keeps the version it was found by. Raises as `term_add`."""
    told = {"word": term.word, "spellings": term.spellings, "kind": term.kind} | values
    _demand(told["word"], told["spellings"], term)
    before = PatrolTerm.objects.get(pk=term.pk)
    if any(getattr(before, name) != value for name, value in told.items()):
        told["version"] = before.version + 1
    return record_write(term, "watch.term.edit", by=by, why=why, values=told)


def term_retire(*, term: PatrolTerm, by: Actor, why: str) -> PatrolTerm:
    """Stop looking for a word; what it found stays."""
    return record_retire(term, "watch.term.retire", by=by, why=why)


def _demand(word: str, spellings: Sequence[str], term: PatrolTerm | None) -> None:
    others = PatrolTerm.objects.standing().exclude(pk=term.pk if term else None)
    taken = {fold(each) for one in others for each in (one.word, *one.spellings)}
    words = [word, *spellings]
    found = [
        gettext("“%(word)s” %(fault)s.") % {"word": each, "fault": FAULT_WORDS[fault]}
        for each, fault in faults_of(words, taken).items()
    ]
    found += [
        gettext("“%(word)s” is the name of a person: patrols look for the company, never for a person.")
        % {"word": each}
        for each in words
        if _is_person(each)
    ]
    if found:
        raise Refused(" ".join(found), _("Change the word, or leave it out."))


def _is_person(word: str) -> bool:
    """Say whether somebody in the directory is called so, with or without the space between his names."""
    told = word.strip()
    ways = {told, told.replace("\u3000", " ")}
    everybody = people_visible_to(viewer_of_system())
    return everybody.filter(Q(name__in=ways) | Q(romaji__iexact=told) | Q(kana__in=ways)).exists()
