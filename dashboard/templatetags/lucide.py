"""{% lucide "play" size=15 %}: icons, in place of the library's own tag of this name."""

from functools import cache

from django import template
from django.utils.safestring import SafeString, mark_safe
from lucide.templatetags.lucide import lucide as lucide_icons

register = template.Library()


@register.simple_tag(name="lucide")
@cache
def icon(name: str, size: int = 24) -> SafeString:
    """An icon by its name at lucide.dev. Kept once drawn: the library copies its XML each time."""
    return mark_safe(str(lucide_icons(name, size=size)))  # noqa: S308 - no text of anybody's
