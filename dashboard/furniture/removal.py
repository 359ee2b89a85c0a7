"""What the dialogs say that remove volumes, networks and secrets: who uses it, asked of the host."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.furniture.host_calls import ask_host
from hosts.access import Person, verbs_at
from hosts.actions.object_orders import ALONG
from hosts.models import InventoryRow
from hosts.podman import Podman, PodmanError
from hosts.podman.container_uses import ContainerUse

# a dialog that somebody waits for
PATIENCE_S = 4.0
MOST_NAMED = 8
UNSEEN = ContainerUse(id="", name="", state="")


def note_person(person: Person, rows: Iterable[InventoryRow]) -> None:
    """Note on the rows who asks, so that a dialog names nothing that this person does not see."""
    for row in rows:
        row.verbs_there = verbs_at(person, row.endpoint)  # type: ignore[attr-defined]


def may_there(row: InventoryRow, verb: str) -> bool:
    """Whether that person may do this with all that is where the row is."""
    return verb in getattr(row, "verbs_there", ())


def users_now(
    row: InventoryRow, read: Callable[[Podman], Awaitable[list[ContainerUse]]]
) -> list[ContainerUse] | None:
    """Containers that use it; None where the host cannot say now. Those that the person does not
    see have no name.
    """
    try:
        users = ask_host(row.endpoint, read, timeout_s=PATIENCE_S)
    except PodmanError:
        return None
    return users if may_there(row, "container.view") or not users else [UNSEEN]


def used_words(users: list[ContainerUse] | None) -> str:
    """“Used by shop-web and shop-db.”"""
    if users is None:
        return _("The host does not answer, so the containers that use it are not known.")
    if not users:
        return _("No container uses it.")
    if users == [UNSEEN]:
        return _("Used by containers that you do not see.")
    return _("Used by %s.") % short_names(users)


def short_names(users: list[ContainerUse]) -> str:
    """The first names, and how many more."""
    if users == [UNSEEN]:
        return _("Containers that you do not see")
    names = ", ".join(user.name for user in users[:MOST_NAMED])
    more = len(users) - MOST_NAMED
    return names if more <= 0 else _("%(names)s and %(n)d more") % {"names": names, "n": more}


def with_users(row: InventoryRow, users: list[ContainerUse] | None) -> tuple[dict[str, Any], ...]:
    """The option to remove those that use it too, where some do and the person may."""
    if not users or not may_there(row, ALONG):
        return ()
    label = ngettext(
        "Remove the container that uses it too, even if it runs",
        "Remove the %(n)d containers that use it too, even if they run",
        len(users),
    ) % {"n": len(users)}
    return ({"name": "force", "label": label, "on": False},)
