"""The study's eleven cases, each in three strengths, cast and played into a company (practices CASE-01 to CASE-11)."""

from kuramori_lake.simulator.cases.book import CASES, OTHERS, STRENGTHS, Case, Strength, chosen
from kuramori_lake.simulator.cases.casting import Part, cast
from kuramori_lake.simulator.cases.playing import CasePlay

__all__ = ["CASES", "OTHERS", "STRENGTHS", "Case", "CasePlay", "Part", "Strength", "cast", "chosen"]
