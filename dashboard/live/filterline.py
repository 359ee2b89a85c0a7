"""The filter line: `state:running -host:web1 label:app=shop "two words"` to tokens and back.

Knows no lists and no database. Never fails: what it cannot read stays free text.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from django.utils.translation import gettext as _

MAX_LENGTH = 500
MAX_TERMS = 20

# [-]name:value, where the value may be quoted; or a bare or quoted piece of text
_TERM = re.compile(
    r"""(?P<minus>-)?(?:(?P<name>[A-Za-z]+):)?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))""",
)
# a token whose value is still to be typed
_UNFINISHED = re.compile(r"[A-Za-z]+:")
_PLAIN = re.compile(r'[^\s":]+')


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """One piece of the line: `name` is "" for free text; `negative` for a leading minus."""

    name: str
    value: str
    negative: bool = False

    def __str__(self) -> str:
        plain = _PLAIN if not self.name else re.compile(r'[^\s"]+')
        value = self.value
        bare = plain.fullmatch(value) and not (not self.name and value.startswith("-"))
        shown = value if bare else f'"{value}"'
        return f"{'-' if self.negative else ''}{self.name + ':' if self.name else ''}{shown}"


def parse(line: str) -> tuple[Term, ...]:
    """The terms of a line, in the order typed. At most MAX_TERMS of at most MAX_LENGTH characters."""
    terms: list[Term] = []
    for match in _TERM.finditer(line[:MAX_LENGTH].replace("\x00", " ")):
        name = (match["name"] or "").lower()
        value = match["quoted"] if match["quoted"] is not None else (match["bare"] or "")
        value = " ".join(value.split())
        if not value or (match["bare"] and not name and _UNFINISHED.fullmatch(value)):
            continue
        term = Term(name, value, bool(match["minus"]))
        if term not in terms:
            terms.append(term)
        if len(terms) == MAX_TERMS:
            break
    return tuple(terms)


def write(terms: Iterable[Term]) -> str:
    """The line of these terms; parse(write(terms)) gives them back."""
    return " ".join(str(term) for term in terms)


def normal(line: str) -> str:
    """One spelling for all lines that mean the same: sorted terms. The hub shares results by it."""
    return write(sorted(parse(line)))


def without(terms: Iterable[Term], gone: Term) -> str:
    """The line after one chip was taken off."""
    return write(term for term in terms if term != gone)


def unknown(name: str, known: Iterable[str]) -> str:
    """Words for a token that a list does not have, with the nearest that it has."""
    names = list(known)
    said = _("There is no filter “%(name)s:” here, so nothing is shown.") % {"name": name}
    if close := get_close_matches(name, names, n=1, cutoff=0.6):
        words = _("Did you mean %(name)s:?") % {"name": close[0]}
        return f"{said} {words}"
    if not names:
        return said
    words = _("Use one of: %(known)s.") % {"known": ", ".join(f"{one}:" for one in names)}
    return f"{said} {words}"
