"""What a change is, beside its verb."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from hosts.access import ContainerLike
from hosts.actions.streams import StreamedAction
from hosts.gate.calls.call import Call
from hosts.gate.calls.names import ResolvedObject
from hosts.guardrails import Proposal

# looks at what came to be, by the host's answer, before the client hears of it: ActionFailed, PodmanError
Look = Callable[[StreamedAction, bytes], Awaitable[None]]
# of the body that a client sends, what goes on of it: ArchiveRefused, ActionFailed
Body = Callable[[StreamedAction, AsyncIterator[bytes]], AsyncIterator[bytes]]


@dataclass
class Plan:
    """`params`: of the intent. `also`: further verbs that it takes there. `query`: replaces the client's own.
    `known_as`: replaces the object's id. `along`: other objects go along, whose locks only the host knows.

    `about`: the object that it turns out to change, though its path names none.

    Of what is created: the `name` in its entry, the `container` that a narrowed grant may permit, what it
    `joins`, and a `look` at the result. `body`: of one that takes an archive. `mark`: writes the number of
    its intent into what is sent, by which the link knows it among the host's events.
    """

    params: dict[str, Any] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    proposal: Proposal | None = None
    query: dict[str, list[str]] = field(default_factory=dict)
    known_as: str = ""
    along: bool = False
    about: ResolvedObject | None = None
    name: str = ""
    container: ContainerLike | None = None
    joins: Proposal | None = None
    look: Look | None = None
    body: Body | None = None
    mark: Callable[[int], None] | None = None


# the plan of a request: Refused, Refusal
Planner = Callable[[Call, ResolvedObject | None], Awaitable[Plan]]
