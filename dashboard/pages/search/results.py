"""Results of a search, and how well they fit."""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.words import Words

# results of one kind
MOST_OF_A_KIND = 6
LONGEST = 120
MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Result:
    """One result. `dialog`: its URL answers a dialog."""

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
    """The words in lower case, cut to a sensible length."""
    return typed.casefold()[:LONGEST].split()[:MOST_WORDS]


def fits(words: Iterable[str], *texts: str) -> bool:
    """True when each word is part of one of the texts."""
    known = [text.casefold() for text in texts]
    return all(any(word in text for text in known) for word in words)


def rank(words: list[str], name: str) -> tuple[int, int, str]:
    """Sort key: equal name, then beginning, then beginning of a part, then anywhere."""
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
