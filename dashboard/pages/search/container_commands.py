"""Commands such as "restart shop" in the search: a verb, then a container's name."""

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dashboard.furniture.offer import Offer
from dashboard.furniture.places import Link
from dashboard.offers.containers import BUTTONS
from dashboard.pages.search.objects import containers
from dashboard.pages.search.results import Result
from hosts.access import Person, allows

CONTAINER_COMMANDS = {
    one.name: one for one in BUTTONS if (one.dialog if isinstance(one, Offer) else one.command)
}


def words(command: Offer | Link, name: str) -> str:
    """The text of a result: "Stop shop-db…"."""
    if command.command:
        return str(command.command) % {"name": name}
    return _now("%(verb)s %(name)s…") % {"verb": command.label, "name": name}


def find_commands(person: Person, typed: list[str]) -> list[Result]:
    """Containers that fit the words after the verb."""
    if len(typed) < 2 or typed[0] not in CONTAINER_COMMANDS or not allows(person, "container.view"):
        return []
    command = CONTAINER_COMMANDS[typed[0]]
    if not allows(person, command.verb):
        return []
    found = []
    for row in containers(person, typed[1:]):
        if not allows(person, command.verb, row.endpoint, row):
            continue
        page = reverse("containers:page", args=[row.endpoint_id, row.podman_id])
        found.append(
            Result(
                words(command, row.name or row.podman_id[:12]),
                f"{page}{command.name}/",
                command.icon,
                _("Action"),
                where=str(row.endpoint),
                state=row.state,
                state_of="container",
                dialog=isinstance(command, Offer),
            )
        )
    return found
