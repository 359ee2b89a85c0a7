"""One sentence of the link, and how it is told."""

from typing import NamedTuple


class Sentence(NamedTuple):
    """`english` as the link says it, with %(name)s for each value: `words` are another program's,
    `cause` is a sentence of its own. `said` is what is translated.
    """

    english: str
    said: str


def says(english: str, said: str = "") -> Sentence:
    """Told as it is, or without the words of another program."""
    return Sentence(english, said or english)
