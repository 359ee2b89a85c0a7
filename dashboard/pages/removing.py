"""What the dialogs say that remove volumes, networks and secrets: who uses it, asked of the host."""

from collections.abc import Awaitable, Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.pages.hostside import ask_host
from hosts.models import InventoryRow
from hosts.podman import Podman, PodmanError
from hosts.podman.users import User

# a dialog that somebody waits for
PATIENCE_S = 4.0
MOST_NAMED = 8


def users_now(
    row: InventoryRow, read: Callable[[Podman], Awaitable[list[User]]]
) -> list[User] | None:
    """Containers that use it, or None where the host does not say now."""
    try:
        return ask_host(row.endpoint, read, timeout_s=PATIENCE_S)
    except PodmanError:
        return None


def used_words(users: list[User] | None) -> str:
    """“Used by shop-web and shop-db.”"""
    if users is None:
        return _("The host does not say now who uses it.")
    if not users:
        return _("No container uses it.")
    return _("Used by %s.") % named(users)


def named(users: list[User]) -> str:
    """The first names, and how many more."""
    names = ", ".join(user.name for user in users[:MOST_NAMED])
    more = len(users) - MOST_NAMED
    return names if more <= 0 else _("%(names)s and %(n)d more") % {"names": names, "n": more}


def with_users(users: list[User] | None) -> tuple[dict[str, Any], ...]:
    """The option to remove those that use it too, where some do."""
    if not users:
        return ()
    label = ngettext(
        "Remove the container that uses it too, also when it runs",
        "Remove the %(n)d containers that use it too, also when they run",
        len(users),
    ) % {"n": len(users)}
    return ({"name": "force", "label": label, "on": False},)
