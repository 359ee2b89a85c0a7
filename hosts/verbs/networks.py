"""Networks."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, VIEWER, Verb, register
from audit.params import allow

for verb in (
    Verb(
        "network.view",
        _("See networks"),
        _("See which networks there are"),
        "network",
        VIEWER,
        needs=("host.view",),
    ),
    Verb(
        "network.inspect",
        _("Inspect networks"),
        _("Read all that Podman tells of a network: addresses of containers too"),
        "network",
        VIEWER,
    ),
    Verb(
        "network.create",
        _("Create networks"),
        _("Create networks"),
        "network",
        OPERATOR,
    ),
    Verb(
        "network.remove",
        _("Remove networks"),
        _("Remove networks that nobody uses"),
        "network",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "network.connect",
        _("Connect containers"),
        _("Put a container onto a network: it reaches all that is there"),
        "network",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "network.disconnect",
        _("Disconnect containers"),
        _("Disconnect a container from a network"),
        "network",
        OPERATOR,
    ),
):
    register(verb)

allow("network.create", "dns", "dns_servers", "parent", "options")
allow("network.connect", "container", "container_id", "aliases")
allow("network.disconnect", "container", "container_id")
