"""Cleans text for the log: it cannot break a line, a database, JSON or the reading order."""

import re

# C0 and C1 except tab and newline; bidi overrides and isolates, which reorder what is read;
# line and paragraph separators; lone surrogates, which neither JSON nor PostgreSQL can hold
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
_CUT = "…"


def clean(text: object, *, limit: int) -> str:
    """At most `limit` characters of the text. Unfit characters become U+FFFD."""
    fit = _UNFIT.sub("\ufffd", str(text).replace("\r\n", "\n"))
    return fit if len(fit) <= limit else fit[: limit - 1] + _CUT
