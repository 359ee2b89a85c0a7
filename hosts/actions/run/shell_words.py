"""Splits a line as a shell does. What only a shell can expand stays as it is."""

import re
import shlex
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from hosts.refusals import Refusal

_EXPANSION = re.compile(r"\$\([^()]*\)|`[^`]*`")
_VARIABLE = re.compile(r"\$\{[^}]{0,200}\}|\$[A-Za-z_]\w*|(?<![\w/.])~(?=/)|\$\([^()]*\)|`[^`]*`")
# a command ends here
_ENDS = frozenset(["&&", "||", ";", "|", "&", ">", ">>", "<", "2>&1", "2>", "&>"])
# comments in the middle of a line, which a shell ignores
_REMARK = re.compile(r"`\s*#[^`]*`")
_MARK = "\ue000%d\ue001"
_MARKED = re.compile("\ue000([0-9]{1,6})\ue001")
# in characters: Linux's limit for a single argument
LONGEST = 131_072


@dataclass(frozen=True)
class Words:
    """`expansions`: what a shell would expand. `rest`: the operator before a second command."""

    words: list[str]
    expansions: list[str] = field(default_factory=list)
    rest: str = ""


def split(text: str) -> Words:
    """The words. Refusal for an open quotation mark, or a line that is too long."""
    if len(text) > LONGEST:
        raise Refusal(_("A line has at most %d characters.") % LONGEST)
    text = _REMARK.sub("", re.sub(r"\\\r?\n", " ", text)).strip().rstrip("\\")
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match[0])
        return _MARK % (len(held) - 1)

    def held_again(match: re.Match[str]) -> str:
        number = int(match[1])
        return held[number] if number < len(held) else match[0]

    unquoted = re.sub(r"'[^']*'", "", text)
    seen = _VARIABLE.findall(unquoted)
    try:
        words = shlex.split(_EXPANSION.sub(hold, text))
    except ValueError as exc:
        raise Refusal(_("A quotation mark is not closed.")) from exc
    words = [_MARKED.sub(held_again, word) for word in words]
    rest = next((word for word in words if word in _ENDS), "")
    words = words[: words.index(rest)] if rest else words
    if words and words[-1].endswith(";"):
        words[-1] = words[-1].rstrip(";")
    return Words(words, list(dict.fromkeys(seen)), rest)
