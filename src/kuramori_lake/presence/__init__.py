"""Who was in which zone, as the doors tell it: somebody alone (FAC-05), and entries outside a permit (FAC-13)."""

from kuramori_lake.presence.occupancy import Alone
from kuramori_lake.presence.permits import Entry, Permit, Slot
from kuramori_lake.presence.reading import Presence, ZoneTold, presence_of
from kuramori_lake.presence.stays import Doubt, Zone

__all__ = ["Alone", "Doubt", "Entry", "Permit", "Presence", "Slot", "Zone", "ZoneTold", "presence_of"]
