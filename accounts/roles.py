"""The three built-in roles: their words, and that they are always there."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import ADMIN, BUILT_IN_ROLES, OPERATOR, VIEWER

LABELS = {VIEWER: _("Viewer"), OPERATOR: _("Operator"), ADMIN: _("Administrator")}
WORDS = {
    VIEWER: _("Sees hosts, objects, logs and jobs; changes nothing"),
    OPERATOR: _("Sees all; runs, stops and removes what is on the hosts"),
    ADMIN: _("Can do everything: also hosts, people, credentials"),
}


def make_built_in_roles(*, using: str = "default") -> None:
    """Put the built-in roles into the database where they are missing. Safe to repeat."""
    from accounts.models import Role

    for name in BUILT_IN_ROLES:
        Role.objects.using(using).get_or_create(name=name, defaults={"built_in": True})
