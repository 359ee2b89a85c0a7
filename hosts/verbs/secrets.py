"""Secrets: their names; values are never shown."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, VIEWER, Verb, register
from audit.params import allow

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
        _("Read all that Podman tells of a secret but the value"),
        "secret",
        VIEWER,
    ),
    Verb(
        "secret.create",
        _("Create secrets"),
        _("Create secrets"),
        "secret",
        OPERATOR,
    ),
    Verb(
        "secret.replace",
        _("Replace secrets"),
        _("Give a secret another value: what uses it may no longer work"),
        "secret",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "secret.remove",
        _("Remove secrets"),
        _("Remove secrets; nothing brings the value back"),
        "secret",
        OPERATOR,
        sensitive=True,
    ),
):
    register(verb)

# already a keyed hash where the job is made: hosts.actions.secrets.secret_value.told
allow("secret.create", "value")
allow("secret.replace", "value")
