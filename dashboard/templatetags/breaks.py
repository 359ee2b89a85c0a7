"""Where text may break: long names after a slash or a colon, and lines with white space as content."""

import re
from collections.abc import Iterable

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
_BEHIND = re.compile(r"(?<=[/:@])(?=[^/:@])")


@register.filter
def breakable(name: str) -> SafeString:
    """`localhost/shop:1` with places to break; what is copied or read out stays the same."""
    parts = (conditional_escape(part) for part in _BEHIND.split(name))
    return mark_safe("<wbr>".join(parts))  # noqa: S308 - each part is escaped


@register.filter
def as_lines(words: Iterable[str]) -> str:
    """One a line, for a `<pre>` whose template is indented."""
    return "\n".join(words)


@register.filter
def for_textarea(text: str) -> str:
    """With a line break before it, since browsers drop the first one in a `<textarea>`."""
    return f"\n{text}"
