"""Registry credentials."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import ADMIN, VIEWER, Verb, register
from audit.params import allow

for verb in (
    Verb(
        "registry.view",
        _("See registries"),
        _("See for which registries credentials are kept; never the passwords"),
        "registry",
        VIEWER,
        site=True,
    ),
    Verb(
        "registry.edit",
        _("Edit registries"),
        _("Keep, replace and erase credentials of registries"),
        "registry",
        ADMIN,
        site=True,
        sensitive=True,
    ),
):
    register(verb)

allow("registry.edit", "username")
