"""The store of a host as a whole."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, Verb, register
from audit.params import allow

for verb in (
    Verb("container.prune", _("Prune containers"), _("Remove ended ones"), "container", OPERATOR),
    Verb("volume.prune", _("Prune volumes"), _("Remove unused ones"), "volume", OPERATOR),
    Verb("network.prune", _("Prune networks"), _("Remove unused ones"), "network", OPERATOR),
    Verb("pod.prune", _("Prune pods"), _("Remove ended ones"), "pod", OPERATOR),
    Verb("system.check", _("Check hosts"), _("Look for damage"), "host", OPERATOR),
):
    register(verb)

allow("system.check", "quick")
