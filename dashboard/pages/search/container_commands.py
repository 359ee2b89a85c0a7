""" "restart shop" in the search: the verb first, then what it should be done to."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dashboard.live.spec import Words
from dashboard.offers.containers import OFFERS
from dashboard.pages.search.found import Found
from dashboard.pages.search.objects import containers
from hosts.access import Person, allows


@dataclass(frozen=True, slots=True)
class Command:
    """A word that people type before a name, and where it leads. `dialog`: it asks before it does. Without
    `words` it is the label and the name.
    """

    words: Words
    url_name: str
    icon: str
    verb: str
    label: Words = ""
    dialog: bool = False

    def of(self, name: str) -> str:
        """“Stop shop-db…”."""
        words = self.words or _now("%(verb)s %(name)s…") % {"verb": self.label, "name": "%(name)s"}
        return str(words) % {"name": name}


CONTAINER_COMMANDS = {
    "logs": Command(_("Logs of %(name)s"), "logs:page", "logs", "container.logs"),
    "terminal": Command(_("Terminal in %(name)s"), "terminal:page", "terminal", "container.exec"),
    "stats": Command(_("Stats of %(name)s"), "stats:container", "activity", "container.stats"),
    "files": Command(_("Files of %(name)s"), "containerfiles:list", "folder", "container.files"),
    "inspect": Command(_("Inspect %(name)s"), "containers:inspect", "braces", "container.inspect"),
} | {
    offer.name: Command(
        offer.command, f"containers:{offer.name}", offer.icon, offer.verb, offer.label, True
    )
    for offer in OFFERS
    if offer.dialog
}


def find_commands(person: Person, words: list[str]) -> list[Found]:
    """Containers with the verb that was typed before their name."""
    if len(words) < 2 or words[0] not in CONTAINER_COMMANDS or not allows(person, "container.view"):
        return []
    command = CONTAINER_COMMANDS[words[0]]
    if not allows(person, command.verb):
        return []
    found = []
    for row in containers(person, words[1:]):
        if not allows(person, command.verb, row.endpoint, row):
            continue
        found.append(
            Found(
                command.of(row.name or row.podman_id[:12]),
                reverse(command.url_name, args=[row.endpoint_id, row.podman_id]),
                command.icon,
                _("Action"),
                where=str(row.endpoint),
                state=row.state,
                state_of="container",
                dialog=command.dialog,
            )
        )
    return found
