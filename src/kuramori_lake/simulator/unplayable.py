"""What cannot be simulated, in a sentence that the command line can say in the user's language."""


class Unplayable(ValueError):
    """A company, a history or a case that does not fit. `words` with `values` filled in is the English message."""

    def __init__(self, words: str, **values: object) -> None:
        """`words` has named places, `%(people)s`; each is a key of `kuramori_lake.words`."""
        super().__init__(words % values if values else words)
        self.words, self.values = words, values
