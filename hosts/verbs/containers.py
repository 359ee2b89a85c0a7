"""Containers."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, VIEWER, Verb, register
from audit.params import allow

for verb in (
    Verb(
        "container.view",
        _("See containers"),
        _("See which containers exist: name, image, state, ports, labels"),
        "container",
        VIEWER,
        needs=("host.view",),
    ),
    Verb(
        "container.inspect",
        _("Inspect"),
        _(
            "Read all details of a container: command, mounts, addresses; values of environment "
            "variables stay hidden"
        ),
        "container",
        VIEWER,
        sensitive=True,
    ),
    Verb(
        "container.logs",
        _("Read logs"),
        _(
            "Read and follow the output of containers; logs often hold personal data, sometimes "
            "passwords"
        ),
        "container",
        VIEWER,
        sensitive=True,
    ),
    Verb(
        "container.stats",
        _("See statistics"),
        _("See the CPU, memory, network and disk use of a container"),
        "container",
        VIEWER,
    ),
    Verb(
        "container.environment",
        _("Environment"),
        _(
            "See values of environment variables: passwords and keys; each look is written to the "
            "audit log"
        ),
        "container",
        OPERATOR,
        sensitive=True,
        needs=("container.inspect",),
    ),
    Verb(
        "container.privileged",
        _("Create privileged containers"),
        _("Create containers with all rights of their user on the host; with rootful Podman: root"),
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
