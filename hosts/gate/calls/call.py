"""One request of a client, with all that is needed to answer it."""

from dataclasses import dataclass, field, replace

from hosts.access import ContainerLike, Denied, NotVisible, Person, allows, require, target_of
from hosts.access.explain import givers, nameable
from hosts.access.fetch import HostObject, require_host_object, sees_host_object
from hosts.access.rights import rights_known
from hosts.database_threads import in_thread
from hosts.gate.calls.client import Client, LastSaid
from hosts.gate.calls.host import KeptConnection
from hosts.gate.calls.names import ResolvedObject, missing, resolve
from hosts.gate.routes.replies import Refused
from hosts.gate.routes.table import Dialect
from hosts.gate.routes.target import Request
from hosts.gate.sessions.session import Session
from hosts.link.framing import RequestHead
from hosts.models import Endpoint
from hosts.podman import Podman, PodmanError
from hosts.podman.errors import NotFound

# the default network, and how Docker's clients call it
DEFAULT_NETWORK, BRIDGE = "podman", "bridge"
# names of people that one refusal holds
_MOST_NAMES = 5


@dataclass
class Call:
    """`person`: as they are when it begins; the session's may become another while it lasts."""

    session: Session
    person: Person
    endpoint: Endpoint
    podman: Podman
    client: Client
    head: RequestHead
    request: Request
    kept: KeptConnection
    # the body that is sent on, made anew
    body: bytes = b""
    said: LastSaid = field(default_factory=LastSaid)
    granted: bool = False

    @property
    def dialect(self) -> Dialect:
        return self.request.dialect

    async def find(
        self, kind: str, name: str, *verbs: str, also: str = "", target: str = ""
    ) -> ResolvedObject:
        """The object that the host means by `name`, once they may do `verbs` with it; then `granted` says
        whether they may do `also`. Refused: 404 in the host's own words where it is not there for them, 403
        with what is missing. `target`: as `resolve` says.
        """
        bridge = (self.dialect, kind, name) == (Dialect.DOCKER, "network", BRIDGE)
        try:
            found = await resolve(self.podman, kind, DEFAULT_NETWORK if bridge else name, target)
            if not self._holds(found.object, verbs):
                await in_thread(
                    require_host_object, self.person, self.endpoint, found.object, *verbs
                )
            self.granted = bool(also) and allows(
                self.person, also, self.endpoint, found.object.container
            )
        except (NotFound, NotVisible) as none:
            told = await self._missing(kind, name)
            raise Refused(404, told.message, cause=told.cause) from none
        except Denied as denied:
            raise Refused(
                403, await in_thread(denial, self.person, denied, self.endpoint)
            ) from denied
        except PodmanError as failed:
            raise refused_by(failed) from failed
        return replace(found, known_as=BRIDGE) if bridge else found

    def _holds(self, found: HostObject, verbs: tuple[str, ...]) -> bool:
        """True where rights that are known already permit all of it: no thread, nothing to write."""
        return (
            rights_known(self.person.user)
            and sees_host_object(self.person, self.endpoint, found)
            and all(allows(self.person, verb, self.endpoint, found.container) for verb in verbs)
        )

    async def permit(self, verb: str, container: ContainerLike | None = None) -> None:
        """For what is about no object on the host. `container`: the one that is to be created. Refused."""
        place = self.endpoint
        try:
            await in_thread(require, self.person, verb, target_of(place), place, container)
        except Denied as denied:
            raise Refused(
                403, await in_thread(denial, self.person, denied, self.endpoint)
            ) from denied

    async def _missing(self, kind: str, name: str) -> NotFound:
        try:
            return await missing(self.podman, kind, name)
        except PodmanError as failed:
            raise refused_by(failed) from failed


def refused_by(failed: PodmanError) -> Refused:
    """What the host said against it, or that it says nothing."""
    status = failed.status or 503
    # what the host says well and we cannot read is no answer for a client
    status = status if status >= 400 else 502
    return Refused(status, failed.message, cause=failed.cause, wait_s=5 if status == 503 else 0)


def denial(person: Person, denied: Denied, endpoint: Endpoint) -> str:
    """Which verb is missing, and who can give it. Asks the database."""
    able = givers(denied.verb, endpoint, person.user.pk)
    names = [str(user) for user in nameable(person, able)[:_MOST_NAMES]]
    words = f"Nothing that you hold permits {denied.verb} on {endpoint}."
    if names:
        more = f" and {len(able) - len(names)} more" if len(able) > len(names) else ""
        return f"{words} It can be given by: {', '.join(names)}{more}."
    if able:
        return f"{words} Those who manage access can give it."
    return f"{words} Whoever runs Haulout can give it, at its console."
