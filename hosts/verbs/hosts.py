"""Hosts, logins, endpoints and groups."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import ADMIN, OPERATOR, VIEWER, Verb, register
from audit.params import allow

for verb in (
    Verb(
        "host.view",
        _("See hosts"),
        _("See hosts, their state and versions; everything else on a host needs this"),
        "host",
        VIEWER,
    ),
    Verb(
        "host.add",
        _("Add hosts"),
        _("Register new hosts and the accounts used there"),
        "host",
        ADMIN,
        site=True,
        sensitive=True,
        needs=("host.view",),
    ),
    Verb(
        "host.edit",
        _("Edit hosts"),
        _("Change address, logins and keys of a host, accept a new host key, disable it"),
        "host",
        ADMIN,
        sensitive=True,
    ),
    Verb(
        "host.remove",
        _("Remove hosts"),
        _("Remove a host from Haulout; its containers keep running"),
        "host",
        ADMIN,
        sensitive=True,
    ),
    Verb(
        "host.doctor",
        _("Examine hosts"),
        _("Run the doctor, reconnect"),
        "host",
        OPERATOR,
    ),
    Verb(
        "group.edit",
        _("Edit groups"),
        _(
            "Create, rename and remove groups and choose their hosts: this changes where grants "
            "and guardrails apply"
        ),
        "host",
        ADMIN,
        site=True,
        sensitive=True,
        needs=("host.view",),
    ),
):
    register(verb)

allow("host.add", "sockets")
allow("host.edit", "host_key", "login", "public_key", "removed_socket")
