"""The built-in roles are always there."""

from accounts.models import Role
from accounts.verbs import BUILT_IN_ROLES


def make_built_in_roles(*, using: str = "default") -> None:
    """Put the built-in roles into the database where they are missing. Safe to repeat."""
    for name in BUILT_IN_ROLES:
        Role.objects.using(using).get_or_create(name=name, defaults={"built_in": True})
