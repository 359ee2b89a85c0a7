"""What a search finds, and how well it fits."""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.words import Words

# what is asked of one kind of thing, and shown of it
MOST_OF_A_KIND = 6
LONGEST = 120
MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the results. `dialog`: the address answers with a dialog, not with a page."""

    word: Words
    url: str
    icon: str
    kind: Words
    where: Words = ""
    state: str = ""
    # kind of state that templates know: container, pod, host, job
    state_of: str = ""
    dialog: bool = False


def words_of(typed: str) -> list[str]:
    """The words looked for, in lower case; what is longer than anybody types is cut."""
    return typed.casefold()[:LONGEST].split()[:MOST_WORDS]


def fits(words: Iterable[str], *texts: str) -> bool:
    """Every word stands in one of the texts."""
    known = [text.casefold() for text in texts]
    return all(any(word in text for text in known) for word in words)


def rank(words: list[str], name: str) -> tuple[int, int, str]:
    """Sorts what fits: the name itself, its beginning, the beginning of a word, somewhere."""
    low = name.casefold()
    whole = " ".join(words)
    if low == whole:
        place = 0
    elif low.startswith(words[0] if words else ""):
        place = 1
    elif any(part.startswith(words[0]) for part in low.replace("/", "-").split("-")):
        place = 2
    else:
        place = 3
    return place, len(name), low
