"""Pods."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import VIEWER, Verb, register

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
):
    register(verb)

# values of labels stay keyed hashes
