"""Pods."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import VIEWER, Verb, register

for verb in (
    Verb("pod.view", _("See pods"), _("See pods"), "pod", VIEWER),
    Verb("pod.inspect", _("Inspect pods"), _("Read all of a pod"), "pod", VIEWER),
):
    register(verb)
