"""Where a long name may break: behind a slash or a colon, rather than within a word."""

import re

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
