"""Secrets: their names; values are never shown."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import VIEWER, Verb, register

for verb in (
    Verb(
        "secret.view",
        _("See secrets"),
        _("See names of secrets; nobody sees values"),
        "secret",
        VIEWER,
        needs=("host.view",),
    ),
    Verb(
        "secret.inspect",
        _("Inspect secrets"),
        _("Read all details of a secret except its value"),
        "secret",
        VIEWER,
    ),
):
    register(verb)

# already a keyed hash where the job is made: hosts.actions.secrets.secret_value.log_hash
