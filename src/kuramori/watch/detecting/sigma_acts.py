"""Sigma rules taken in, tried on the past, switched on and off: each an act (DET-01)."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.utils.timezone import localdate, now
from django.utils.translation import gettext_lazy as _

from kuramori.directory.api import people_visible_to, viewer_of_system
from kuramori.kernel.actors import SYSTEM, Actor
from kuramori.kernel.acts import Refused, act
from kuramori.kernel.room import role_permissions
from kuramori.watch.context import context_sync
from kuramori.watch.detecting.sigma_lake import OWN, Listed, Read, in_japanese, place_of, read_set, usable_of
from kuramori.watch.lake import folder, lake
from kuramori.watch.models import LevelChoice, SigmaRule, SigmaSet
from kuramori.watch.rules.detecting_sigma import LONGEST_TRIAL, Lack, lack_of, may_read
from kuramori.watch.rules.permissions import Permission
from kuramori_lake.sigma.documents import load
from kuramori_lake.sigma.naming import people_named
from kuramori_lake.sigma.reading import gather
from kuramori_lake.sigma.refusals import Refusal, RefusedError
from kuramori_lake.sigma.sets import import_set
from kuramori_lake.sigma.speaking import digest_of, spoken

LACK_WORDS = {
    Lack.UNTRIED: _("It was never tried on the past."),
    Lack.CHANGED: _("Its meaning changed since it was tried."),
    Lack.OLD: _("It was tried more than 30 days ago."),
    Lack.UNSEEN: _("It was tried before you could read the numbers of trials, so they are not for you."),
    Lack.CUT: _("It matches more than 50,000 events: nobody could look at what it says."),
}

Tell = Callable[[int, int], None]
NAMES_PEOPLE = _("The rule names people: it would watch them alone.")


def rules_take_in(
    *, path: Path | None, name: str, file: str, by: Actor = SYSTEM, why: str = "", tell: Tell = lambda _done, _all: None
) -> SigmaSet:
    """Take a file or archive in as the set `name`, in place of an older one; without a path Kuramori's own rules.

    Everything in it is accepted or refused with a reason. A rule that means something else than before goes off.
    `tell` hears how many were compiled of how many documents, and may stop it by raising: nothing has changed then.
    Raises Refused when nothing in it can be used: then the older set stays.
    """
    read = read_set([path or place_of(OWN)], tell)
    if not read.listed:
        first = read.plan.refused[0].sentence(japanese=in_japanese()) if read.plan.refused else ""
        raise Refused(_("No rule in this file can be used."), f"{file}: {first}")
    others = {each.rule for each in SigmaRule.objects.standing().exclude(taken_in__name=name)}
    refusals = [*read.plan.refused, *(_twice(each) for each in read.listed if each.about.id in others)]
    usable = [each for each in read.listed if each.about.id not in others]
    if path is not None:
        folder().mkdir(parents=True, exist_ok=True)
        import_set(folder(), name, [path])
    taken = SigmaSet(
        name=name,
        file=file[:200],
        sha256=_sha256(path or place_of(OWN)),
        documents=read.documents,
        accepted=len(usable) + read.filters,
        refused=len(refusals),
        refusals=[_told(each, path or place_of(OWN)) for each in refusals],
    )
    with act("watch.sigma.add", by=by, why=why, subjects=[taken]) as this:
        taken.save()
        changed = _keep(taken, usable, read)
        if changed:
            taken.changed = changed
            taken.save()
        this.note("accepted", taken.accepted, in_clear=True)
        this.note("refused", taken.refused, in_clear=True)
    tell(read.documents, read.documents)
    return taken


def _twice(each: Listed) -> Refusal:
    return RefusedError("two rules have the id %(id)s; the first is used", "id", id=each.about.id).refusal(
        each.about.file, each.about.id
    )


def _sha256(path: Path) -> str:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    found = hashlib.sha256()
    for each in files:
        found.update(each.read_bytes() if each.is_file() else b"")
    return found.hexdigest()


def _told(each: Refusal, above: Path) -> dict[str, Any]:
    """Return a refusal as the record keeps it: places below the upload, not on our disk."""
    file = each.file.removeprefix(str(above)).lstrip("!/")
    values = {name: value if isinstance(value, int) else str(value)[:500] for name, value in each.values}
    return {"file": file, "rule": each.rule, "place": each.place, "reason": each.reason, "values": values}


def _keep(taken: SigmaSet, usable: Sequence[Listed], read: Read) -> int:
    """Write the rules of a set; return how many that were on went off because they mean something else now."""
    standing = {each.rule: each for each in SigmaRule.objects.standing().filter(taken_in__name=taken.name)}
    where = _files(taken.name)
    changed = 0
    for each in usable:
        rule = standing.pop(each.about.id, None) or SigmaRule(rule=each.about.id[:200])
        digest = digest_of(read.found, each.about.id)
        if rule.is_on and rule.digest != digest:
            rule.is_on, changed = False, changed + 1
        level = each.about.level if each.about.level in LevelChoice.values else LevelChoice.MEDIUM
        values = {
            "taken_in": taken, "title": each.about.title[:300], "title_ja": (each.about.title_ja or "")[:300],
            "level": level, "source": each.source[:120], "description": each.about.description,
            "false_positives": each.false_positives, "file": where.get(each.about.id, ""), "digest": digest,
        }  # fmt: skip
        for name, value in values.items():
            setattr(rule, name, value)
        rule.save()
    for gone in standing.values():
        changed += gone.is_on
        gone.is_on = False
        gone.retire()
    return changed


def _files(name: str) -> dict[str, str]:
    """Return in which file of the kept set each rule stands; of two of one id the first is used."""
    raw_rules, raw_correlations, _filters = gather(load([place_of(name)])[0])
    return {raw.named: Path(raw.file).name for raw in reversed((*raw_rules, *raw_correlations))}


def rule_try(*, rule: SigmaRule, days: int, by: Actor = SYSTEM) -> SigmaRule:
    """Try a rule on the last whole local days, as a night would have applied it, and keep its numbers by day.

    Nobody is counted who may read the numbers, now or later: they would tell him of himself, and by two rules that
    differ in his account alone even what he did (H3). The acts name no numbers either: others read the ledger.
    Raises Refused for a number of days outside 1 to 90, without any log, and for a rule that names people.
    """
    if not 1 <= days <= LONGEST_TRIAL:
        raise Refused(_("A rule is tried on 1 to 90 days."), _("Enter a number of days between 1 and 90."))
    if not folder().exists():
        raise Refused(_("There are no logs to try the rule on."), _("Register a log source first."))
    today = _today()
    since, until = today - timedelta(days=days), today - timedelta(days=1)
    readers = _readers(today)
    with lake() as found:
        context_sync(found, today=today)
        rules = usable_of([rule])
        if people_named(found, rules):
            raise Refused(NAMES_PEOPLE, _("To look at one person, ask for an entry of the watch list."))
        said = spoken(found, rules, since, until)
    by_day = Counter(each.day.isoformat() for each in said.said if each.person_id not in readers)
    with act("watch.sigma.test", by=by, subjects=[rule]) as this:
        this.note("days", days, in_clear=True)
        rule.tested_digest, rule.tested_from, rule.tested_until = rule.digest, since, until
        rule.tested_at, rule.tested_by_day, rule.tested_is_cut = now(), dict(by_day), bool(said.cut)
        rule.tested_without = sorted(readers)
        rule.save()
    return rule


def _readers(today: date) -> frozenset[str]:
    """Return who may read trials: now, from a later day on, or until yesterday, which some sites still have."""
    roles = [role for role, permissions in role_permissions().items() if Permission.SIGMA_VIEW in permissions]
    holds = Q(roles__ends_on=None) | Q(roles__ends_on__gte=today - timedelta(days=1))
    people = people_visible_to(viewer_of_system()).filter(holds, roles__role__in=roles, roles__recorded_to=None)
    return frozenset(map(str, people.values_list("pk", flat=True)))


def _today() -> date:
    return localdate(timezone=ZoneInfo(settings.COMPANY_ZONE))


def rule_lack(rule: SigmaRule, reader: UUID | None) -> Lack | None:
    """Return what is missing before somebody may switch a rule on; without a reader the system does."""
    if rule.tested_until and not may_read(rule.tested_without, reader):
        return Lack.UNSEEN
    return lack_of(
        digest=rule.digest, tried=rule.tested_digest, until=rule.tested_until, is_cut=rule.tested_is_cut,
        today=_today(),
    )  # fmt: skip


def rule_switch(*, rule: SigmaRule, on: bool, by: Actor = SYSTEM, why: str = "") -> SigmaRule:
    """Switch a rule on, relying on its trial, or off. Raises Refused without a reason, and without a trial that holds.

    The entry names the days of the trial that it relied on; its numbers stand in the rule.
    """
    if not why.strip():
        raise Refused(_("A rule is switched for a reason only."), _("Write one sentence: why."))
    lack = rule_lack(rule, None if by == SYSTEM else by.id) if on else None
    if lack is not None:
        raise Refused(LACK_WORDS[lack], _("Try the rule on the past, look at its numbers, then switch it on."))
    with act("watch.sigma.on" if on else "watch.sigma.off", by=by, why=why, subjects=[rule]) as this:
        if on and rule.tested_from and rule.tested_until:
            this.note("days", (rule.tested_until - rule.tested_from).days + 1, in_clear=True)
        rule.is_on = on
        rule.save()
    return rule
