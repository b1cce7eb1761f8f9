"""Ranking: each day the few person-days that are worth a review, from events up to that day and no later ones.

for one in rank(lake, since=date(2026, 11, 1), until=date(2026, 11, 30)):
    print(one.day, one.rank, one.person, [sentence(reason, "en") for reason in one.reasons])
"""

from kuramori_lake.rank.run import rank
from kuramori_lake.rank.sentences import sentence
from kuramori_lake.rank.settings import DEFAULT, MOST_VOTE, VOTE, Settings
from kuramori_lake.rank.tell import Ranked, Reason, Together

__all__ = ["DEFAULT", "MOST_VOTE", "VOTE", "Ranked", "Reason", "Settings", "Together", "rank", "sentence"]
