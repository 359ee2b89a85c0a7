"""Pods."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import VIEWER, Verb, register

for verb in (
    Verb(
        "pod.view",
        _("See pods"),
        _("See which pods exist"),
        "pod",
        VIEWER,
        needs=("host.view",),
    ),
    Verb(
        "pod.inspect",
        _("Inspect pods"),
        _("Read all details of a pod"),
        "pod",
        VIEWER,
    ),
    Verb(
        "pod.processes",
        _("See processes"),
        _("See the processes of all containers of a pod; command lines may hold passwords"),
        "pod",
        VIEWER,
    ),
):
    register(verb)

# values of labels stay keyed hashes
