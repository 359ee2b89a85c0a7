"""The tab that says which containers use an object, asked of the host when somebody looks."""

from collections.abc import Awaitable, Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from dashboard.furniture.host_calls import ask_host
from dashboard.furniture.inspect_tree import trouble_of
from dashboard.furniture.objects import Part
from dashboard.person import person_of
from dashboard.words import Words
from hosts.access import allows
from hosts.models import InventoryRow
from hosts.podman import Podman, PodmanError
from hosts.podman.container_uses import ContainerUse

# (who uses it, how many containers were not looked at)
Read = Callable[[Podman, InventoryRow], Awaitable[tuple[list[ContainerUse], int]]]
# what the tab adds: context for its template
More = Callable[[HttpRequest, InventoryRow], dict[str, Any]]


def _nothing(request: HttpRequest, row: InventoryRow) -> dict[str, Any]:
    return {}


def used_by(read: Read, *, how: Words, nobody: Words, more: More = _nothing) -> Part:
    """A tab's part. `how`: head of the column that says how it is used."""

    def part(request: HttpRequest, row: InventoryRow) -> HttpResponse:
        async def ask(podman: Podman) -> tuple[list[ContainerUse], int]:
            return await read(podman, row)

        try:
            users, left = ask_host(row.endpoint, ask)
        except PodmanError as error:
            return render(request, "parts/away.html", trouble_of(error, row.endpoint))
        # an id without an address is none of Podman's
        users = [user for user in users if user.id.isalnum()]
        none = nobody
        if not allows(person_of(request), "container.view", row.endpoint):
            users, left, none = [], 0, _("You do not see the containers of this host.")
        context = {"row": row, "users": users, "left": left, "how": how, "nobody": none}
        return render(request, "objects/users.html", context | more(request, row))

    return part
