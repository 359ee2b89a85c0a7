"""The way to a page, in the head of all pages."""

from typing import Any

from django import template
from django.urls import reverse

from dashboard.words import Words

register = template.Library()


@register.inclusion_tag("parts/crumb.html")
def crumb(word: Words, route: str = "", *args: Any, url: str = "") -> dict[str, Any]:
    """{% crumb _("Volumes") "volumes:list" %}{% crumb row.name %}: a step, and the page itself."""
    return {"word": word, "url": reverse(route, args=args) if route else url}
