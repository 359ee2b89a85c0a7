"""Creates the built-in roles."""

from accounts.models import Role
from accounts.verbs import BUILT_IN_ROLES


def make_built_in_roles(*, using: str = "default") -> None:
    """Create the built-in roles that are missing. Safe to repeat."""
    for name in BUILT_IN_ROLES:
        Role.objects.using(using).get_or_create(name=name, defaults={"built_in": True})
