"""What people decided about a kind of reason moves its strength: bounded on both sides, and told as a reason."""

from collections.abc import Sequence
from dataclasses import replace

from kuramori_lake.detect import weigh
from kuramori_lake.detect.findings import Code, Reason
from kuramori_lake.detect.screen import Standing
from kuramori_lake.detect.settings import Settings


def heeded(found: Sequence[Reason], standing: Standing, settings: Settings) -> list[Reason]:
    """The reasons after the decisions that count for this person, each moved one followed by the line that says so."""
    return [each for reason in found for each in _heeded(reason, standing, settings)]


def _heeded(reason: Reason, standing: Standing, settings: Settings) -> list[Reason]:
    counting = [each for each in settings.feedback if each.counts_for(reason.code, standing.person_id, standing.unit)]
    if not counting or reason.strength <= 0:
        return [reason]
    strength, factor = weigh.decided(reason.strength, (each.factor for each in counting), settings)
    moved = round(reason.strength - strength, 4)
    trace = Reason(
        code=Code.FEEDBACK,
        strength=-max(0.0, moved),
        numbers={
            "reason": str(reason.code),
            "factor": round(factor, 4),
            "before": reason.strength,
            "after": round(strength, 4),
            "decisions": ", ".join(each.mark for each in counting),
            "lowered_by": max(0.0, moved),
        },
        query="",
        parameters={},
    )
    return [replace(reason, strength=round(strength, 4)), trace]
