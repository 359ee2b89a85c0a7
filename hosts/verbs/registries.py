"""Credentials of registries."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import ADMIN, VIEWER, Verb, register
from audit.params import allow

for verb in (
    Verb(
        "registry.view",
        _("See registries"),
        _("See whose credentials are kept"),
        "registry",
        VIEWER,
        site=True,
    ),
    Verb(
        "registry.edit",
        _("Edit registries"),
        _("Keep or erase credentials"),
        "registry",
        ADMIN,
        site=True,
    ),
):
    register(verb)

allow("registry.edit", "username")
