"""How much of a text is kept, and how invisible characters are shown."""

import re

# characters; a file can have a million
MOST = 200_000
# the last line of a text that went on
CUT = "# …"


def cut(text: str) -> str:
    """The text, or its beginning with CUT behind it."""
    return text if len(text) <= MOST else f"{text[:MOST]}\n{CUT}"


# invisible characters, and ones that change the direction
_UNSEEN = re.compile(
    r"[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad\x00-\x08\x0b-\x1f\x7f-\x9f]"
)


def visible(text: str) -> str:
    """The text with invisible and direction-changing characters as \\u escapes.

    An approval is for what is sent, not for what it looks like.
    """
    return _UNSEEN.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)
