"""HTML as tests look for it: however its template is laid out."""

import re

# HTML's white space: not what keeps words together
_WHITE = re.compile(r"[ \t\n\f\r]+")
# where white space is content
_KEPT = re.compile(r"(<(pre|textarea|script)\b.*?</\2>)", re.DOTALL)


def one_line(html: str) -> str:
    """Without the white space of the layout: none beside a tag, one space elsewhere."""
    parts = _KEPT.split(html)
    # every third part is what was kept, the one after it its name
    return "".join(
        part if place % 3 == 1 else re.sub(r" ?(<[^>]*?) ?> ?", r"\1>", _WHITE.sub(" ", part))
        for place, part in enumerate(parts)
        if place % 3 != 2
    )
