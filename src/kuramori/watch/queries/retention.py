"""Which charter says for how long a source's events are kept (DET-01; Personal Information Protection Act, art. 22)."""

from datetime import date

from kuramori.kernel.permissions import Viewer
from kuramori.watch.models import LogSource, MonitoringCharter
from kuramori.watch.queries.charters import charters_visible_to
from kuramori.watch.retention import KeptFor
from kuramori.watch.rules.charters import lack_of
from kuramori.watch.rules.retention import first_kept
from kuramori_lake.retention import Term


def kept_for(viewer: Viewer, today: date) -> list[KeptFor]:
    """Return the sources whose events leave some day, retired ones too: their events are still there.

    What a site's charter of today says counts, after its end the last one's. A source without a site, or whose site
    never had a charter, keeps its events: nobody has said until when. Of two with one server, the longer term counts.
    """
    longest: dict[tuple[str, str], KeptFor] = {}
    for source in LogSource.objects.exclude(site=None).order_by("id"):
        charter = _charter(viewer, source, today)
        if charter is None:
            continue
        place = (source.kind, source.instance)
        known = longest.get(place)
        if known is None or known.charter.retention_months < charter.retention_months:
            before = first_kept(today, charter.retention_months)
            term = Term(source=source.kind, instance=source.instance, before=before)
            longest[place] = KeptFor(source=source, charter=charter, term=term)
    return list(longest.values())


def _charter(viewer: Viewer, source: LogSource, today: date) -> MonitoringCharter | None:
    found = list(charters_visible_to(viewer).filter(site=source.site_id).order_by("-valid_from", "-id"))
    holding = (each for each in found if each.retired_at is None and lack_of(each.terms, today) is None)
    return next(holding, found[0] if found else None)
