"""A line as a shell would split it, with what only a shell can work out left as it stands."""

import re
import shlex
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

_EXPANSION = re.compile(r"\$\([^()]*\)|`[^`]*`")
_VARIABLE = re.compile(r"\$\{[^}]*\}|\$[A-Za-z_]\w*|(?<![\w/.])~(?=/)|\$\([^()]*\)|`[^`]*`")
# a command ends here
_ENDS = frozenset(["&&", "||", ";", "|", "&", ">", ">>", "<", "2>&1", "2>", "&>"])
# how some write a remark into the middle of a line; a shell makes nothing of it
_REMARK = re.compile(r"`\s*#[^`]*`")
_MARK = "\ue000%d\ue001"


@dataclass(frozen=True)
class Words:
    """`expansions`: what the shell would have replaced. `rest`: the operator a second command follows."""

    words: list[str]
    expansions: list[str] = field(default_factory=list)
    rest: str = ""


def split(text: str) -> Words:
    """ValueError where a quotation mark is not closed."""
    text = _REMARK.sub("", re.sub(r"\\\r?\n", " ", text)).strip().rstrip("\\")
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(match[0])
        return _MARK % (len(held) - 1)

    unquoted = re.sub(r"'[^']*'", "", text)
    seen = _VARIABLE.findall(unquoted)
    try:
        words = shlex.split(_EXPANSION.sub(hold, text))
    except ValueError as exc:
        raise ValueError(_("A quotation mark is not closed.")) from exc
    for number, original in enumerate(held):
        words = [word.replace(_MARK % number, original) for word in words]
    rest = next((word for word in words if word in _ENDS), "")
    words = words[: words.index(rest)] if rest else words
    if words and words[-1].endswith(";"):
        words[-1] = words[-1].rstrip(";")
    return Words(words, list(dict.fromkeys(seen)), rest)
