"""How much of a text is kept, and signs in it that would show it as another."""

import re

# characters; a file can have a million
MOST = 200_000
# the last line of a text that went on
CUT = "# …"


def cut(text: str) -> str:
    """`text`, or its beginning with CUT behind it."""
    return text if len(text) <= MOST else f"{text[:MOST]}\n{CUT}"


# they turn the direction of what follows, or are not seen at all
_UNSEEN = re.compile(
    r"[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\x00-\x08\x0b-\x1f\x7f-\x9f]"
)


def visible(text: str) -> str:
    """`text` with such signs as their numbers: a yes counts for what is sent, not for how it looks."""
    return _UNSEEN.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)
