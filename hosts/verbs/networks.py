"""Networks."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import VIEWER, Verb, register

for verb in (
    Verb("network.view", _("See networks"), _("See networks"), "network", VIEWER),
    Verb("network.inspect", _("Inspect networks"), _("Read all of a network"), "network", VIEWER),
):
    register(verb)
