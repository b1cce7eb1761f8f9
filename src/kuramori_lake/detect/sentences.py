"""Reasons as sentences. English and Japanese are authored side by side, because word order carries the emphasis."""

from kuramori_lake.detect.findings import Reason


def sentence(reason: Reason, language: str) -> str:
    """The reason in words, in `ja` or (any other) English."""
    raise NotImplementedError
