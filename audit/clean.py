"""Text fit for the log: nothing in it can break a line, a database, JSON or the reader's eye."""

import re

# C0 and C1 except tab and newline; bidi overrides and isolates, which reorder what is read;
# line and paragraph separators; lone surrogates, which neither JSON nor PostgreSQL can hold
_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
_CUT = "…"


def clean(text: object, *, limit: int) -> str:
    """`text` as a string of at most `limit` characters; what is unfit becomes U+FFFD."""
    fit = _UNFIT.sub("\ufffd", str(text).replace("\r\n", "\n"))
    return fit if len(fit) <= limit else fit[: limit - 1] + _CUT
