"""What other rooms may ask of duties: to offer a kind of duty."""

from kuramori.duties.kinds import DutyKind, proven_by

__all__ = ["DutyKind", "proven_by"]
