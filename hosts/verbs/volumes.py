"""Volumes."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import OPERATOR, VIEWER, Verb, register
from audit.params import allow

for verb in (
    Verb("volume.view", _("See volumes"), _("See volumes"), "volume", VIEWER),
    Verb("volume.inspect", _("Inspect volumes"), _("Read all of a volume"), "volume", VIEWER),
    Verb("volume.create", _("Create volumes"), _("Create"), "volume", OPERATOR),
    Verb("volume.clone", _("Clone volumes"), _("Copy one under a new name"), "volume", OPERATOR),
    Verb(
        "volume.remove", _("Remove volumes"), _("Remove with what is in them"), "volume", OPERATOR
    ),
):
    register(verb)

# values of labels and options stay keyed hashes
allow("volume.create", "option_names")
