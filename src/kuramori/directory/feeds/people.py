"""HR's people as a full snapshot: who is in the file is here, who is missing has left (connectors, section 4; GOV-26).

A circle of bosses, an unknown unit or boss, a number given twice keep their rows out; they end nobody. A file that
would end more than 5 % of the people waits for a second person.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from kuramori.directory.feeds import people_apply
from kuramori.directory.feeds.columns import PEOPLE
from kuramori.directory.feeds.comparing import demand_everywhere, no_site, no_unit, nobody, shown
from kuramori.directory.feeds.known import KnownPerson, Places, brought_by_feed, people_known, places_known
from kuramori.directory.feeds.people_apply import ENGAGED, FACTS
from kuramori.directory.rules.engagements import SPONSORED, EngagementKind
from kuramori.directory.rules.feeds import cycles, too_many_end
from kuramori.directory.rules.permissions import Permission
from kuramori.kernel.imports.errors import CellError
from kuramori.kernel.imports.mapping import Action, FieldChange, ImportKind, ParsedRow, RowOutcome, Stop
from kuramori.kernel.imports.wording import phrase
from kuramori.kernel.permissions import Viewer

LABELS = {each.name: each.label for each in PEOPLE}
Fault = Callable[[ParsedRow], CellError]


def resolve(rows: Collection[ParsedRow], *, viewer: Viewer, today: date) -> Iterator[RowOutcome]:
    """Decide for every row whether it adds, changes or ends somebody, then for everybody the file leaves out."""
    demand_everywhere(viewer, Permission.PERSON_IMPORT)  # at once, not when the first outcome is asked for
    return _outcomes(rows, today)


def _outcomes(rows: Collection[ParsedRow], today: date) -> Iterator[RowOutcome]:
    known, places = people_known(today), places_known()
    founding, faults = _founding(rows, places), _faults(rows, known)
    for row in rows:
        errors = [fault(row) for fault in faults.get(row.number, ())] + _place_errors(row, places, founding)
        held = known.get(row.values.get("number", ""))
        errors += [row.unknown_id()] if row.record_id and (held is None or held.person.pk != row.record_id) else []
        if row.errors or errors:
            yield RowOutcome.rejected(row, *errors)
        else:
            yield _outcome(row, _wanted(row, places, founding), held, today=today)
    yield from _gone(rows, known)


def guard(outcomes: Collection[RowOutcome], *, viewer: Viewer) -> Stop | None:
    """Stop a file that would end more than 5 % of the people HR's feed has brought in, rejected rows among them."""
    del viewer
    active = brought_by_feed()
    ending = sum(1 for o in outcomes if o.action is Action.END or o.values.get("ends_now"))
    if not too_many_end(active=active, ending=ending):
        return None
    return Stop(
        message=phrase(
            gettext_noop("This file would end %(ending)s of %(active)s people: more than 5 %%."),
            ending=ending,
            active=active,
        ),
        next_step=phrase(
            gettext_noop("Check whether the file is complete. Then another person of HR or the board approves it.")
        ),
        permission=Permission.FEED_APPROVE,
    )


def _founding(rows: Iterable[ParsedRow], places: Places) -> dict[str, str]:
    """Return code and name of the units that a first file founds; later files must name units that exist."""
    if places.units:
        return {}
    pairs = ((row.values.get("unit_code"), row.values.get("unit_name")) for row in rows)
    return {str(code or name): str(name or code) for code, name in pairs if code or name}


def _faults(rows: Iterable[ParsedRow], known: Mapping[str, KnownPerson]) -> Mapping[int, list[Fault]]:
    """Return what is wrong between rows, by row number: bosses nobody knows, and circles; remembers numbers alone."""
    numbered = ((row.values.get("number"), row.number, row.values.get("boss")) for row in rows)
    file = {number: (place, boss) for number, place, boss in numbered if number}
    faults: defaultdict[int, list[Fault]] = defaultdict(list)
    for place, boss in file.values():
        if boss and boss not in file and boss not in known:
            faults[place].append(partial(nobody, column="boss", number=boss))
    for circle in cycles({number: boss for number, (_place, boss) in file.items() if boss and boss in file}):
        members = " → ".join(f"{number} ({file[number][0]})" for number in (*circle, circle[0]))
        for number in circle:
            faults[file[number][0]].append(partial(_circle, members=members))
    return faults


def _circle(row: ParsedRow, members: str) -> CellError:
    told = gettext_noop("Bosses go round in a circle: %(members)s (row numbers in brackets).")
    return row.error(
        "boss", phrase(told, members=members), phrase(gettext_noop("Correct the boss of one of them in the HR system."))
    )


def _place_errors(row: ParsedRow, places: Places, founding: Mapping[str, str]) -> list[CellError]:
    """Return the units and sites of a row that do not exist."""
    errors = []
    code, name = row.values.get("unit_code"), row.values.get("unit_name")
    if not code and not name:
        message = phrase(gettext_noop("The row says no unit."))
        errors.append(row.error("unit_code", message, phrase(gettext_noop("Enter the code or the name of the unit."))))
    elif (code or name) not in founding and places.unit_code(code, name) is None:
        errors.append(no_unit(row, "unit_code" if code else "unit_name", str(code or name)))
    sides = [(side, row.values[side]) for side in ("side_1", "side_2") if row.values.get(side)]
    errors += [no_unit(row, s, word) for s, word in sides if word not in founding and word not in places.units]
    site = row.values.get("site")
    if site and places.sites and places.site_code(site) is None:
        errors.append(no_site(row, site))
    return errors


def _wanted(row: ParsedRow, places: Places, founding: Mapping[str, str]) -> dict[str, Any]:
    """Return what the row says, in plain values: places as codes, empty cells as nothing."""
    told = {name: row.values[name] or "" for name in FACTS if name in row.values}
    told |= {name: row.values[name] for name in ENGAGED if name in row.values}
    told |= {name: row.values[name] or "" for name in ("position", "job_role", "boss") if name in row.values}
    told |= {name: told[name] or "" for name in ("employer", "host_company") if name in told}
    if row.values.get("kind"):
        told["kind"] = str(row.values["kind"])
    word = str(row.values.get("unit_code") or row.values.get("unit_name"))
    told["unit"] = places.unit_code(row.values.get("unit_code"), row.values.get("unit_name")) or word
    if word in founding:
        told["founds"] = founding[word]
    if "site" in row.values:
        told["site"] = (places.site_code(row.values["site"]) if row.values["site"] else None) or ""
    if "side_1" in row.values or "side_2" in row.values:
        told["sides"] = sorted({s for s in (row.values.get("side_1"), row.values.get("side_2")) if s} - {told["unit"]})
    return told | {"number": row.values["number"]}


def _outcome(row: ParsedRow, wanted: dict[str, Any], known: KnownPerson | None, *, today: date) -> RowOutcome:
    """Compare a row with what is held."""
    name = f"{wanted['number']} {wanted.get('name', '')}"
    warnings = _warnings(row, wanted)
    end = wanted.get("end_planned")
    if known is None or known.engagement is None:
        is_over = end is not None and end < today and known is not None
        action = Action.UNCHANGED if is_over else Action.ADD
        return RowOutcome(row=row, action=action, name=name, values=wanted, warnings=warnings)
    held = _held(known)
    differing = {n: v for n, v in wanted.items() if n in held and held[n] != v}
    if not differing:
        return RowOutcome(row=row, action=Action.UNCHANGED, name=name, warnings=warnings)
    values = differing | {"number": wanted["number"]}
    if "end_planned" in differing and end is not None and end < today:
        values["ends_now"] = True
    changes = tuple(
        FieldChange(label=LABELS.get(n, LABELS["unit_code"]), before=shown(held[n]), after=shown(v))
        for n, v in differing.items()
    )
    return RowOutcome(row=row, action=Action.EDIT, name=name, values=values, changes=changes, warnings=warnings)


def _held(known: KnownPerson) -> dict[str, Any]:
    """Return what is held of a person, under the names and in the form of `_wanted`."""
    engagement, main = known.engagement, known.main
    held: dict[str, Any] = {name: getattr(known.person, name) for name in FACTS}
    held |= {name: getattr(engagement, name) for name in ENGAGED}
    held["kind"] = engagement.engagement_kind if engagement else ""
    held |= {"unit": "", "site": "", "position": "", "job_role": "", "boss": ""}
    if main is not None:
        held |= {"unit": main.unit.code, "position": main.position, "job_role": main.job_role}
        held |= {"site": main.site.code if main.site else "", "boss": main.boss.number if main.boss else ""}
    held["sides"] = sorted({side.unit.code for side in known.sides})
    return held


def _warnings(row: ParsedRow, wanted: Mapping[str, Any]) -> tuple[CellError, ...]:
    """Say what is taken although somebody should look: advisers and contractors without an end (LEV-13)."""
    kind = wanted.get("kind", EngagementKind.REGULAR)
    if kind not in SPONSORED or wanted.get("end_planned"):
        return ()
    message = phrase(gettext_noop("An adviser or contractor without a planned last day."))
    return (row.error("end_planned", message, phrase(gettext_noop("Enter the end of the contract in the HR system."))),)


def _gone(rows: Iterable[ParsedRow], known: Mapping[str, KnownPerson]) -> list[RowOutcome]:
    """Return an end for everybody whom a feed brought and this file leaves out.

    Where a row's number cannot be read, the file cannot say who is missing, and nobody is ended.
    """
    numbers = {row.values.get("number") or str(row.raw.get("number") or "") for row in rows}
    if "" in numbers:
        return []
    return [
        RowOutcome(row=None, action=Action.END, name=f"{number} {each.person.name}", values={"number": number})
        for number, each in sorted(known.items())
        if each.is_active and number not in numbers
    ]


PEOPLE_FEED = ImportKind(
    name="people",
    title=_("People (HR file)"),
    why=_("One file of the HR system keeps people, places and leaving days as they are; who is missing has left."),
    fields=PEOPLE,
    permission=Permission.PERSON_IMPORT,
    verb="directory.person.import",
    resolve=resolve,
    apply=people_apply.apply,
    guard=guard,
)
