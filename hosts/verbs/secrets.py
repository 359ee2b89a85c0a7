"""Secrets: their names; values are never shown."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import VIEWER, Verb, register

for verb in (
    Verb("secret.view", _("See secrets"), _("See names of secrets"), "secret", VIEWER),
    Verb("secret.inspect", _("Inspect secrets"), _("Read all but the value"), "secret", VIEWER),
):
    register(verb)
