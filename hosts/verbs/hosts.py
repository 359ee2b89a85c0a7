"""Hosts, logins, endpoints and groups."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import ADMIN, OPERATOR, VIEWER, Verb, register
from audit.params import allow

for verb in (
    Verb("host.view", _("See hosts"), _("See hosts and how they stand"), "host", VIEWER),
    Verb("host.add", _("Add hosts"), _("Register new hosts"), "host", ADMIN, site=True),
    Verb("host.edit", _("Edit hosts"), _("Change, disable, accept a new host key"), "host", ADMIN),
    Verb("host.remove", _("Remove hosts"), _("Take a host out of Haulout"), "host", ADMIN),
    Verb("host.doctor", _("Examine hosts"), _("Run the doctor, reconnect"), "host", OPERATOR),
    Verb("host.rotate_key", _("Rotate keys"), _("Give logins new SSH keys"), "host", ADMIN),
    Verb(
        "group.edit", _("Edit groups"), _("Make, rename, remove groups"), "host", ADMIN, site=True
    ),
):
    register(verb)

allow("host.add", "sockets")
allow("host.rotate_key", "login", "public_key", "before")
allow("host.edit", "host_key", "login", "public_key", "removed_socket")
