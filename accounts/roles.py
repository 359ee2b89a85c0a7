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
    OPERATOR: _("Sees all; runs, stops and removes what is on the hosts"),
    ADMIN: _("Can do everything: also hosts, people, credentials"),
    AUDITOR: _("Sees what there is, who may do what, and the audit log; no logs, files or values"),
    MEMBER: _("Holds nothing by itself: only what grants to them and their teams permit"),
}
