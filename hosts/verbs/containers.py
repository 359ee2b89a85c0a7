"""Containers."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, VIEWER, Verb, register
from audit.params import allow

for verb in (
    Verb(
        "container.view",
        _("See containers"),
        _("See which containers there are: name, image, state, ports, labels"),
        "container",
        VIEWER,
        needs=("host.view",),
    ),
    Verb(
        "container.inspect",
        _("Inspect"),
        _(
            "Read all of a container: command, mounts, addresses; values of its environment stay masked"
        ),
        "container",
        VIEWER,
        sensitive=True,
    ),
    Verb(
        "container.logs",
        _("Read logs"),
        _(
            "Read and follow what containers print; logs often hold personal data, sometimes passwords"
        ),
        "container",
        VIEWER,
        sensitive=True,
    ),
    Verb(
        "container.stats",
        _("See statistics"),
        _("See what processor, memory, network and disk a container uses"),
        "container",
        VIEWER,
    ),
    Verb(
        "container.environment",
        _("Environment"),
        _(
            "See values of the environment in the clear: passwords and keys; each look is written down"
        ),
        "container",
        OPERATOR,
        sensitive=True,
        needs=("container.inspect",),
    ),
    Verb(
        "container.privileged",
        _("Make privileged containers"),
        _("Make containers with all rights of their user on the host; with root's Podman: root"),
        "container",
        OPERATOR,
        sensitive=True,
        needs=("container.create",),
    ),
):
    register(verb)

# how a log was taken: followed, or a file of a range
allow("container.logs", "what")
allow("container.watch", "owner")
