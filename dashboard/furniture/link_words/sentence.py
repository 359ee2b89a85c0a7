"""One sentence of the link, and its translation."""

from typing import NamedTuple


class Sentence(NamedTuple):
    """`english`: as the link says it, with %(name)s for each value. `words` is another program's
    text, `cause` another sentence. `said` is translated.
    """

    english: str
    said: str


def says(english: str, said: str = "") -> Sentence:
    """A sentence that is translated as it is, or as `said`."""
    return Sentence(english, said or english)
