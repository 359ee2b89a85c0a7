"""Secrets: their names; values are never shown."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, VIEWER, Verb, register
from audit.params import allow

for verb in (
    Verb("secret.view", _("See secrets"), _("See names of secrets"), "secret", VIEWER),
    Verb("secret.inspect", _("Inspect secrets"), _("Read all but the value"), "secret", VIEWER),
    Verb("secret.create", _("Create secrets"), _("Create"), "secret", OPERATOR),
    Verb("secret.replace", _("Replace secrets"), _("Give another value"), "secret", OPERATOR),
    Verb("secret.remove", _("Remove secrets"), _("Remove"), "secret", OPERATOR),
):
    register(verb)

# already a keyed hash where the job is made: hosts.actions.secrets.secret_value.told
allow("secret.create", "value")
allow("secret.replace", "value")
