"""What the link said of a host, in the reader's language: {{ reason|told }}, {{ reason|own_words }}."""

from django import template

from dashboard.pages.joining.told import told as look_up

register = template.Library()


@register.filter
def told(text: str) -> str:
    """A cause or a cure, without other programs' words."""
    return look_up(text).text


@register.filter
def own_words(text: str) -> str:
    """Podman's, SSH's or the system's own words in it; often none."""
    return look_up(text).words
