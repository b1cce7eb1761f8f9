"""How the files of a source are read, and which registered source they belong to."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from kuramori.kernel.permissions import TOKYO
from kuramori.watch.models import LogSource
from kuramori_lake.event import Namespace


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How files are read: the parser's name, whose log it is, its clock, its people's day and letters."""

    source: str
    instance: str = "default"
    zone: ZoneInfo = TOKYO
    site_zone: ZoneInfo | None = None
    zone_is_assumed: bool = False
    encoding: str = "utf-8"
    namespace: str = Namespace.AD
    keep: bool = False


def reading_of(source: LogSource) -> Reading:
    """Return how a registered source is read."""
    return Reading(
        source=source.kind,
        instance=source.instance,
        zone=source.zone,
        site_zone=source.site.zone if source.site else None,
        encoding=source.encoding,
        namespace=source.namespace,
    )


def registered(reading: Reading) -> LogSource | None:
    """Return the registered source that such files belong to, if there is one."""
    return LogSource.objects.standing().filter(kind=reading.source, instance=reading.instance).first()
