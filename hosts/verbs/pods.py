"""Pods."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, VIEWER, Verb, register
from audit.params import allow

for verb in (
    Verb(
        "pod.view",
        _("See pods"),
        _("See which pods there are"),
        "pod",
        VIEWER,
        needs=("host.view",),
    ),
    Verb(
        "pod.inspect",
        _("Inspect pods"),
        _("Read all that Podman tells of a pod"),
        "pod",
        VIEWER,
    ),
    Verb(
        "pod.processes",
        _("See processes"),
        _("See the processes of all containers of a pod; a command line may hold a password"),
        "pod",
        VIEWER,
    ),
    Verb(
        "pod.create",
        _("Create pods"),
        _("Create pods"),
        "pod",
        OPERATOR,
    ),
    Verb(
        "pod.start",
        _("Start pods"),
        _("Start all containers of a pod"),
        "pod",
        OPERATOR,
    ),
    Verb(
        "pod.stop",
        _("Stop pods"),
        _("Stop all containers of a pod"),
        "pod",
        OPERATOR,
    ),
    Verb(
        "pod.restart",
        _("Restart pods"),
        _("Restart all containers of a pod"),
        "pod",
        OPERATOR,
    ),
    Verb(
        "pod.kill",
        _("Kill pods"),
        _("Send a signal to all containers of a pod: unsaved work is lost"),
        "pod",
        OPERATOR,
        sensitive=True,
    ),
    Verb(
        "pod.pause",
        _("Pause pods"),
        _("Pause all containers of a pod"),
        "pod",
        OPERATOR,
    ),
    Verb(
        "pod.unpause",
        _("Unpause pods"),
        _("Unpause all containers of a pod"),
        "pod",
        OPERATOR,
    ),
    Verb(
        "pod.remove",
        _("Remove pods"),
        _("Remove pods with all containers in them"),
        "pod",
        OPERATOR,
        sensitive=True,
    ),
):
    register(verb)

# values of labels stay keyed hashes
allow("pod.create", "hostname", "shared")
