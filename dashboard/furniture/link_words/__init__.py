"""The link's plain English in the reader's language. Each sentence is looked up in a table, and its
values are put in again. Podman's and SSH's own words stay as they are, beside it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from django.utils.translation import gettext

from dashboard.furniture.link_words.causes import CAUSES
from dashboard.furniture.link_words.cures import CURES
from dashboard.furniture.link_words.sentence import Sentence
from dashboard.furniture.link_words.values import VALUES

_PLACE = re.compile(r"%\((\w+)\)s")
# a jump host's trouble is told within another's, which is told within a third's
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class LinkText:
    """`text` for the reader; `words`: another program's own, to be folded below it."""

    text: str
    words: str = ""

    @property
    def whole(self) -> str:
        """Where nothing can be folded."""
        return f"{self.text} ({self.words})" if self.words else self.text


def link_text(text: str, kind: str = "") -> LinkText:
    """A cause or a cure of the link. What no sentence fits is shown as it is, and so is a command."""
    return (_find(text, kind, depth=0) if text else None) or LinkText(text)


def is_known(text: str) -> bool:
    """True where a sentence fits."""
    return _find(text, "", depth=0) is not None


def _find(text: str, kind: str, *, depth: int) -> LinkText | None:
    for sentence in _candidates(kind):
        found = _pattern(sentence.english).fullmatch(text)
        if found is None:
            continue
        values = found.groupdict()
        words = values.pop("words", "")
        if "cause" in values and depth < _DEEPEST:
            inner = _find(values["cause"], kind, depth=depth + 1) or LinkText(values["cause"])
            values["cause"], words = inner.text, words or inner.words
        shown = {name: _value(value) for name, value in values.items()}
        return LinkText(gettext(sentence.said) % shown, words)
    return None


def _value(value: str) -> str:
    return gettext(value) if value in VALUES else value


def _candidates(kind: str) -> Iterator[Sentence]:
    """Sentences of this kind first, since some belong to several kinds."""
    for table in (CAUSES, CURES):
        yield from table.get(kind, ())
    for table in (CAUSES, CURES):
        for other, sentences in table.items():
            if other != kind:
                yield from sentences


@cache
def _pattern(english: str) -> re.Pattern[str]:
    """The sentence as a pattern with a group for each value."""
    pattern, at, seen = "", 0, set()
    for place in _PLACE.finditer(english):
        name = place[1]
        pattern += re.escape(english[at : place.start()])
        pattern += f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"
        seen.add(name)
        at = place.end()
    return re.compile(pattern + re.escape(english[at:]), re.DOTALL)
