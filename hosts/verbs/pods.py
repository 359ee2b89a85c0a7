"""Pods."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, VIEWER, Verb, register
from audit.params import allow

for verb in (
    Verb("pod.view", _("See pods"), _("See pods"), "pod", VIEWER),
    Verb("pod.inspect", _("Inspect pods"), _("Read all of a pod"), "pod", VIEWER),
    Verb("pod.processes", _("See processes"), _("See what runs in a pod"), "pod", VIEWER),
    Verb("pod.create", _("Create pods"), _("Create"), "pod", OPERATOR),
    Verb("pod.start", _("Start pods"), _("Start all containers"), "pod", OPERATOR),
    Verb("pod.stop", _("Stop pods"), _("Stop all containers"), "pod", OPERATOR),
    Verb("pod.restart", _("Restart pods"), _("Restart all containers"), "pod", OPERATOR),
    Verb("pod.kill", _("Kill pods"), _("Send all a signal"), "pod", OPERATOR),
    Verb("pod.pause", _("Pause pods"), _("Freeze all containers"), "pod", OPERATOR),
    Verb("pod.unpause", _("Unpause pods"), _("Let them go on"), "pod", OPERATOR),
    Verb("pod.remove", _("Remove pods"), _("Remove with all containers"), "pod", OPERATOR),
):
    register(verb)

# values of labels stay keyed hashes
allow("pod.create", "hostname", "shared")
