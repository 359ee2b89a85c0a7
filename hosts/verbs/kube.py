"""Kube YAML."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, Verb, register
from audit.params import allow

for verb in (
    Verb("kube.play", _("Play kube YAML"), _("Make all that a file says"), "kube", OPERATOR),
    Verb("kube.down", _("Take kube YAML down"), _("Remove all that a file says"), "kube", OPERATOR),
    Verb("kube.generate", _("Generate kube YAML"), _("Values included"), "kube", OPERATOR),
):
    register(verb)

allow("kube.play", "pods", "containers", "secrets", "start")
allow("kube.down", "pods")
