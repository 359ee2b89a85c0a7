"""What one person may see of what an endpoint tells, for the cuts of answers. Asks the database."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from hosts.access import NewContainer, Person, allows
from hosts.access.fetch import HostObject, sees_host_object
from hosts.inventory.bounds import mapping, text, texts
from hosts.models import Endpoint

KINDS: Final = ("container", "image", "network", "pod", "secret", "volume")


@dataclass
class Visibility:
    """`unmasked`: values of the environment may be shown. `whole`: nothing of a list is left out. `known`: by
    their ids, the containers there, and whether the person may have of them what was asked for; `states`: of
    those that they see.
    """

    person: Person
    endpoint: Endpoint
    unmasked: bool = False
    whole: bool = False
    known: dict[str, bool] = field(default_factory=dict)
    states: Counter[str] = field(default_factory=Counter)

    def learn(self, rows: Iterable[Mapping[str, Any]], verb: str) -> None:
        """Look through a list of all containers, for what tells of them by id. `verb`: "" for seeing."""
        for row in rows:
            visible = self.container(row)
            self.known[text(row.get("Id"), limit=80)] = visible and (
                not verb or self.container(row, verb)
            )
            if visible:
                self.states[text(row.get("State"), limit=20).lower()] += 1

    def all_of(self, verb: str) -> bool:
        """True where the verb is held for all that is there."""
        return allows(self.person, verb, self.endpoint)

    def container(self, row: Any, verb: str = "container.view") -> bool:
        """True where a row of a list, or what an event says, is of a container that they see."""
        if self.all_of(verb):
            return True
        if not isinstance(row, dict):
            return False
        names = row.get("Names")
        name = next(iter(texts(names, count=1, limit=256)), "") if isinstance(names, list) else ""
        # Docker's dialect has a slash before each
        container = NewContainer(name.removeprefix("/"), mapping(row.get("Labels")))
        return allows(self.person, verb, self.endpoint, container)

    def happened(self, event: Any) -> bool:
        """True where an event is about something that they see. What is of no known kind is not."""
        if not isinstance(event, dict):
            return False
        kind = text(event.get("Type"), limit=40)
        if kind not in KINDS:
            return False
        actor = event.get("Actor")
        actor = actor if isinstance(actor, dict) else {}
        told = mapping(actor.get("Attributes"), count=200)
        own_id = text(actor.get("ID"), limit=255)
        found = HostObject(kind, own_id, told.get("name", ""), told)
        return sees_host_object(self.person, self.endpoint, found)
