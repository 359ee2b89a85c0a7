"""The built-in roles: their words, and that they are always there."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import ADMIN, AUDITOR, BUILT_IN_ROLES, MEMBER, OPERATOR, VIEWER

LABELS = {
    VIEWER: _("Viewer"),
    OPERATOR: _("Operator"),
    ADMIN: _("Administrator"),
    AUDITOR: _("Auditor"),
    MEMBER: _("Member"),
}
WORDS = {
    VIEWER: _("Sees hosts, objects, logs and jobs; changes nothing"),
    OPERATOR: _("Sees all; runs, stops and removes what is on the hosts"),
    ADMIN: _("Can do everything: also hosts, people, credentials"),
    AUDITOR: _("Sees what there is, who may do what, and the audit log; no logs, files or values"),
    MEMBER: _("Holds nothing by itself: only what grants to them and their teams permit"),
}


def make_built_in_roles(*, using: str = "default") -> None:
    """Put the built-in roles into the database where they are missing. Safe to repeat."""
    from accounts.models import Role

    for name in BUILT_IN_ROLES:
        Role.objects.using(using).get_or_create(name=name, defaults={"built_in": True})
