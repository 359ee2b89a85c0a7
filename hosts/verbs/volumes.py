"""Volumes."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import VIEWER, Verb, register

for verb in (
    Verb("volume.view", _("See volumes"), _("See volumes"), "volume", VIEWER),
    Verb("volume.inspect", _("Inspect volumes"), _("Read all of a volume"), "volume", VIEWER),
):
    register(verb)
