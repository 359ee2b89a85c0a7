""" "restart shop" in the search: the verb first, then what it should be done to."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dashboard.live.spec import Words
from dashboard.pages.search.found import Found
from dashboard.pages.search.objects import containers
from hosts.access import Person, allows


@dataclass(frozen=True, slots=True)
class Doing:
    """A word that people type, and where it leads. `dialog`: it asks before it does."""

    said: Words
    url_name: str
    icon: str
    verb: str
    dialog: bool = False


DOINGS = {
    "logs": Doing(_("Logs of %(name)s"), "logs:page", "logs", "container.logs"),
    "terminal": Doing(_("Terminal in %(name)s"), "terminal:page", "terminal", "container.exec"),
    "stats": Doing(_("Stats of %(name)s"), "stats:container", "activity", "container.stats"),
    "files": Doing(_("Files of %(name)s"), "containerfiles:list", "folder", "container.files"),
    "inspect": Doing(_("Inspect %(name)s"), "containers:inspect", "braces", "container.inspect"),
    "start": Doing(_("Start %(name)s…"), "containers:start", "play", "container.start", True),
    "stop": Doing(_("Stop %(name)s…"), "containers:stop", "square", "container.stop", True),
    "restart": Doing(
        _("Restart %(name)s…"), "containers:restart", "rotate-cw", "container.restart", True
    ),
    "kill": Doing(
        _("Send a signal to %(name)s…"), "containers:kill", "zap", "container.kill", True
    ),
    "remove": Doing(
        _("Remove %(name)s…"), "containers:remove", "trash-2", "container.remove", True
    ),
}


def find_doings(person: Person, words: list[str]) -> list[Found]:
    """Containers with the verb that was typed before their name."""
    if len(words) < 2 or words[0] not in DOINGS or not allows(person, "container.view"):
        return []
    doing = DOINGS[words[0]]
    if not allows(person, doing.verb):
        return []
    found = []
    for row in containers(person, words[1:]):
        if not allows(person, doing.verb, row.endpoint, row):
            continue
        found.append(
            Found(
                str(doing.said) % {"name": row.name or row.podman_id[:12]},
                reverse(doing.url_name, args=[row.endpoint_id, row.podman_id]),
                doing.icon,
                _("Action"),
                where=str(row.endpoint),
                state=row.state,
                state_of="container",
                dialog=doing.dialog,
            )
        )
    return found
