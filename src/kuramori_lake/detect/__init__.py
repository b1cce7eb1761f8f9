"""Detection: daily sums out of events, findings out of sums, and reasons that anybody can check.

found = detect(lake, as_of=date(2026, 11, 20))
print(found[0].severity, [sentence(reason, "en") for reason in found[0].reasons])
"""

from kuramori_lake.detect.findings import (
    Area,
    Channel,
    Code,
    Day,
    Document,
    Finding,
    LookbackReport,
    Queue,
    Reason,
    SecretTouched,
    Severity,
)
from kuramori_lake.detect.hard_rules import RULES, Limits, Rule, tells_leaving
from kuramori_lake.detect.hard_stream import Match, Streamed, Upto, newest, stream
from kuramori_lake.detect.report import lookback_report
from kuramori_lake.detect.run import detect
from kuramori_lake.detect.sentences import headline, sentence
from kuramori_lake.detect.settings import DEFAULT, Feedback, Settings

__all__ = [
    "DEFAULT",
    "RULES",
    "Area",
    "Channel",
    "Code",
    "Day",
    "Document",
    "Feedback",
    "Finding",
    "Limits",
    "LookbackReport",
    "Match",
    "Queue",
    "Reason",
    "Rule",
    "SecretTouched",
    "Settings",
    "Severity",
    "Streamed",
    "Upto",
    "detect",
    "headline",
    "lookback_report",
    "newest",
    "sentence",
    "stream",
    "tells_leaving",
]
