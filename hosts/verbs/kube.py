"""Kube YAML."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, Verb, register
from audit.params import allow

for verb in (
    Verb(
        "kube.play",
        _("Play kube YAML"),
        _("Make pods, containers, volumes and secrets of a YAML file"),
        "kube",
        OPERATOR,
        sensitive=True,
        needs=(
            "container.view",
            "pod.view",
        ),
    ),
    Verb(
        "kube.down",
        _("Take kube YAML down"),
        _("Remove all pods and containers that a YAML file names"),
        "kube",
        OPERATOR,
        sensitive=True,
        needs=(
            "container.view",
            "pod.view",
        ),
    ),
    Verb(
        "kube.generate",
        _("Generate kube YAML"),
        _("See YAML of containers and pods, with the values of their environment in the clear"),
        "kube",
        OPERATOR,
        sensitive=True,
        needs=(
            "container.view",
            "pod.view",
        ),
    ),
):
    register(verb)

allow("kube.play", "pods", "containers", "secrets", "start")
allow("kube.down", "pods")
