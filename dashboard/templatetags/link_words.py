"""Texts of the link ({{ reason|link_text }}, {{ reason|own_words }}) and of an entry's doer ({{
entry|doer }}).
"""

from django import template
from django.utils.translation import gettext as _

from accounts import token_actions
from audit.models import Entry
from dashboard.furniture.link_words import link_text as look_up

register = template.Library()


@register.filter
def link_text(text: str) -> str:
    """A cause or a cure, without other programs' words."""
    return look_up(text).text


@register.filter
def own_words(text: str) -> str:
    """Podman's, SSH's or the system's own words in it; often none."""
    return look_up(text).words


@register.filter
def doer(entry: Entry) -> str:
    """Who did what an entry tells: the name, or what is known where nobody gave one."""
    if entry.who_name:
        return entry.who_name
    if entry.door == "host":
        return _("on the host, not by Haulout")
    if entry.verb == token_actions.USE:
        return _("an unknown API token")
    if entry.verb == token_actions.USE_KEY:
        return _("an unknown SSH key")
    return _("somebody who was not signed in")
