"""Kube YAML."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, Verb, register

for verb in (
    Verb(
        "kube.generate",
        _("Generate kube YAML"),
        _("See YAML of containers and pods, including values of environment variables"),
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
