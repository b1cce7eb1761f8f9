"""Whether rules name people: a rule over one account's deeds watches one person, whatever its author calls it (H3).

Only fields with names of actors are looked at. A pattern that most names satisfy names nobody.
"""

from collections.abc import Iterator
from typing import Final

from kuramori_lake.sigma.compiling import flagged, pattern_of
from kuramori_lake.sigma.names import place_of
from kuramori_lake.sigma.records import AllOf, AnyOf, Condition, LogSource, Match, Not, Regex, RuleSet, Text
from kuramori_lake.store import Lake

FEW: Final = 5
"""From so many people on, a pattern is about a group."""
ACTORS: Final = frozenset({"actor_raw", "actor_key", "actor_name", "person_id"})
ENDINGS: Final = ("user", "username", "accountname", "acct", "upn", "mail")
_NAMED: Final = f"""
WITH names AS (
    SELECT DISTINCT person_id, unnest([
        lower(actor_key), lower(regexp_extract(actor_key, '([^\\\\]*)$')), lower(split_part(actor_key, '@', 1)),
        person_id
    ]) AS name
    FROM actor_person
)
SELECT pattern, count(DISTINCT person_id) AS people
FROM names JOIN (SELECT unnest($patterns::VARCHAR[]) AS pattern) ON regexp_matches(name, pattern)
GROUP BY pattern
HAVING people < {FEW} AND people < (SELECT count(DISTINCT person_id) FROM names)
"""


def people_named(lake: Lake, rules: RuleSet) -> bool:
    """Say whether rules compare an actor's name, also negated, with what only a few of the people in sight are called.

    Negated as well: the difference of two rules that differ in one name tells of that one.
    """
    patterns = sorted({each for rule in rules.rules for each in _patterns(rule.source, rule.condition)})
    return bool(patterns) and lake.query(_NAMED, {"patterns": patterns}).num_rows > 0


def _patterns(source: LogSource, condition: Condition) -> Iterator[str]:
    match condition:
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _patterns(source, part)
        case Not(part):
            yield from _patterns(source, part)
        case Match(field, Text(parts)) if _is_actor(source, field):
            yield pattern_of(Text(parts))
        case Match(field, Regex(pattern, flags)) if _is_actor(source, field):
            yield flagged(pattern, "".join(sorted({*flags, "i"})))


def _is_actor(source: LogSource, field: str | None) -> bool:
    """A keyword is looked for in names too."""
    if field is None:
        return True
    place = place_of(source, field)
    return bool(ACTORS & set(place.columns)) or any(name.casefold().endswith(ENDINGS) for name in place.members)
