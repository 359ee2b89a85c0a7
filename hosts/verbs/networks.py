"""Networks."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, VIEWER, Verb, register
from audit.params import allow

for verb in (
    Verb("network.view", _("See networks"), _("See networks"), "network", VIEWER),
    Verb("network.inspect", _("Inspect networks"), _("Read all of a network"), "network", VIEWER),
    Verb("network.create", _("Create networks"), _("Create"), "network", OPERATOR),
    Verb("network.remove", _("Remove networks"), _("Remove"), "network", OPERATOR),
    Verb(
        "network.connect",
        _("Connect containers"),
        _("Put a container onto a network"),
        "network",
        OPERATOR,
    ),
    Verb(
        "network.disconnect",
        _("Disconnect containers"),
        _("Take a container off a network"),
        "network",
        OPERATOR,
    ),
):
    register(verb)

allow("network.create", "dns", "dns_servers", "parent", "options")
allow("network.connect", "container", "container_id", "aliases")
allow("network.disconnect", "container", "container_id")
