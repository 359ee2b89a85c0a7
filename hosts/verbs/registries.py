"""Registry credentials."""

from django.utils.translation import gettext_lazy as _

from accounts.verbs import ADMIN, VIEWER, Verb, register
from audit.params import allow

for verb in (
    Verb(
        "registry.view",
        _("See registries"),
        _("See which registries have credentials; never the passwords"),
        "registry",
        VIEWER,
        site=True,
    ),
    Verb(
        "registry.edit",
        _("Edit registries"),
        _("Add, replace and erase credentials of registries"),
        "registry",
        ADMIN,
        site=True,
        sensitive=True,
    ),
):
    register(verb)

allow("registry.edit", "username")
