"""The words of the built-in roles."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import ADMIN, AUDITOR, MEMBER, OPERATOR, VIEWER

LABELS = {
    VIEWER: _("Viewer"),
    OPERATOR: _("Operator"),
    ADMIN: _("Administrator"),
    AUDITOR: _("Auditor"),
    MEMBER: _("Member"),
}
WORDS = {
    VIEWER: _("Sees hosts, objects, logs and jobs; changes nothing"),
    OPERATOR: _("Sees everything; runs, stops and removes what is on the hosts"),
    ADMIN: _("Can do everything, including hosts, people and credentials"),
    AUDITOR: _("Sees all objects, rights and the audit log; no logs, files or secret values"),
    MEMBER: _("Permits nothing by itself: only what grants to the person and their teams permit"),
}
